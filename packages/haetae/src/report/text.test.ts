import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { current, TACTICS, TECHNIQUES } from '../attack/index.ts';
import { defanged } from './annex/defang.ts';
import { productAdvice, productClocks } from './content.ts';
import type { ReportOptions } from './contract.ts';
import { renderReport } from './render.ts';
import { BREAK, breakable, safeText } from './safe.ts';
import { inputOf, optionsOf, reported } from './testing/input.ts';

const made = (more: Partial<ReportOptions>): string =>
  Buffer.from(renderReport(inputOf([reported]), optionsOf(more), 'report').report.bytes).toString('utf8');

test.each([
  ['\u202egpj.exe', '\\u{202e}gpj.exe'],
  ['a\u0000b\u001b[31m', 'a\\u{0}b\\u{1b}[31m'],
  ['one\r\ntwo\tthree', 'one\\ntwo three'],
  ['\u1112\u1161\u11ab', '한'],
  ['half \ud800', 'half \\u{d800}'],
  ['\u200b\u00ad\ufeff', '\\u{200b}\\u{ad}\\u{feff}'],
  ['汉字 홍길동', '汉字 홍길동'],
])('%j is shown as %j', (text, shown) => {
  expect(safeText(text)).toBe(shown);
});

test('a letter that no font has is written by its number', () => {
  expect(safeText('가나', (c) => c === 0xac00)).toBe('가\\u{b098}');
});

test('breaks stand behind the parts of a path and within long runs, and nothing else is changed', () => {
  const path = 'C:\\Users\\kim\\AppData\\Local\\Temp\\aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.exe';
  expect(breakable(path).split(BREAK).join('')).toBe(path);
  expect(
    breakable(path)
      .split(BREAK)
      .every((part) => part.length <= 24),
  ).toBe(true);
  expect(breakable('short.exe')).toBe('short.exe');
  expect(breakable('powershell.exe').split(BREAK)).toEqual(['powershell.exe']);
  expect(breakable('sysmon-Logs.csv:3522').split(BREAK)).toEqual(['sysmon-', 'Logs.csv:', '3522']);
});

test.each([
  ['address', '10.1.2.3:443', '10[.]1[.]2[.]3:443'],
  ['domain', 'evil.example', 'evil[.]example'],
  ['file', '\\\\10.1.2.3\\share\\x.exe', '\\\\10[.]1[.]2[.]3\\share\\x.exe'],
  ['registry', 'HKLM\\x = http://a.example', 'HKLM\\x = hxxp://a.example'],
] as const)('a %s is defanged: %s', (kind, value, shown) => {
  expect(defanged(kind, value)).toBe(shown);
});

test.each(['executive', 'analyst', 'kisa'] as const)(
  'HTML, %s: no level of headings is left out on the way down',
  (template) => {
    const levels = [...made({ format: 'html', template }).matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
    expect(levels.length).toBeGreaterThan(10);
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
  },
);

test('HTML: what a log says makes no element, and nothing is asked for from elsewhere', () => {
  const html = made({ format: 'html', languages: ['ko', 'en'] });
  expect(html).not.toMatch(/<script|<img|onerror=alert\(2\)>|\u202e/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(
    [...html.matchAll(/(?:src|href)="([^"]*)"/g)]
      .map(([, to]) => to!)
      .filter((to) => !/^#|^https:\/\/attack\.mitre\.org\//.test(to)),
  ).toEqual([]);
  expect(html).toContain(`content="default-src 'none'`);
});

test('Markdown: what a log says is neither link nor cell nor fence', () => {
  const md = made({ format: 'md' });
  // A block of code is text whatever it holds, as long as nothing in it ends it.
  const outside = md.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
  expect(outside).not.toMatch(/\]\(https:\/\/evil|```/);
  expect(md).toContain('\\[link\\]\\(https&#58;//evil.example\\)');
  const cells = md.split('\n').filter((line) => /^\| .*\\\| cell/.test(line));
  expect(cells.length).toBeGreaterThan(0);
});

test('the sheet of indicators holds no formula, and STIX is the same for the same report', () => {
  const [one, two] = [1, 2].map(() => renderReport(inputOf([reported]), optionsOf({ format: 'md' }), 'report').beside);
  const csv = Buffer.from(one![0]!.bytes).toString('utf8');
  expect(csv.split('\r\n').filter((line) => /(?:^|,)"?[=+@]/.test(line))).toEqual([]);
  expect(Buffer.from(two![1]!.bytes).equals(Buffer.from(one![1]!.bytes))).toBe(true);
});

test('recommendations are of techniques and tactics of today, in both languages', () => {
  const { techniques, tactics } = productAdvice();
  expect([...techniques.keys()].filter((id) => current(id) !== id)).toEqual([]);
  expect(TACTICS.map(({ shortname }) => shortname).filter((name) => !tactics.has(name))).toEqual([]);
  for (const [id, { ko, en }] of [...techniques, ...tactics]) {
    expect(ko.length, id).toBe(en.length);
    expect(
      ko.every((line) => /[가-힣]/.test(line)),
      id,
    ).toBe(true);
  }
  expect(TECHNIQUES.length).toBeGreaterThan(techniques.size);
});

test('three duties to report come with the product, and each says on what it rests', () => {
  expect(productClocks().map(({ hours }) => hours)).toEqual([24, 72, null]);
});

test('the template asks for no package and reads no file', () => {
  const template = readFileSync(new URL('../../content/report/report.typ', import.meta.url), 'utf8');
  expect(template).not.toMatch(/#import|#include|read\(|@preview/);
});
