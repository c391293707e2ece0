import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEvent, PlainEvent } from '@haetae/event';
import { type Item, lint, parseRules, type Search, type SigmaRule } from '@haetae/sigma';
import { createWindowsRuleSet, PROCESS_4688, WINDOWS } from '@haetae/sigma/windows';
import { describe, expect, test } from 'vitest';
import { fromSigmaTags, technique } from '../attack/index.ts';
import { hiddenIn, overlayOf } from './hidden.ts';
import { DETECTORS, type RuleText } from './index.ts';

const CONTENT = join(import.meta.dirname, '../../content/rules');
const TESTS = 'tests';
const folders = readdirSync(CONTENT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== TESTS)
  .map((entry) => entry.name)
  .sort();
const texts: RuleText[] = folders.flatMap((folder) =>
  readdirSync(join(CONTENT, folder))
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(CONTENT, folder, name), 'utf8') })),
);
const fileName = (path: string): string => path.slice(path.indexOf('/') + 1);

interface Example {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly fields: Readonly<Record<string, string>>;
}

interface Examples {
  /** The id of the rule they belong to. */
  readonly rule: string;
  readonly positive: readonly Example[];
  readonly negative: readonly Example[];
}

/** Examples are YAML, which only the reader of rules knows in this room: it keeps the keys that are no Sigma. */
function readExamples(text: string): Examples {
  const frame = 'title: examples\nlogsource: {product: windows}\ndetection: {any: [any], condition: any}\n';
  const { rules, problems } = parseRules(frame + text);
  expect(problems).toEqual([]);
  return rules[0]!.raw as unknown as Examples;
}

interface Packed {
  readonly path: string;
  readonly text: string;
  readonly rule: SigmaRule;
  readonly examples: Examples;
}

/** Correlations, which see several events, are held to their tests in the `rules` room. */
const pack: Packed[] = texts.flatMap(({ path, text }) => {
  const [rule] = parseRules(text, { file: path }).rules;
  if (rule === undefined) return [];
  return [{ path, text, rule, examples: readExamples(readFileSync(join(CONTENT, TESTS, fileName(path)), 'utf8')) }];
});
/** Rules that only correlations refer to. */
const isBase = (path: string): boolean => path.startsWith('base/');

test('the linter has nothing worse than a note for a rule of the pack', () => {
  const found = lint(texts, { logSources: [WINDOWS], keys: ['haetae'] });
  expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
});

const toEvent = ({ channel, provider, eventId, fields }: Example): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    computer: 'PC01',
    channel,
    provider,
    eventId,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

const KEYS = [
  'title',
  'id',
  'status',
  'description',
  'references',
  'author',
  'date',
  'tags',
  'logsource',
  'detection',
  'falsepositives',
  'level',
  'haetae',
];
/** A base rule has a name for correlations to refer to, and is no statement about an attack. */
const BASE_KEYS = KEYS.filter((key) => key !== 'tags').toSpliced(2, 0, 'name');

test('the pack loads whole, without a word of complaint', () => {
  const detector = DETECTORS.get('sigma')!.create({ rules: texts });
  expect(detector.problems).toEqual([]);
  expect(detector.counts).toEqual({ inForce: texts.length, belowLevel: 0, refused: 0 });
  expect(texts.length).toBeGreaterThanOrEqual(60);
});

test('ids, titles and file names are unique, and no test is left of a rule that is gone', () => {
  for (const of of [pack.map((p) => p.rule.id), pack.map((p) => p.rule.title), texts.map((t) => fileName(t.path))])
    expect(of.filter((value, i) => of.indexOf(value) !== i)).toEqual([]);
  expect(readdirSync(join(CONTENT, TESTS)).sort()).toEqual(texts.map((t) => fileName(t.path)).sort());
});

function* items(search: Search): Iterable<Item> {
  if (search.kind === 'item') yield search;
  else for (const of of search.of) yield* items(of);
}

/** What a rule may hint at as the answer to it: a playbook of ours, or one action. */
const RESPONSES = [
  ...readdirSync(join(CONTENT, '../playbooks')).map((name) => name.replace(/\.yml$/, '')),
  ...readdirSync(join(import.meta.dirname, '../respond/actions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name),
];

/** What every event has, whatever the table of fields says. */
const SYSTEM = ['EventID', 'Channel', 'Provider_Name', 'Computer'];

describe.each(pack)('$path', ({ path, text, rule, examples }) => {
  const set = createWindowsRuleSet([rule]);

  test('is written as the pack is', () => {
    const keys = [...text.matchAll(/^([a-z]+):/gm)].map((match) => match[1]);
    expect(keys).toEqual(isBase(path) ? BASE_KEYS : KEYS);
    expect((rule.raw.haetae as { base?: boolean }).base).toBe(isBase(path) ? true : undefined);
    expect(fileName(path)).toMatch(/^[a-z0-9]+(?:_[a-z0-9]+)*\.yml$/);
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rule.title.length).toBeLessThanOrEqual(110);
    expect(rule.description).toMatch(/^[A-Z].*\.$/);
    expect(rule.level).toBeDefined();
    expect(rule.falsepositives.length).toBeGreaterThan(0);
    expect(rule.logsource.product).toBe('windows');
    const references = rule.raw.references as readonly string[];
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((url) => !/^https:\/\/[\w.-]+\/\S*$/.test(url))).toEqual([]);
    const { title_ko: title, description_ko: description, response } = rule.raw.haetae as Record<string, string>;
    if (!isBase(path)) expect(RESPONSES).toContain(response);
    expect(title).toMatch(/[가-힣]/);
    expect(description).toMatch(/[가-힣].*\.$/);
  });

  test.skipIf(isBase(path))(
    'is tagged in words of ATT&CK v19: the folder is a tactic, each tactic is one of a technique',
    () => {
      const { tactics, techniques, unknown, other } = fromSigmaTags(rule.tags);
      expect([unknown, other]).toEqual([[], []]);
      const known = techniques.map((id) => technique(id)!);
      const named = rule.tags.flatMap((tag) => /^attack\.(t\d.*)$/.exec(tag)?.[1]?.toUpperCase() ?? []);
      expect(named).toEqual(techniques);
      expect(tactics).toContain(path.slice(0, path.indexOf('/')));
      expect(rule.tags).toContain(`attack.${path.slice(0, path.indexOf('/'))}`);
      for (const tactic of tactics)
        expect(known.some((t) => (t.tactics as readonly string[]).includes(tactic))).toBe(true);
    },
  );

  test('asks only for fields that its events have', () => {
    const source = set.matchers[0]!.sources!;
    const ids = idsOf(rule);
    const known = new Set(SYSTEM);
    for (const { channels = [], eventIds = ids, mapping } of source)
      for (const channel of channels)
        for (const id of eventIds)
          for (const field of Object.keys(findEvent(channel, id)?.fields ?? {}))
            known.add(field.replaceAll(' ', '')).add(mapping === PROCESS_4688 ? 'Image' : field);
    const asked = [...rule.detection.searches.values()].flatMap((search) =>
      [...items(search)].map((item) => item.field),
    );
    expect(asked.filter((field) => field === undefined || !known.has(field))).toEqual([]);
  });

  test('fires on its positive events, and on none of its negative ones', () => {
    expect(examples.rule).toBe(rule.id);
    expect(examples.positive.length).toBeGreaterThan(0);
    expect(examples.negative.length).toBeGreaterThan(0);
    const fires = (example: Example): boolean => {
      const event = toEvent(example);
      return set.matchEvent(event, overlayOf(hiddenIn(event))).length > 0;
    };
    expect(examples.positive.filter((example) => !fires(example))).toEqual([]);
    expect(examples.negative.filter(fires)).toEqual([]);
  });

  test('its examples are events as they are logged', () => {
    for (const { channel, provider, eventId, fields } of [...examples.positive, ...examples.negative]) {
      const known = findEvent(channel, eventId, provider);
      expect(known, `${channel} ${eventId}`).toBeDefined();
      expect(Object.keys(fields).filter((name) => !Object.hasOwn(known!.fields, name))).toEqual([]);
    }
  });
});

/** The event ids a rule of a whole channel asks for. */
function idsOf(rule: SigmaRule): number[] {
  const all = [...rule.detection.searches.values()].flatMap((search) => [...items(search)]);
  return all
    .filter((item) => item.field === 'EventID')
    .flatMap((item) => item.values.map((value) => Number(value.text)));
}
