import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';

test.each([
  { item: 'f|base64offset|contains: /bin/bash', event: { f: btoa('/bin/bash') }, matches: true },
  { item: 'f|base64offset|contains: /bin/bash', event: { f: btoa('x/bin/bash -i') }, matches: true },
  { item: 'f|base64offset|contains: /bin/bash', event: { f: btoa('xy/bin/bash -i') }, matches: true },
  { item: 'f|base64offset|contains: /bin/bash', event: { f: btoa('/bin/zsh') }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  [
    'f|base64offset: "a*"',
    '7: |base64offset: a wildcard cannot be encoded; put contains, startswith or endswith behind the encoding',
  ],
])('%s is refused: %s', (item, reason) => {
  expect(refusal(item)).toBe(reason);
});
