import { type EventParts, PlainEvent } from '@haetae/event';
import { SigmaError } from '@haetae/sigma';
import { describe, expect, test } from 'vitest';
import { lintAdvice } from './advice.ts';
import { benchRules, createSample } from './bench.ts';
import { createExplainer } from './explain.ts';
import { readRules } from './read.ts';
import { createKinds, readyOf } from './ready.ts';
import { runRuleTests } from './run-tests.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const event = (fields: Record<string, string>, more: Partial<EventParts> = {}): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel: SYSMON,
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
    ...more,
  });
const RULE = `title: Web fetch
id: 11111111-2222-4333-8444-555555555555
tags: [attack.t1059.001]
logsource: {product: windows, category: process_creation}
detection:
  tool: {Image|endswith: '\\p.exe'}
  fetch: {CommandLine|contains: DownloadString}
  good: {User: backup}
  condition: tool and fetch and not good
level: high
`;
const entries = (...texts: string[]) => readRules(texts.map((text, i) => ({ path: `${i}.yml`, text }))).entries;
const [entry] = entries(RULE);
const rule = entry!.kind === 'rule' ? entry!.rule : undefined;

describe('a rule explained on events', () => {
  const explained = (events: readonly PlainEvent[], top = 5) => {
    const explainer = createExplainer(rule!, top);
    if (explainer instanceof SigmaError) throw explainer;
    for (const one of events) explainer.add(one, 'log');
    return explainer.result();
  };

  test('tells the nearest misses first, those that came out alike once', () => {
    const { events, looked, matched, misses } = explained([
      event({ Image: 'a.exe' }),
      event({ Image: 'c:\\p.exe', CommandLine: 'p x' }),
      event({ Image: 'c:\\p.exe', CommandLine: 'p x' }),
      event({ Image: 'c:\\p.exe', CommandLine: 'DownloadString', User: 'backup' }),
      event({ Image: 'c:\\p.exe' }, { eventId: 5 }),
    ]);
    expect([events, looked, matched]).toEqual([5, 4, 0]);
    expect(misses.map(({ count, explanation: { near } }) => [count, near.held, near.of, near.excludedBy])).toEqual([
      [2, 2, 3, []],
      [1, 2, 3, ['good']],
      [1, 1, 3, []],
    ]);
  });

  test('sees decoded commands as a scan does, and mapped logs by their way', () => {
    const hidden = Buffer.from('x.DownloadString(1) and more of it', 'utf16le').toString('base64');
    const { matches } = explained([
      event({ Image: 'c:\\p.exe', CommandLine: `powershell -enc ${hidden}` }),
      event(
        { NewProcessName: 'c:\\p.exe', CommandLine: 'DownloadString' },
        { channel: 'Security', eventId: 4688, provider: 'Microsoft-Windows-Security-Auditing' },
      ),
    ]);
    expect(matches.map(({ via }) => via)).toEqual(['field', 'mapped:4688']);
  });

  test('keeps no more than asked for', () => {
    const many = Array.from({ length: 1000 }, (_, i) => event({ Image: 'c:\\p.exe', CommandLine: `p ${i}` }));
    const { misses, looked } = explained(
      [...many, event({ Image: 'c:\\p.exe', CommandLine: 'DownloadString', User: 'backup' })],
      2,
    );
    expect([looked, misses.length]).toEqual([1001, 2]);
  });

  test('a rule that is not in force is its error', () => {
    const [bad] = entries(RULE.replace('process_creation', 'proces_creation'));
    expect(createExplainer(bad!.rule as never, 1)).toBeInstanceOf(SigmaError);
  });
});

test('what logs hold tells which rules could fire; the blind ones are grouped by what they lack', () => {
  const seen = createKinds();
  seen.add(event({ Image: 'a', CommandLine: 'b', User: 'c' }));
  seen.add(event({ Image: 'a', Hashes: '' }));
  const { kinds, events } = seen.result();
  expect(events).toBe(2);
  expect(kinds.map(({ fields, ...kind }) => [kind, [...fields]])).toEqual([
    [{ channel: SYSMON, eventId: 1, count: 2 }, ['Image', 'CommandLine', 'User']],
  ]);
  const image = (id: number): string =>
    RULE.replace('process_creation', 'image_load').replace('11111111', `${id}2222222`).replace('t1059.001', 't1003');
  const hashes = RULE.replace("Image|endswith: '\\p.exe'", 'OriginalFileName: x').replace('11111111', '33333333');
  const ready = readyOf(entries(RULE, image(1), image(2), hashes), kinds);
  expect([ready.canFire.map((e) => e.rule.path), ready.blind, ready.refused]).toEqual([['0.yml'], 3, 0]);
  expect(
    ready.groups.map(({ missing, rules, sources }) => [missing, rules.length, sources.map((s) => s.eventIds)]),
  ).toEqual([
    [{ kind: 'source' }, 2, [[7]]],
    [{ kind: 'fields', fields: ['OriginalFileName'] }, 1, []],
  ]);
  expect(ready.groups[0]!.settings[0]).toMatchObject({ kind: 'sysmon', element: 'ImageLoad' });
  const credentials = ready.tactics.find(({ tactic }) => tactic.shortname === 'credential-access')!;
  expect([credentials.rules, credentials.techniques.watched, credentials.techniques.blind]).toEqual([
    { canFire: 0, blind: 2 },
    0,
    1,
  ]);
});

describe('a bench', () => {
  test('measures over an even sample', () => {
    const sample = createSample(4);
    for (let i = 0; i < 10; i++) sample.add(event({ n: String(i) }));
    expect([sample.read, sample.events.map((one) => one.get('n'))]).toEqual([10, ['0', '4', '8']]);
  });

  test('tells each rule’s cost, dearest first, shares and matches', async () => {
    const events = [event({ Image: 'c:\\p.exe', CommandLine: 'DownloadString' }), event({ Image: 'x' })];
    const other = RULE.replace('process_creation', 'image_load').replace('11111111', '22222222');
    const rules = entries(RULE, other).flatMap((e) => (e.kind === 'rule' ? [e.rule] : []));
    let now = 0n;
    const cost = await benchRules(
      rules,
      { events, read: 2 },
      () => (now += 50n),
      async () => undefined,
    );
    expect(cost).toMatchObject({ sampled: 2, read: 2, idle: 1, plainNs: 25, fastNs: 25, matches: 1 });
    expect(cost.rules).toMatchObject([{ events: 2, matches: 1, nsPerEvent: 25, share: 1 }]);
  });
});

test('tests of rules are run with decoded texts; what has no rule or cannot be read fails', () => {
  const hidden = Buffer.from('x.DownloadString(1) and more of it', 'utf16le').toString('base64');
  const example = (command: string): string =>
    `  - {channel: ${SYSMON}, eventId: 1, fields: {Image: 'c:\\p.exe', CommandLine: '${command}'}}\n`;
  const { rules, problems } = runRuleTests(
    [
      {
        path: 't.yml',
        text: `rule: ${rule!.id}\npositive:\n${example(`powershell -enc ${hidden}`)}negative:\n${example('x')}`,
      },
      { path: 'u.yml', text: `rule: unknown\npositive:\n${example('x')}` },
      { path: 'v.yml', text: 'rule: x\npositive: 3\n' },
    ],
    [entry!],
  );
  expect(rules.map(({ passed, entry: of }) => [passed, of?.rule.title])).toEqual([
    [true, 'Web fetch'],
    [false, undefined],
  ]);
  expect(problems.map(({ file, line }) => [file, line])).toEqual([['v.yml', 2]]);
});

describe('what the linter is told', () => {
  const { tag, fields } = lintAdvice({ now: (name) => `now ${name}`, split: 'split' });
  test.each([
    ['attack.t1059.001', { known: true }],
    ['attack.t1562.001', { known: true, note: 'now attack.t1685' }],
    ['attack.defense-evasion', { known: true, note: 'split' }],
    ['attack.nonsense', { known: false }],
    ['car.2013-05-009', undefined],
  ])('of the tag %s', (text, advice) => {
    expect(tag!(text)).toEqual(advice);
  });
  test('of fields: those of the events, and those that the product adds', () => {
    const known = fields!({ product: 'windows', category: 'process_creation' })!;
    expect(['Image', 'CommandLine', 'Imphash', 'EventID', 'Nonsense'].map((name) => known.has(name))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(fields!({ product: 'windows', service: 'security' })).toBeUndefined();
    expect(fields!({ product: 'linux', category: 'process_creation' })).toBeUndefined();
  });
});
