import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../testing/clock.ts';
import { itemsOf, readUntil, textsOf } from '../../testing/read.ts';
import type { Chunk } from '../source.ts';
import { tail } from './tail.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-tail-'));
  path = join(folder, 'app.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const source = (from: 'beginning' | 'end' = 'beginning') =>
  tail({ path, host: 'h1', from, clock: manualClock(), pollMs: 1 });
const line = (n: number): string => `{"host":"h1","n":${n}}`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `${line(from + i)}\n`).join('');
const numbers = (chunks: readonly Chunk[]): string =>
  textsOf(chunks)
    .map((text) => text.replace(/^\{"host":"h1","n":(\d+)\}$/, '$1'))
    .join(' ');

/** Reads until so many lines are there, doing `then` when the first have been read. */
async function read(
  count: number,
  bookmark?: string,
  then: (() => void)[] = [],
  from: 'beginning' | 'end' = 'beginning',
) {
  const steps = [...then];
  const got = await readUntil(source(from), bookmark, (all) => {
    const seen = itemsOf(all) + all.filter(({ kind }) => kind === 'gap').length;
    steps.shift()?.();
    return seen >= count;
  });
  return { text: numbers(got.chunks), bookmark: got.bookmark };
}

test('what stands in a file, then what comes; a line only when it is whole', async () => {
  writeFileSync(path, `${lines(1, 3)}{"host":"h1","n":`);
  const got = await read(4, undefined, [() => {}, () => appendFileSync(path, '4}\n')]);
  expect(got.text).toBe('1 2 3 4');
});

test('from the end: only what comes, and it is known from then on where that was', async () => {
  writeFileSync(path, lines(1, 3));
  const first = await readUntil(source('end'), undefined, (all) => all.length === 1);
  expect(itemsOf(first.chunks)).toBe(0);
  appendFileSync(path, lines(4, 5));
  expect((await read(2, first.bookmark, [], 'end')).text).toBe('4 5');
});

test('a file that is not there yet is waited for, and read from its beginning', async () => {
  const stop = setTimeout(() => writeFileSync(path, lines(1, 2)), 20);
  expect((await read(2)).text).toBe('1 2');
  clearTimeout(stop);
});

test('on from the bookmark', async () => {
  writeFileSync(path, lines(1, 3));
  const { bookmark } = await read(3);
  appendFileSync(path, lines(4, 6));
  expect((await read(3, bookmark)).text).toBe('4 5 6');
});

describe('renamed and begun anew', () => {
  const rotate = (): void => {
    appendFileSync(path, lines(4, 5));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(6, 7));
  };

  test('while it is read', async () => {
    writeFileSync(path, lines(1, 3));
    expect((await read(7, undefined, [() => {}, rotate])).text).toBe('1 2 3 4 5 6 7');
  });

  test('while nobody looked', async () => {
    writeFileSync(path, lines(1, 3));
    const { bookmark } = await read(3);
    rotate();
    expect((await read(4, bookmark)).text).toBe('4 5 6 7');
  });

  test('a last line without an end is given', async () => {
    writeFileSync(path, lines(1, 2));
    const { bookmark } = await read(2);
    appendFileSync(path, line(3));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(4, 4));
    expect((await read(2, bookmark)).text).toBe('3 4');
  });

  test('and the old one gone: that is told', async () => {
    writeFileSync(path, lines(1, 3));
    const { bookmark } = await read(3);
    rotate();
    rmSync(`${path}.1`);
    const got = await read(3, bookmark);
    expect(got.text).toBe('(truncated) 6 7');
    appendFileSync(path, lines(8, 8));
    expect((await read(1, got.bookmark)).text).toBe('8');
  });
});

describe('copied and truncated', () => {
  const rotate = (from = 6, to = 7): void => {
    appendFileSync(path, lines(4, 5));
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    appendFileSync(path, lines(from, to));
  };

  test.each(['while it is read', 'while nobody looked'])(
    '%s: what stands in the copy alone is read there',
    async (when) => {
      writeFileSync(path, lines(1, 3));
      if (when === 'while it is read')
        expect((await read(7, undefined, [() => {}, () => rotate()])).text).toBe('1 2 3 4 5 6 7');
      else {
        const { bookmark } = await read(3);
        rotate();
        expect((await read(4, bookmark)).text).toBe('4 5 6 7');
      }
    },
  );

  test('a new file that is longer by now is known by its beginning', async () => {
    writeFileSync(path, lines(1, 3));
    const { bookmark } = await read(3);
    rotate(60, 90);
    expect((await read(33, bookmark)).text).toMatch(/^4 5 60 61 .* 90$/);
  });

  test('without a copy it is told', async () => {
    writeFileSync(path, lines(1, 3));
    const { bookmark } = await read(3);
    truncateSync(path, 0);
    appendFileSync(path, lines(6, 6));
    expect((await read(2, bookmark)).text).toBe('(truncated) 6');
  });
});

test('objects stay as they are save for a host where they name none, text becomes a message, in order', async () => {
  writeFileSync(path, '{"a":1}\nplain words\r\n\n{broken\n{"b":{"Computer":"x"}}\n');
  const { chunks } = await readUntil(source(), undefined, (all) => itemsOf(all) >= 4);
  expect(chunks.flatMap((chunk) => (chunk.kind === 'items' ? [`${chunk.format} ${chunk.items}`] : []))).toEqual([
    'ndjson 0',
    'ndjson 1',
    'syslog 2',
    'ndjson 1',
  ]);
  expect(textsOf(chunks)).toEqual([
    '{"host":"h1","a":1}',
    '<13>1 - h1 app.log - - - plain words',
    '<13>1 - h1 app.log - - - {broken',
    '{"b":{"Computer":"x"}}',
  ]);
});

test('a line beyond a megabyte is given in pieces', async () => {
  writeFileSync(path, `${'x'.repeat(1024 * 1024 + 10)}\nend\n`);
  const { chunks } = await readUntil(source(), undefined, (all) => itemsOf(all) >= 3);
  expect(textsOf(chunks).map((text) => text.length - '<13>1 - h1 app.log - - - '.length)).toEqual([1024 * 1024, 10, 3]);
});

test.each([
  ['{}', '{"host":"h1"}'],
  ['{ }', '{"host":"h1"}'],
  ['  {"x":"한글"}', '{"host":"h1","x":"한글"}'],
  ['{"Hostname":"web"}', '{"Hostname":"web"}'],
  ['{"winlog":{"computer_name":"dc"}}', '{"winlog":{"computer_name":"dc"}}'],
])('the object %s is sent as %s', async (written, sent) => {
  writeFileSync(path, `${written}\n`);
  const { chunks } = await readUntil(source(), undefined, (all) => itemsOf(all) >= 1);
  expect(textsOf(chunks)).toEqual([sent]);
});
