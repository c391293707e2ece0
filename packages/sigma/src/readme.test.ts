import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as sigma from './index.ts';
import * as windows from './windows/index.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const MODULES: Readonly<Record<string, object>> = {
  '@haetae/sigma': sigma,
  '@haetae/sigma/windows': windows,
};

/** Runs an example as it stands and gives what it printed. The examples use no syntax of TypeScript but `!`. */
function run(example: string): unknown[][] {
  const printed: unknown[][] = [];
  const body = example
    .replace(/import \{(.*?)\} from .(@[\w/]+).;/g, (_all, names, from) => `const {${names}} = modules['${from}'];`)
    .replace(/\]!/g, ']');
  const log = (...values: unknown[]): number => printed.push(values);
  new Function('modules', 'console', body)(MODULES, { log, error: log });
  return printed;
}

const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((m) => m[1]!);

test('the first example matches and explains', () => {
  const [matched, why] = run(examples[0]!);
  expect(matched).toEqual([true]);
  expect(why![0]).toMatchObject([
    { field: 'Image', op: 'endswith', pattern: '\\powershell.exe' },
    { field: 'CommandLine', op: 'contains', pattern: ' -enc ', value: 'powershell /enc SQBFAFgA' },
    { kind: 'filter-not-held', selection: 'filter_main_updater' },
  ]);
});

test('the second example routes an event', () => {
  expect(run(examples[1]!)).toEqual([
    [1, 'rules in force,', 0, 'refused'],
    ['A service was installed', 'field'],
  ]);
});

test('the third example tells a miss', () => {
  const [said, failed] = run(examples[2]!);
  expect(said).toEqual([false, 2, 'of', 3]);
  expect(failed![0]).toMatchObject([{ selection: 'selection', field: 'CommandLine', actual: ['powershell -c 1'] }]);
});

test('the fourth example tells a blind rule and its settings', () => {
  expect(run(examples[3]!)).toEqual([
    ['field', ['sysmon']],
    ['mapped:4688', ['audit', 'policy']],
  ]);
});

test('the third example correlates, and a filter is put in', () => {
  const group = [{ field: 'IpAddress', value: '192.0.2.7' }];
  const correlated = examples.find((example) => example.includes('createCorrelator'))!;
  expect(run(correlated)).toEqual([
    [{ read: 3, loaded: 3, refused: 0 }],
    ['open', 3, 'record 3', group],
    ['updated', 4, 'record 3', group],
    ['closed', 4, 'record 3', group],
    [[{ rule: 'logon_failed', count: 5 }]],
  ]);
});

test('it names every modifier', () => {
  for (const name of Object.keys(sigma.MODIFIERS)) expect(readme).toMatch(new RegExp(`[ (]${name}[,.) ]`));
});
