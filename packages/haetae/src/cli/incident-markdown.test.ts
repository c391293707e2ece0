import { expect, test } from 'vitest';
import { plainMarkdown } from '../locale/index.ts';

test.each([
  ['[x](http://evil.example)', '\\[x\\]\\(http&#58;//evil.example\\)'],
  ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
  ['a|b', 'a\\|b'],
  ['# head', '\\# head'],
  ['`code`', '\\`code\\`'],
  ['www.evil.example', 'www&#46;evil.example'],
  ['a@evil.example', 'a&#64;evil.example'],
  ['C:\\x\\*_~', 'C:\\\\x\\\\\\*\\_\\~'],
])('%s stays text', (text, expected) => {
  expect(plainMarkdown(text)).toBe(expected);
});
