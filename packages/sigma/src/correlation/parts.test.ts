import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCondition } from '../condition.ts';
import { follow, longestChain } from './chain.ts';
import { type Formula, toFormula } from './formula.ts';
import { Heap } from './heap.ts';
import { SKETCH_ERROR, Sketch } from './sketch.ts';
import { ExactSum } from './sum.ts';

test('a heap gives the least first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((x, y) => x - y, numbers);
      const sorted = [...numbers].sort((x, y) => x - y);
      expect(heap.sorted()).toEqual(sorted);
      expect(numbers.map(() => heap.pop())).toEqual(sorted);
      expect([heap.pop(), heap.size]).toEqual([undefined, 0]);
    }),
    { numRuns: 50, seed: 3 },
  );
});

describe('an exact sum', () => {
  test.each<[readonly number[], number]>([
    [[], 0],
    [[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 1],
    [[1e16, 1, -1e16], 1],
    [[1e308, 1, -1e308], 1],
    [[3, -3], 0],
  ])('%j = %d', (numbers, sum) => {
    const exact = new ExactSum();
    for (const n of numbers) exact.add(n);
    expect(exact.value()).toBe(sum);
    expect(new ExactSum(exact.partials()).value()).toBe(sum);
  });

  test('what is taken away leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e200, max: 1e200 })), fc.integer(), (numbers, rest) => {
        const exact = new ExactSum();
        for (const n of numbers) exact.add(n);
        exact.add(rest);
        for (const n of numbers) exact.add(-n);
        expect(exact.value()).toBe(rest === 0 ? 0 : rest);
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});

test('a percentile out of a sketch is within its error, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
      fc.nat(100),
      (numbers, p) => {
        const sketch = new Sketch();
        const reversed = new Sketch();
        for (const n of numbers) sketch.add(n);
        for (const n of [...numbers].reverse()) reversed.add(n);
        const exact = [...numbers].sort((x, y) => x - y)[Math.floor((p * (numbers.length - 1)) / 100)]!;
        const value = sketch.percentile(p);
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.abs(exact) * SKETCH_ERROR * 1.000001);
        expect(reversed.percentile(p)).toBe(value);
        expect(new Sketch(sketch.save()).percentile(p)).toBe(value);
      },
    ),
    { numRuns: 100, seed: 5 },
  );
});

describe('conditions as alternatives', () => {
  const names = ['a', 'b', 'c', 'd'];
  const formula = (text: string): Formula | undefined =>
    toFormula(parseCondition(text, { line: 1, column: 1 }, names, undefined, 'rule'), names);

  test.each<[string, Formula]>([
    ['a', [{ present: [0], absent: [] }]],
    ['b and a', [{ present: [0, 1], absent: [] }]],
    ['a and not b', [{ present: [0], absent: [1] }]],
    [
      'a or b and c',
      [
        { present: [0], absent: [] },
        { present: [1, 2], absent: [] },
      ],
    ],
    [
      '(a or b) and c',
      [
        { present: [0, 2], absent: [] },
        { present: [1, 2], absent: [] },
      ],
    ],
    [
      'a and not (b and c)',
      [
        { present: [0], absent: [1] },
        { present: [0], absent: [2] },
      ],
    ],
    ['a and not (b or c)', [{ present: [0], absent: [1, 2] }]],
    ['a and not not b', [{ present: [0, 1], absent: [] }]],
    ['a and not a', []],
    ['a or a and b', [{ present: [0], absent: [] }]],
    [
      '3 of them',
      [
        [0, 1, 2],
        [0, 1, 3],
        [0, 2, 3],
        [1, 2, 3],
      ].map((present) => ({ present, absent: [] })),
    ],
    [
      'a and not 3 of them',
      [
        [1, 2],
        [1, 3],
        [2, 3],
      ].map((absent) => ({ present: [0], absent })),
    ],
  ])('%s', (text, terms) => {
    expect(formula(text)).toEqual(terms);
  });

  test('too many of them are refused, soon', () => {
    const many = Array.from({ length: 24 }, (_, i) => `r${i}`);
    const condition = parseCondition('12 of them', { line: 1, column: 1 }, many, undefined, 'rule');
    expect(toFormula(condition, many)).toBeUndefined();
  });

  test('they hold where the condition does', () => {
    const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...names),
        fc.tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any')).map(([x, op, y]) => `(${x} ${op} ${y})`),
        tie('any').map((x) => `not ${x}`),
      ),
    })).any;
    fc.assert(
      fc.property(expression, fc.nat(15), (text, bits) => {
        const seen = (rule: number): boolean => (bits & (1 << rule)) !== 0;
        const plain = text
          .replace(/\b[a-d]\b/g, (name) => String(seen(names.indexOf(name))))
          .replace(/and/g, '&&')
          .replace(/or/g, '||')
          .replace(/not/g, '!');
        const held = formula(text)!.some(({ present, absent }) => present.every(seen) && !absent.some(seen));
        expect(held).toBe(new Function(`return ${plain}`)());
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('orders', () => {
  /** `0x5` is rule 0, event x, at 5. */
  const steps = (text: string) =>
    text
      .split(' ')
      .map((word) => ({ rule: Number(word[0]), id: word[1]!, timeMs: Number(word.slice(2)), timeTicks: 0 }));
  test.each<[string, boolean, number]>([
    ['0x1 1y2 2z3', true, 3],
    ['0x1 2y2 1z3', false, 2],
    ['2x1 1y2 0z3', false, 1],
    ['2x1 1y1 0z1', true, 3],
    ['1x1 0y2 1z3 2w4', true, 3],
    ['0x1 1x1 2y2', false, 2],
    ['0x1 1x1 1y1 2z2', true, 3],
  ])('%s', (text, whole, longest) => {
    expect(follow(steps(text), [0, 1, 2])).toBe(whole);
    expect(longestChain(steps(text), 3)).toBe(longest);
  });
});
