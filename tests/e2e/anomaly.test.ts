import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haetae } from './haetae.ts';

const folder = mkdtempSync(join(tmpdir(), 'haetae-anomaly-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Accesses of three kinds, and on line 301 one of a tool that reads lsass, as flat JSON lines. */
function log(name: string, host: string, day: string, withTool: boolean): string {
  const kinds = [
    ['C:\\Windows\\System32\\svchost.exe', 'C:\\Windows\\System32\\cmd.exe', '0x1000'],
    ['C:\\Windows\\System32\\csrss.exe', 'C:\\Windows\\System32\\cmd.exe', '0x1fffff'],
    ['C:\\Program Files\\Agent\\agent.exe', 'C:\\Windows\\System32\\lsass.exe', '0x1000'],
  ];
  const tool = ['C:\\Users\\kim\\Downloads\\m.exe', 'C:\\Windows\\System32\\lsass.exe', '0x1410'];
  const lines = Array.from({ length: 601 }, (_, i) => {
    const [SourceImage, TargetImage, GrantedAccess] = withTool && i === 300 ? tool : kinds[((i * i) % 7) % 3]!;
    return JSON.stringify({
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Provider: 'Microsoft-Windows-Sysmon',
      EventID: 10,
      Hostname: host,
      UtcTime: `${day} 09:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}.000`,
      SourceImage,
      TargetImage,
      GrantedAccess,
      CallTrace: withTool && i === 300 ? 'C:\\Windows\\ntdll.dll+1|UNKNOWN(0001)' : 'C:\\Windows\\ntdll.dll+1',
    });
  });
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const clean = log('clean.json', 'PC01', '2025-06-23', false);
const attacked = log('attacked.json', 'PC01', '2025-06-24', true);
const baseline = join(folder, 'clean.baseline');
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('scan', () => {
  test('tells anomalies beside rules: rule is null, why is unusual; the receipt accounts for every event', async () => {
    const receipt = join(folder, 'receipt.json');
    const { code, stdout, stderr } = await haetae(['scan', attacked, '--format', 'jsonl', '--receipt', receipt]);
    expect(code).toBe(0);
    const told = lines(stdout).map((line) => JSON.parse(line));
    const [unusual] = told.filter(({ detector }) => detector === 'anomaly');
    expect(unusual).toMatchObject({
      rule: null,
      line: 301,
      why: [{ kind: 'unusual', family: 'process_access', baseline: 'this-data' }],
    });
    expect(stderr).toContain('scores: 601 events scored (100 % of all), as 4 distinct rows; hours in UTC');
    expect(JSON.parse(readFileSync(receipt, 'utf8')).scores).toMatchObject({ events: 601, without: [], told: 1 });
  });

  test('gives the same lines for any number of threads', async () => {
    const args = ['scan', clean, attacked, '--detectors', 'anomaly', '--format', 'jsonl'];
    const [one, three] = await Promise.all(['1', '3'].map((n) => haetae([...args, '--threads', n])));
    expect(three!.stdout).toBe(one!.stdout);
    expect(lines(one!.stdout).length).toBeGreaterThan(0);
  });

  test('tells no more of a host and day than the budget, and names what is just below', async () => {
    const { stderr } = await haetae(['scan', attacked, '--budget', '1', '--format', 'jsonl', '--by', 'finding']);
    expect(stderr).toContain('(at most 1 for each host and day, one for each program)');
  });

  test('without that detector there is none', async () => {
    const { stdout, stderr } = await haetae(['scan', attacked, '--detectors', 'sigma', '--format', 'jsonl']);
    expect(stdout).not.toContain('unusual');
    expect(stderr).not.toContain('scores:');
  });
});

describe('explain', () => {
  test('shows parts that sum, in both languages', async () => {
    const { code, stdout } = await haetae(['explain', attacked, '--line', '301']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^access to a process {3}score 0\.\d{3}, p 0\.003 among 601 events$/m);
    const parts = [...stdout.matchAll(/([+−]\d+\.\d\d)( [█░]*)?$/gm)].map(([, n]) => Number(n!.replace('−', '-')));
    const sum = parts.pop()!;
    expect(Math.abs(parts.reduce((a, b) => a + b, 0) - sum)).toBeLessThan(0.1);
    const korean = await haetae(['explain', attacked, '--line', '301', '--lang', 'ko']);
    expect(korean.stdout).toContain('대상이 lsass.exe');
  });

  test.each([
    ['no place', [], 2, 'Say which event'],
    ['both places', ['--line', '1', '--record', '1'], 2, 'not both'],
    ['a line without an event', ['--line', '9999'], 1, 'no event at line 9,999'],
  ])('%s', async (_, args, code, said) => {
    const done = await haetae(['explain', attacked, ...args]);
    expect([done.code, done.stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

describe('baseline', () => {
  test('learn, show, apply, refresh, diff', async () => {
    const learnt = await haetae(['baseline', 'learn', clean, '-o', baseline]);
    expect([learnt.code, learnt.stderr]).toEqual([
      0,
      expect.stringMatching(/baseline [0-9a-f]{16} of 601 events written/),
    ]);
    const shown = JSON.parse((await haetae(['baseline', 'show', baseline, '--format', 'json'])).stdout);
    expect(shown).toMatchObject({
      hosts: 1,
      previous: null,
      from: '2025-06-23T09:00:00.0000000Z',
      families: [{ id: 'process_access', events: 601, rows: 3 }],
    });

    const applied = await haetae(['baseline', 'apply', baseline, attacked, '--format', 'jsonl']);
    expect(lines(applied.stdout).map((line) => JSON.parse(line))).toMatchObject([
      { line: 301, why: [{ baseline: shown.version, among: 601 }] },
    ]);

    const next = join(folder, 'next.baseline');
    const refreshed = await haetae(['baseline', 'learn', clean, attacked, '--refresh', baseline, '-o', next]);
    expect(refreshed.stderr).toContain('events after 2025-06-23 09:10:00.000 UTC, the end of the old version');
    const newer = JSON.parse((await haetae(['baseline', 'show', next, '--format', 'json'])).stdout);
    expect(newer).toMatchObject({ previous: shown.version, families: [{ events: 1202 }] });
    expect((await haetae(['baseline', 'diff', baseline, next])).stdout).toMatch(/access to a process +601 +1,202/);
    expect((await haetae(['baseline', 'diff', baseline, baseline])).stdout).toBe('both hold the same\n');
  });

  test.each([
    ['learn without a file to write', ['learn', clean], 'Say where to write'],
    ['a file that is no baseline', ['show', clean], 'not a baseline'],
    ['a file that is not there', ['show', 'nowhere'], 'ENOENT'],
    ['one file to compare', ['diff', clean], 'Give two'],
  ])('%s is refused', async (_, args, said) => {
    const { code, stderr } = await haetae(['baseline', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
