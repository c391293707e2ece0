import { describe, expect, test } from 'vitest';
import { correlation, hear, type Row, RULES, run, seconds } from './testing/run.ts';

const E = (letter: string, fields: Record<string, string | number> = {}) => ({ E: letter, ...fields });

describe("the specification's examples, in words of our own", () => {
  const RECON = RULES + correlation('type: temporal\nrules: [a, b, c]\ngroup-by: [ComputerName, User]\ntimespan: 5m');
  test('three reconnaissance commands of one user on one system within five minutes', () => {
    const by = (ComputerName: string, User: string) => ({ ComputerName, User });
    const rows: Row[] = [
      [0, E('b', by('ws1', 'eve'))],
      [10, E('a', by('ws2', 'eve'))],
      [60, E('c', by('ws1', 'eve'))],
      [200, E('a', by('ws1', 'mallory'))],
      [299, E('a', by('ws1', 'eve'))],
    ];
    expect(run(RECON, rows)).toEqual(['found ws1/eve @299 0-300 value=3 count=3']);
  });

  test('many failed logons to a host in an hour', () => {
    const text =
      RULES +
      correlation('type: event_count\nrules: [a]\ngroup-by: [ComputerName]\ntimespan: 1h\ncondition: {gte: 100}');
    const rows = Array.from({ length: 120 }, (_, i): Row => [i * 30, E('a', { ComputerName: 'dc1' })]);
    expect(run(text, rows)).toEqual(['found dc1 @2970 0-3600 value=120 count=120']);
  });

  test('logons that fail with more than a hundred accounts from one workstation a day', () => {
    const text =
      RULES +
      correlation(
        'type: value_count\nrules: [a]\ngroup-by: [ComputerName, WorkstationName]\ntimespan: 1d\ncondition: {field: User, gte: 100}',
      );
    const rows = Array.from(
      { length: 300 },
      (_, i): Row => [i * 60, E('a', { ComputerName: 'dc1', WorkstationName: 'w', User: `u${i % 150}` })],
    );
    expect(run(text, rows)).toEqual(['found dc1/w @5940 0-86400 value=150 count=300']);
  });

  test('much data to one site; a high average', () => {
    const sum =
      RULES +
      correlation(
        'type: value_sum\nrules: [a]\ngroup-by: [SourceIP, User]\ntimespan: 1h\ncondition: {field: bytes_sent, gt: 1000000}',
      );
    const rows: Row[] = [
      [0, E('a', { SourceIP: '192.0.2.1', User: 'u', bytes_sent: 600_000 })],
      [1800, E('a', { SourceIP: '192.0.2.1', User: 'u', bytes_sent: 500_000 })],
      [1900, E('a', { SourceIP: '192.0.2.2', User: 'u', bytes_sent: 900_000 })],
    ];
    expect(run(sum, rows)).toEqual(['found 192.0.2.1/u @1800 0-3600 value=1100000 count=2']);
    const average = sum.replace('value_sum', 'value_avg').replace('1h', '24h').replace('1000000', '560000');
    expect(run(average, rows)).toEqual(['found 192.0.2.2/u @1900 1900-88300 value=900000 count=1']);
  });

  const ALIASES =
    RULES +
    correlation(
      'type: temporal\nrules: [a, b]\ngroup-by: [inner, outer]\ntimespan: 10s\naliases:\n  inner: {a: destination.ip, b: source.ip}\n  outer: {a: source.ip, b: destination.ip}',
    );
  test('an error within, then a connection the other way: one address under two names', () => {
    const flow = (from: string, to: string) => ({ 'source.ip': from, 'destination.ip': to });
    const rows: Row[] = [
      [0, E('a', flow('198.51.100.9', '10.0.0.5'))],
      [1, E('b', flow('198.51.100.9', '10.0.0.5'))],
      [4, E('b', flow('10.0.0.5', '198.51.100.9'))],
    ];
    expect(run(ALIASES, rows)).toEqual(['found 10.0.0.5/198.51.100.9 @4 0-10 value=2 count=2']);
  });

  const BRUTE =
    RULES +
    correlation('type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 10m\ncondition: {gte: 10}', 'many') +
    correlation('type: temporal_ordered\nrules: [many, b]\ngroup-by: [User]\ntimespan: 10m');
  const failures = (user: string, from: number, n: number): Row[] =>
    Array.from({ length: n }, (_, i) => [from + i, E('a', { User: user })]);

  test.each<[string, readonly Row[], string[]]>([
    [
      'ten failures, then a success',
      [...failures('u', 0, 10), [60, E('b', { User: 'u' })]],
      ['found u @60 9-609 value=2 count=2'],
    ],
    ['nine failures, then a success', [...failures('u', 0, 9), [60, E('b', { User: 'u' })]], []],
    ['a success, then ten failures', [[0, E('b', { User: 'u' })], ...failures('u', 1, 10)], []],
    ['another user succeeds', [...failures('u', 0, 10), [60, E('b', { User: 'v' })]], []],
    [
      'the success comes late',
      [...failures('u', 0, 10), [609, E('b', { User: 'u' })]],
      ['found u @609 9-609 value=2 count=2'],
    ],
    ['the success comes too late', [...failures('u', 0, 10), [609.1, E('b', { User: 'u' })]], []],
  ])('%s', (_what, rows, findings) => {
    expect(run(BRUTE, rows)).toEqual(findings);
  });
});

describe('correlations over correlations', () => {
  test('the one above groups by fields that the one below does not: each of its values counts', () => {
    const text =
      RULES +
      correlation(
        'type: value_count\nrules: [a]\ngroup-by: [Ip]\ntimespan: 10m\ncondition: {field: User, gte: 3}',
        'spray',
      ) +
      correlation('type: temporal_ordered\nrules: [spray, b]\ngroup-by: [User]\ntimespan: 10m');
    const rows: Row[] = [
      ...['ann', 'bob', 'cy', 'dan'].map((User, i): Row => [i, E('a', { Ip: '192.0.2.1', User })]),
      [10, E('b', { User: 'Ann' })],
      [11, E('b', { User: 'dan' })],
      [12, E('b', { User: 'zoe' })],
    ];
    // Dan was sprayed when the spray was known already.
    expect(run(text, rows)).toEqual(['found ann @10 2-602 value=2 count=2', 'found dan @11 3-603 value=2 count=2']);
  });

  test('a finding below counts once, whatever events it has', () => {
    const text =
      RULES +
      correlation('type: event_count\nrules: [a]\ngroup-by: [Host]\ntimespan: 1m\ncondition: {gte: 2}', 'burst') +
      correlation('type: value_count\nrules: [burst]\ntimespan: 1h\ncondition: {field: Host, gte: 3}');
    const rows = ['h1', 'h2', 'h3'].flatMap((Host, i): Row[] =>
      [0, 1, 2, 3].map((t) => [i * 100 + t, E('a', { Host })]),
    );
    expect(run(text, rows)).toEqual(['found @201 1-3601 value=3 count=3']);
  });

  test('one that is judged at the end of its window counts at the time of its last event', () => {
    const text =
      RULES +
      correlation('type: temporal\nrules: [a, b]\ncondition: a and not b\ntimespan: 1m', 'alone') +
      correlation('type: temporal_ordered\nrules: [alone, c]\ntimespan: 1m');
    expect(
      run(text, [
        [0, E('a')],
        [30, E('c')],
      ]),
    ).toEqual(['found @30 0-60 value=2 count=2']);
    expect(
      run(text, [
        [0, E('a')],
        [30, E('c')],
        [40, E('b')],
      ]),
    ).toEqual([]);
    expect(
      run(text, [
        [0, E('a')],
        [61, E('c')],
      ]),
    ).toEqual([]);
  });

  test('three high: aliases reach through', () => {
    const text =
      RULES +
      correlation(
        'type: event_count\nrules: [a]\ngroup-by: [who]\naliases: {who: {a: UserA}}\ntimespan: 1m\ncondition: {gte: 2}',
        'low',
      ) +
      correlation('type: temporal\nrules: [low, b]\ngroup-by: [who]\naliases: {who: {b: UserB}}\ntimespan: 1m', 'mid') +
      correlation(
        'type: temporal\nrules: [mid, c]\ngroup-by: [account]\naliases: {account: {mid: who, c: UserC}}\ntimespan: 1m',
      );
    const rows: Row[] = [
      [0, E('a', { UserA: 'u' })],
      [1, E('a', { UserA: 'u' })],
      [2, E('b', { UserB: 'u' })],
      [3, E('c', { UserC: 'u' })],
      [4, E('c', { UserC: 'v' })],
    ];
    expect(run(text, rows)).toEqual(['found u @3 2-62 value=2 count=2']);
  });

  test('with generate those below speak too', () => {
    const text =
      RULES +
      correlation('type: event_count\nrules: [a]\ntimespan: 1m\ncondition: {gte: 2}', 'low') +
      correlation('type: temporal\nrules: [low, b]\ntimespan: 1m\ngenerate: true');
    const found = hear(text, [
      [0, E('a')],
      [1, E('a')],
      [2, E('b')],
    ]).filter(({ state }) => state === 'closed');
    expect(found.map((f) => [f.correlation.name, seconds(f)])).toEqual([
      ['low', 1],
      ['found', 2],
    ]);
  });
});
