import { findEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { fromSigmaTags, technique } from '../attack/index.ts';
import { builtinRules } from './load.ts';
import { readRules } from './read.ts';
import { runRuleTests } from './run-tests.ts';

const { files, examples } = builtinRules();
const { entries } = readRules(files);
const correlations = entries.flatMap((entry) => (entry.kind === 'correlation' ? [entry] : []));
const bases = entries.flatMap((entry) => (entry.rule.path!.startsWith('builtin/base/') ? [entry.rule.name!] : []));
const ofCorrelations = examples.filter(({ text }) => /^ {2}- (?:name: .*\n {4})?events:$/m.test(text));
const { rules: tested, problems } = runRuleTests(ofCorrelations, entries);

test('every correlation of the pack has its tests, and they can be read', () => {
  expect(problems).toEqual([]);
  expect(tested.map(({ tests }) => tests.rule).sort()).toEqual(correlations.map(({ rule }) => rule.id).sort());
  expect(correlations.length).toBeGreaterThanOrEqual(40);
});

test('every base rule is one that a correlation refers to', () => {
  const meant = new Set(correlations.flatMap(({ rule }) => rule.rules.map(({ text }) => text)));
  expect(bases.filter((name) => !meant.has(name))).toEqual([]);
});

describe.each(correlations)('$rule.path', ({ rule, attack, titleKo, descriptionKo }) => {
  const { results, tests, problem } = tested.find((one) => one.tests.rule === rule.id)!;

  test('is made of its positive sequences, and of none of its negative ones', () => {
    expect(problem).toBeUndefined();
    expect(results.map(({ expected }) => expected)).toContain(false);
    expect(results.filter(({ ok }) => !ok).map(({ expected, example }) => [expected, example.at.line])).toEqual([]);
  });

  test('is written as the pack is', () => {
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rule.description).toMatch(/^[A-Z].*\.$/);
    expect(rule.level).toBeDefined();
    expect(rule.falsepositives.length).toBeGreaterThan(0);
    expect(rule.references.length).toBeGreaterThan(0);
    expect(titleKo).toMatch(/[가-힣]/);
    expect(descriptionKo).toMatch(/[가-힣].*\.$/);
    const folder = rule.path!.split('/')[1]!;
    expect([attack.unknown, attack.other]).toEqual([[], []]);
    expect(attack.tactics).toContain(folder);
    const known = fromSigmaTags(rule.tags).techniques.map((id) => technique(id)!);
    for (const tactic of attack.tactics)
      expect(known.some((t) => (t.tactics as readonly string[]).includes(tactic))).toBe(true);
  });

  test('its sequences are of events as they are logged', () => {
    for (const { events } of [...tests.sequences.positive, ...tests.sequences.negative])
      for (const { channel, provider, eventId, fields, computer } of events) {
        const known = findEvent(channel, eventId, provider);
        expect(known, `${channel} ${eventId}`).toBeDefined();
        expect(fields.map(([name]) => name).filter((name) => !Object.hasOwn(known!.fields, name))).toEqual([]);
        expect(computer).not.toBe('');
      }
  });
});
