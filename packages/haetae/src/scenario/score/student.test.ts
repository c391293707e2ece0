import { describe, expect, test } from 'vitest';
import type { StepScore } from './card.ts';
import { AROUND_MS, gradeCalls } from './student.ts';

const step = (id: string, technique: string, ms: number): StepScore => ({
  ...{
    campaign: 'c',
    step: id,
    title: { ko: id, en: id },
    techniques: [technique],
    tactics: [],
    hosts: ['PC-1.example'],
  },
  ...{
    firstMs: ms,
    lastMs: ms + 1000,
    labelled: 1,
    found: 1,
    said: [],
    verdict: { kind: 'missed', because: 'rule-blind', about: [] },
  },
});
const HOUR = 3_600_000;
const steps = [step('a', 'T1059.001', HOUR), step('b', 'T1003.001', 2 * HOUR)];
const call = (technique: string, timeMs: number, host = 'pc-1') => ({ technique, timeMs, host });

describe('a call is graded', () => {
  test.each([
    { call: call('T1059.001', HOUR), grade: 'technique', step: 'a' },
    { call: call('t1059', HOUR - AROUND_MS), grade: 'technique', step: 'a' },
    { call: call('T1003', 2 * HOUR), grade: 'technique', step: 'b' },
    { call: call('T1486', HOUR), grade: 'place', step: 'a' },
    { call: call('T1059.001', HOUR - AROUND_MS - 1), grade: 'nothing', step: undefined },
    { call: call('T1059.001', HOUR, 'PC-2'), grade: 'nothing', step: undefined },
  ])('$call.technique at $call.timeMs on $call.host: $grade', ({ call: one, grade, step: of }) => {
    const [graded] = gradeCalls([one], steps).calls;
    expect([graded!.grade, graded!.step?.step]).toEqual([grade, of]);
  });

  test('a step counts once, by its best call', () => {
    const grades = gradeCalls([call('T1486', HOUR), call('T1059.001', HOUR), call('T1059.001', HOUR)], steps);
    expect(grades.calls.map(({ grade }) => grade)).toEqual(['place', 'technique', 'repeat']);
    expect(grades).toMatchObject({ steps: 2, named: 1, placed: 0, wrong: 0, mark: 50 });
  });

  test('guessing costs', () => {
    const guesses = Array.from({ length: 4 }, (_, i) => call('T1059.001', (10 + i) * HOUR));
    expect(gradeCalls([call('T1059.001', HOUR), call('T1003.001', 2 * HOUR)], steps).mark).toBe(100);
    expect(gradeCalls([...guesses, call('T1059.001', HOUR), call('T1003.001', 2 * HOUR)], steps).mark).toBe(50);
    expect(gradeCalls(guesses, steps).mark).toBe(0);
  });
});
