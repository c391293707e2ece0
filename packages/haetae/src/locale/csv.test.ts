import { expect, test } from 'vitest';
import { row } from './csv.ts';

test.each([
  [['plain', '한글'], 'plain,한글\r\n'],
  [['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"\r\n'],
  [['=cmd|calc', '+1', '-enc', '@x', '\tx'], "'=cmd|calc,'+1,'-enc,'@x,'\tx\r\n"],
  [[' padded '], '" padded "\r\n'],
])('%j', (cells, text) => {
  expect(row(cells)).toBe(text);
});
