import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const folder = mkdtempSync(join(tmpdir(), 'haetae-incident-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Rules alone: the numbers that scores would add are another test's. */
const RULES = ['--detectors', 'sigma', '--timezone', 'KST'];
const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

let incidents: Record<string, unknown>[] = [];
let findings: Record<string, unknown>[] = [];
beforeAll(async () => {
  const [by, plain] = await Promise.all([
    haetae(['scan', SAMPLES, ...RULES, '--by', 'incident', '--format', 'jsonl']),
    haetae(['scan', SAMPLES, ...RULES, '--format', 'jsonl']),
  ]);
  incidents = lines(by.stdout);
  findings = lines(plain.stdout);
}, 120_000);

describe('scan --by incident', () => {
  test('a JSON line has its members in their order, times in UTC with seven digits', () => {
    const [first] = incidents;
    expect(Object.keys(first!)).toEqual([
      ...['id', 'rank', 'risk', 'level', 'from', 'to', 'hosts', 'users', 'tactics', 'techniques', 'title', 'story'],
      ...['findings', 'counts'],
    ]);
    expect(first).toMatchObject({
      rank: 1,
      level: 'critical',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      from: expect.stringMatching(/^2026-03-17T05:\d\d:\d\d\.\d{7}Z$/),
    });
    expect(incidents.map(({ rank }) => rank)).toEqual(incidents.map((_, i) => i + 1));
    const risks = incidents.map(({ risk }) => risk as number);
    expect(risks).toEqual([...risks].sort((a, b) => b - a));
  });

  test('every finding is in one incident, where it was found', () => {
    const key = (one: Record<string, unknown>): string =>
      JSON.stringify([(one.rule as { id: string }).id, one.file, one.record ?? one.line]);
    const inIncidents = incidents.flatMap((one) => (one.findings as Record<string, unknown>[]).map(key));
    expect(new Set(inIncidents).size).toBe(inIncidents.length);
    expect(inIncidents.sort()).toEqual(findings.map(key).sort());
  });

  test('each sentence of a story names the events that it is made from', () => {
    const places = new Set(
      incidents.flatMap((one) => (one.story as { events: { file: string }[] }[]).flatMap(({ events }) => events)),
    );
    expect(places.size).toBeGreaterThan(50);
    for (const one of incidents)
      for (const sentence of one.story as { text: string; events: unknown[] }[]) {
        expect(sentence.text).toMatch(/\.$/);
        expect(sentence.events.length).toBeGreaterThan(0);
      }
  });

  test('the same on every run, with more threads, and by its id in Korean', async () => {
    const again = await haetae([
      ...['scan', SAMPLES, ...RULES, '--by', 'incident', '--format', 'json', '--threads', '2'],
    ]);
    expect(JSON.parse(again.stdout)).toEqual(incidents);
    const { stdout, code } = await haetae([
      ...[
        'incident',
        SAMPLES,
        ...RULES,
        '--id',
        String(incidents[0]!.id).slice(0, 8),
        '--lang',
        'ko',
        '--format',
        'json',
      ],
    ]);
    expect(code).toBe(0);
    const whole = JSON.parse(stdout);
    expect(whole).toMatchObject({ id: incidents[0]!.id, findings: incidents[0]!.findings });
    const parts = (whole.waterfall as { points: number }[]).reduce((sum, { points }) => sum + points, 0);
    expect(parts).toBe(whole.risk);
    expect((whole.story as { text: string }[]).every(({ text }) => /니다(?:\([\s\S]*\))?\.$/.test(text))).toBe(true);
  });

  test('a table is a ranked list that says what to type next; by finding it is the timeline', async () => {
    const { stdout } = await haetae(['scan', SAMPLES, ...RULES]);
    const [first] = incidents;
    expect(stdout).toContain(`incidents from ${findings.length} findings`);
    expect(stdout).toContain('#1   ■ critical ');
    expect(stdout).toContain(String(first!.title).slice(0, 40));
    expect(stdout).toContain(
      `haetae incident ${SAMPLES} --detectors sigma --timezone KST --id ${String(first!.id).slice(0, 8)}`,
    );
    const timeline = await haetae(['scan', SAMPLES, ...RULES, '--by', 'finding']);
    expect(timeline.stdout).toContain(`${findings.length} findings   ■ critical`);
  });

  test('a sheet has a row an incident', async () => {
    const { stdout } = await haetae(['scan', SAMPLES, ...RULES, '--by', 'incident', '--format', 'csv', '--lang', 'ko']);
    expect(stdout.split('\r\n')[0]).toBe(
      '\ufeff순위,ID,위험도,수준,처음 (Asia/Seoul +09:00),마지막 (Asia/Seoul +09:00),처음 (UTC),마지막 (UTC),호스트,사용자,전술,기법,제목,경위,탐지,이벤트',
    );
  });

  test('an alert budget names each host’s threshold', async () => {
    const { stdout } = await haetae(['scan', SAMPLES, ...RULES, '--budget', '1']);
    expect(stdout).toContain('Alert budget: 1 a day and host');
    expect(stdout).toMatch(/SRV-FILE01: 1 alert in 1 day at risk \d+ and above/);
    expect((await haetae(['scan', SAMPLES, '--budget', '0'])).code).toBe(2);
  });
});

describe('incident', () => {
  test.each([
    ['--id', 'xyz', 'an id is 4 to 16 hexadecimal digits'],
    ['--id', '0000000000000000', 'no incident has this id'],
  ])('%s %s is wrong usage', async (flag, value, message) => {
    const { code, stderr } = await haetae(['incident', SAMPLES, ...RULES, flag, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('one incident whole, as text and as Markdown', async () => {
    const id = String(incidents[0]!.id);
    const [text, markdown] = await Promise.all([
      haetae(['incident', SAMPLES, ...RULES, '--id', id]),
      haetae(['incident', SAMPLES, ...RULES, '--id', id, '--format', 'md', '-o', join(folder, 'i.md'), '--lang', 'ko']),
    ]);
    for (const section of ['Story', 'Processes', 'Risk', 'Why these belong together', 'Evidence'])
      expect(text.stdout).toMatch(new RegExp(`^── ${section} `, 'm'));
    expect(text.stdout).toContain('└─ cmd.exe ▲');
    expect(markdown.code).toBe(0);
    const written = readFileSync(join(folder, 'i.md'), 'utf8');
    for (const section of ['경위', '프로세스 트리', '위험도 구성', '증거'])
      expect(written).toContain(`\n## ${section}\n`);
    // What a log says makes no link.
    expect(written.replace(/```[\s\S]*?```/g, '').replace(/` [^`]* `/g, '')).not.toMatch(/https?:\/\//);
  });

  test('an exception may be made from one', async () => {
    // One of which no finding looks like a rule's own example of an attack: that would be refused.
    const { id } = incidents.at(1)!;
    const { code, stdout } = await haetae(['exceptions', 'propose', SAMPLES, ...RULES, '--id', String(id)]);
    expect(code).toBe(0);
    expect(stdout).toContain(String(id));
  });

  test('without an id: the list', async () => {
    const { stdout } = await haetae(['incident', SAMPLES, ...RULES, '--lang', 'ko']);
    expect(stdout).toContain(`(탐지 ${findings.length}건에서)`);
  });
});
