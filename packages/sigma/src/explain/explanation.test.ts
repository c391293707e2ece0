import { describe, expect, test } from 'vitest';
import { randomOf } from '../regex/testing/random.ts';
import { createRuleSet } from '../ruleset.ts';
import type { SavedRules } from '../saved.ts';
import { type Fields, matcherOf, ruleOf } from '../testing/rule.ts';
import { objectView } from '../view.ts';
import { WINDOWS } from '../windows/index.ts';
import { explain } from './explanation.ts';

const RULE = String.raw`selection:
  Image|endswith: '\powershell.exe'
  CommandLine|contains|all: [' -enc ', JAB]
  User|neq: root
filter_main_a:
  ParentImage|endswith: '\updater.exe'
filter_main_b:
  Company: x
condition: selection and not 1 of filter_main_*`;

describe('a miss', () => {
  const said = (event: Fields) => explain(matcherOf(RULE), objectView(event));

  test('tells how near it came, what failed and what stands there', () => {
    const { matched, near } = said({ Image: 'C:\\PowerShell.exe', CommandLine: 'x -enc y', User: 'bob' });
    expect(matched).toBe(false);
    expect(near).toEqual({
      held: 4,
      of: 5,
      failed: [
        {
          selection: 'selection',
          field: 'CommandLine',
          held: false,
          negated: false,
          tried: [{ op: 'contains', pattern: 'JAB', held: false, value: undefined, at: undefined }],
          actual: ['x -enc y'],
        },
      ],
      excludedBy: [],
    });
  });

  test('names the filter that applied, and what of it held', () => {
    const { matched, near, filters } = said({
      Image: 'C:\\powershell.exe',
      CommandLine: ' -enc JAB',
      ParentImage: 'C:\\updater.exe',
    });
    expect([matched, near]).toEqual([false, { held: 4, of: 5, failed: [], excludedBy: ['filter_main_a'] }]);
    expect(filters.map(({ selection, held, conditions }) => [selection, held, conditions[0]!.tried[0]!.at])).toEqual([
      ['filter_main_a', true, { start: 2, end: 14 }],
      ['filter_main_b', false, undefined],
    ]);
  });

  test('of several ways the nearest counts', () => {
    const matcher = matcherOf('a: {f: 1, g: 1, h: 1}\nb: {f: 2, g: 2}\nc: {k: 1}\ncondition: a or b or (c and a)');
    const { near } = explain(matcher, objectView({ f: '1', g: '1' }));
    expect([near.held, near.of, near.failed.map(({ field }) => field)]).toEqual([2, 3, ['h']]);
  });
});

test('a match lists every condition with what held', () => {
  const event = { Image: 'C:\\powershell.exe', CommandLine: 'a -enc JAB', User: 'bob' };
  const { matched, near, conditions } = explain(matcherOf(RULE), objectView(event));
  expect([matched, near]).toEqual([true, { held: 5, of: 5, failed: [], excludedBy: [] }]);
  expect(conditions.map(({ field, held, tried }) => [field, held, tried[0]!.at])).toEqual([
    ['Image', true, { start: 2, end: 17 }],
    ['CommandLine', true, { start: 1, end: 7 }],
    ['CommandLine', true, { start: 7, end: 10 }],
    ['User', true, undefined],
  ]);
});

test('rules that were saved are explained as they were before', () => {
  const options = { logSources: WINDOWS };
  const set = createRuleSet([ruleOf(RULE)], options);
  const loaded = createRuleSet(JSON.parse(JSON.stringify(set.save())) as SavedRules, options);
  const event = objectView({ Image: 'C:\\PowerShell.exe', CommandLine: 'x -enc y', ParentImage: 'C:\\updater.exe' });
  expect(explain(loaded.matchers[0]!, event)).toEqual(explain(set.matchers[0]!, event));
});

const FIELDS = ['f', 'g', 'h'];
const WORDS = ['a', 'ab', 'b', 'ba', 'A', ''];
const MODIFIERS = ['', '|contains', '|startswith', '|endswith', '|contains|all', '|neq', '|re', '|exists', '|cased'];

/** A rule over three fields and few words, so that its conditions hold about as often as not. */
function randomRule(random: (below: number) => number): string {
  const word = (): string => WORDS[random(WORDS.length)]!;
  const item = (): string => {
    const modifier = MODIFIERS[random(MODIFIERS.length)]!;
    const field = FIELDS[random(FIELDS.length)]!;
    if (modifier === '|exists') return `${field}|exists: ${random(2) === 0}`;
    if (modifier === '|re') return `${field}|re: '(${word()})?b'`;
    if (modifier === '' && random(4) === 0) return `${field}: null`;
    return `${field}${modifier}: ['${word()}', '${word()}']`;
  };
  const search = (): string => {
    if (random(6) === 0) return `['${word()}x', '${word()}']`;
    const items = new Map([item(), item()].map((text) => [text.slice(0, text.indexOf(':')), text]));
    return `{${[...items.values()].join(', ')}}`;
  };
  const condition = (depth: number): string => {
    const name = `s${random(4)}`;
    if (depth === 0) return name;
    const inner = (): string => condition(depth - 1);
    const kinds = [
      () => `${inner()} and ${inner()}`,
      () => `(${inner()} or ${inner()})`,
      () => `not ${inner()}`,
      () => `not (${inner()} and ${inner()})`,
      () => '2 of s*',
      () => 'all of them',
      () => 'not 1 of s*',
    ];
    return kinds[random(kinds.length)]!();
  };
  const searches = [0, 1, 2, 3].map((n) => `s${n}: ${search()}`);
  return `${searches.join('\n')}\ncondition: ${condition(3)}`;
}

test('on 600 random rules and events it never disagrees with the matcher', () => {
  const random = randomOf(4);
  const below = (n: number): number => Math.floor(random() * n) % n;
  const seen = { matched: 0, missed: 0 };
  for (let n = 0; n < 600; n++) {
    const text = randomRule(below);
    const matcher = matcherOf(text);
    for (let m = 0; m < 4; m++) {
      const event: Record<string, string | string[]> = {};
      for (const field of FIELDS) {
        const kind = below(4);
        if (kind > 0) event[field] = kind === 1 ? [WORDS[below(6)]!, WORDS[below(6)]!] : WORDS[below(6)]!;
      }
      const view = objectView(event);
      const said = explain(matcher, view);
      const wrong = `${text}\n${JSON.stringify(event)}`;
      const matched = matcher.matches(view);
      seen[matched ? 'matched' : 'missed']++;
      expect(said.matched, wrong).toBe(matched);
      // All conditions of the nearest way hold exactly where the rule does.
      expect(said.near.held === said.near.of, wrong).toBe(matched);
      expect(matcher.explain(view).length > 0 || !matched, wrong).toBe(true);
      for (const { tried } of said.conditions)
        for (const { value, at } of tried) if (at !== undefined) expect(value!.length).toBeGreaterThanOrEqual(at.end);
    }
  }
  expect(Math.min(seen.matched, seen.missed)).toBeGreaterThan(150);
});
