import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backlog, holdBack } from './backlog.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

test('what is durable is behind until it is stored', () => {
  let stored = 0;
  const behind = backlog(() => stored);
  for (let seq = 1; seq <= 3; seq++) behind.add(seq, seq * 10, seq * 1000);
  expect([behind.items, behind.bytes]).toEqual([60, 6000]);
  stored = 2;
  expect([behind.items, behind.bytes]).toEqual([30, 3000]);
  stored = 3;
  expect([behind.items, behind.bytes]).toEqual([0, 0]);
});

/** How long an acknowledgement is held back while so many MiB are behind, until they are not after so long. */
test.each([
  { mib: 16, untilMs: 1000, heldMs: 0 },
  { mib: 17, untilMs: 70, heldMs: 80 },
  { mib: 17, untilMs: 1000, heldMs: 1000 },
  { mib: 17, untilMs: 3000, heldMs: 2000 },
])('$mib MiB behind for $untilMs ms: held back for $heldMs ms', async ({ mib, untilMs, heldMs }) => {
  let heard = Number.NaN;
  const behind = { bytes: mib * 1024 * 1024 };
  setTimeout(() => (behind.bytes = 0), untilMs);
  void holdBack(behind).then(() => (heard = Date.now()));
  await vi.advanceTimersByTimeAsync(3000);
  expect(heard).toBe(heldMs);
});
