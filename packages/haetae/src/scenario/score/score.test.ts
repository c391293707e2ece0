import { describe, expect, test } from 'vitest';
import type { Label } from '../campaign/campaign.ts';
import { type Blindness, eventKey, type SeenFinding, scoreCard } from './score.ts';

const label = (step: string, record: number, techniques = ['T1059.001'], second = record): Label => ({
  ...{
    campaign: 'c',
    step,
    techniques,
    computer: 'PC-1.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: 1,
    record,
  },
  time: `2026-03-02T01:00:${String(second).padStart(2, '0')}.000Z`,
});
const key = (record: number): string => eventKey('pc-1.EXAMPLE', 'microsoft-windows-sysmon/operational', record);
const at = (second: number): number => Date.parse(`2026-03-02T01:00:${String(second).padStart(2, '0')}.000Z`);
const finding = (record: number, given: Partial<SeenFinding> = {}): SeenFinding => ({
  ...{
    detector: 'sigma',
    ruleId: 'r',
    title: 'Rule',
    level: 'high',
    techniques: ['T1059.001'],
    tactics: ['execution'],
  },
  ...{ events: [key(record)], timeMs: at(record), exception: '', ...given },
});
const card = (
  findings: SeenFinding[],
  present = [1, 2],
  blind: Blindness = { kind: 'rule-blind', about: ['Near rule'] },
) =>
  scoreCard(
    { id: 'x', title: 'X', madeMs: 0, source: 'logs', minLevel: 'medium' },
    [{ campaign: 'c', step: 's', title: { ko: '단계', en: 'Step' }, techniques: ['T1059.001'], tactic: '' }],
    { labels: [label('s', 1), label('s', 2)], present: new Set(present.map(key)), findings, blind: () => blind },
  );

describe('a step is detected', () => {
  test.each([
    { by: 'a rule of its technique', given: {} },
    { by: 'a rule of the technique above', given: { techniques: ['T1059'], tactics: [] } },
    { by: 'a rule of its tactic', given: { techniques: ['T1204.002'], tactics: ['execution'] } },
    { by: 'a score', given: { detector: 'anomaly', ruleId: '', techniques: [], tactics: [] } },
  ])('by $by', ({ given }) => {
    const [step] = card([finding(2, given)]).steps;
    expect(step!.verdict).toMatchObject({ kind: 'detected', latencyMs: 1000 });
  });

  test('by the earliest that fits; all that was said is kept', () => {
    const [step] = card([
      finding(2, { title: 'Late' }),
      finding(1, { title: 'Early' }),
      finding(1, { title: 'Else', techniques: ['T1486'], tactics: ['impact'] }),
    ]).steps;
    expect(step!.verdict).toMatchObject({ kind: 'detected', by: { title: 'Early' }, latencyMs: 0 });
    expect(step!.said.map(({ title, fits }) => [title, fits])).toEqual([
      ['Early', true],
      ['Else', false],
      ['Late', true],
    ]);
  });
});

describe('a step is missed because', () => {
  test.each([
    { because: 'no-event', findings: [], present: [], about: [] },
    { because: 'filtered', findings: [finding(1, { exception: 'ex-1' })], present: [1], about: ['ex-1'] },
    { because: 'below-threshold', findings: [finding(1, { level: 'low' })], present: [1], about: ['Rule'] },
    { because: 'rule-blind', findings: [], present: [1], about: ['Near rule'] },
    // What is said of something else is no detection of it.
    {
      because: 'rule-blind',
      findings: [finding(1, { techniques: ['T1486'], tactics: ['impact'] })],
      present: [1],
      about: ['Near rule'],
    },
    // What lies on another event is none either.
    { because: 'rule-blind', findings: [finding(9)], present: [1], about: ['Near rule'] },
  ])('$because', ({ because, findings, present, about }) =>
    expect(card(findings, present).steps[0]!.verdict).toEqual({ kind: 'missed', because, about }),
  );

  test('a field that rules ask for is not in the event', () =>
    expect(card([], [1], { kind: 'field-absent', about: ['OriginalFileName'] }).steps[0]!.verdict).toEqual({
      ...{ kind: 'missed', because: 'field-absent', about: ['OriginalFileName'] },
    }));
});

test('tallies: each tactic in the order of the matrix, each technique by id, ids of v18 as v19 has them', () => {
  const steps = [
    { campaign: 'c', step: 'a', title: { ko: '', en: '' }, techniques: ['T1562.001'], tactic: 'defense-impairment' },
    { campaign: 'c', step: 'b', title: { ko: '', en: '' }, techniques: ['T1059.001'], tactic: 'execution' },
    { campaign: 'c', step: 'c', title: { ko: '', en: '' }, techniques: ['T1059.001'], tactic: 'execution' },
  ];
  const made = scoreCard({ id: 'x', title: 'X', madeMs: 0, source: 'server', minLevel: 'medium' }, steps, {
    labels: [label('a', 1, ['T1562.001']), label('b', 2), label('c', 3)],
    present: new Set([1, 2, 3].map(key)),
    findings: [finding(2), finding(3, { timeMs: at(7) })],
    blind: () => ({ kind: 'rule-blind', about: [] }),
  });
  expect(made.tactics).toEqual([
    { id: 'execution', steps: 2, detected: 2 },
    { id: 'defense-impairment', steps: 1, detected: 0 },
  ]);
  expect(made.techniques).toEqual([
    { id: 'T1059.001', steps: 2, detected: 2 },
    { id: 'T1685', steps: 1, detected: 0 },
  ]);
  expect(made.missed).toEqual({ 'no-event': 0, filtered: 0, 'below-threshold': 0, 'field-absent': 0, 'rule-blind': 1 });
  expect(made.medianLatencyMs).toBe(2000);
});

test('a step that only labels name is scored too', () => {
  const made = scoreCard({ id: 'x', title: 'X', madeMs: 0, source: 'logs', minLevel: 'medium' }, [], {
    ...{
      labels: [label('only', 1)],
      present: new Set(),
      findings: [],
      blind: () => ({ kind: 'rule-blind' as const, about: [] }),
    },
  });
  expect(made.steps).toMatchObject([
    { step: 'only', title: { en: 'only' }, labelled: 1, found: 0, tactics: ['execution'] },
  ]);
});
