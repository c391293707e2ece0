import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { haetae, ROOT } from './haetae.ts';

const folder = mkdtempSync(join(tmpdir(), 'haetae-e2e-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const LOG = join(ROOT, 'packages/haetae/content/samples/DESKTOP-HT02_Sysmon.csv');
const path = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(path(name), 'utf8');

test('of logs: the report, its indicators, and a manifest that holds their hashes', async () => {
  const { code } = await haetae(['report', LOG, '--lang', 'ko', '-o', path('a.html')]);
  expect(code).toBe(0);
  const manifest = JSON.parse(text('a.manifest.json')) as { files: { name: string }[]; evidence: { sha256: string }[] };
  expect(manifest.files.map(({ name }) => name)).toEqual(['a.html', 'a.iocs.csv', 'a.stix.json']);
  expect(manifest.evidence[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(text('a.html')).toContain('<html lang="ko">');
  expect(JSON.parse(text('a.stix.json'))).toMatchObject({ type: 'bundle' });
});

test('awareness is declared by name, corrected only with a reason, and a changed record is refused', async () => {
  const kisa = [
    'report',
    LOG,
    '--template',
    'kisa',
    '--lang',
    'ko',
    '--format',
    'md',
    '-o',
    path('k.md'),
    '--record',
    path('r.jsonl'),
  ];
  const aware = (time: string, ...more: string[]) => haetae([...kisa, '--aware', time, ...more]);
  expect((await aware('2026-07-02T09:00')).stderr).toContain('--aware-by');
  expect((await aware('2026-07-02T09:00', '--aware-by', '홍길동')).code).toBe(0);
  expect(text('k.md')).toContain('홍길동');
  const before = text('r.jsonl');
  expect((await aware('2026-07-02T08:00', '--aware-by', '홍길동')).code).toBe(2);
  expect(text('r.jsonl')).toBe(before);
  expect((await aware('2026-07-02T08:00', '--aware-by', '홍길동', '--aware-reason', '시각 확인')).code).toBe(0);
  expect(text('r.jsonl').startsWith(before)).toBe(true);
  expect(text('k.md')).toMatch(/정정 1/);
  writeFileSync(path('r.jsonl'), text('r.jsonl').replace('홍길동', '임꺽정'));
  const { code, stderr } = await haetae(kisa);
  expect([code, stderr]).toEqual([2, expect.stringContaining('r.jsonl:1: ')]);
});

test('a supplementary report begins with what changed since the last one', async () => {
  const make = (...more: string[]) =>
    haetae([
      'report',
      LOG,
      '--template',
      'kisa',
      '--lang',
      'en',
      '-o',
      path('s.md'),
      '--record',
      path('s.jsonl'),
      ...more,
    ]);
  expect((await make()).code).toBe(0);
  writeFileSync(path('case.json'), JSON.stringify({ damage: 'One workstation.' }));
  expect((await make('--stage', 'supplement', '--case', path('case.json'))).code).toBe(0);
  const supplement = text('s.md');
  expect(supplement).toContain('added: One workstation.');
  // Made again it tells the same difference, and the record does not grow.
  const record = text('s.jsonl');
  expect((await make('--stage', 'supplement', '--case', path('case.json'))).code).toBe(0);
  expect([text('s.md'), text('s.jsonl')]).toEqual([supplement, record]);
});

test.each([
  { args: ['report'], says: '--incident' },
  { args: ['report', LOG, '--lang', 'fr'], says: '--lang fr' },
  { args: ['report', LOG, '--stage', 'first'], says: '--template kisa' },
  { args: ['report', '--incident', 'abcd1234', '--data', 'none'], says: 'none' },
])('$args is told what is wrong', async ({ args, says }) => {
  const { code, stderr } = await haetae(args, { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain(says);
  expect(existsSync(path('haetae-report.pdf'))).toBe(false);
});

test('a mistyped member of a case is refused with its place', async () => {
  writeFileSync(path('bad.json'), '{"systems":[{"hots":"A"}]}');
  const { code, stderr } = await haetae(['report', LOG, '--case', path('bad.json'), '-o', path('b.md')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('bad.json: systems[0]: no member is called "hots"')]);
});
