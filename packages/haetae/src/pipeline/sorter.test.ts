import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sorter } from './sorter.ts';

interface Row {
  readonly key: number;
  readonly n: number;
}

async function sorted(keys: readonly number[], rowsInMemory: number): Promise<Row[]> {
  const sorter = new Sorter<Row>((a, b) => a.key - b.key, rowsInMemory);
  try {
    keys.forEach((key, n) => sorter.add({ key, n }));
    const rows: Row[] = [];
    for await (const row of sorter.sorted()) rows.push(row);
    return rows;
  } finally {
    sorter.dispose();
  }
}

test('rows that were spilled to disk come back as a stable sort in memory gives them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (keys, limit) => {
        const plain = keys.map((key, n) => ({ key, n })).sort((a, b) => a.key - b.key);
        expect(await sorted(keys, limit)).toEqual(plain);
      },
    ),
    { numRuns: 50, seed: 7 },
  );
});

test('nothing stays on disk afterwards', async () => {
  const before = new Set(readdirSync(tmpdir()));
  await sorted([3, 1, 2, 5, 4], 2);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('haetae-sort-') && !before.has(name));
  expect(left.filter((name) => existsSync(`${tmpdir()}/${name}`))).toEqual([]);
});

test('text with line separators survives the disk', async () => {
  const sorter = new Sorter<{ text: string }>((a, b) => (a.text < b.text ? -1 : 1), 1);
  for (const text of ['b\u2028\u2029\n', 'a\r\u0085']) sorter.add({ text });
  const texts: string[] = [];
  for await (const row of sorter.sorted()) texts.push(row.text);
  sorter.dispose();
  expect(texts).toEqual(['a\r\u0085', 'b\u2028\u2029\n']);
});
