import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkedRules } from '../link.ts';
import { createCorrelator } from './correlator.ts';
import type { BaseMatch, Correlator, CorrelatorOptions, CorrelatorState } from './index.ts';
import { findWindows } from './testing/model.ts';
import {
  correlation,
  type Found,
  hear,
  link,
  matchesOf,
  type Row,
  RULES,
  run,
  START,
  seconds,
  short,
} from './testing/run.ts';

type Match = BaseMatch<number, string>;

const COUNT = RULES + correlation('type: event_count\nrules: [a]\ngroup-by: [U]\ntimespan: 10s\ncondition: {gte: 3}');

function started(text: string | LinkedRules, options: CorrelatorOptions = {}, state?: CorrelatorState<number, string>) {
  const linked = typeof text === 'string' ? link(text) : text;
  return { linked, correlator: createCorrelator<number, string>(linked.correlations, options, state) };
}

const a = (...times: readonly number[]): Row[] => times.map((t) => [t, { E: 'a', U: 'u' }]);

describe('events that come late', () => {
  test.each<[string, CorrelatorOptions, readonly number[], string[], number]>([
    ['out of order within the lateness', { latenessMs: 5000 }, [2, 0, 5, 1], ['found u @2 0-10 value=4 count=4'], 0],
    ['as late as may be', { latenessMs: 5000 }, [6, 1, 7], ['found u @7 1-11 value=3 count=3'], 0],
    ['later', { latenessMs: 5000 }, [6, 0.999, 7], [], 1],
    ['in order, however long ago', { latenessMs: 0 }, [0, 1, 2], ['found u @2 0-10 value=3 count=3'], 0],
    ['of one millisecond, without lateness', { latenessMs: 0 }, [1, 1, 1], ['found u @1 1-11 value=3 count=3'], 0],
    ['by a millisecond, without lateness', { latenessMs: 0 }, [1, 1.001, 1], [], 1],
  ])('%s', (_what, options, times, findings, late) => {
    const { linked, correlator } = started(COUNT, options);
    for (const match of matchesOf(linked, correlator, a(...times))) correlator.add(match);
    expect(
      correlator
        .finish()
        .filter((f) => f.state === 'closed')
        .map(short),
    ).toEqual(findings);
    expect(correlator.stats[0]!.stats).toMatchObject({ matches: times.length, late });
  });

  test('an event without a time cannot be put in order', () => {
    const { linked, correlator } = started(COUNT);
    const [match] = matchesOf(linked, correlator, a(0));
    correlator.add({ ...match!, timeMs: Number.NaN });
    expect(correlator.finish()).toEqual([]);
    expect(correlator.stats[0]!.stats).toMatchObject({ matches: 1, late: 1 });
  });

  test('what comes behind the end is late', () => {
    const { linked, correlator } = started(COUNT);
    correlator.finish();
    for (const match of matchesOf(linked, correlator, a(0, 1, 2))) correlator.add(match);
    expect([correlator.finish(), correlator.stats[0]!.stats.late]).toEqual([[], 3]);
  });
});

describe('a live system hears of a finding while it grows', () => {
  const step = (correlator: Correlator<number, string>, matches: readonly Match[], watermark?: number): string[] => {
    for (const match of matches) correlator.add(match);
    return correlator.advance(watermark).map(({ state, count, met }) => `${state} ${count} met ${met.ref}`);
  };

  test('open, updated, closed; the same id each time', () => {
    const { linked, correlator } = started(COUNT, { latenessMs: 0 });
    const matches = matchesOf(linked, correlator, a(0, 1, 2, 3, 4, 20));
    expect(step(correlator, matches.slice(0, 2), START + 2000)).toEqual([]);
    expect(step(correlator, matches.slice(2, 3), START + 2500)).toEqual(['open 3 met 2']);
    expect(step(correlator, matches.slice(3, 5), START + 4500)).toEqual(['updated 5 met 2']);
    expect(step(correlator, [], START + 5000)).toEqual([]);
    expect(step(correlator, [], START + 10_000)).toEqual([]);
    expect(step(correlator, [], START + 10_001)).toEqual(['closed 5 met 2']);
    expect(step(correlator, matches.slice(5), START + 99_000)).toEqual([]);
    const ids = new Set(hear(COUNT, a(0, 1, 2, 3)).map(({ id }) => id));
    expect([...ids]).toEqual(['found|["u"]|1700000000000.0000']);
  });

  test('what the lateness leaves open is not said yet', () => {
    const { linked, correlator } = started(COUNT, { latenessMs: 5000 });
    const matches = matchesOf(linked, correlator, a(0, 1, 2, 7.001));
    expect(step(correlator, matches.slice(0, 3))).toEqual([]);
    expect(step(correlator, matches.slice(3))).toEqual(['open 3 met 2']);
  });
});

describe('what is asked of an event', () => {
  test('inputs name the fields that any correlation over the rule needs, under the names of its events', () => {
    const text =
      RULES +
      correlation(
        'type: value_count\nrules: [a]\ngroup-by: [who, Ip]\naliases: {who: {a: TargetUser}}\ntimespan: 1m\ncondition: {field: Host, gte: 2}',
        'low',
      ) +
      correlation('type: temporal\nrules: [low, b]\ngroup-by: [Site]\ntimespan: 1m');
    const { correlator, linked } = started(text);
    expect(correlator.inputs.map(({ rule, fields }) => [rule.name, fields])).toEqual([
      ['a', ['TargetUser', 'Ip', 'Host', 'Site']],
      ['b', ['Site']],
    ]);
    expect(linked.rules.map((rule) => correlator.inputOf(rule))).toEqual([0, 1, undefined, undefined, undefined]);
  });

  test('what has no group and what has no value is counted', () => {
    const text =
      RULES + correlation('type: value_sum\nrules: [a]\ngroup-by: [U]\ntimespan: 1m\ncondition: {field: V, gte: 1}');
    const { linked, correlator } = started(text);
    const rows: Row[] = [
      [0, { E: 'a', V: 1 }],
      [1, { E: 'a', U: 'u' }],
      [2, { E: 'a', U: 'u', V: 'many' }],
      [3, { E: 'a', U: 'u', V: 2 }],
    ];
    for (const match of matchesOf(linked, correlator, rows)) correlator.add(match);
    correlator.finish();
    expect(correlator.stats[0]!.stats).toMatchObject({ matches: 4, ungrouped: 1, unmeasured: 2, findings: 1 });
  });
});

describe('memory is bounded, and what that costs is counted', () => {
  const statsOf = (text: string, rows: readonly Row[], options: CorrelatorOptions) => {
    const { linked, correlator } = started(text, options);
    for (const match of matchesOf(linked, correlator, rows)) correlator.add(match);
    const findings = correlator
      .finish()
      .filter((f) => f.state === 'closed')
      .map(short);
    return { ...correlator.stats[0]!.stats, findings };
  };
  const users = (n: number): Row[] => Array.from({ length: n }, (_, i) => [i / 100, { E: 'a', U: `u${i}` }]);

  test('the group longest without an event goes first', () => {
    const rows: Row[] = [...a(0, 0.001), ...users(5).map(([t, f]): Row => [t + 1, f]), ...a(3)];
    expect(statsOf(COUNT, rows, { groupsPerRule: 5 })).toMatchObject({ findings: [], evictedGroups: 2 });
    expect(statsOf(COUNT, rows, { groupsPerRule: 6 })).toMatchObject({
      findings: ['found u @3 0-10 value=3 count=3'],
      evictedGroups: 0,
    });
  });

  test('a finding that is evicted while it is open is told', () => {
    const rows: Row[] = [...a(0, 0.001, 0.002), ...users(5).map(([t, f]): Row => [t + 1, f])];
    expect(statsOf(COUNT, rows, { groupsPerRule: 4 })).toMatchObject({
      findings: ['found u @0.002 0-10 value=3 count=3 approximate'],
    });
  });

  test('events of all groups together', () => {
    const text = COUNT.replace('gte: 3', 'lt: 100');
    const stats = statsOf(text, users(50), { eventsPerRule: 20 });
    expect([stats.evictedGroups, stats.findings.length]).toEqual([30, 20]);
  });

  test('a window of too many events is added up instead of slid', () => {
    const text = RULES + correlation('type: value_median\nrules: [a]\ntimespan: 10m\ncondition: {field: V, gte: 1}');
    const rows = Array.from({ length: 2000 }, (_, i): Row => [i / 10, { E: 'a', V: i + 1 }]);
    const { findings, folded } = statsOf(text, rows, { eventsPerGroup: 500 });
    expect(folded).toBe(1);
    const [, value] = /value=([\d.]+) count=2000 approximate/.exec(findings[0]!)!;
    expect(Math.abs(Number(value) / 1000.5 - 1)).toBeLessThan(0.011);
    expect(statsOf(text, rows, { eventsPerGroup: 2000 }).findings).toEqual([
      'found @199.9 0-600 value=1000.5 count=2000',
    ]);
  });

  test('a sum of a folded window stays exact', () => {
    const text =
      RULES + correlation('type: value_sum\nrules: [a]\ntimespan: 10m\ncondition: {field: V, gt: 0, lt: 1000000}');
    const rows = Array.from({ length: 1000 }, (_, i): Row => [i / 10, { E: 'a', V: '0.1' }]);
    expect(statsOf(text, rows, { eventsPerGroup: 10 }).findings).toEqual([
      'found @99.9 0-600 value=100 count=1000 approximate',
    ]);
  });

  test('a flood of one value does not hide the others', () => {
    const text = RULES + correlation('type: value_count\nrules: [a]\ntimespan: 10s\ncondition: {field: V, gte: 3}');
    const rows: Row[] = [
      ...Array.from({ length: 500 }, (_, i): Row => [i / 100, { E: 'a', V: 'x' }]),
      [5, { E: 'a', V: 'y' }],
      [14, { E: 'a', V: 'z' }],
    ];
    expect(statsOf(text, rows, { eventsPerGroup: 50 }).findings).toEqual([
      'found @14 4.99-14.99 value=3 count=3 approximate',
    ]);
  });

  test('a flood of one rule does not hide an order', () => {
    const text = RULES + correlation('type: temporal_ordered\nrules: [a, b]\ngroup-by: [U]\ntimespan: 10s');
    const rows: Row[] = [...a(...Array.from({ length: 500 }, (_, i) => i / 100)), [6, { E: 'b', U: 'u' }]];
    const { findings, droppedEvents } = statsOf(text, rows, { eventsPerGroup: 50 });
    expect(findings).toEqual(['found u @6 4.55-14.55 value=2 count=46 approximate']);
    expect(droppedEvents).toBe(455);
  });

  test('a threshold above the limit is still met exactly', () => {
    const text = COUNT.replace('gte: 3', 'gte: 300');
    const times = Array.from({ length: 300 }, (_, i) => i / 100);
    expect(statsOf(text, a(...times), { eventsPerGroup: 50 }).findings).toEqual([
      'found u @2.99 0-10 value=300 count=300',
    ]);
    const many = RULES + correlation('type: value_count\nrules: [a]\ntimespan: 10s\ncondition: {field: V, gte: 300}');
    const rows = times.map((t, i): Row => [t, { E: 'a', V: i }]);
    expect(statsOf(many, rows, { eventsPerGroup: 50 })).toMatchObject({
      folded: 1,
      findings: ['found @2.99 0-10 value=300 count=300 approximate'],
    });
  });

  test('matches that wait are not waited for without end', () => {
    const rows = a(...Array.from({ length: 100 }, (_, i) => i));
    const stats = statsOf(COUNT, rows, { latenessMs: 1e9, waiting: 10 });
    expect(stats.forced).toBeGreaterThan(0);
    expect(stats.findings).toHaveLength(9);
  });
});

/** Correlations of every type, over small worlds: few users, values and moments, so that much collides. */
const KINDS: readonly string[] = [
  'type: event_count\nrules: [a, b]\ncondition: {gte: 3}',
  'type: event_count\nrules: [a]\ncondition: {lt: 3}',
  'type: event_count\nrules: [a]\ncondition: {eq: 2}',
  'type: event_count\nrules: [a, b]\ncondition: {gt: 1, lte: 3}',
  'type: value_count\nrules: [a]\ncondition: {field: V, gte: 3}',
  'type: value_count\nrules: [a, b]\ncondition: {field: V, neq: 2}',
  'type: value_sum\nrules: [a]\ncondition: {field: V, gte: 6}',
  'type: value_avg\nrules: [a, b]\ncondition: {field: V, gt: 1.5}',
  'type: value_median\nrules: [a]\ncondition: {field: V, lte: 2}',
  'type: value_percentile\nrules: [a]\ncondition: {field: V, percentile: 75, gt: 2}',
  'type: value_percentile\nrules: [a]\ncondition: {field: V, lt: 40}',
  'type: temporal\nrules: [a, b, c]',
  'type: temporal\nrules: [a, b, c]\ncondition: {gte: 2}',
  'type: temporal\nrules: [a, b, c]\ncondition: a and b and not c',
  'type: temporal_ordered\nrules: [a, b, c]',
  'type: temporal_ordered\nrules: [a, b, c]\ncondition: {gte: 2}',
  'type: temporal_ordered\nrules: [a, b, c]\ncondition: (a or b) and c',
];
const bodyOf = (kind: string): string => `${kind}\ngroup-by: [U]\ntimespan: 10s`;

const rowsArbitrary = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 60 }).map((half) => half / 2),
    fc.record({ E: fc.constantFrom('a', 'b', 'c'), U: fc.constantFrom('u', 'v'), V: fc.integer({ min: 0, max: 4 }) }),
  ),
  { maxLength: 40 },
);

describe('any events', () => {
  test.each(KINDS)('make the findings that the definition of a window says: %s', (kind) => {
    const { linked, correlator } = started(RULES + correlation(bodyOf(kind)));
    const { condition, type, rules } = linked.correlations[0]!.correlation;
    const names = rules.map((r) => r.text);
    type Event = { timeMs: number; timeTicks: number; n: number; E: string; V: number };
    /** Whether a window by itself meets the condition: as its only finding when nothing else ever happens. */
    const holds = (window: readonly Event[]): boolean => {
      const kinds = new Set(window.map(({ E }) => E));
      const inOrder = (wanted: readonly string[]): boolean => {
        let at = Number.NEGATIVE_INFINITY;
        return wanted.every((name) => {
          const next = window.find(({ E, timeMs }) => E === name && timeMs >= at);
          at = next?.timeMs ?? at;
          return next !== undefined;
        });
      };
      if (condition.kind === 'expression') {
        if (kind.includes('not c')) return kinds.has('a') && kinds.has('b') && !kinds.has('c');
        return inOrder(['a', 'c']) || inOrder(['b', 'c']);
      }
      const values = window.map(({ V }) => V).sort((x, y) => x - y);
      const rank = (percent: number): number => {
        const place = (percent * (values.length - 1)) / 100;
        const low = values[Math.floor(place)]!;
        return low + (values[Math.ceil(place)]! - low) * (place - Math.floor(place));
      };
      const total = values.reduce((x, y) => x + y, 0);
      const shares = [...new Set(values)].map((v) => (100 * values.filter((w) => w === v).length) / values.length);
      const subsets = Array.from({ length: 1 << names.length }, (_, bits) => names.filter((_n, i) => bits & (1 << i)));
      const candidates: Record<string, () => number[]> = {
        event_count: () => [window.length],
        value_count: () => [new Set(values).size],
        value_sum: () => [total],
        value_avg: () => [total / values.length],
        value_median: () => [rank(50)],
        value_percentile: () => (condition.percentile === undefined ? shares : [rank(condition.percentile)]),
        temporal: () => [kinds.size],
        temporal_ordered: () => [Math.max(...subsets.filter(inOrder).map((s) => s.length))],
      };
      const tests = {
        gt: (x: number, y: number) => x > y,
        gte: (x: number, y: number) => x >= y,
        lt: (x: number, y: number) => x < y,
        lte: (x: number, y: number) => x <= y,
        eq: (x: number, y: number) => x === y,
        neq: (x: number, y: number) => x !== y,
      };
      return candidates[type]!().some((value) => condition.bounds.every(({ op, number }) => tests[op](value, number)));
    };
    expect(correlator.inputs.map(({ rule }) => rule.name)).toEqual(names);
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const events = rows.flatMap(([t, { E, U, V }], n) =>
          names.includes(E) ? [{ timeMs: START + t * 1000, timeTicks: 0, n, E, U, V }] : [],
        );
        const expected = ['u', 'v'].flatMap((user) =>
          findWindows(
            events.filter(({ U }) => U === user),
            10_000,
            holds,
          ).map((window) => ({
            group: user,
            from: window[0]!.timeMs,
            count: window.length,
          })),
        );
        const found = hear(linked, rows)
          .filter(({ state }) => state === 'closed')
          .map(({ group, from, count }) => ({ group: group[0]!.value, from: from.timeMs, count }));
        const order = (x: { group: string; from: number }, y: { group: string; from: number }): number =>
          x.group < y.group ? -1 : x.group > y.group ? 1 : x.from - y.from;
        expect(found.sort(order)).toEqual(expected.sort(order));
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  const EVERYTHING = link(
    RULES +
      KINDS.map((kind, i) => correlation(bodyOf(kind), `kind${i}`)).join('') +
      correlation('type: temporal_ordered\nrules: [kind1, kind0]\ngroup-by: [U]\ntimespan: 20s', 'above') +
      correlation('type: event_count\nrules: [above, kind13]\ntimespan: 40s\ncondition: {gte: 2}', 'top'),
  );
  const closed = (found: readonly Found[]): string[] =>
    found
      .filter(({ state }) => state === 'closed')
      .map((f) => `${f.id} ${short(f)} ${JSON.stringify([f.first, f.last, f.met, f.values])}`);

  test('come in any order within the lateness, and the findings are the same', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (rows, keys) => {
        const { linked, correlator } = started(EVERYTHING, { latenessMs: 8000 });
        const matches = matchesOf(linked, correlator, rows);
        const sorted = [...matches].sort((x, y) => x.timeMs - y.timeMs);
        // Each event is delayed by less than the lateness.
        const arrival = new Map(sorted.map((m, i) => [m, m.timeMs + (keys[i % 40]! % 8001)]));
        const shuffled = [...sorted].sort((x, y) => arrival.get(x)! - arrival.get(y)!);
        const whole = started(EVERYTHING, { latenessMs: 8000 }).correlator;
        for (const match of sorted) whole.add(match);
        const heard: Found[] = [];
        for (const [i, match] of shuffled.entries()) {
          correlator.add(match);
          if (keys[i % 40]! % 3 === 0) heard.push(...correlator.advance());
        }
        heard.push(...correlator.finish());
        expect(closed(heard).sort()).toEqual(closed(whole.finish()).sort());
        for (const { stats } of correlator.stats) expect(stats.late).toBe(0);
      }),
      { numRuns: 60, seed: 12 },
    );
  });

  test('and the correlator may be saved and loaded anywhere between', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.nat({ max: 40 }), fc.boolean(), (rows, cut, small) => {
        const options: CorrelatorOptions = { latenessMs: 3000, ...(small && { eventsPerGroup: 3 }) };
        const { linked, correlator: whole } = started(EVERYTHING, options);
        const matches = matchesOf(linked, whole, rows).sort((x, y) => x.timeMs - y.timeMs);
        const heard: Found[] = [];
        const first = createCorrelator<number, string>(linked.correlations, options);
        for (const match of matches.slice(0, cut)) {
          first.add(match);
          heard.push(...first.advance());
        }
        const state = JSON.parse(JSON.stringify(first.save())) as CorrelatorState<number, string>;
        const second = createCorrelator<number, string>(linked.correlations, options, state);
        expect(second.save()).toEqual(state);
        for (const match of matches.slice(cut)) {
          second.add(match);
          heard.push(...second.advance());
        }
        heard.push(...second.finish());
        const uninterrupted: Found[] = [];
        for (const match of matches) {
          whole.add(match);
          uninterrupted.push(...whole.advance());
        }
        uninterrupted.push(...whole.finish());
        expect(closed(heard)).toEqual(closed(uninterrupted));
        expect(second.restored).toEqual({ kept: linked.correlations.length, dropped: 0 });
      }),
      { numRuns: 60, seed: 13 },
    );
  });
});

describe('saved state', () => {
  const half = (text: string): CorrelatorState<number, string> => {
    const { linked, correlator } = started(text);
    for (const match of matchesOf(linked, correlator, a(0, 1))) correlator.add(match);
    correlator.advance(START + 5000);
    return correlator.save();
  };
  const rest = (text: string, state: CorrelatorState<number, string>): [string[], object] => {
    const { linked, correlator } = started(text, {}, state);
    for (const match of matchesOf(linked, correlator, a(6))) correlator.add(match);
    return [
      correlator
        .finish()
        .filter((f) => f.state === 'closed')
        .map((f) => `${seconds(f)} ${f.count}`),
      correlator.restored,
    ];
  };

  test('goes on', () => {
    expect(rest(COUNT, half(COUNT))).toEqual([['6 3'], { kept: 1, dropped: 0 }]);
  });

  test('of a correlation that has changed is left', () => {
    expect(rest(COUNT.replace('10s', '20s'), half(COUNT))).toEqual([[], { kept: 0, dropped: 1 }]);
  });

  test('of another version is left', () => {
    const state = { ...half(COUNT), version: 99 } as unknown as CorrelatorState<number, string>;
    expect(rest(COUNT, state)).toEqual([[], { kept: 0, dropped: 1 }]);
  });

  test('of other correlations beside is no harm', () => {
    const more = COUNT + correlation('type: event_count\nrules: [b]\ntimespan: 1m\ncondition: {gte: 1}', 'more');
    expect(rest(more, half(COUNT))).toEqual([['6 3'], { kept: 1, dropped: 0 }]);
    expect(run(more, a(0, 1, 2))).toHaveLength(1);
  });
});
