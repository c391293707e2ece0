import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ledger } from '../../ledger.ts';
import { JsonValues } from './values.ts';

interface Result {
  values: unknown[];
  lines: number[];
  lost: string[];
}

function read(text: string | Buffer, chunk = 1 << 20, limits: { limit?: number; depth?: number } = {}): Result {
  const bytes = Buffer.from(text);
  const ledger = new Ledger();
  const splitter = new JsonValues(ledger, limits);
  const values: unknown[] = [];
  const lines: number[] = [];
  const take = (piece: Buffer, last: boolean): void => {
    for (const entry of splitter.feed(piece, last)) {
      values.push(entry.value);
      lines.push(entry.line);
      expect(JSON.parse(entry.text)).toEqual(entry.value);
    }
  };
  for (let at = 0; at < bytes.length; at += chunk) take(bytes.subarray(at, at + chunk), false);
  take(Buffer.alloc(0), true);
  const lost = ledger
    .notices()
    .flatMap(({ kind, code, examples }) =>
      examples.map(({ where }) => `${kind} ${code} ${where.kind === 'line' ? where.line : where.kind}`),
    );
  return { values, lines, lost };
}

describe.each([1, 3, 1 << 20])('in chunks of %d bytes', (chunk) => {
  test.each([
    { name: 'one a line', text: '{"a":1}\n\n{"a":"é"}\r\n{"a":3}', values: [1, 'é', 3], lines: [1, 3, 4] },
    { name: 'an array, one a line', text: '[\n{"a":1},\n{"a":2}\n]\n', values: [1, 2], lines: [2, 3] },
    { name: 'an array on one line', text: '[{"a":1},{"a":2},{"a":"}{"}]', values: [1, 2, '}{'], lines: [1, 1, 1] },
    {
      name: 'pretty-printed',
      text: '[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]',
      values: [1, 2],
      lines: [2, 5],
    },
    { name: 'concatenated', text: '{\n"a":\n1}{"a":2}\n{"a":3}', values: [1, 2, 3], lines: [1, 3, 4] },
    { name: 'text sequences', text: '\x1e{"a":1}\n\x1e{"a":2}\n', values: [1, 2], lines: [1, 2] },
    {
      name: 'a search',
      text: '{"took":1,"hits":{"total":{"value":2},"hits":[\n{"a":1},\n{"a":2}]},\n"x":[{"y":1}]}',
      values: [1, 2],
      lines: [2, 3],
    },
    {
      name: 'a table of results',
      text: '{"preview":false,"fields":[{"name":"x"}],"results":[{"a":1}, {"a":2}]}\n',
      values: [1, 2],
      lines: [1, 1],
    },
    { name: 'escapes', text: '{"a":"\\\\"}\n{"a":"\\"}"}{"a":"\\u007d"}', values: ['\\', '"}', '}'], lines: [1, 2, 2] },
  ])('$name', ({ text, values, lines }) => {
    const result = read(text, chunk);
    expect(result.values.map((value) => (value as { a: unknown }).a)).toEqual(values);
    expect(result.lines).toEqual(lines);
    expect(result.lost).toEqual([]);
  });

  test.each([
    { name: 'a cut line', text: '{"a":1}\n{"a":\n{"a":3}\n{"a":4}', values: [1, 3, 4], lost: ['lost json-syntax 2'] },
    { name: 'a line cut in a string', text: '{"a":"x\n{"a":3}\n', values: [3], lost: ['lost json-syntax 1'] },
    { name: 'a line cut behind a value', text: '{"a":1,"b":2\n{"a":3}\n', values: [3], lost: ['lost json-syntax 1'] },
    { name: 'a line cut behind a comma', text: '{"a":1,\n{"a":3}\n', values: [3], lost: ['lost json-syntax 1'] },
    {
      name: 'no JSON',
      text: '{"a":1}\nhello\n{"a":2} x\n',
      values: [1, 2],
      lost: ['lost json-syntax 2', 'lost json-syntax 3'],
    },
    { name: 'a wrong bracket', text: '{"a":[1}\n{"a":2}\n', values: [2], lost: ['lost json-syntax 1'] },
    { name: 'single quotes', text: '{\'a\':1}\n{"a":2}\n', values: [2], lost: ['lost json-syntax 1'] },
    {
      name: 'the end within a pretty object',
      text: '{\n"a":1\n}\n{\n"a":2',
      values: [1],
      lost: ['lost json-syntax 4'],
    },
    {
      name: 'junk before an object',
      text: '\0\x05Mac OS X{"a":1}\n{"a":2}\n',
      values: [1, 2],
      lost: ['repaired json-syntax 1'],
    },
    {
      name: 'a log head before an object',
      text: 'Nov 22 host app: {"a":1}\n',
      values: [1],
      lost: ['repaired json-syntax 1'],
    },
    { name: 'a cut array', text: '[{"a":1},\n', values: [1], lost: ['repaired json-syntax 2'] },
    { name: 'too deep', text: `{"a":${'['.repeat(9)}\n{"a":2}\n`, values: [2], lost: ['lost nesting-too-deep 1'] },
    {
      name: 'too long',
      text: `[{"a":1},{"a":"${'x'.repeat(300)}"},{"a":3}]\n{"a":4}`,
      values: [1, 3, 4],
      lost: ['lost line-too-long 1'],
    },
  ])('$name', ({ text, values, lost }) => {
    const result = read(text, chunk, { limit: 200, depth: 8 });
    expect(result.values.map((value) => (value as { a: unknown }).a)).toEqual(values);
    expect(result.lost).toEqual(lost);
  });
});

describe('an object beyond the limit is passed over in bounded memory', () => {
  const before = `${'{"a":0}'.padEnd(99)}\n`.repeat(400);
  const long = 'x'.repeat(600_000);
  test.each([
    { name: 'on a line', text: `{"a":"${long}"}\n{"a":2}\n`, lines: [402] },
    { name: 'in an array on one line', text: `[{"a":"${long}"},{"a":2}]`, lines: [401] },
    { name: 'unfinished', text: `{"a":"${long}\n{"a":2}\n`, lines: [402] },
    { name: 'over many lines', text: `{"a":[\n${'1,\n'.repeat(200_000)}1]}\n{"a":2}`, lines: [200_403] },
    { name: 'no object at all', text: `${long}\n{"a":2}`, lines: [402] },
  ])('$name', ({ text, lines }) => {
    const result = read(before + text, 10_000, { limit: 1000 });
    expect(result.lines.slice(400)).toEqual(lines);
    expect(result.lost).toEqual([text.startsWith('x') ? 'lost json-syntax 401' : 'lost line-too-long 401']);
  });
});

test('any objects in any layout come back, with their lines', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(object, fc.constantFrom(0, 1, 2), fc.constantFrom('\n', '', '\r\n', '\n\n'))),
      fc.integer({ min: 1, max: 60 }),
      (items, chunk) => {
        // A member that looks like a wrapper would be one.
        let text = '{"System":1}\n';
        const lines: number[] = [1];
        for (const [value, indent, end] of items) {
          lines.push(text.split('\n').length);
          text += JSON.stringify(value, null, indent) + end;
        }
        const result = read(text, chunk);
        expect(result.values.slice(1)).toEqual(items.map(([value]) => JSON.parse(JSON.stringify(value))));
        expect(result.lines).toEqual(lines);
        expect(result.lost).toEqual([]);
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test('no bytes crash it, and what is not an object is told', () => {
  const token = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\n', '\\', '1', ' ', '{"a":1}', '"b"', '\0', 'é');
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), fc.integer({ min: 1, max: 60 }), (tokens, chunk) => {
      const text = tokens.join('');
      const whole = read(text);
      expect(read(text, chunk)).toEqual(whole);
      if (/[^\s,[\]\x1e]/.test(text)) expect(whole.values.length + whole.lost.length).toBeGreaterThan(0);
    }),
    { seed: 11, numRuns: 2000 },
  );
});
