import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([
  { item: 'f|contains|all: [a, b]', event: { f: 'b-a' }, matches: true },
  { item: 'f|contains|all: [a, b]', event: { f: 'a' }, matches: false },
  { item: 'f|all|contains: [a, b]', event: { f: ['a', 'b'] }, matches: true },
  { item: 'f|contains: [a, b]', event: { f: 'a' }, matches: true },
  { item: '"|all": [one, two]', event: { x: 'ONE', y: 'two' }, matches: true },
  { item: '"|all": [one, two]', event: { x: 'one' }, matches: false },
  { item: 'f|base64offset|contains|all: [foo, bar]', event: { f: 'Zm9v YmFy' }, matches: true },
  { item: 'f|base64offset|contains|all: [foo, bar]', event: { f: 'Zm9v' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});
