import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haetae } from './haetae.ts';

/** Campaigns by the command line: what is written in one form is read back as what is written in another. */
const root = mkdtempSync(join(tmpdir(), 'haetae-lab-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const emitted = async (format: string, ...more: string[]): Promise<string> => {
  const folder = join(root, `${format}${more.join('')}`);
  const { code, stderr } = await haetae([
    'lab',
    'emit',
    'lateral-three-hosts',
    '-o',
    folder,
    '--format',
    format,
    '--background',
    '300',
    ...more,
  ]);
  expect(stderr).toMatch(/lateral-three-hosts: [\d,]+ events, 8\d of them the campaign's/);
  expect(code).toBe(0);
  return folder;
};

interface Line {
  readonly eventRecordId: number;
  readonly channel: string;
  readonly eventId: number;
  readonly computer: string;
  readonly data: Readonly<Record<string, string>>;
}

/** As the reader sees them, in one order; classic sources' nameless data aside, which each form names in its own way. */
const readBack = async (path: string): Promise<Map<string, Line['data']>> => {
  const { code, stdout, stderr } = await haetae(['dump', path, '--format', 'jsonl', '--canonical']);
  expect(code, stderr).toBe(0);
  const events = new Map<string, Line['data']>();
  for (const text of stdout.trim().split('\n')) {
    const { computer, channel, eventRecordId, data } = JSON.parse(text) as Line;
    if (channel !== 'Windows PowerShell') events.set(`${computer} ${channel} ${eventRecordId}`, data);
  }
  return events;
};

describe('haetae lab emit', () => {
  test.each(['evtx', 'xml', 'flat'])('%s is read back as Winlogbeat’s lines are', async (format) => {
    const lines = await readBack(join(await emitted('winlogbeat'), 'events.jsonl'));
    expect(lines.size).toBeGreaterThan(800);
    const folder = await emitted(format);
    const other = await readBack(format === 'flat' ? join(folder, 'events.jsonl') : folder);
    expect(other.size).toBe(lines.size);
    for (const [key, data] of lines) expect(other.get(key), key).toEqual(data);
  });

  test.each(['ko', 'en'])('Event Viewer’s CSV in %s is read back, Sysmon’s fields and all', async (language) => {
    const folder = await emitted('csv', '--csv-lang', language);
    const { stdout, code } = await haetae([
      'dump',
      join(folder, 'DESKTOP-HT29_Sysmon.csv'),
      '--timezone',
      'Asia/Seoul',
    ]);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const lines = [...(await readBack(join(root, 'winlogbeat', 'events.jsonl')))].filter(([key]) =>
      key.startsWith('DESKTOP-HT29.haetae.example Microsoft-Windows-Sysmon'),
    );
    expect(events.length).toBe(lines.length);
    expect(events.some(({ data }) => data.ParentImage === 'C:\\Windows\\hh.exe')).toBe(true);
  });

  test('the same seed gives the same bytes', async () => {
    const [one, two] = [await emitted('evtx'), await emitted('evtx', '--seed', '1')];
    for (const name of ['DESKTOP-HT29_Sysmon.evtx', 'labels.jsonl'])
      expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name)))).toBe(true);
  });

  test('list, show and check tell of the campaigns', async () => {
    expect((await haetae(['lab', 'list'])).stdout).toMatch(/kimsuky-like-lure .* Kimsuky-like/);
    expect((await haetae(['lab', 'show', 'ransomware', '--lang', 'ko'])).stdout).toMatch(
      /02:31:40 {2}섀도 복사본과 백업을 지운다\n {6}T1490 · impact/,
    );
    const { code, stdout } = await haetae(['lab', 'check']);
    expect([code, stdout]).toEqual([0, '12 campaigns, 0 problems\n']);
  });

  test.each([
    [['lab', 'emit', 'nothing', '-o', 'x'], /there is no campaign nothing; there are: administrators-odd-day,/],
    [['lab', 'emit', 'ransomware'], /name a folder \(-o\) or a server/],
    [['lab', 'emit', 'ransomware', '-o', 'x', '--day', 'today'], /--day takes a date such as 2026-03-17, not today/],
    [['lab', 'emit', 'ransomware', '--server', 'http://127.0.0.1:9'], /a token is needed/],
    [['lab', 'check', join(root, 'none')], /there are no campaigns at/],
  ])('%j says what is wrong', async (args, said) => {
    const { code, stderr } = await haetae(args, { env: { HAETAE_TOKEN: '' } });
    expect(stderr).toMatch(said);
    expect(code).toBe(2);
  });
});
