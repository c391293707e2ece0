import { expect, test } from 'vitest';
import { madeIncident } from '../incident/testing/incident.ts';
import { UTC, wordsOf } from '../locale/index.ts';
import { incidentMarkdown, plainMarkdown } from './incident-markdown.ts';

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

test('what a log says makes neither link, heading nor the end of a block', () => {
  const nasty = 'evil\n```\n# head\n[x](http://evil.example)';
  const made = madeIncident({
    processes: [{ key: 'a', image: 'C:\\x\\evil.exe', time: '09:00:00', command: `evil.exe ${nasty}` }],
    findings: [{ title: '[t](http://t.example)', process: 'a', decoded: nasty }],
  });
  const text = incidentMarkdown(made, wordsOf('en'), UTC);
  const [head, tree, ...rest] = text.split(/^````text$|^````$/m);
  expect(rest).toHaveLength(1);
  expect(tree).toContain('evil.exe evil ``` # head');
  for (const part of [head!, rest[0]!]) {
    expect(part.replace(/` [^\n]* `/g, '')).not.toMatch(/\]\(http|^# head|https?:\/\//m);
  }
});
