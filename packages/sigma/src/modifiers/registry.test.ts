import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { refusal } from '../testing/rule.ts';
import { MODIFIERS, modifierNames } from './registry.ts';

describe.each(Object.entries(MODIFIERS))('modifier %s', (key, modifier) => {
  test('has the name a rule writes, and a folder of this name', () => {
    expect(modifier.name).toBe(key);
    expect(readdirSync(new URL(`./${key}/`, import.meta.url)).sort()).toEqual([`${key}.test.ts`, `${key}.ts`]);
  });

  test('says what it does in one sentence', () => {
    expect(modifier.summary).toMatch(/^[A-Z].*\.$/);
  });

  test('refuses every kind that it does not take, at its own place', () => {
    if (modifier.kind === 'item') return;
    // A modifier of text takes numbers and booleans as text.
    const plain = { text: 'abc', number: '5', boolean: 'true', null: 'null' } as const;
    for (const [kind, value] of Object.entries(plain)) {
      const taken = modifier.accepts.some((k) => k === kind || (k === 'text' && kind !== 'null'));
      if (!taken) expect(refusal(`f|${key}: ${value}`)).toMatch(new RegExp(`^7: \\|${key} works on .*, not on `));
    }
  });
});

test('names and aliases are unique', () => {
  expect(new Set(modifierNames()).size).toBe(modifierNames().length);
  expect(modifierNames()).toContain('ignorecase');
});
