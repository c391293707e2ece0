import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  builtinCampaigns,
  type Campaign,
  checkCampaigns,
  emit,
  FIRST_DAY,
  flatLine,
  type LogEvent,
  labelOf,
  readCampaigns,
  winlogbeatLine,
} from './index.ts';

const { campaigns, problems } = checkCampaigns(builtinCampaigns());
const options = { seed: 1, firstDay: FIRST_DAY, background: 0 };
const byId = (id: string): Campaign => campaigns.find((one) => one.id === id)!;
const events = (campaign: Campaign, more: object = {}): LogEvent[] =>
  [...emit(campaign, { ...options, ...more })].flat();

describe('built-in campaigns', () => {
  test('are sound, and every event that they expect is there', () => {
    expect(problems).toEqual([]);
    expect(campaigns.length).toBeGreaterThanOrEqual(12);
    expect(campaigns.filter(({ kind }) => kind === 'benign').map(({ id }) => id)).toEqual(['administrators-odd-day']);
  });

  test('leave every event of Sysmon from 1 to 29, alone or among an ordinary day', () => {
    const ids = new Set(
      campaigns
        .flatMap((one) =>
          events({ ...one, days: 1, steps: one.steps.filter(({ day }) => day === 1) }, { background: 400 }),
        )
        .filter(({ shape }) => shape.channel === 'Microsoft-Windows-Sysmon/Operational')
        .map(({ shape }) => shape.eventId),
    );
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, i) => i + 1));
  });
});

describe('emit', () => {
  const hashOf = (campaign: Campaign, more: object): string => {
    const hash = createHash('sha256');
    for (const event of events(campaign, more)) hash.update(winlogbeatLine(event)).update(flatLine(event));
    return hash.digest('hex');
  };
  const ransomware = byId('ransomware');

  test('the same seed gives the same bytes, another seed others', () => {
    const first = hashOf(ransomware, { background: 500 });
    expect(hashOf(ransomware, { background: 500 })).toBe(first);
    expect(hashOf(ransomware, { background: 500, seed: 2 })).not.toBe(first);
  });

  test('events are in order, and numbered by log', () => {
    const all = events(byId('lateral-three-hosts'), { background: 300 });
    const last = new Map<string, number>();
    let ms = 0;
    for (const event of all) {
      expect(event.ms).toBeGreaterThanOrEqual(ms);
      ms = event.ms;
      const log = `${event.computer}|${event.shape.channel}`;
      const before = last.get(log);
      if (before !== undefined) expect(event.record).toBe(before + 1);
      last.set(log, event.record);
    }
  });

  test('a process has one GUID, process id and image in all its events, and a parent that was told or was there before', () => {
    const told = new Map<string, string>();
    const wrong: string[] = [];
    for (const { shape, values } of events(byId('kimsuky-like-lure'), { background: 300 })) {
      const get = (name: string): string => String(values[shape.names.indexOf(name)] ?? '');
      if (!shape.names.includes('ProcessGuid')) continue;
      const says = `${get('ProcessId')} ${get('Image')}`;
      const before = told.get(get('ProcessGuid'));
      if (before !== undefined && before !== says) wrong.push(`${before} ≠ ${says}`);
      told.set(get('ProcessGuid'), says);
    }
    expect(wrong).toEqual([]);
  });

  test('labels name the events of the steps alone', () => {
    const labels = events(ransomware, { background: 300 }).flatMap((event) => labelOf(event) ?? []);
    expect(new Set(labels.map(({ step }) => step))).toEqual(new Set(ransomware.steps.map(({ id }) => id)));
    expect(labels.length).toBe(events(ransomware).length);
  });

  test.each([
    ['office', 'insider-exfiltration', 0, 2000],
    ['a Sunday', 'insider-exfiltration', 5, 400],
  ])('an ordinary day has about the events asked for: %s', (_, id, daysLater, most) => {
    const campaign = { ...byId(id), steps: [], hosts: byId(id).hosts.slice(0, 1) };
    const firstDay = new Date(Date.parse(FIRST_DAY) + daysLater * 86_400_000).toISOString().slice(0, 10);
    const count = events(campaign, { background: 2000, firstDay }).length;
    expect(count).toBeGreaterThan(most * 0.2);
    expect(count).toBeLessThan(most * 1.25);
  });
});

const SOUND = `title: {ko: 제목, en: Title}
summary: {ko: 요약, en: Summary}
hosts:
  pc: {name: PC-1, role: office, user: kim}
steps:
  - id: one
    at: 09:00:00
    title: {ko: 하나, en: One}
    technique: [T1059.001]
    tactic: execution
    do:
      - start: {as: sh, by: explorer, image: 'C:\\Windows\\System32\\cmd.exe'}
    events:
      - {log: sysmon, id: 1, Image: '*\\cmd.exe'}
`;

describe('problems are told by line and column', () => {
  const problemsOf = (text: string) =>
    checkCampaigns([{ path: 'x.yml', text }]).problems.map(
      ({ line, column, code, about }) => `${line}:${column} ${code} ${about}`,
    );

  test('a sound one has none', () => expect(problemsOf(SOUND)).toEqual([]));
  test.each([
    ['no YAML', SOUND.replace('steps:', 'steps: ['), /^\d+:\d+ yaml /],
    ['an unknown name', `${SOUND}colour: red\n`, /^15:1 unknown-key colour$/],
    ['a verb that is none', SOUND.replace('- start:', '- strat:'), /^12:9 no-verb strat$/],
    [
      'an argument that is missing',
      SOUND.replace(", image: 'C:\\Windows\\System32\\cmd.exe'", ''),
      /^12:9 missing start.image$/,
    ],
    ['an argument that is unknown', SOUND.replace('as: sh', 'az: sh'), /^12:17 unknown-key start.az$/],
    ['no technique', SOUND.replace('T1059.001', 'T9999'), /^9:16 no-technique T9999$/],
    ['no time', SOUND.replace('09:00:00', '9 am'), /^7:9 no-time at$/],
    ['no host', SOUND.replace('as: sh', 'host: x, as: sh'), /^12:23 no-host x$/],
    [
      'a process that is not there',
      SOUND.replace('by: explorer', 'by: nobody'),
      /^12:1 cannot-play start: .*runs no nobody/,
    ],
    ['an event that is not left', SOUND.replace('*\\cmd.exe', '*\\calc.exe'), /^\d+:\d+ not-seen one: .* 1 Image: /],
  ])('%s', (_, text, expected) => expect(problemsOf(text).join('\n')).toMatch(expected));

  test('one with problems is not among the campaigns', () =>
    expect(readCampaigns([{ path: 'x.yml', text: SOUND.replace('execution', 'nothing') }]).campaigns).toEqual([]));
});
