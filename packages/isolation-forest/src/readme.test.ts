import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as forest from './index.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((m) => m[1]!);

/** Runs an example as it stands and gives what it printed. */
function run(example: string): unknown[][] {
  const printed: unknown[][] = [];
  const body = example.replace(/import \{(.*?)\} from .@haetae\/isolation-forest.;/g, 'const {$1} = modules;');
  new Function('modules', 'console', body)(forest, { log: (...values: unknown[]) => printed.push(values) });
  return printed;
}

test('the first example finds the row far off, the feature to blame, and what would be ordinary', () => {
  expect(run(examples[0]!)).toEqual([
    [[499]],
    ['CommandLineLength', 'shortens the path most'],
    [true],
    ['ordinary if', 'CommandLineLength', '≤', 256],
  ]);
});

test('the second example flags one row, and its p-value is the least there can be', () => {
  expect(run(examples[1]!)).toEqual([[Uint32Array.of(700)], [2 / 1001, 1]]);
});

test('the third example keeps a forest and a baseline', () => {
  expect(run(examples[2]!)).toEqual([[100, 'trees'], [true]]);
});
