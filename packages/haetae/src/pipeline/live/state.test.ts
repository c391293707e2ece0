import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import type { LiveEngine } from './engine.ts';
import { decodeState } from './state.ts';
import { clock, engine, FAILED, frame, NOW } from './testing/frames.ts';

function played(): LiveEngine {
  const one = engine([FAILED]);
  for (let seq = 1; seq <= 3; seq++) one.take(frame(seq, [{ host: `WS0${seq}`, record: seq }], {}, NOW + seq * 1000));
  one.take(clock(4, NOW + 20_000));
  one.cut();
  return one;
}

/** What an engine makes of the next attack. */
function next(one: LiveEngine) {
  one.take(frame(5, [{ host: 'WS01', record: 9, at: 30_000 }], {}, NOW + 30_000));
  one.take(clock(6, NOW + 60_000));
  const { incidents, findings, entities } = one.cut();
  expect(findings).toHaveLength(1);
  return { incidents, findings, entities, counts: one.counts };
}

test('what was saved, wherever it was told to be written, is gone on from', () => {
  const shared = new SharedArrayBuffer(1_000_000);
  const one = played();
  const bytes = one.save();
  const there = one.save((size) => new Uint8Array(shared, 16, size));
  expect(there.buffer).toBe(shared);
  expect(Uint8Array.from(there)).toEqual(bytes);
  expect(next(engine([FAILED], there))).toEqual(next(engine([FAILED], bytes)));
});

test('a state of the version before, which was one piece, is gone on from', () => {
  const bytes = played().save();
  const { stories, ...rest } = decodeState(bytes);
  const [first, ...hosts] = stories.live as readonly Uint8Array[];
  expect(hosts).toHaveLength(3);
  const live = serialize({ ...(deserialize(first!) as object), hosts: hosts.map((host) => deserialize(host)) });
  const before = serialize({ version: 1, state: { ...rest, stories: { ...stories, live } } });
  expect(next(engine([FAILED], before))).toEqual(next(engine([FAILED], bytes)));
});

test('what is cut off, of a later version or something else is refused', () => {
  const bytes = played().save();
  expect(() => decodeState(bytes.subarray(0, bytes.length - 1))).toThrow('a state that is cut off');
  expect(() => decodeState(serialize({ version: 3, state: {} }))).toThrow('a state of version 3; this Haetae knows 2');
  expect(() => decodeState(Buffer.from('something'))).toThrow('this is no state of a Haetae');
});
