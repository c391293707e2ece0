import type { UnixMs } from '@haetae/event';
import { expect, test } from 'vitest';
import type { FrameHead } from '../../source/index.ts';
import type { FindingRow, Frame } from '../../store/index.ts';
import { clock, engine, frame, NOW } from './testing/frames.ts';

/** Words of an agent, as the server's front logs them. */
const MINUTE = 60_000;
const HEAD: Partial<FrameHead> = { format: 'agent', origin: 'agent', token: 'agent-1', hosts: ['WS01'] };
function said(seq: number, minute: number, word: object, head: Partial<FrameHead> = {}): Frame {
  const receivedMs = NOW + minute * MINUTE;
  const made = frame(seq, [], { ...HEAD, position: `agent-1/s/${seq}`, items: 1, ...head }, receivedMs);
  return { ...made, receivedMs: receivedMs as UnixMs, body: Buffer.from(`${JSON.stringify(word)}\n`) };
}
const beat = (minute: number, record: number, host = 'WS01') => ({
  haetae: 'heartbeat',
  host,
  nowMs: NOW + minute * MINUTE,
  everyMs: MINUTE,
  channels: [{ name: 'Security', enabled: true, lastRecord: String(record), maxBytes: 1, error: null }],
});
const GAP = {
  haetae: 'gap',
  host: 'WS01',
  source: 'winlog:Security',
  reason: 'overwritten',
  count: 5,
  fromRecord: '4',
};
/** An hour in which the log wrote, then ten minutes in which it did not. */
const hour = (): Frame[] => Array.from({ length: 70 }, (_, i) => said(i + 1, i + 1, beat(i + 1, Math.min(i, 59))));
const short = (rows: readonly FindingRow[]) =>
  rows.map(
    ({ seq, host, ruleId, detector, eventIds, techniques }) =>
      `${seq} ${host} ${detector} ${ruleId} ${eventIds} ${techniques}`,
  );
const SILENT = '63 WS01 agent haetae-agent-channel-silent 63 T1685.001';

test('a log that falls silent while its host lives is a finding, within five minutes, of the word that shows it', () => {
  const one = engine([]);
  for (const each of hour()) one.take(each);
  const { findings } = one.cut();
  expect(short(findings)).toEqual([SILENT]);
  expect(findings[0]).toMatchObject({
    level: 'high',
    title: 'A log that always wrote has fallen silent while its host lives',
    body: { fields: { Channel: 'Security', LastRecord: '59', SilentSeconds: '180', UsualSeconds: '60' } },
  });
});

test('the same, saved and begun again at every frame', () => {
  const found: string[] = [];
  let saved: Uint8Array | undefined;
  for (const each of hour()) {
    const one = engine([], saved);
    one.take(each);
    found.push(...short(one.cut().findings));
    saved = one.save();
  }
  expect(found).toEqual([SILENT]);
});

test('a blind band is a finding, once, however often it is sent', () => {
  const one = engine([]);
  one.take(said(1, 0, GAP, { position: 'agent-1/e/7' }));
  one.take(said(2, 0, GAP, { position: 'agent-1/e/7' }));
  expect(short(one.cut().findings)).toEqual(['1 WS01 agent haetae-agent-blind-overwritten 1 ']);
});

test.each<[string, Frame]>([
  ['an event of a shipper that calls itself so', said(1, 0, GAP, { format: 'ndjson', origin: 'shipper', token: 't' })],
  ['a word about another host', said(1, 0, { ...GAP, host: 'DC01' })],
])('%s says nothing', (_, each) => {
  const one = engine([]);
  one.take(each);
  expect(one.cut().findings).toEqual([]);
});

test('an agent that falls silent is told although nothing comes any more: the engine asks for the time', () => {
  const one = engine([]);
  one.take(said(1, 0, beat(0, 1)));
  const found: string[] = [];
  let asked = 0;
  for (let seq = 2; one.wantsClockAt !== undefined && seq < 100; seq++, asked++) {
    one.take(clock(seq, one.wantsClockAt));
    found.push(...short(one.cut().findings));
  }
  expect(found).toEqual([expect.stringMatching(/ WS01 agent haetae-agent-agent-silent 1 T1685$/)]);
  expect(asked).toBeLessThan(10);
});
