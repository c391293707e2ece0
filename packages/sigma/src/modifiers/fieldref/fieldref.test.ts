import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|fieldref: g', event: { f: 'A', g: 'a' }, matches: true },
  { item: 'f|fieldref: g', event: { f: 'a', g: 'b' }, matches: false },
  { item: 'f|fieldref: g', event: { f: 'a' }, matches: false },
  { item: 'f|fieldref|endswith: g', event: { f: 'DOM\\bob', g: 'BOB' }, matches: true },
  { item: 'f|startswith|fieldref: g', event: { f: 'bobby', g: 'bob' }, matches: true },
  { item: 'f|fieldref|contains: g', event: { f: 'a bob b', g: 'bob' }, matches: true },
  { item: 'f|fieldref: g', event: { f: ['x', 'y'], g: ['z', 'y'] }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([['f|fieldref: "a*b"', '17: |fieldref: a field name has no wildcards']])(
  '%s is refused: %s',
  (item, reason) => {
    expect(refusal(item)).toBe(reason);
  },
);
