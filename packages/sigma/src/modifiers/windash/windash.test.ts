import { expect, test } from 'vitest';
import { holds, refusal } from '../../testing/rule.ts';
import { spellings } from '../../text.ts';

test.each([
  { item: 'f|windash|contains: " -enc "', event: { f: 'powershell /enc x' }, matches: true },
  { item: 'f|contains|windash: " -enc "', event: { f: 'powershell \u2013enc x' }, matches: true },
  { item: 'f|contains|windash: " /enc "', event: { f: 'powershell \u2014ENC x' }, matches: true },
  { item: 'f|contains|windash: "-a -b"', event: { f: '/a \u2015b' }, matches: true },
  { item: 'f|contains|windash: "a-b"', event: { f: 'a/b' }, matches: false },
  { item: 'f|contains|windash: "- x"', event: { f: '/ x' }, matches: false },
  { item: 'f|endswith|windash: "-x"', event: { f: 'a /x' }, matches: true },
  { item: 'f|windash: "-x"', event: { f: 'a /x' }, matches: false },
])('$item over $event: $matches', ({ item, event, matches }) => {
  expect(holds(item, event)).toBe(matches);
});

test.each([
  { value: '-enc', count: 5, among: '/enc' },
  { value: '-enc -nop', count: 25, among: '/enc \u2013nop' },
  { value: 'a-b', count: 1, among: 'a-b' },
])('$value has $count spellings, $among among them', async ({ value, count, among }) => {
  const { windash } = await import('./windash.ts');
  const made = windash.apply(
    { kind: 'text', raw: value, parts: [{ kind: 'literal', text: value }], cased: false, bytes: false },
    { placeholder: () => undefined },
  );
  const all = spellings('parts' in made ? made.parts : [], 1000)!;
  expect(all).toHaveLength(count);
  expect(all).toContainEqual([{ kind: 'literal', text: among }]);
});

test('forty dashes cost no more than one', () => {
  expect(holds(`f|contains|windash: "${'-a '.repeat(40)}"`, { f: '/a '.repeat(40) })).toBe(true);
  expect(refusal('f|windash|base64: "-a"')).toBe(
    '15: |base64: windash makes several spellings, which have no one encoding; leave it out',
  );
});
