import { describe, expect, test } from 'vitest';
import { GRACE_MS, isMarkedBy, markerOf } from './marker.ts';

const secret = 'f'.repeat(64);
const step = { host: 'LAB-1', step: 'guid', startedMs: 1_000_000, endedMs: 1_010_000, once: '0123456789ab' };
const text = `cmd.exe /c whoami & rem ${markerOf(secret, step)}`;

describe('a marker is of one step, on one host, in its time', () => {
  test.each([
    { about: 'in its time', host: 'LAB-1', timeMs: 1_005_000, holds: true },
    { about: 'the host’s long name', host: 'lab-1.corp.example', timeMs: 1_005_000, holds: true },
    { about: 'written a little later', host: 'LAB-1', timeMs: step.endedMs + GRACE_MS, holds: true },
    { about: 'too late', host: 'LAB-1', timeMs: step.endedMs + GRACE_MS + 1, holds: false },
    { about: 'before it began', host: 'LAB-1', timeMs: 990_000, holds: false },
    { about: 'on another host', host: 'LAB-2', timeMs: 1_005_000, holds: false },
  ])('$about: $holds', ({ host, timeMs, holds }) =>
    expect(isMarkedBy(text, { host, timeMs }, secret, step)).toBe(holds),
  );

  test.each([
    { about: 'another secret', secret: 'e'.repeat(64), step },
    { about: 'another step', secret, step: { ...step, step: 'other' } },
    { about: 'another start', secret, step: { ...step, startedMs: 1_000_001 } },
    { about: 'used again', secret, step: { ...step, once: 'ba9876543210' } },
  ])('$about: does not hold', ({ secret: other, step: another }) =>
    expect(isMarkedBy(text, { host: 'LAB-1', timeMs: 1_005_000 }, other, another)).toBe(false),
  );
});
