import { expect, test } from 'vitest';
import { holds } from '../../testing/rule.ts';

test.each([{ item: 'f|utf16be|base64: ab', event: { f: 'AGEAYg==' }, matches: true }])(
  '$item over $event: $matches',
  ({ item, event, matches }) => {
    expect(holds(item, event)).toBe(matches);
  },
);
