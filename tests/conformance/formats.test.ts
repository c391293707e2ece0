import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalLine } from '../../packages/haetae/src/source/canonical.ts';
import { makeHead } from '../../packages/haetae/src/source/encoding/index.ts';
import { json } from '../../packages/haetae/src/source/formats/json/json.ts';
import { xml } from '../../packages/haetae/src/source/formats/xml/xml.ts';
import { Ledger } from '../../packages/haetae/src/source/ledger.ts';
import type { Format, Input } from '../../packages/haetae/src/source/source.ts';
import { data, describeWithData } from '../data.ts';

/** The canonical lines of a file, in chunks of a size that cuts events and characters. */
async function canonical(format: Format, bytes: Buffer): Promise<{ lines: string[]; ledger: Ledger }> {
  const head = makeHead(bytes.subarray(0, 64 * 1024));
  expect(format.sniff(head)).toBe(true);
  const input: Input = {
    path: 'x',
    size: bytes.length,
    head: head.bytes,
    async *bytes() {
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
    },
  };
  const ledger = new Ledger();
  const lines: string[] = [];
  for await (const batch of format.read(input, head, { timeZone: 'UTC' }, ledger))
    for (const event of batch.events) lines.push(canonicalLine(event));
  return { lines, ledger };
}

describeWithData('formats/', () => {
  const names = Object.keys(JSON.parse(readFileSync(data('formats', 'index.json'), 'utf8')) as Record<string, unknown>);
  const expected = (name: string): string[] =>
    readFileSync(data('oracle', 'canonical', `${name}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\{"record":\d+,/, '{'));

  test.each(names)('%s.xml', async (name) => {
    const { lines, ledger } = await canonical(xml, readFileSync(data('formats', `${name}.xml`)));
    expect(lines).toEqual(expected(name));
    expect(ledger.notices().filter(({ kind }) => kind === 'lost')).toEqual([]);
  });

  test.each(names)('%s.jsonl', async (name) => {
    const { lines, ledger } = await canonical(json, readFileSync(data('formats', `${name}.jsonl`)));
    expect(lines).toEqual(expected(name));
    expect(ledger.notices().filter(({ kind }) => kind === 'lost')).toEqual([]);
  });
});
