import { expect, test } from 'vitest';
import { sha256 } from './annex/manifest.ts';
import type { ReportOptions } from './contract.ts';
import { renderReport } from './render.ts';
import { inputOf, many, optionsOf, reported } from './testing/input.ts';
import { HAS_POPPLER, pdfText, popplerOf } from './testing/poppler.ts';

const made = (more: Partial<ReportOptions> = {}, incidents = [reported]) =>
  renderReport(inputOf(incidents), optionsOf(more), 'report');

test.each([
  { template: 'executive', languages: ['ko'] },
  { template: 'analyst', languages: ['ko', 'en'] },
  { template: 'kisa', languages: ['ko'], stage: 'first' },
] satisfies Partial<ReportOptions>[])('$template $languages: the same input gives the same bytes', (options) => {
  const [one, two] = [made(options), made(options)];
  expect(sha256(two.report.bytes)).toBe(sha256(one.report.bytes));
  expect(two.beside.map(({ name, bytes }) => [name, sha256(bytes)])).toEqual(
    one.beside.map(({ name, bytes }) => [name, sha256(bytes)]),
  );
});

test.runIf(HAS_POPPLER)('its Korean is copied out as it was written, hanja too', () => {
  const text = pdfText(made().report.bytes);
  for (const said of [
    '침해사고분석보고서',
    '로그로확인할수없는구간',
    '급여명세서.exe',
    '홍길동',
    '漢字',
    '인코딩된명령실행',
    '프로세스생성',
    '명령줄길이:900',
    'PC-1→PC-2(SMB)',
    '내부확산경로',
  ])
    expect(text).toContain(said);
});

test.runIf(HAS_POPPLER)('what a log says is printed as text, and what no font has by its number', () => {
  const text = pdfText(made().report.bytes);
  for (const said of [
    '#read("/etc/passwd")$x^2$=heading`raw`*bold*_it_@ref<label>\\~',
    '<script>alert(1)</script>',
    '[link](https://evil.example)',
    '=HYPERLINK("https://evil.example","x")',
    '\\u{202e}exe.fdp\\u{202c}',
    'nul\\u{0}bell\\u{7}esc\\u{1b}[31m\\u{1}\\u{d800}half',
    'one\\nline\\nandanother',
    '\\u{4f60}',
    '\\u{1f600}',
  ])
    expect(text).toContain(said);
});

test.runIf(HAS_POPPLER)('every font is embedded as a subset with its letters told', () => {
  const fonts = popplerOf(made().report.bytes, 'pdffonts').trim().split('\n').slice(2);
  expect(fonts.length).toBeGreaterThan(2);
  for (const font of fonts) expect(font).toMatch(/ yes yes yes /);
});

test.runIf(HAS_POPPLER)('contents lead to the parts, pages are counted, indicators are attached', () => {
  const { bytes } = made({ template: 'kisa', stage: 'first' }).report;
  expect(popplerOf(bytes, 'pdfinfo', '-dests')).toContain('XYZ');
  const pages = Number(/Pages:\s+(\d+)/.exec(popplerOf(bytes, 'pdfinfo'))![1]);
  expect(pdfText(bytes)).toContain(`${pages}/${pages}`);
  expect(popplerOf(bytes, 'pdfdetach', '-list')).toContain('report.iocs.csv');
});

test.runIf(HAS_POPPLER)('the KISA form keeps the order of Korean incident reports', () => {
  const text = pdfText(made({ template: 'kisa', stage: 'first' }).report.bytes);
  const parts = [
    '1.개요',
    '2.사고인지경위',
    '3.피해시스템',
    '4.타임라인',
    '5.침투경로및원인',
    '6.공격기법',
    '7.피해내용',
    '8.조치현황',
    '9.재발방지대책',
  ];
  const at = parts.map((part) => text.lastIndexOf(part));
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at[0]).toBeGreaterThan(0);
});

test('200 incidents are one report', { timeout: 60_000 }, () => {
  const { report } = made({}, many(200));
  expect(Buffer.from(report.bytes.subarray(0, 5)).toString()).toBe('%PDF-');
});
