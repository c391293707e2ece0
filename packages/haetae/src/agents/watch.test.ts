import { expect, test } from 'vitest';
import { Ledger, LIVE_FORMATS } from '../source/index.ts';
import { createAgentWatch, type SavedWatch, WATCH_LIMITS } from './index.ts';

const START = Date.UTC(2026, 2, 2, 2);
const MINUTE = 60_000;
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

/** A host whose agent is heard of, through the very form in which its words are logged. */
function host(id = 'agent-1', name = 'WS01', saved?: SavedWatch) {
  let watch = createAgentWatch(WATCH_LIMITS, saved);
  const found: string[] = [];
  let records = 0;
  const log = { at: START, found };
  const say = (word: object): void => {
    const frame = Buffer.from(`${JSON.stringify(word)}\n`);
    const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: log.at };
    for (const { event } of LIVE_FORMATS.get('agent')!.read(frame, options))
      keep(watch.take(event, id, log.at, ++records));
    expect(options.ledger.notices()).toEqual([]);
  };
  const keep = (findings: ReturnType<typeof watch.take>): void => {
    for (const { rule, event, level, fields } of findings) {
      const minute = Math.round(((log.at - START) / MINUTE) * 10) / 10;
      found.push(
        `${minute} min ${rule!.id.replace('haetae-agent-', '')} ${level} ${event.computer} ${fields.Channel ?? ''}`.trim(),
      );
    }
  };
  return Object.assign(log, {
    say,
    /** A sign of life a minute; `records` gives each channel's newest record. */
    beat(minutes: number, records: (minute: number) => Record<string, number | null>, more: object = {}) {
      for (let i = 0; i < minutes; i++) {
        log.at += MINUTE;
        const minute = (log.at - START) / MINUTE;
        const channels = Object.entries(records(minute)).map(([channel, record]) => ({
          name: channel,
          enabled: true,
          lastRecord: record === null ? null : String(record),
          oldestRecord: '1',
          sizeBytes: 1,
          maxBytes: 1000,
          retainedHours: 1,
          error: null,
          ...((more as { channel?: object }).channel ?? {}),
        }));
        const { channel: _, ...rest } = more as { channel?: object };
        say({ haetae: 'heartbeat', host: name, everyMs: MINUTE, nowMs: log.at, channels, ...rest });
      }
      return log;
    },
    tick: () => keep(watch.tick(log.at)),
    wantsTickAt: () => watch.wantsTickAt,
    restart() {
      watch = createAgentWatch(WATCH_LIMITS, JSON.parse(JSON.stringify(watch.save())) as SavedWatch);
    },
  });
}
const lively = (minute: number) => ({ [SYSMON]: minute * 10, Security: minute * 5 });

test('one log of a living host that falls silent is told within five minutes, once', () => {
  const one = host();
  one.beat(60, lively);
  one.beat(30, (minute) => ({ [SYSMON]: 600, Security: minute * 5 }));
  expect(one.found).toEqual([`63 min channel-silent high WS01 ${SYSMON}`]);
});

test('and told again when it wrote and falls silent again: a silence that was told is no habit', () => {
  const one = host();
  one.beat(60, lively);
  one.beat(20, () => ({ [SYSMON]: 600 }));
  one.beat(10, (minute) => ({ [SYSMON]: minute * 10 }));
  one.beat(10, () => ({ [SYSMON]: 900 }));
  expect(one.found).toHaveLength(2);
});

test('the same with a restart at every minute', () => {
  const one = host();
  for (let i = 0; i < 60; i++) {
    one.beat(1, lively);
    one.restart();
  }
  for (let i = 0; i < 30; i++) {
    one.beat(1, () => ({ [SYSMON]: 600, Security: 1e6 + i }));
    one.restart();
  }
  expect(one.found).toEqual([`63 min channel-silent high WS01 ${SYSMON}`]);
});

test.each<[string, (one: ReturnType<typeof host>) => void]>([
  ['a log that is often still for longer', (one) => one.beat(240, (m) => ({ [SYSMON]: Math.floor(m / 10) }))],
  ['a log that was watched too short a time', (one) => one.beat(10, lively).found.push() && one],
  [
    'a host that sleeps and wakes up with nothing new',
    (one) => {
      one.beat(60, lively);
      one.at += 8 * 60 * MINUTE;
      one.beat(2, () => lively(60));
    },
  ],
  [
    'a log that wrote now and then from the beginning on',
    (one) => one.beat(120, (m) => ({ [SYSMON]: m < 100 ? 1 : 2 })),
  ],
  ['an empty log', (one) => one.beat(120, () => ({ [SYSMON]: null }))],
  ['record ids beyond 2^53 that go on', (one) => one.beat(90, (m) => ({ [SYSMON]: m }))],
])('nothing of %s', (_, happens) => {
  const one = host();
  happens(one);
  expect(one.found).toEqual([]);
});

test('a log that is switched off, shrunk, or cannot be read any more is told at once, once', () => {
  const one = host();
  one.beat(2, lively);
  one.beat(2, lively, { channel: { enabled: false } });
  one.beat(1, lively);
  one.beat(2, lively, { channel: { maxBytes: 400 } });
  one.beat(2, lively, { channel: { error: 'access denied' } });
  expect(one.found.filter((text) => text.includes(SYSMON))).toEqual([
    `3 min channel-off high WS01 ${SYSMON}`,
    `6 min channel-shrunk medium WS01 ${SYSMON}`,
    `8 min channel-unreadable medium WS01 ${SYSMON}`,
  ]);
});

test('a command that the server did not send is told: refused, it is an attempt; done, somebody else commands', () => {
  const one = host();
  const stray = { haetae: 'stray', host: 'WS01', nowMs: START, command: 'c1', detail: '' };
  one.say({ ...stray, state: 'refused', reason: 'signature' });
  one.say({ ...stray, state: 'done', reason: '' });
  expect(one.found).toEqual(['0 min command-refused high WS01', '0 min command-foreign critical WS01']);
});

const sysmon = (more: object = {}) => ({
  sysmon: {
    service: 'Sysmon64',
    serviceState: 'running',
    driver: 'SysmonDrv',
    driverState: 'running',
    version: '15.15',
    configHash: 'SHA256=A',
    rulesHash: 'a',
    ...more,
  },
});

test('Sysmon stopped, its driver unloaded, configured anew, removed', () => {
  const one = host();
  one.beat(2, lively, sysmon());
  one.beat(2, lively, sysmon({ serviceState: 'stopped' }));
  one.beat(1, lively, sysmon());
  one.beat(2, lively, sysmon({ driverState: 'missing' }));
  one.beat(2, lively, sysmon({ rulesHash: 'b' }));
  one.beat(2, lively, sysmon({ configHash: null, rulesHash: null }));
  one.beat(1, lively, sysmon({ rulesHash: 'b' }));
  one.beat(2, lively, { sysmon: null });
  expect(one.found).toEqual([
    '3 min sysmon-stopped high WS01',
    '6 min sysmon-stopped high WS01',
    '8 min sysmon-configured medium WS01',
    '13 min sysmon-removed high WS01',
  ]);
});

test('a Sysmon that does not run when it is first heard of is told; none is not', () => {
  const one = host();
  one.beat(2, lively, { sysmon: null });
  expect(one.found).toEqual([]);
  one.beat(1, lively, sysmon({ serviceState: 'stopped' }));
  expect(one.found).toEqual(['3 min sysmon-stopped high WS01']);
});

test.each([
  ['overwritten', 'blind-overwritten medium'],
  ['cleared', 'blind-cleared high'],
  ['truncated', 'blind-truncated low'],
  ['spool-full', 'blind-spool medium'],
  ['spool-damaged', 'blind-spool medium'],
])('events that nobody will see (%s) are a finding with all that is known of them', (reason, expected) => {
  const one = host();
  one.say({ haetae: 'gap', host: 'WS01', source: 'winlog:Security', reason, count: 5, fromRecord: '4', toRecord: '8' });
  expect(one.found).toEqual([`0 min ${expected} WS01`]);
});

test('an agent that falls silent is told, unless it said good-bye, or nothing at all was received', () => {
  const one = host();
  expect(one.wantsTickAt()).toBeUndefined();
  one.beat(3, lively);
  expect(one.wantsTickAt()).toBe(one.at + MINUTE);
  const pass = (minutes: number, others: boolean): void => {
    for (let i = 0; i < minutes * 2; i++) {
      one.at += MINUTE / 2;
      if (others) one.tick();
    }
    one.tick();
  };
  pass(60, false); // the server was away
  expect(one.found).toEqual([]);
  pass(10, true);
  expect(one.found).toEqual(['68.5 min agent-silent low WS01']);
  expect(one.wantsTickAt()).toBeUndefined();
  one.beat(1, lively);
  one.say({ haetae: 'bye', host: 'WS01', reason: 'stopped' });
  pass(60, true);
  expect(one.found).toHaveLength(1);
});

test('events of others that call themselves so, and words nobody knows, say nothing and break nothing', () => {
  const one = host();
  one.say({ haetae: 'heartbeat', host: 'WS01', channels: 'nonsense', sysmon: 5 });
  one.say({ haetae: 'heartbeat', host: 'WS01', channels: [null, 1, {}, { name: {} }] });
  one.say({ haetae: 'gap', host: 'WS01', reason: 'because' });
  one.say({ haetae: 'something', host: 'WS01' });
  expect(one.found).toEqual([]);
});
