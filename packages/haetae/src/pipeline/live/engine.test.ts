import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EngineIncident, EVENT_FLAGS, type FindingRow, type Frame } from '../../store/index.ts';
import { scan } from '../scan.ts';
import type { LiveEngine } from './engine.ts';
import type { Cut } from './output.ts';
import { clock, detection, engine, FAILED, frame, line, NOW, type Sent, SHADOW, SPRAY } from './testing/frames.ts';

const run = (one: LiveEngine, frames: readonly Frame[]): Cut => {
  for (const each of frames) one.take(each);
  return one.cut();
};
const ids = ({ events }: Pick<Cut, 'events'>): number[] => [...events.id];
const said = (rows: readonly FindingRow[]): string[] =>
  rows.map(({ id, title, eventIds }) => `${id} ${title} ${eventIds}`);

describe('which events are kept', () => {
  const cases: [what: string, frames: Frame[], kept: number, known: number, repeated: number][] = [
    ['the same record again', [frame(1, [{ record: 1 }]), frame(2, [{ record: 1 }])], 1, 1, 0],
    [
      'a record of the same number at another time: the log was cleared',
      [frame(1, [{ record: 1 }]), frame(2, [{ record: 1, at: 9000 }])],
      2,
      0,
      0,
    ],
    ['of another channel', [frame(1, [{ record: 1 }]), frame(2, [{ record: 1, channel: 'System' }])], 2, 0, 0],
    ['of another host', [frame(1, [{ record: 1 }]), frame(2, [{ record: 1, host: 'WS02' }])], 2, 0, 0],
    [
      'of the same host under its long name',
      [frame(1, [{ record: 1 }]), frame(2, [{ record: 1, host: 'ws01.corp.example' }])],
      1,
      1,
      0,
    ],
    ['from another sender', [frame(1, [{ record: 1 }]), frame(2, [{ record: 1 }], { token: 't2' })], 1, 1, 0],
    [
      'without a record id: the same batch again',
      [frame(1, [{}, {}], { position: 'b' }), frame(2, [{}, {}], { position: 'b' })],
      2,
      2,
      0,
    ],
    [
      'the same batch of another sender',
      [frame(1, [{}], { position: 'b' }), frame(2, [{}], { position: 'b', token: 't2' })],
      2,
      0,
      0,
    ],
    [
      'a file from where it was left, and a little before',
      [frame(1, [{}, {}], { position: 'f:0' }), frame(2, [{}, {}], { position: 'f:1' })],
      3,
      1,
      0,
    ],
    [
      'neither record id nor position: equal ones are kept and marked',
      [frame(1, [{}]), frame(2, [{}]), frame(3, [{ at: 1 }])],
      3,
      0,
      1,
    ],
  ];
  test.each(cases)('%s', (_, frames, kept, known, repeated) => {
    const one = engine([]);
    const cut = run(one, frames);
    expect(ids(cut)).toEqual(Array.from({ length: kept }, (_unused, i) => i + 1));
    expect(one.counts).toMatchObject({ events: kept, known, repeated });
    expect([...cut.events.flags].filter((flags) => (flags & EVENT_FLAGS.repeated) !== 0)).toHaveLength(repeated);
  });
});

describe('records of a topic that others write', () => {
  const topic = (seq: number, first: number, records: readonly string[], name = 'logs/id/0'): Frame => ({
    ...frame(seq, [], { format: 'topic-json', position: `${name}:${first}`, items: records.length }),
    body: Buffer.concat(records.flatMap((one) => [Buffer.from(`${Buffer.byteLength(one)} `), Buffer.from(one)])),
  });
  const event = (): string => line({}).trim();

  test('are known by their partition and number, however they are divided when they come again', () => {
    const one = engine([]);
    const five = [event(), event(), event(), event(), event()];
    run(one, [topic(1, 100, five.slice(0, 3)), topic(2, 101, five.slice(1)), topic(3, 100, five)]);
    expect(one.counts).toMatchObject({ events: 5, known: 7, repeated: 0 });
    run(one, [topic(4, 100, five, 'logs/id/1'), topic(5, 100, five, 'logs/id-of-a-new-one/0')]);
    expect(one.counts).toMatchObject({ events: 15, known: 7 });
  });

  test('what is none is told by its number, once, and moves no other', () => {
    const one = engine([]);
    const cut = run(one, [topic(1, 100, [event(), '', 'words', event()])]);
    expect(cut.notices).toEqual([
      {
        ...{ seq: 1, code: 'not-an-event', count: 2 },
        detail: 't1 logs/id/0:101: an empty record; logs/id/0:102: no json',
      },
    ]);
    run(one, [topic(2, 101, ['', 'words', event(), event()])]);
    expect(one.counts).toMatchObject({ events: 3, known: 1, lost: 4 });
  });
});

test('a host for which the sender may not speak is marked; an event from the future is, and counts when it came', () => {
  const one = engine([FAILED, SPRAY]);
  const cut = run(one, [
    frame(1, [{ record: 1 }, { record: 1, host: 'DC01' }, { record: 2, at: 400_000 }, { record: 3, at: 299_000 }], {
      hosts: ['ws*'],
    }),
  ]);
  expect([...cut.events.flags]).toEqual([0, EVENT_FLAGS.foreignHost, EVENT_FLAGS.ahead, 0]);
  expect(one.counts).toMatchObject({ foreign: 1, ahead: 1 });
  const [ws] = cut.entities;
  expect(ws).toMatchObject({ key: 'WS01', lastMs: NOW + 299_000 });
});

test('what cannot be read is told, and the rest of the frame is kept', () => {
  const one = engine([]);
  const broken = frame(1, [{ record: 1 }]);
  const cut = run(one, [
    { ...broken, body: Buffer.concat([broken.body, Buffer.from('{"Hostname": \n'), Buffer.from(line({ record: 2 }))]) },
    frame(2, [], { format: 'no-such' }),
    { ...frame(3, []), head: { strange: true } },
    frame(4, [{ record: 3 }]),
  ]);
  expect(cut.events.rows).toBe(3);
  expect(cut.notices.map(({ seq, code }) => `${seq} ${code}`)).toEqual(['1 json-syntax', '2 frame', '3 frame']);
  expect(one.counts).toMatchObject({ lost: 1, unread: 2 });
});

const attacker = (record: number, at: number, user: string, host = 'WS01'): Sent => ({
  record,
  at,
  host,
  IpAddress: '198.51.100.7',
  TargetUserName: user,
});

describe('a finding of several events', () => {
  const eleven = (from: number, to: number): Sent[] =>
    Array.from({ length: to - from }, (_, i) => attacker(from + i, (from + i) * 1000, `user${from + i}`));

  test('is told once the condition is met and nothing earlier can come, and once more at its end', () => {
    const one = engine([FAILED, SPRAY]);
    expect(said(run(one, [frame(1, eleven(0, 10))]).findings)).toEqual([]);
    const met = run(one, [frame(2, [{ host: 'WS02', record: 1, at: 60_000 }])]);
    expect(said(met.findings)).toEqual(['1 Password spray 10,1,2,3,4,5,6,7,8,9']);
    const more = run(one, [
      frame(3, [attacker(99, 61_000, 'late')]),
      frame(4, [{ host: 'WS02', record: 2, at: 400_000 }], {}, NOW + 400_000),
    ]);
    expect(more.findings).toEqual([]);
    expect(more.revised.map(({ id, seq, eventIds }) => ({ id, seq, last: eventIds.at(-1) }))).toEqual([
      { id: 1, seq: 4, last: 12 },
    ]);
  });

  test('waits for the clock when nothing more comes', () => {
    const one = engine([FAILED, SPRAY]);
    one.take(frame(1, eleven(0, 10)));
    expect(one.wantsClockAt).toBe(NOW + 30_001);
    one.take(clock(2, NOW + 30_001));
    expect(said(one.cut().findings)).toHaveLength(1);
    expect(one.wantsClockAt).toBeUndefined();
  });
});

test('a spray over fifty hosts, shuffled on its way, is found as a scan of the same events finds it', async () => {
  const events: Sent[] = [];
  for (let wave = 0; wave < 6; wave++)
    for (let host = 0; host < 50; host++)
      events.push(attacker(wave + 1, wave * 400_000 + host * 400, `user${host}`, `WS${String(host).padStart(2, '0')}`));
  const folder = mkdtempSync(join(tmpdir(), 'haetae-spray-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'all.jsonl');
  writeFileSync(file, events.map(line).join(''));
  const done = await scan(
    [{ path: file, file, size: 1 }],
    {
      detectors: ['sigma'],
      setup: detection([FAILED, SPRAY]).rules,
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
      timeZone: 'UTC',
      hash: false,
    },
    1,
    new AbortController().signal,
    { advance() {}, fileDone() {}, findings() {} },
  );
  const whole: string[] = [];
  for await (const { rule, event, why } of done.findings.sorted()) whole.push(about(rule!.title, event.timeMs!, why));
  done.findings.dispose();
  expect(whole).toHaveLength(6);

  // Each event is on its way for up to 25 s, by a number that looks like chance.
  const late = (i: number): number => (i * 7919) % 25_000;
  const arriving = events.map((event, i) => ({ event, comes: event.at! + late(i) })).sort((a, b) => a.comes - b.comes);
  const one = engine([FAILED, SPRAY]);
  const rows = new Map<number, FindingRow>();
  for (let i = 0; i < arriving.length; i += 7) {
    const some = arriving.slice(i, i + 7);
    one.take(
      frame(
        i + 1,
        some.map(({ event }) => event),
        {},
        NOW + some.at(-1)!.comes,
      ),
    );
    if (i % 21 === 0) for (const row of newest(one)) rows.set(row.id, row);
  }
  one.take(clock(100_000, NOW + 10_000_000));
  one.take(frame(100_001, [attacker(99, 10_000_000, 'x')], {}, NOW + 10_000_000));
  one.take(clock(100_002, NOW + 20_000_000));
  for (const row of newest(one)) rows.set(row.id, row);
  const live = [...rows.values()].map(({ title, timeMs, body }) =>
    about(title, timeMs, (body as unknown as { why: Parameters<typeof about>[2] }).why),
  );
  expect(live.sort()).toEqual(whole.sort());
});
const newest = (one: LiveEngine): FindingRow[] => {
  const { findings, revised } = one.cut();
  return [...findings, ...revised];
};
const about = (title: string, timeMs: number, why: readonly { readonly kind: string }[]): string => {
  const { count, value, from, to } = why[0] as unknown as Record<string, unknown>;
  return JSON.stringify({ title, timeMs, count, value, from, to });
};

describe('after a crash', () => {
  /** Frames of all kinds: records that come twice, batches, a spray, an attack, scripts in parts. */
  const frames: Frame[] = Array.from({ length: 60 }, (_, i) =>
    frame(
      i + 1,
      [
        attacker(i + 1, i * 2000, `user${i}`),
        attacker(Math.max(1, i - 3), Math.max(0, i - 4) * 2000, `user${i}`),
        { channel: 'Application', id: i },
        ...(i % 9 === 0
          ? [
              {
                channel: 'Microsoft-Windows-Sysmon/Operational',
                id: 1,
                record: i + 1,
                at: i * 2000,
                CommandLine: 'vssadmin delete shadows',
                Image: 'v.exe',
              },
            ]
          : []),
      ],
      i % 4 === 0 ? { position: `batch-${Math.floor(i / 8)}` } : {},
      NOW + i * 2000,
    ),
  );
  const rules = [FAILED, SPRAY, SHADOW];
  /** Everything that a store keeps of cuts, in the way that it does. */
  const keep = () => {
    const events: string[] = [];
    const findings = new Map<number, FindingRow>();
    const incidents = new Map<string, EngineIncident>();
    let seq = 0;
    return {
      take({ upTo, events: batch, findings: rows, revised, incidents: changed, moved }: Cut) {
        if (upTo <= seq) return;
        for (let i = 0; i < batch.rows; i++)
          if (batch.seq[i]! > seq) events.push(`${batch.id[i]} ${batch.seq[i]} ${batch.timeMs[i]} ${batch.flags[i]}`);
        const isNew = (row: { readonly seq: number }): boolean => row.seq > seq;
        for (const row of rows.filter(isNew)) {
          expect(findings.has(row.id)).toBe(false);
          findings.set(row.id, row);
        }
        for (const row of revised.filter(isNew))
          findings.set(row.id, { ...row, incidentId: findings.get(row.id)!.incidentId });
        for (const { id, incidentId } of moved.filter(isNew)) findings.set(id, { ...findings.get(id)!, incidentId });
        for (const row of changed.filter(isNew)) incidents.set(row.id, row);
        seq = upTo;
      },
      reached: () => ({
        seq,
        eventId: Math.max(0, ...events.map((text) => Number.parseInt(text, 10))),
        findingId: Math.max(0, ...findings.keys()),
      }),
      all: () => ({
        events,
        findings: [...findings.values()].sort((a, b) => a.id - b.id),
        incidents: [...incidents.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      }),
    };
  };
  const whole = keep();
  whole.take(run(engine(rules), frames));

  test('there are incidents to be kept', () => {
    const { findings, incidents } = whole.all();
    expect(incidents.length).toBeGreaterThan(0);
    expect(findings.every(({ incidentId }) => incidents.some(({ id }) => id === incidentId))).toBe(true);
  });

  test.each([
    [1, 2, 3],
    [7, 7, 7],
    [10, 25, 41],
    [3, 30, 31],
    [59, 60, 60],
  ])(
    'whatever was saved behind frame %i and stored up to %i when it died at %i, all is stored once, as if it had not',
    (saved, stored, died) => {
      const store = keep();
      const first = engine(rules);
      let state: Uint8Array | undefined;
      for (const each of frames.slice(0, died)) {
        first.take(each);
        if (each.seq === saved) state = first.save();
        if (each.seq <= stored) store.take(first.cut());
      }
      const again = engine(rules, state, store.reached());
      for (const each of frames.slice(saved)) {
        again.take(each);
        if (each.seq % 5 === 0) store.take(again.cut());
      }
      store.take(again.cut());
      expect(store.all()).toEqual(whole.all());
      expect(again.counts).toEqual({ ...engine([]).counts, ...again.counts });
    },
  );

  test('with other rules than before, no id is given twice', () => {
    const store = keep();
    const first = engine(rules);
    const state = first.save();
    for (const each of frames.slice(0, 40)) first.take(each);
    store.take(first.cut());
    const before = store.all().findings.length;
    const again = engine([SHADOW], state, store.reached());
    for (const each of frames) again.take(each);
    store.take(again.cut());
    expect(store.all().findings.length).toBeGreaterThan(before);
    expect(store.all().events).toEqual(whole.all().events);
  });
});

test('rules change between two frames: what correlations had seen is kept, and no event is lost', () => {
  const one = engine([FAILED, SPRAY]);
  one.take(
    frame(
      1,
      Array.from({ length: 9 }, (_, i) => attacker(i, i, `user${i}`)),
    ),
  );
  one.setRules(detection([FAILED, SPRAY, SHADOW]));
  one.take(frame(2, [attacker(10, 10, 'ten')]));
  one.take(clock(3, NOW + 40_000));
  expect(said(one.cut().findings)).toEqual(['1 Password spray 10,1,2,3,4,5,6,7,8,9']);
});

test('a new incident is told once before it is cut, the same after a crash; one that is stored, or only grows, is not', () => {
  const deed = (seq: number): Frame =>
    frame(
      seq,
      [
        {
          channel: 'Microsoft-Windows-Sysmon/Operational',
          ...{ id: 1, record: seq, CommandLine: 'vssadmin delete shadows', Image: 'C:\\v.exe', ProcessGuid: '{1}' },
        },
      ],
      {},
      NOW + seq * 1000,
    );
  const one = engine([SHADOW]);
  const saved = one.save();
  one.take(deed(1));
  const [told, ...others] = one.fresh();
  expect(others).toEqual([]);
  expect(one.cut().incidents).toEqual([told]);
  one.take(deed(2));
  expect(one.fresh()).toEqual([]);
  expect(one.cut().incidents.map(({ id, findings }) => [id, findings])).toEqual([[told!.id, 2]]);

  const again = (seq: number) => engine([SHADOW], saved, { seq, eventId: 0, findingId: 0 });
  const [lost, stored] = [again(0), again(1)];
  for (const each of [lost, stored]) each.take(deed(1));
  expect(lost.fresh()).toEqual([told]);
  expect(stored.fresh()).toEqual([]);
});

test('a rule that people switched off tells nothing; its level may be another; an exception takes one away', () => {
  const one = engine([SHADOW]);
  const shadow = (record: number, user: string): Sent => ({
    channel: 'Microsoft-Windows-Sysmon/Operational',
    id: 1,
    record,
    CommandLine: 'vssadmin delete shadows',
    Image: 'v.exe',
    User: user,
  });
  const id = '33333333-3333-4333-8333-333333333333';
  const policy = (enabled: boolean, level: string | null, exceptions: { path: string; text: string }[] = []) =>
    one.detection.setPolicy({ rules: { [id]: { enabled, level } }, exceptions, ruleNames: [] }, NOW);
  policy(false, null);
  expect(run(one, [frame(1, [shadow(1, 'kim')])]).findings).toEqual([]);
  policy(true, 'critical');
  expect(run(one, [frame(2, [shadow(2, 'kim')])]).findings).toMatchObject([{ level: 'critical' }]);
  const text = JSON.stringify({
    title: 'Backup',
    id: '44444444-4444-4444-8444-444444444444',
    logsource: { product: 'windows' },
    filter: { rules: [id], known: { User: 'backup' }, condition: 'not known' },
    haetae: { owner: 'kim', reason: 'nightly', expires: '2026-12-31' },
  });
  policy(true, null, [{ path: 'e.yml', text }]);
  expect(run(one, [frame(3, [shadow(3, 'backup'), shadow(4, 'kim')])]).findings).toMatchObject([{ eventIds: [4] }]);
});
