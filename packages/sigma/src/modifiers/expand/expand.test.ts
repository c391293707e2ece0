import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

const options = { placeholders: { admins: ['root', 'adm*'], hosts: ['a', 'b'], odd: ['a.c'] } };

test.each([
  { item: 'f|expand: "%admins%"', event: { f: 'ADMIN' }, matches: true },
  { item: 'f|expand: "%admins%"', event: { f: 'bob' }, matches: false },
  { item: 'f|expand|contains: "x%admins%@%hosts%"', event: { f: '-xroot@b-' }, matches: true },
  { item: 'f|contains|expand: "x%hosts%"', event: { f: '-xb-' }, matches: true },
  { item: 'f|re|expand: "^%odd%$"', event: { f: 'a.c' }, matches: true },
  { item: 'f|re|expand: "^%odd%$"', event: { f: 'abc' }, matches: false },
  { item: 'f: "%admins%"', event: { f: '%admins%' }, matches: true },
  { item: 'f|expand: "50 %"', event: { f: '50 %' }, matches: true },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event, options)).toBe(matches);
});

test('a placeholder without values is refused where it stands', () => {
  expect(refusal('f|expand: "%admins%"')).toBe(
    '15: |expand: placeholder %admins% has no values; give them to compile() as placeholders',
  );
});
