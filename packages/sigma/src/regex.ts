import { provenLinear } from './regex/linear.ts';
import { createMachine } from './regex/machine.ts';
import type { RegexNode } from './regex/node.ts';
import { parseRegex } from './regex/parse.ts';
import { RegexProblem } from './regex/problem.ts';
import { compileProgram } from './regex/program.ts';
import { regExpSource } from './regex/source.ts';
import { trimmed } from './regex/trim.ts';

export { RegexProblem } from './regex/problem.ts';

export interface RegexOptions {
  /** Any of `i`, `m`, `s`. */
  readonly flags: string;
  readonly from: 'anywhere' | 'start';
  readonly to: 'anywhere' | 'end';
  /** What {@link isLinear} said of it before, where that was kept: the proof costs more than most searches. */
  readonly linear?: boolean;
}

const PLAIN: RegexOptions = { flags: '', from: 'anywhere', to: 'anywhere' };
/** Different assertions and looks of one pattern. */
const MOST_BITS = 20;

/**
 * Compiles a regular expression as Python's `re` (the reference of Sigma's tools) reads it, for a search anywhere in a
 * value. It takes time linear in the value, so that no rule and no value can make it hang: RegExp runs it where that is
 * proven ({@link isLinear}), a deterministic automaton where not. Looks ahead and behind may hold anything that a pattern
 * may; back references, atomic groups, possessive repeats and conditionals are refused.
 */
export function compileRegex(pattern: string, options: RegexOptions): ((value: string) => boolean) | RegexProblem {
  const node = read(pattern, options);
  if (node instanceof RegexProblem) return node;
  // Most rules are compiled and never asked: the work is put off until a value comes.
  let test: ((value: string) => boolean) | undefined;
  return (value) => {
    test ??= native(node, linear(node, pattern, options)) ?? createMachine(compileProgram(node)).test;
    return test(value);
  };
}

/** Whether RegExp runs this pattern in time linear in the value, by proof; false for a pattern that cannot be read. */
export function isLinear(pattern: string, options: RegexOptions = PLAIN): boolean {
  const node = read(pattern, options);
  return !(node instanceof RegexProblem) && regExpSource(node) !== undefined && linear(node, pattern, options);
}

/** The pattern for RegExp where it is proven linear, to be put together with others; undefined where it is not. */
export function linearRegExp(pattern: string, options: RegexOptions = PLAIN): RegExp | undefined {
  const node = read(pattern, options);
  if (node instanceof RegexProblem || !linear(node, pattern, options)) return undefined;
  const made = regExpSource(node);
  return made === undefined ? undefined : new RegExp(made.source, made.flags);
}

/** Verdicts by pattern: rules that match are asked again for their reasons. */
const verdicts = new Map<string, boolean>();
const MOST_VERDICTS = 10_000;

function linear(node: RegexNode, pattern: string, { flags, from, to, linear: known }: RegexOptions): boolean {
  const key = `${flags} ${from} ${to} ${pattern}`;
  let verdict = known ?? verdicts.get(key);
  if (verdict === undefined) verdict = provenLinear(node);
  if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
  verdicts.set(key, verdict);
  return verdict;
}

const NOT_ASCII = /[^\0-\x7f]/;

function native(node: RegexNode, isProven: boolean): ((value: string) => boolean) | undefined {
  const made = isProven ? regExpSource(node) : undefined;
  const asciiMade = made && regExpSource(node, true);
  if (made === undefined || asciiMade === undefined) return undefined;
  const ascii = new RegExp(asciiMade.source, asciiMade.flags);
  if (asciiMade.source === made.source) return (value) => ascii.test(value);
  let full: RegExp | undefined;
  return (value) => {
    if (!NOT_ASCII.test(value)) return ascii.test(value);
    full ??= new RegExp(made.source, made.flags);
    return full.test(value);
  };
}

function read(pattern: string, { flags, from, to }: RegexOptions): RegexNode | RegexProblem {
  const node = parseRegex(pattern, flags);
  if (node instanceof RegexProblem) return node;
  const of: RegexNode[] = [node];
  if (from === 'start') of.unshift({ kind: 'assert', what: 'start', negated: false });
  if (to === 'end') of.push({ kind: 'assert', what: 'end', negated: false });
  const whole: RegexNode = of.length === 1 ? node : { kind: 'sequence', of };
  if (bits(whole, new Set()).size > MOST_BITS)
    return new RegexProblem(`more than ${MOST_BITS} looks ahead or behind; use several patterns`, undefined);
  return trimmed(whole);
}

function bits(node: RegexNode, found: Set<unknown>): Set<unknown> {
  if (node.kind === 'assert') found.add(node.what);
  else if (node.kind === 'look') bits(node.of, found.add(node));
  else if (node.kind === 'repeat') bits(node.of, found);
  else if (node.kind !== 'set') for (const part of node.of) bits(part, found);
  return found;
}
