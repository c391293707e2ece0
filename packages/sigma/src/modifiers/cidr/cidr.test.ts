import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|cidr: 10.0.0.0/8', event: { f: '10.255.0.1' }, matches: true },
  { item: 'f|cidr: 10.0.0.0/8', event: { f: '11.0.0.1' }, matches: false },
  { item: 'f|cidr: 10.0.0.0/8', event: { f: '010.0.0.1' }, matches: false },
  { item: 'f|cidr: 10.0.0.0/8', event: { f: '-' }, matches: false },
  { item: 'f|cidr: 0.0.0.0/0', event: { f: '255.255.255.255' }, matches: true },
  { item: 'f|cidr: 127.0.0.1', event: { f: ' 127.0.0.1 ' }, matches: true },
  { item: 'f|cidr: "fe80::/10"', event: { f: 'FE80::1%12' }, matches: true },
  { item: 'f|cidr: "::1/128"', event: { f: '0:0:0:0:0:0:0:1' }, matches: true },
  { item: 'f|cidr: "::ffff:10.0.0.0/104"', event: { f: '::ffff:10.9.8.7' }, matches: true },
  { item: 'f|cidr: 10.0.0.0/8', event: { f: '::ffff:10.9.8.7' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  ['f|cidr: 10.1.0.0/8', '13: |cidr: 10.1.0.0/8 has bits beyond its prefix; did you mean 10.0.0.0/8?'],
  ['f|cidr: 10.0.0/8', '13: |cidr: 10.0.0/8 is no IPv4 or IPv6 network; write one as 10.0.0.0/8 or fe80::/10'],
  ['f|cidr: 10.0.0.0/33', '13: |cidr: /33 is no prefix length from 0 to 32'],
  ['f|contains|cidr: 10.0.0.0/8', '16: |cidr takes the value as it is written; it cannot follow |contains'],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
