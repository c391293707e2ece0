import { describe, expect, test } from 'vitest';
import { boundedPaths, growing, provenLinear, representatives } from './linear.ts';
import { createMachine } from './machine.ts';
import type { RegexNode } from './node.ts';
import { parseRegex } from './parse.ts';
import { RegexProblem } from './problem.ts';
import { compileProgram, type Program } from './program.ts';
import { ASCII_WORD_SET, type ClassEscape, setTest } from './set.ts';
import { regExpSource } from './source.ts';
import { randomOf, randomPattern, randomText } from './testing/random.ts';
import { trimmed } from './trim.ts';

function nodeOf(pattern: string, flags = ''): RegexNode {
  const node = parseRegex(pattern, flags);
  if (node instanceof RegexProblem) throw new Error(`${pattern}: ${node.reason}`);
  return node;
}

test('the automaton, that of the trimmed pattern and RegExp agree on 250 random patterns', () => {
  const random = randomOf(20_250_623);
  const differ: unknown[] = [];
  let both = 0;
  for (let n = 0; n < 250; n++) {
    const pattern = randomPattern(random);
    const flags = ['', 'i', 'm', 's'][n % 4]!;
    const node = nodeOf(pattern, flags);
    const source = regExpSource(node);
    if (source === undefined) continue;
    const regex = new RegExp(source.source, source.flags);
    const machine = createMachine(compileProgram(node));
    // With next to no memory it is slower and says the same.
    const poor = createMachine(compileProgram(node), false, { mostCells: 20, stride: 2 });
    const short = createMachine(compileProgram(trimmed(node)));
    for (let m = 0; m < 6; m++) {
      const text = randomText(random, 9);
      both++;
      const found = regex.test(text);
      if (machine.test(text) !== found || short.test(text) !== found || poor.test(text) !== found)
        differ.push({ pattern, flags, text });
    }
  }
  expect(differ).toEqual([]);
  expect(both).toBeGreaterThan(1000);
});

test('every character is in a class or in its negation, in brackets and outside', () => {
  for (const [plain, negation] of [
    ['w', 'W'],
    ['s', 'S'],
    ['d', 'D'],
  ] as const) {
    const of = (name: ClassEscape, negated: boolean) => setTest({ members: [{ escape: name }], negated, fold: false });
    const tests = [of(plain, false), of(negation, true), of(negation, false), of(plain, true)];
    const odd: number[] = [];
    for (let point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 37) {
      const [is, notNegation, isNegation, not] = tests.map((has) => has(String.fromCodePoint(point)));
      if (is !== notNegation || is === isNegation || isNegation !== not) odd.push(point);
    }
    expect(odd).toEqual([]);
  }
  expect(setTest(ASCII_WORD_SET)('é')).toBe(false);
});

/** The steps of a search without memory that fails: every path from every place. */
function failingSteps({ steps, start, sets }: Program, text: string): number {
  const tests = sets.map(setTest);
  const points = [...text];
  let taken = 0;
  for (let begin = 0; begin <= points.length; begin++) {
    const left: [step: number, at: number][] = [[start, begin]];
    for (let now = left.pop(); now !== undefined; now = left.pop()) {
      if (++taken > 2_000_000) return taken;
      const [id, at] = now;
      const step = steps[id]!;
      // Every assertion but ^ is taken to hold: the most that RegExp can do.
      if (step.kind === 'split') for (const to of step.to) left.push([to, at]);
      else if (step.kind === 'assert') {
        if (step.bit !== 0 || step.negated || at === 0) left.push([step.to, at]);
      } else if (step.kind === 'set' && at < points.length && tests[step.set]!(points[at]!))
        left.push([step.to, at + 1]);
    }
  }
  return taken;
}

describe('a pattern that is proven linear takes steps in proportion to the text', () => {
  const random = randomOf(7);
  test('over 1500 random patterns and hostile texts', () => {
    const steep: unknown[] = [];
    let proven = 0;
    for (let n = 0; n < 1500; n++) {
      const pattern = randomPattern(random, 2).replace(/\\b|\\B|\$|\\Z|\\A/gi, '');
      if (/\(\?<?[=!]/.test(pattern) || /^[*+?{]/.test(pattern)) continue;
      const node = parseRegex(pattern, '');
      if (node instanceof RegexProblem || !provenLinear(node)) continue;
      proven++;
      const program = compileProgram(node);
      for (const unit of ['a', 'b', 'ab', 'aab', 'ba ', randomText(random, 6) || 'c']) {
        const short = failingSteps(program, unit.repeat(40));
        const long = failingSteps(program, unit.repeat(160));
        // Four times the text: quadratic would be 16 times the steps.
        if (long / short > 5) steep.push({ pattern, unit, short, long });
      }
    }
    expect(steep).toEqual([]);
    expect(proven).toBeGreaterThan(300);
  });

  test('the quick no is a no of the proof', () => {
    let grow = 0;
    for (let n = 0; n < 3000; n++) {
      const node = parseRegex(randomPattern(random, 2), '');
      if (node instanceof RegexProblem) continue;
      const program = compileProgram(node);
      const alphabet = representatives(program.sets);
      if (!growing(program, alphabet)) continue;
      grow++;
      expect(boundedPaths(program, alphabet)).toBe(false);
    }
    expect(grow).toBeGreaterThan(500);
  });

  test.each([
    ['(a+)+$', true],
    ['^(a+)+$', false],
    ['x(a|a)*b', false],
    ['^(a|a)*b', false],
    ['a+b', true],
    ['xa+b', true],
    ['x[ax]+b', false],
    [String.raw`\s+$`, true],
    ['foo.*bar', false],
    ['^foo.*bar', true],
    ['^foo.*bar.*baz', false],
    ['^[a-z]+[0-9]+$', true],
    ['foo[0-9]+x', true],
    [String.raw`\\[0-9a-f]{8}\.exe$`, true],
    ['(?:cmd|powershell) /c .{0,20}x', true],
    ['^(a*)*b', false],
    ['^(?:a|b)*c', true],
    ['^(?:a|ab)*c', true],
    ['(?m)^a+b', false],
    ['(?:a?){500}a{500}b', false],
    ['y[α-ω]+x', false],
    ['(?=.{0,9}a)b', true],
    ['(?=.*a)b', false],
    ['"[^"]*"', true],
    ['"[^"]*x', true],
    ['[^"]*x', true],
    ['^"[^"]*"', true],
    ['.*x.*', true],
    [String.raw`(?i).*(?:set|get)\s+`, true],
    ['.{500,}', true],
  ])('%s: %s', (pattern, linear) => {
    expect(provenLinear(trimmed(nodeOf(pattern)))).toBe(linear);
  });
});
