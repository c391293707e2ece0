import { describe, expect, test } from 'vitest';
import { CSV_LIMITS, type CsvOptions, type CsvProblem, CsvTokenizer, detectDelimiter, lineEndOf } from './csv.ts';

function read(text: string, options: Partial<CsvOptions> = {}, piece = text.length) {
  const problems: CsvProblem[] = [];
  const tokenizer = new CsvTokenizer({ delimiter: ',', problem: (p) => problems.push(p), ...options });
  const rows = [];
  for (let at = 0; at < text.length; at += piece) rows.push(...tokenizer.push(text.slice(at, at + piece)));
  rows.push(...tokenizer.end());
  return { rows: rows.map(({ line, cells }) => [line, ...cells]), problems };
}

/** Rows begin with the word `row`. */
const looksLikeRow = (text: string, at: number) => text.startsWith('row,', at);

describe('sound text', () => {
  test.each([
    {
      what: 'plain rows',
      text: 'a,b\nc,d\n',
      rows: [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    },
    {
      what: 'no line end at the end',
      text: 'a,b\nc,',
      rows: [
        [1, 'a', 'b'],
        [2, 'c', ''],
      ],
    },
    {
      what: 'CRLF',
      text: 'a,b\r\n"c",d\r\n',
      rows: [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    },
    {
      what: 'line breaks within a cell',
      text: 'a,"1\n2\r\n3\r4"\nb,c\n',
      rows: [
        [1, 'a', '1\n2\r\n3\r4'],
        [4, 'b', 'c'],
      ],
    },
    { what: 'doubled quotes', text: '"""a"" ""b""",""\n', rows: [[1, '"a" "b"', '']] },
    { what: 'a quote within a cell without quotes', text: 'a"b,c"\n', rows: [[1, 'a"b', 'c"']] },
    { what: 'delimiters within quotes', text: '"a,b",",",c\n', rows: [[1, 'a,b', ',', 'c']] },
    {
      what: 'blank lines, which count',
      text: '\na\n\n\nb\n',
      rows: [
        [2, 'a'],
        [5, 'b'],
      ],
    },
    {
      what: 'blanks after the closing quote',
      text: '"a" ,"b"  \nc,d',
      rows: [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    },
    {
      what: 'only a quoted cell at the end',
      text: 'a\n"b\nc"',
      rows: [
        [1, 'a'],
        [2, 'b\nc'],
      ],
    },
  ])('$what', ({ text, rows }) => {
    for (const piece of [text.length, 1, 2, 3]) expect(read(text, {}, piece)).toEqual({ rows, problems: [] });
  });

  test('other delimiters, and CR alone as line end', () => {
    expect(read('a\tb,c\n', { delimiter: '\t' }).rows).toEqual([[1, 'a', 'b,c']]);
    expect(read('a;"b\r;"\rc;d', { delimiter: ';', lineEnd: '\r' }).rows).toEqual([
      [1, 'a', 'b\r;'],
      [3, 'c', 'd'],
    ]);
  });

  test('a value that looks like a row, within sound quotes, stays a value', () => {
    const text = 'row,"x\nrow,""forged""\nrow,forged"\nrow,y\n';
    expect(read(text, { looksLikeRow })).toEqual({
      rows: [
        [1, 'row', 'x\nrow,"forged"\nrow,forged'],
        [4, 'row', 'y'],
      ],
      problems: [],
    });
  });
});

describe('broken quotes', () => {
  test('a cell that is not closed ends before the next row, not at the next quote', () => {
    const text = 'row,"x\nmore\nrow,"y"\nrow,z\n';
    for (const piece of [text.length, 1, 5]) {
      const { rows, problems } = read(text, { looksLikeRow }, piece);
      expect(rows).toEqual([
        [1, 'row', 'x\nmore'],
        [3, 'row', 'y'],
        [4, 'row', 'z'],
      ]);
      expect(problems).toEqual([
        { code: 'csv-quote', line: 1, detail: 'the cell is not closed; it was ended before the next row' },
      ]);
    }
  });

  test('the same when no quote follows to the end', () => {
    const { rows, problems } = read('row,1\nrow,"x\nrow,y\nrow,z', { looksLikeRow });
    expect(rows).toEqual([
      [1, 'row', '1'],
      [2, 'row', 'x'],
      [3, 'row', 'y'],
      [4, 'row', 'z'],
    ]);
    expect(problems).toMatchObject([{ code: 'csv-quote', line: 2 }]);
  });

  test('without a known shape the rest of the text is the cell', () => {
    const { rows, problems } = read('a,b\nc,"d\ne,f\n');
    expect(rows).toEqual([
      [1, 'a', 'b'],
      [2, 'c', 'd\ne,f\n'],
    ]);
    expect(problems).toMatchObject([{ code: 'csv-quote', line: 2, detail: 'the cell is not closed; the text ended' }]);
  });

  test('quotes that were not doubled are read as they stand', () => {
    const { rows, problems } = read('row,"x\nsay "hi" you",z\nrow,1\n', { looksLikeRow });
    expect(rows).toEqual([
      [1, 'row', 'x\nsay "hi" you', 'z'],
      [3, 'row', '1'],
    ]);
    expect(problems).toMatchObject([{ code: 'csv-quote', line: 2 }]);
  });

  test('a message of many lines without quotes belongs to its row', () => {
    for (const piece of [100, 1]) {
      const { rows, problems } = read('head,x\nrow,a\nb: 1\n\nc: 2, "3"\nrow,d\n\nrow,e', { looksLikeRow }, piece);
      expect(rows).toEqual([
        [1, 'head', 'x'],
        [2, 'row', 'a\nb: 1\n\nc: 2, "3"'],
        [6, 'row', 'd'],
        [8, 'row', 'e'],
      ]);
      expect(problems).toMatchObject([{ code: 'csv-quote', line: 3 }]);
    }
  });
});

describe('limits', () => {
  test('a cell that is never closed costs itself alone', () => {
    const text = `row,a\nrow,"${'x'.repeat(CSV_LIMITS.cell + 10)}\nrow,b\n`;
    const { rows, problems } = read(text, { looksLikeRow }, 64 * 1024);
    expect(rows).toEqual([
      [1, 'row', 'a'],
      [3, 'row', 'b'],
    ]);
    expect(problems).toEqual([
      { code: 'line-too-long', line: 2, detail: `a cell of more than ${CSV_LIMITS.cell} characters` },
    ]);
  });

  test('a line without end is not kept', () => {
    const tokenizer = new CsvTokenizer({ delimiter: ',', problem: (p) => problems.push(p) });
    const problems: CsvProblem[] = [];
    const piece = 'x,'.repeat(32 * 1024);
    for (let i = 0; i < 200; i++) expect(tokenizer.push(piece)).toEqual([]);
    expect(tokenizer.push('\na,b\n')).toEqual([{ line: 2, cells: ['a', 'b'] }]);
    expect(problems).toMatchObject([{ code: 'line-too-long', line: 1 }]);
  });

  test('more cells than any log has are cut', () => {
    expect(read(`${','.repeat(5000)}\na`).rows.map((row) => row.length)).toEqual([CSV_LIMITS.cells + 1, 2]);
  });
});

test('a mutated text never loses its place: sound rows after the damage are read with their lines', () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  for (let round = 0; round < 300; round++) {
    const body = Array.from({ length: 20 }, (_, i) => `row,${i},"a\n""b"",\nc"\n`).join('');
    const at = random(body.length / 2);
    const damaged = body.slice(0, at) + '"\n,x'[random(4)] + body.slice(at + random(3));
    const { rows } = read(damaged, { looksLikeRow }, 1 + random(90));
    expect(rows.at(-1)!.slice(1)).toEqual(['row', '19', 'a\n"b",\nc']);
    expect(rows.at(-1)![0]).toBe(damaged.split('\n').length - 3);
  }
});

test.each([
  ['a,b,c\n1,2,3', ','],
  ['a\tb, c\n', '\t'],
  ['a;b;c\n', ';'],
  ['"a;b",c\n', ','],
  ['single\n', ','],
] as const)('delimiter of %j', (text, delimiter) => expect(detectDelimiter(text)).toBe(delimiter));

test('line ends', () => {
  expect(lineEndOf('a\rb\nc')).toBe('\n');
  expect(lineEndOf('a\rb\r')).toBe('\r');
  expect(lineEndOf('a\r')).toBe('\n');
});
