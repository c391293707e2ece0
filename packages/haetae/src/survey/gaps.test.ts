import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Continuity } from './gaps.ts';

const MINUTE = 60_000;
/** [id, minute] pairs as one log. */
function log(records: readonly (readonly [number, number])[], file = 'a'): Continuity {
  const log = new Continuity();
  for (const [id, minute] of records) log.add(id, minute * MINUTE, file);
  return log;
}
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => [first + i, first + i] as const);

test('a whole log has no gaps, in whatever order its chunks come', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(range(1, 40), { minLength: 40 }), (records) => {
      expect(log(records).result()).toEqual({
        gaps: [],
        filtered: undefined,
        recreated: [],
        clockJumps: [],
        repeated: 0,
        truncated: false,
      });
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('rotated chunks are neither a gap nor a clock jump', () => {
  const { gaps, clockJumps } = log([...range(101, 200), ...range(1, 100)]).result();
  expect([gaps, clockJumps]).toEqual([[], []]);
});

test('a missing stretch is a gap with its size and the times beside it', () => {
  expect(log([...range(1, 100), ...range(151, 300)]).result().gaps).toEqual([
    { missing: 50, afterId: 100, beforeId: 151, from: 100 * MINUTE, to: 151 * MINUTE },
  ]);
});

test('evenly spread gaps mean a filtered source, said once', () => {
  const { gaps, filtered } = log(range(1, 300).filter(([id]) => id % 3 === 1)).result();
  expect(gaps).toEqual([]);
  expect(filtered).toBeCloseTo(198 / 298, 6);
});

test('ids that are used again at another time mean a recreated log; the same log twice does not', () => {
  const again = log(range(1, 50));
  for (const [id] of range(1, 20)) again.add(id, (10_000 + id) * MINUTE, 'b');
  expect(again.result()).toMatchObject({ recreated: [{ firstId: 1, at: 10_001 * MINUTE }], gaps: [], repeated: 0 });

  const twice = log(range(1, 50));
  for (const [id, minute] of range(1, 50)) twice.add(id, minute * MINUTE, 'copy');
  expect(twice.result()).toMatchObject({ recreated: [], gaps: [], repeated: 50 });
});

test('a clock that is set back between neighbours is told, small disorder is not', () => {
  const back = [...range(1, 10), [11, -20], [12, -19]] as const;
  expect(log(back).result().clockJumps).toEqual([{ atId: 11, back: 30 * MINUTE, at: -20 * MINUTE }]);
  expect(
    log([
      [1, 5],
      [2, 4.5],
      [3, 6],
    ]).result().clockJumps,
  ).toEqual([]);
});

test('what several readers know, put together, is what one reader would', () => {
  const records = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(records, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }), (ids, reader) => {
      const parts = [0, 1, 2, 3].map(() => new Continuity());
      const whole = new Continuity();
      for (const id of ids) {
        whole.add(id, id * MINUTE, 'a');
        parts[reader[id - 1]!]!.add(id, id * MINUTE, 'a');
      }
      const merged = new Continuity();
      for (const part of parts) merged.merge(part.part(), 'a');
      expect(merged.result()).toEqual(whole.result());
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('readers that hold the same ids at other times speak of two logs; at the same times, of one read twice', () => {
  const merged = new Continuity();
  const hour = (shift: number): Continuity => {
    const log = new Continuity();
    for (const [id, minute] of range(1, 20)) log.add(id, (minute + shift) * MINUTE, 'x');
    return log;
  };
  merged.merge(hour(0).part(), 'a');
  merged.merge(hour(0).part(), 'copy');
  merged.merge(hour(5000).part(), 'b');
  expect(merged.result()).toMatchObject({
    recreated: [{ firstId: 1, at: 5001 * MINUTE }],
    gaps: [],
    repeated: 20,
    clockJumps: [],
  });
});
