import { describe, expect, test } from 'vitest';
import { coverageOf, layerOf } from './coverage.ts';
import { diffPacks } from './diff.ts';
import { findRules, pick } from './find.ts';
import { isExamples, isRules } from './load.ts';
import { readRules } from './read.ts';

const rule = (id: string, more = '', detection = '{s: {A: b}, condition: s}'): string =>
  `title: Rule ${id}\nid: ${id.repeat(8)}-0000-4000-8000-000000000000\nlogsource: {product: windows, category: process_creation}\ndetection: ${detection}\nlevel: high\n${more}`;
const file = (path: string, text: string) => ({ path, text });
const entriesOf = (...texts: string[]) => readRules(texts.map((text, i) => file(`rules/${i}_name.yml`, text))).entries;

test.each([
  ['rule: x\npositive: []\n', true, false],
  ['rule: x\nnegative:\n  - eventId: 1\n', true, false],
  ['title: x\nrule: y\npositive: z\ndetection: {}\n', false, true],
  ['title: c\ncorrelation:\n  type: event_count\n', false, true],
  ['on: push\njobs: {}\n', false, false],
])('%j', (text, examples, rules) => {
  expect([isExamples(text), isRules(text)]).toEqual([examples, rules]);
});

describe('a pack from one state to the next', () => {
  const before = [
    file('a.yml', rule('a')),
    file('b.yml', rule('b')),
    file('c.yml', rule('c')),
    file('d.yml', rule('d')),
  ];

  test('new, gone and changed rules are told by id, with what changed', () => {
    const after = [
      file('a.yml', rule('a').replace('level: high', 'level: low')),
      file('moved/b.yml', rule('b', 'tags: [attack.execution]\n')),
      file('c.yml', rule('c', '', '{s: {A: c}, condition: s}').replace('Rule c', 'Another title')),
      file('e.yml', rule('e')),
    ];
    const { added, removed, changed } = diffPacks(before, after);
    expect(added.map((e) => e.rule.title)).toEqual(['Rule e']);
    expect(removed.map((e) => e.rule.title)).toEqual(['Rule d']);
    expect(changed.map(({ after: now, what }) => [now.rule.title, what])).toEqual([
      ['Rule a', ['level']],
      ['Rule b', ['tags', 'path']],
      ['Another title', ['detection', 'title']],
    ]);
  });

  test('layout and the order of keys are no change', () => {
    const other = before.map(({ path, text }) =>
      file(path, text.replace('{s: {A: b}, condition: s}', '\n  condition: s\n  s:\n    A: b')),
    );
    expect(diffPacks(before, other)).toEqual({ added: [], removed: [], changed: [] });
  });
});

describe('rules are found', () => {
  const entries = entriesOf(
    rule('a', 'tags: [attack.t1059.001]\n').replace('Rule a', 'Encoded command'),
    rule('b', 'tags: [attack.t1562.001]\nhaetae: {title_ko: 로그 삭제}\n'),
    rule('c').replace('high', 'low'),
  );
  test.each([
    ['AAAAAAAA-0000-4000-8000-000000000000', [0]],
    ['bbbb', [1]],
    ['encoded command', [0]],
    ['rule', [1, 2]],
    ['로그 삭제', [1]],
    ['2_name.yml', [2]],
    ['2_name', [2]],
    ['nothing', []],
  ])('by %s', (wanted, found) => {
    expect(findRules(entries, wanted).map((e) => entries.indexOf(e))).toEqual(found);
  });
  test.each([
    [{ technique: 'T1059' }, [0]],
    [{ technique: 'T1685' }, [1]],
    [{ technique: 'T1562.001' }, [1]],
    [{ tactic: 'execution' }, [0]],
    [{ levels: new Set(['low'] as const) }, [2]],
    [{ search: 'process_creation ENCODED' }, [0]],
  ])('by %j', (filter, found) => {
    expect(pick(entries, filter).map((e) => entries.indexOf(e))).toEqual(found);
  });
});

describe('a layer', () => {
  const coverage = coverageOf(
    entriesOf(
      rule('a', 'tags: [attack.execution, attack.t1059.001]\n'),
      rule('b', 'tags: [attack.t1059.001]\n').replace('level: high', 'level: critical'),
      rule('c', 'tags: [attack.defense-evasion, attack.t1562.001]\n'),
      rule('d', 'tags: [attack.t1685, attack.nonsense]\n'),
      rule('e'),
    ),
  );
  const text = {
    name: 'n',
    description: 'd',
    title: (e: { rule: { title: string } }) => e.rule.title,
    fewest: '1',
    most: (n: string) => n,
  };
  const shown = (attack: 18 | 19, score: 'count' | 'weight') => {
    const { layer } = layerOf(coverage, { attack, score, text });
    return (layer.techniques as { techniqueID: string; score: number; comment: string }[]).map((t) => [
      t.techniqueID,
      t.score,
      t.comment,
    ]);
  };

  test('counts rules by technique of v19', () => {
    expect(shown(19, 'count')).toEqual([
      ['T1059.001', 2, 'Rule a\nRule b'],
      ['T1685', 2, 'Rule c\nRule d'],
    ]);
    expect(coverage.untagged).toBe(1);
    expect(coverage.unknown).toEqual(['attack.nonsense']);
  });

  test('weighs them by level', () => {
    expect(shown(19, 'weight').map(([id, score]) => [id, score])).toEqual([
      ['T1059.001', 15],
      ['T1685', 10],
    ]);
  });

  test('speaks v18 by the ids that rules were tagged with, else by all that became the new one', () => {
    expect(shown(18, 'count')).toEqual([
      ['T1059.001', 2, 'Rule a\nRule b'],
      ['T1562', 1, 'Rule d'],
      ['T1562.001', 2, 'Rule c\nRule d'],
      ['T1562.006', 1, 'Rule d'],
    ]);
  });

  test('is in format 4.5', () => {
    const { layer } = layerOf(coverage, { attack: 19, score: 'count', text });
    expect(layer).toMatchObject({
      domain: 'enterprise-attack',
      versions: { attack: '19', layer: '4.5' },
      gradient: { minValue: 0, maxValue: 2 },
    });
  });
});
