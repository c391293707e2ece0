import { PlainEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { type Detector, describeProblem, type FiledFinding, type FiledSignal, type Finding } from '../../index.ts';
import { sigma } from './sigma.ts';

const rule = (name: string, id: number, extra = ''): string =>
  `title: Rule ${name}\nname: ${name}\n${extra}logsource: {product: windows, service: security}\ndetection:\n  s: {EventID: ${id}}\n  condition: s\n`;
const correlation = (title: string, body: string, extra = ''): string =>
  `title: ${title}\n${extra}correlation: {${body}, timespan: 10m}\n`;
const FAILED = rule('failed', 4625, 'level: low\ntags: [attack.credential-access, attack.t1110]\n');
const MANY = correlation('Many', 'type: event_count, rules: [failed], group-by: [TargetUserName], condition: {gte: 3}');

const detector = (minLevel: Finding['level'], ...documents: readonly string[]): Detector =>
  sigma.create({ rules: [{ path: 'r.yml', text: documents.join('---\n') }], minLevel });

const START = Date.UTC(2026, 0, 15, 9);
const event = (seconds: number, eventId: number, fields: Record<string, string>): PlainEvent =>
  new PlainEvent({
    timeMs: START + seconds * 1000,
    timeTicks: 7,
    computer: 'DC01',
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId,
    eventRecordId: 1000 + seconds,
    position: { kind: 'record', record: seconds },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

/** What is found in events of one file: at once, and in the end. */
function found(
  one: Detector,
  events: readonly PlainEvent[],
): { single: readonly Finding[]; several: readonly FiledFinding[] } {
  const signals: FiledSignal[] = [];
  const single = events.flatMap((e) =>
    one.detect(e, (signal) =>
      signals.push({ ...(JSON.parse(JSON.stringify(signal)) as typeof signal), file: 'dc.evtx' }),
    ),
  );
  const several = [...signals.flatMap((signal) => one.follow?.(signal) ?? []), ...(one.finish?.() ?? [])];
  return { single, several };
}

const failures = (n: number): PlainEvent[] =>
  Array.from({ length: n }, (_, i) => event(i, 4625, { TargetUserName: 'svc', IpAddress: '192.0.2.5' }));

test('a finding tells the event that met the condition, and why in all', () => {
  const { single, several } = found(detector('informational', FAILED, MANY), failures(4));
  expect(single).toEqual([]);
  expect(several).toEqual([
    {
      detector: 'sigma',
      rule: { id: '', title: 'Many', path: 'r.yml' },
      level: 'low',
      attack: { tactics: ['credential-access'], techniques: ['T1110'] },
      via: 'field',
      why: [
        {
          kind: 'correlated',
          type: 'event_count',
          condition: 'gte 3',
          fields: [],
          value: 4,
          approximate: false,
          values: [],
          timespan: '10m',
          from: '2026-01-15T09:00:00.0000007Z',
          to: '2026-01-15T09:10:00.0000007Z',
          group: [{ field: 'TargetUserName', value: 'svc' }],
          count: 4,
          rules: [{ rule: 'failed', count: 4 }],
          first: [0, 1, 2, 3].map((record) => ({
            rule: 'failed',
            time: `2026-01-15T09:00:0${record}.0000007Z`,
            computer: 'DC01',
            channel: 'Security',
            eventId: 4625,
            eventRecordId: 1000 + record,
            record,
            file: 'dc.evtx',
          })),
          last: [],
        },
      ],
      event: {
        timeMs: START + 2000,
        timeTicks: 7,
        computer: 'DC01',
        channel: 'Security',
        provider: 'Microsoft-Windows-Security-Auditing',
        eventId: 4625,
        eventRecordId: 1002,
        position: { kind: 'record', record: 2 },
      },
      fields: { TargetUserName: 'svc', IpAddress: '192.0.2.5' },
      file: 'dc.evtx',
    },
  ]);
});

describe('which rules are in force', () => {
  const FILTER =
    'title: Known\nlogsource: {product: windows, service: security}\nfilter: {rules: any, s: {TargetUserName: scanner}, condition: s}\n';
  test.each<[string, Finding['level'], readonly string[], readonly [number, number, number], readonly string[]]>([
    ['a rule, its correlation and a filter', 'informational', [FAILED, MANY, FILTER], [3, 0, 0], []],
    [
      'above the level of the rule, a correlation of that level',
      'high',
      [FAILED, `${MANY}level: high\n`],
      [2, 0, 0],
      [],
    ],
    ['a correlation below the level, and with it its rule', 'high', [FAILED, MANY], [0, 2, 0], []],
    [
      'a rule that is asked for by itself as well',
      'high',
      [FAILED.replace('low', 'high'), MANY.replace('gte: 3}', 'gte: 3}, generate: true')],
      [2, 0, 0],
      [],
    ],
    [
      'a correlation whose rule has no event source',
      'informational',
      [FAILED.replace('security', 'sceurity'), MANY],
      [0, 0, 2],
      [
        'r.yml:5:12: no event source for service sceurity; did you mean security?',
        'r.yml:11:42: failed, to which this correlation refers, is not in force',
      ],
    ],
    [
      'a correlation over nothing',
      'informational',
      [FAILED, MANY.replace('[failed]', '[faild]')],
      [1, 0, 1],
      ['r.yml:11:42: no rule is called faild; did you mean failed?'],
    ],
  ])('%s', (_what, minLevel, documents, [inForce, belowLevel, refused], problems) => {
    const one = detector(minLevel, ...documents);
    expect(one.counts).toEqual({ inForce, belowLevel, refused });
    expect(one.problems.map(describeProblem)).toEqual(problems);
  });

  test('a rule that a correlation refers to makes no finding by itself, unless generate says so', () => {
    const titles = (documents: readonly string[], minLevel: Finding['level'] = 'informational'): string[] => {
      const { single, several } = found(detector(minLevel, ...documents), failures(3));
      return [...single, ...several].map((f) => f.rule!.title);
    };
    const loud = `${MANY.replace('gte: 3}', 'gte: 3}, generate: true')}level: high\n`;
    expect(titles([FAILED])).toEqual(['Rule failed', 'Rule failed', 'Rule failed']);
    expect(titles([FAILED, MANY])).toEqual(['Many']);
    expect(titles([FAILED, loud])).toEqual(['Rule failed', 'Rule failed', 'Rule failed', 'Many']);
    expect(titles([FAILED, loud], 'high')).toEqual(['Many']);
    expect(titles([FAILED.replace('level: low', 'haetae: {base: true}\nlevel: low'), loud])).toEqual(['Many']);
    expect(titles([FAILED, MANY, FILTER.replace('scanner', 'svc')])).toEqual([]);
  });
});

test('what could not be looked at is said in the end', () => {
  const one = detector('informational', FAILED, MANY.replace('TargetUserName', 'Nobody'));
  const timeless = event(0, 4625, { TargetUserName: 'svc' });
  found(one, [...failures(2), new PlainEvent({ ...timeless, timeMs: Number.NaN })]);
  expect(one.problems.map((p) => `${p.severity} ${p.code} ${describeProblem(p)}`)).toEqual([
    'warning correlation-limit r.yml:10:1: Many: 1 of 3 matches have no time, or came too late to be put in order',
  ]);
  const other = detector('informational', FAILED, MANY.replace('TargetUserName', 'Nobody'));
  found(other, failures(2));
  expect(other.problems.map(describeProblem)).toEqual([
    'r.yml:10:1: Many: none of 2 matches has a value in each of Nobody',
  ]);
});
