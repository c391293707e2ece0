import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolve } from '../chain.ts';
import { compile } from '../compile.ts';
import type { LogSourceTable } from '../logsource.ts';
import type { FieldMapping } from '../mapping.ts';
import { type Need, needsOf } from '../needs.ts';
import { type Predicate, predicates } from '../predicate.ts';
import type { Condition, Item, RuleValue, Search, SigmaRule } from '../rule.ts';
import { createRuleSet, type RuleSet } from '../ruleset.ts';
import type { SavedRules } from '../saved.ts';
import { type EventView, objectView, PreparedView, type RawValue } from '../view.ts';
import { COLUMN_LIMITS, Column } from './column.ts';
import { KeywordFilter } from './keywords.ts';
import { lookupOf } from './literals.ts';

/**
 * The fast engine against the plain one: random rules over random events, both engines and the saved rules. Rules and events
 * draw on the same few fields and words, so that they meet; the words are chosen for what a folding automaton could get wrong.
 */
const AT = { line: 1, column: 1 };
const FIELDS = ['EventID', 'Channel', 'CommandLine', 'Image', 'User', 'Empty', 'Port'];
const PIECES = [
  'a',
  'A',
  'b',
  'ab',
  'aab',
  'BA',
  'cmd',
  '.exe',
  '\\',
  ' -enc ',
  '-x',
  '/x',
  ' ',
  '*',
  '?',
  '\\*',
  '\u2013x',
  'K',
  'k',
  '\u212a',
  '\u0130',
  'i\u0307',
  'ſ',
  's',
  'ß',
  'É',
  'é',
  '한글',
  '😀',
  'Σ',
  'ς',
  '\n',
  '\0',
  '::',
  'kiwi',
  '5',
  '10.0.0.7',
  'true',
  '5.0',
  '\u212aiwi',
];
const word = fc.array(fc.constantFrom(...PIECES), { minLength: 0, maxLength: 5 }).map((p) => p.join(''));
const number = fc.constantFrom(0, 5, 5.5, -1, 1, 4688, 10);
const REGEXES = [
  'a+b',
  '^ab',
  'k$',
  '(?i)K',
  '(?i)s',
  'a.c',
  '\\w+',
  '(?:cmd|kiwi)\\.exe',
  'a(?=b)',
  '(?<!a)b',
  '[ab]{2}',
  '\\\\',
  '(?:한|a)글',
  'x?',
  '',
];
const CHAINS: readonly (readonly [readonly string[], fc.Arbitrary<string | number | boolean | null>])[] = [
  [[], fc.oneof(word, word, word, number, fc.boolean(), fc.constant(null))],
  [[], number],
  [['contains'], word],
  [['startswith'], word],
  [['endswith'], word],
  [['contains', 'windash'], word],
  [['endswith', 'windash'], word],
  [['contains', 'cased'], word],
  [['cased'], word],
  [['endswith', 'cased'], word],
  [['re'], fc.constantFrom(...REGEXES)],
  [['re', 'i'], fc.constantFrom(...REGEXES)],
  [['cidr'], fc.constantFrom('10.0.0.0/8', '10.0.0.7', '::/0', 'fe80::/10')],
  [['gt'], number],
  [['lte'], number],
  [['exists'], fc.boolean()],
  [['fieldref'], fc.constantFrom(...FIELDS)],
  [['fieldref', 'endswith'], fc.constantFrom(...FIELDS)],
  [['contains', 'neq'], word],
  [['base64offset', 'contains'], fc.constantFrom('ab', 'cmd')],
];

const written = (value: string | number | boolean | null): RuleValue => ({ value, text: String(value ?? ''), at: AT });

const item: fc.Arbitrary<Item> = fc
  .tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...CHAINS), fc.boolean())
  .chain(([field, [names, value], all]) =>
    fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => ({
      kind: 'item' as const,
      field,
      modifiers: [...names, ...(all ? ['all'] : [])].map((name) => ({ name, at: AT })),
      values: values.map(written),
      at: AT,
    })),
  );
const keyword: fc.Arbitrary<Item> = fc
  .array(fc.oneof(word, fc.constantFrom('kiwi', 'a::b', 'cmd.exe', 'Kiwi*x')), { minLength: 1, maxLength: 3 })
  .map((values) => ({ kind: 'item', field: undefined, modifiers: [], values: values.map(written), at: AT }));
const search: fc.Arbitrary<Search> = fc.oneof(
  { weight: 1, arbitrary: keyword },
  {
    weight: 6,
    arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((of) => ({ kind: 'all' as const, of, at: AT })),
  },
  {
    weight: 2,
    arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((of) => ({ kind: 'any' as const, of, at: AT })),
  },
);

const names = ['a', 'b', 'c', 'd'];
const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(...names).map((name): Condition => ({ kind: 'search', name, at: AT })),
    tie('node').map((of): Condition => ({ kind: 'not', of, at: AT })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 }))
      .map(([kind, of]): Condition => ({ kind, of, at: AT })),
    fc
      .integer({ min: 1, max: 4 })
      .map((atLeast): Condition => ({ kind: 'of', atLeast, pattern: 'them', names, at: AT })),
  ),
})).node;

const EMPTY_RULE: SigmaRule = {
  id: undefined,
  name: undefined,
  title: 't',
  path: undefined,
  at: AT,
  status: undefined,
  level: undefined,
  description: undefined,
  author: undefined,
  date: undefined,
  modified: undefined,
  license: undefined,
  tags: [],
  references: [],
  falsepositives: [],
  fields: [],
  raw: {},
  logsource: { product: 'windows' },
  logsourceAt: AT,
  detection: { searches: new Map(), conditions: [] },
};

const SOURCES = ['process', 'security', undefined];
const rule: fc.Arbitrary<SigmaRule> = fc
  .tuple(fc.tuple(search, search, search, search), condition, fc.constantFrom(...SOURCES))
  .map(([searches, one, category]) => ({
    ...EMPTY_RULE,
    logsource: { product: 'windows', ...(category !== undefined && { category }) },
    detection: { searches: new Map(names.map((name, i) => [name, searches[i]!])), conditions: [one] },
  }));

const MAPPED: FieldMapping = {
  name: 'mapped:4688',
  fields: { Image: 'CommandLine' },
  values: { User: { a: 'kiwi' } },
  derived: { Port: (event) => event.values('Image')?.map((v) => String(v.length)) },
  lacks: ['Empty'],
};
const TABLE: LogSourceTable = {
  product: 'windows',
  categories: {
    process: [
      { channels: ['S'], eventIds: [1] },
      { channels: ['Security'], eventIds: [4688], mapping: MAPPED },
    ],
    security: [{ channels: ['security'] }, { channels: ['S'], providers: ['P'], when: { User: ['a', 'ab'] } }],
  },
  services: {},
};

/** A long value of several lines, the same in many values. */
const linesOf = (words: readonly string[]): string =>
  ['', ...words, 'x'.repeat(600)].map((w, i) => `Name ${i} = ${w}`).join('\r\n');

type Fields = Record<string, string | number | null | string[]>;
const value = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 1, arbitrary: number },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.array(word, { maxLength: 3 }) },
  { weight: 1, arbitrary: word.map((w) => `${'x'.repeat(150)}${w}${'y'.repeat(150)}`) },
  { weight: 1, arbitrary: fc.array(word, { maxLength: 3 }).map(linesOf) },
);
const event = fc.record(
  Object.fromEntries(FIELDS.slice(2).map((field) => [field, value])) as Record<string, typeof value>,
  { requiredKeys: [] },
) as fc.Arbitrary<Fields>;
const kind = fc.constantFrom(['S', 1], ['Security', 4688], ['Security', 5], ['', 0], ['Other', 1]) as fc.Arbitrary<
  [string, number]
>;

/** With the texts in which its values stand, as an event read from JSON has them. */
function withTexts(fields: Fields): EventView {
  const view = objectView(fields);
  return { ...view, texts: () => [JSON.stringify(fields)] };
}

/** With its values as bytes too, and the quick search of a source. */
function withBytes(fields: Fields): EventView {
  const view = objectView(fields);
  const whole = JSON.stringify(fields).toLowerCase();
  return {
    ...view,
    texts: () => [JSON.stringify(fields)],
    mentions: (words) => /[^\0-\x7f]/.test(whole) || words.some((w) => whole.includes(w)),
    raw: (field) => (typeof fields[field] === 'string' ? rawOf(fields[field]) : undefined),
  };
}

function rawOf(value: string): RawValue {
  const bytes = new TextEncoder().encode(`__${JSON.stringify(value)}`);
  return { notation: 'json', view: new DataView(bytes.buffer), start: 3, end: bytes.length - 1 };
}

const found = (set: RuleSet, channel: string, eventId: number, view: EventView): string[] =>
  set.match(channel, eventId, view).map(({ matcher, via }) => `${set.matchers.indexOf(matcher)} ${via}`);

function check(
  rules: readonly SigmaRule[],
  events: readonly (readonly [[string, number], Fields, boolean])[],
  rounds: number,
): void {
  const options = { logSources: TABLE };
  const plain = createRuleSet(rules, { ...options, engine: 'plain' });
  const fast = createRuleSet(rules, { ...options, effortBeforeGroup: 0 });
  const first = createRuleSet(rules, { ...options, effortBeforeGroup: 6200 });
  const saved = JSON.parse(JSON.stringify(fast.save())) as SavedRules;
  const loaded = createRuleSet(saved, options);
  // Again and again, so that dictionaries fill and automata are built.
  for (let n = 0; n < rounds; n++) {
    for (const [[channel, eventId], fields, own] of events) {
      const told: Fields = own ? { ...fields, EventID: eventId, ...(channel !== '' && { Channel: channel }) } : fields;
      const wanted = found(plain, channel, eventId, objectView(told));
      expect(found(fast, channel, eventId, withTexts(told))).toEqual(wanted);
      expect(found(fast, channel, eventId, objectView(told))).toEqual(wanted);
      expect(found(first, channel, eventId, objectView(told))).toEqual(wanted);
      expect(found(fast, channel, eventId, withBytes(told))).toEqual(wanted);
      expect(found(loaded, channel, eventId, objectView(told))).toEqual(wanted);
    }
  }
}

const predicatesOf = ({ field, ...one }: Item): Predicate[] => {
  const context = { placeholder: () => undefined, timeZone: 'UTC' };
  return resolve({ field, ...one }, context, undefined).values.flatMap((v) => predicates(field, v, AT));
};

/** Names of what holds of the values, as the plain predicates have it. */
const holding = (all: readonly Predicate[], view: PreparedView): number[] =>
  all.flatMap((predicate, i) => (predicate.holds(view) ? [i] : []));

describe('a column judges a field as its predicates do', () => {
  const items = fc.array(
    item.map((one) => ({ ...one, field: 'f' })),
    { minLength: 1, maxLength: 30 },
  );
  const values = fc.array(fc.option(fc.array(word, { maxLength: 3 }), { nil: undefined }), { maxLength: 40 });

  test.each([
    { how: 'by automata', limits: { effortBeforeAutomata: 0 } },
    { how: 'one by one', limits: {} },
    {
      how: 'with hardly any memory',
      limits: { effortBeforeAutomata: 0, maxValues: 2, maxVerdicts: 1, longestValue: 3 },
    },
    { how: 'without a dictionary', limits: { effortBeforeAutomata: 300, trial: 2, leastHits: 3, pause: 5 } },
  ])('$how', { timeout: 120_000 }, ({ limits }) => {
    fc.assert(
      fc.property(items, values, fc.constantFrom('short', 'long', 'lines'), fc.boolean(), (some, list, form, bytes) => {
        const all = some.flatMap(predicatesOf).filter(({ value: { kind } }) => kind !== 'field');
        const asked = all.map((_, slot) => ({ slot, index: slot, fires: [slot % 3] }));
        const source = {
          get: (i: number) => all[i]!,
          kind: (i: number) => all[i]!.value.kind,
          lookup: (i: number) => lookupOf(all[i]!.value),
        };
        const column = new Column(asked, source, { ...COLUMN_LIMITS, ...limits });
        for (const some of [...list, ...list]) {
          const of = some?.map((v) =>
            form === 'short' ? v : form === 'long' ? `${' '.repeat(60)}${v}` : linesOf([v, v]),
          );
          const view = new PreparedView({ values: () => of, all: () => of ?? [] });
          const raw = of?.length === 1 ? rawOf(of[0]!) : undefined;
          const { held, fired } = bytes
            ? column.of({ values: () => of, all: () => [], raw: () => raw }, 'f')
            : column.judge(of);
          expect([...held].sort((a, b) => a - b)).toEqual(holding(all, view));
          expect([...fired].sort((a, b) => a - b)).toEqual([0, 1, 2].filter((r) => [...held].some((s) => s % 3 === r)));
        }
      }),
      { seed: 6, numRuns: 150 },
    );
  });
});

describe('a filter of keywords', () => {
  test('lets through every event in which one stands', () => {
    const keywords = fc.array(keyword, { minLength: 1, maxLength: 3 });
    let stopped = 0;
    fc.assert(
      fc.property(keywords, fc.array(event, { minLength: 2, maxLength: 20 }), fc.boolean(), (some, events, hidden) => {
        const all = some.flatMap(predicatesOf);
        const filter = new KeywordFilter(all, { samples: 1, shortestSample: 0 });
        for (const fields of events) {
          const text = JSON.stringify(fields);
          const escaped = text.replace(/[a-zA-Z]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
          const plain = objectView(fields);
          const views = [plain, { ...plain, texts: () => [hidden ? escaped : text] }];
          for (const view of views) {
            const through = filter.mayHold(view, { by: () => new PreparedView(view) }, undefined);
            if (!through) stopped++;
            if (holding(all, new PreparedView(view)).length > 0) expect(through).toBe(true);
          }
        }
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(stopped).toBeGreaterThan(300);
  });
});

describe('the fast engine matches what the plain one does', () => {
  const events = (most: number) => fc.array(fc.tuple(kind, event, fc.boolean()), { minLength: 1, maxLength: most });

  test('few rules, few events', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), events(6), (rules, list) => check(rules, list, 1)),
      { seed: 4, numRuns: 400 },
    );
  });

  test('many rules, many events: with automata', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 60, maxLength: 80 }), events(60), (rules, list) => check(rules, list, 5)),
      { seed: 5, numRuns: 8 },
    );
  });
});

describe('what a rule needs', () => {
  /** As a database compares: in lower case, by parts of the value. */
  function meets(need: Need, view: EventView): boolean {
    switch (need.kind) {
      case 'all':
        return need.of.every((part) => meets(part, view));
      case 'any':
        return need.of.some((part) => meets(part, view));
      default: {
        const values = need.field === undefined ? [...view.all()] : (view.values(need.field) ?? []);
        if (need.kind === 'beyond-ascii') return values.some((v) => /[^\0-\x7f]/.test(v));
        if (need.kind === 'number')
          return values.some((v) => v.toLowerCase() === need.text.toLowerCase() || Number(v) === need.number);
        const { mode, text } = need;
        return values
          .map((v) => v.toLowerCase())
          .some((v) =>
            mode === 'equals'
              ? v === text
              : mode === 'starts'
                ? v.startsWith(text)
                : mode === 'ends'
                  ? v.endsWith(text)
                  : v.includes(text),
          );
      }
    }
  }

  test('is there in every event of which it holds, and not in every event', () => {
    let without = 0;
    fc.assert(
      fc.property(rule, fc.array(event, { minLength: 1, maxLength: 20 }), (one, events) => {
        const matcher = compile(one);
        const need = needsOf(matcher);
        for (const fields of events) {
          const view = objectView(fields);
          const met = meets(need, view);
          if (!met) without++;
          if (matcher.matches(view)) expect(met, JSON.stringify([need, fields])).toBe(true);
        }
      }),
      { seed: 8, numRuns: 2000 },
    );
    expect(without).toBeGreaterThan(1000);
  });
});
