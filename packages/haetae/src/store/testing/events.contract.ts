import { afterAll, expect, test } from 'vitest';
import { type EventQuery, eventOf, type FieldTest, type Filter, type Store, type StoredEvent } from '../index.ts';
import { batch, eventFrom, type Sample, T } from './events.ts';

const field = (name: string, is: FieldTest, cased = false): Filter => ({ kind: 'field', field: name, is, cased });
export async function found(store: Store, query: Partial<EventQuery>): Promise<StoredEvent[]> {
  const hits: StoredEvent[] = [];
  for await (const step of store.events.search({ order: 'newest', limit: 1000, ...query })) hits.push(...step.hits);
  return hits;
}
const ids = async (store: Store, query: Partial<EventQuery>): Promise<number[]> =>
  (await found(store, query)).map(({ id }) => id);

const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';
/** One event of each kind that the filters tell apart. */
const SAMPLES: readonly Sample[] = [
  {
    id: 1,
    timeMs: T,
    fields: [
      ['Image', POWERSHELL],
      ['CommandLine', 'powershell -enc SQBFAFgA'],
      ['User', 'CORP\\Alice'],
      ['Hashes', 'SHA1=AB'],
    ],
    decoded: 'IEX (New-Object Net.WebClient)',
  },
  {
    id: 2,
    timeMs: T + 1,
    eventId: 4688,
    channel: 'Security',
    fields: [
      ['NewProcessName', POWERSHELL],
      ['SubjectUserName', 'bob'],
      ['TargetUserName', '-'],
    ],
  },
  {
    id: 3,
    timeMs: T + 2,
    eventId: 3,
    host: 'PC-2',
    fields: [
      ['Image', 'C:\\한글 폴더\\a_b%.exe'],
      ['DestinationIp', '10.1.2.3'],
      ['DestinationPort', '4444'],
      ['Odd/Name~', 'x'],
    ],
  },
  {
    id: 4,
    timeMs: T + 3,
    eventId: 13,
    host: 'PC-2',
    fields: [
      ['TargetObject', 'HKLM\\Run\\Evil'],
      ['Details', ''],
      ['AccountName', 'SYSTEM'],
      ['User', 'CORP\\carol'],
    ],
    system: { Level: '4' },
  },
  {
    id: 5,
    timeMs: T + 4,
    eventId: 800,
    channel: 'Windows PowerShell',
    fields: [
      ['Data', 'one'],
      ['Data', 'two'],
      ['Data', 'three'],
    ],
  },
];

export function eventsContract(open: () => Promise<Store>, openShared: () => Promise<Store>): void {
  /** One store with the samples, for all that only ask. */
  let shared: Promise<Store> | undefined;
  const samples = (): Promise<Store> => {
    shared ??= openShared().then(async (store) => {
      await store.intake.commit(batch(1, SAMPLES));
      return store;
    });
    return shared;
  };
  afterAll(async () => (await shared)?.close());

  test('an event comes back as it was: names in order, repeated ones, empty ones, system, ticks, record ids beyond 2^53', async () => {
    const store = await open();
    const samples: Sample[] = [
      ...SAMPLES,
      {
        id: 6,
        ticks: 9999,
        recordId: 2n ** 60n,
        fields: [
          ['__proto__', 'p'],
          ['a b', '\u0000\ud800"\\\n'],
          ['Image', 'with\u0000nul'],
          ['ProcessGuid', '-'],
        ],
      },
      { id: 7, timeMs: Number.NaN, recordId: 0, receivedMs: T + 77 },
    ];
    await store.intake.commit(batch(1, samples));
    for (const sample of samples.filter(({ id }) => id < 6)) {
      expect(eventOf((await store.events.get(sample.id))!)).toEqual({
        ...eventFrom(sample),
        position: { kind: 'record', record: sample.id },
      });
    }
    const six = (await store.events.get(6))!;
    expect(six).toMatchObject({
      timeTicks: 9999,
      recordId: '1152921504606846976',
      host: 'PC-1',
      origin: 'tok',
      seq: 1,
    });
    expect(Object.entries(six.fields)).toEqual([
      ['__proto__', 'p'],
      ['a b', '\u0000\ufffd"\\\n'],
      ['Image', 'with\u0000nul'],
      ['ProcessGuid', '-'],
    ]);
    expect(eventOf(six).eventRecordId).toBe(2n ** 60n);
    const seven = (await store.events.get(7))!;
    expect(seven).toMatchObject({ timeMs: T + 77, flags: 1, recordId: '', system: { Computer: 'PC-1.corp.local' } });
    expect(eventOf(seven).timeMs).toBeNaN();
    expect(await store.events.get(99)).toBeUndefined();
    expect(await store.events.origins([6, 99])).toEqual([{ id: 6, origin: six.origin }]);
    expect(await store.events.origins([])).toEqual([]);
  });

  test.each<[string, Filter, number[]]>([
    ['a column, in any case', field('image', { op: 'endsWith', value: '\\POWERSHELL.EXE' }), [2, 1]],
    ['one of Microsoft’s names', field('Image', { op: 'endsWith', value: '\\powershell.exe' }), [1]],
    ['… of the second rank', field('NewProcessName', { op: 'contains', value: 'powershell' }), [2]],
    ['… in case', field('CommandLine', { op: 'contains', value: 'sqbfafga' }, true), []],
    ['… as it is written', field('CommandLine', { op: 'contains', value: 'SQBFAFgA' }, true), [1]],
    ['a field that another of its column outranks', field('AccountName', { op: 'equals', value: 'system' }), [4]],
    ['a field of no column', field('Odd/Name~', { op: 'equals', value: 'X' }), [3]],
    ['an empty value', field('Details', { op: 'equals', value: '' }), [4]],
    ['a dash', field('TargetUserName', { op: 'equals', value: '-' }), [2]],
    ['a field that exists', field('Details', { op: 'exists' }), [4]],
    ['a column that has a value', field('object_value', { op: 'exists' }), []],
    ['the second of one name', field('Data[2]', { op: 'equals', value: 'two' }), [5]],
    ['a word for several columns', field('user', { op: 'contains', value: 'bob' }), [2]],
    ['an address', field('ip', { op: 'startsWith', value: '10.1.' }), [3]],
    ['a number', field('destination_port', { op: 'above', value: 4443 }), [3]],
    ['an event id', field('event_id', { op: 'equals', value: '4688' }), [2]],
    ['event ids', field('event_id', { op: 'oneOf', values: ['3', '13'] }), [4, 3]],
    [
      'an event id from … to',
      {
        kind: 'and',
        of: [field('event_id', { op: 'atLeast', value: 13 }), field('event_id', { op: 'below', value: 4688 })],
      },
      [5, 4],
    ],
    ['wildcards', field('image', { op: 'like', value: '*\\A?B%.EXE' }), [3]],
    ['wildcards taken as they are', field('image', { op: 'like', value: '*\\a\\?b*' }), []],
    ['a regular expression', field('image', { op: 'regex', value: 'POWER(shell|cat)\\.exe$' }), [2, 1]],
    ['a system value', field('System.Level', { op: 'equals', value: '4' }), [4]],
    ['the host', field('host', { op: 'equals', value: 'pc-2' }), [4, 3]],
    ['free text', { kind: 'text', text: 'new-object NET' }, [1]],
    ['free text in a path', { kind: 'text', text: '한글 폴더' }, [3]],
    ['free text, decomposed', { kind: 'text', text: '한글'.normalize('NFD') }, [3]],
    ['nothing of all', { kind: 'not', of: field('user', { op: 'exists' }) }, [5, 3]],
    [
      'one or the other',
      { kind: 'or', of: [field('event_id', { op: 'equals', value: '3' }), { kind: 'text', text: 'evil' }] },
      [4, 3],
    ],
    ['all of none', { kind: 'and', of: [] }, [5, 4, 3, 2, 1]],
    ['one of none', { kind: 'or', of: [] }, []],
    ['text that is SQL', { kind: 'text', text: "'; DROP TABLE events; --" }, []],
  ])('found by %s', async (_what, filter, expected) => {
    const store = await samples();
    expect(await ids(store, { filter })).toEqual(expected);
    expect(await store.events.count({ filter })).toBe(expected.length);
  });

  test('found by time, in either order, page by page without one twice or none', async () => {
    const store = await open();
    const samples = Array.from(
      { length: 25 },
      (_, i): Sample => ({ id: i + 1, timeMs: T + Math.floor(i / 5), ticks: i % 2 }),
    );
    await store.intake.commit(batch(1, samples));
    expect(await ids(store, { fromMs: T + 1, toMs: T + 2, order: 'oldest' })).toEqual([7, 9, 6, 8, 10]);
    for (const order of ['newest', 'oldest'] as const) {
      const all = await ids(store, { order });
      expect(all).toHaveLength(25);
      const paged: number[] = [];
      let after: EventQuery['after'];
      do {
        let next: EventQuery['after'];
        for await (const step of store.events.search({ order, limit: 4, ...(after !== undefined && { after }) })) {
          paged.push(...step.hits.map(({ id }) => id));
          next = step.next;
        }
        after = next;
      } while (after !== undefined);
      expect(paged).toEqual(all);
    }
  });

  test('a search tells how far it is, in stretches, and ends when its caller does', async () => {
    const store = await open();
    const many = Array.from(
      { length: 25_000 },
      (_, i): Sample => ({ id: i + 1, timeMs: T + i * 10, fields: [['Image', `p${i % 7}.exe`]] }),
    );
    for (let i = 0; i < many.length; i += 10_000) {
      await store.intake.commit(
        batch(
          i + 1,
          many.slice(i, i + 10_000).map((s) => ({ ...s, seq: i + 1 })),
        ),
      );
    }
    const steps: [number, number, number][] = [];
    for await (const { hits, searched, total } of store.events.search({
      order: 'newest',
      limit: 10,
      filter: field('image', { op: 'equals', value: 'none' }),
    })) {
      steps.push([hits.length, searched, total]);
    }
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toEqual([0, 25_000, 25_000]);
    const abort = new AbortController();
    const cancelled = (async () => {
      for await (const _ of store.events.search({ order: 'newest', limit: 10_000 }, { signal: abort.signal }))
        abort.abort();
    })();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    for await (const _ of store.events.search({ order: 'newest', limit: 10_000 })) break;
    expect(await store.events.count({})).toBe(25_000);
    expect(await store.events.top({ by: 'image', limit: 1 })).toEqual([
      { key: 'p0.exe', seen: { count: 3572, firstMs: T, lastMs: T + 24_997 * 10, hosts: 1 } },
    ]);
  });

  test('a query that takes longer than it may is ended and told so; the next one runs', async () => {
    const store = await samples();
    await expect(store.events.count({}, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' });
    expect(await store.events.count({}, { timeoutMs: 10_000 })).toBe(5);
  });

  test('counted over time, by a column; first and last seen', async () => {
    const store = await samples();
    expect(await store.events.histogram({ widthMs: 2 })).toEqual([
      { fromMs: T, key: '', count: 2 },
      { fromMs: T + 2, key: '', count: 2 },
      { fromMs: T + 4, key: '', count: 1 },
    ]);
    expect(await store.events.histogram({ widthMs: 86_400_000, by: 'host' })).toEqual([
      { fromMs: T, key: 'PC-1', count: 3 },
      { fromMs: T, key: 'PC-2', count: 2 },
    ]);
    const filter = field('image', { op: 'endsWith', value: 'powershell.exe' });
    expect(await store.events.seen({ filter })).toEqual({ count: 2, firstMs: T, lastMs: T + 1, hosts: 1 });
    expect(await store.events.seen({ filter: { kind: 'text', text: 'nowhere' } })).toEqual({
      count: 0,
      firstMs: null,
      lastMs: null,
      hosts: 0,
    });
  });

  test.each<[string, (store: Store) => Promise<unknown>, RegExp]>([
    ['a limit beyond the most', (store) => ids(store, { limit: 10_001 }), /limit of 10001/],
    [
      'a regular expression that is none',
      (store) => store.events.count({ filter: field('image', { op: 'regex', value: '(' }) }),
      /missing \)|missing closing|regex/i,
    ],
    ['a column that is none', (store) => store.events.top({ by: 'fields' as never, limit: 1 }), /no column fields/],
    ['a time that is none', (store) => store.events.count({ fromMs: Number.NaN }), /NaN is no time/],
    [
      'a filter without end',
      (store) =>
        store.events.count({
          filter: Array.from({ length: 60 }).reduce<Filter>((of) => ({ kind: 'not', of }), { kind: 'and', of: [] }),
        }),
      /deeper than 50/,
    ],
  ])('%s is refused with a word on what', async (_what, ask, message) => {
    const store = await samples();
    await expect(ask(store)).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(message) });
  });

  test('what was committed before is passed over, row by row, however the batches are cut', async () => {
    const store = await open();
    const s = (id: number, seq: number): Sample => ({ id, seq });
    expect(await store.intake.commit(batch(3, [s(1, 1), s(2, 2), s(3, 3)]))).toEqual({
      seq: 3,
      events: 3,
      findings: 0,
      incidents: 0,
      known: 0,
      changed: [],
    });
    expect(await store.intake.commit(batch(2, [s(1, 1), s(2, 2)]))).toMatchObject({ seq: 3, events: 0, known: 2 });
    expect(await store.intake.commit(batch(5, [s(2, 2), s(3, 3), s(4, 4), s(5, 5)]))).toMatchObject({
      seq: 5,
      events: 2,
      known: 2,
    });
    expect(await ids(store, { order: 'oldest' })).toEqual([1, 2, 3, 4, 5]);
    expect(await store.intake.committed()).toBe(5);
    await expect(store.intake.commit(batch(6, [s(7, 7)]))).rejects.toMatchObject({ code: 'invalid' });
    await expect(store.intake.commit(batch(9, [s(8, 8), s(7, 7)]))).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.intake.committed()).toBe(5);
  });
}
