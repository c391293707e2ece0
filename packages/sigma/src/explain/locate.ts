import { globSpan } from '../glob.ts';
import { type Predicate, simplified } from '../predicate.ts';
import { linearRegExp } from '../regex.ts';
import { literal, STAR } from '../text.ts';
import type { PreparedView } from '../view.ts';

/** Half-open, in UTF-16 units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Witness {
  /** The event's value that held, whole. */
  readonly value: string;
  /** What of it held; undefined where the value as a whole has no such part (a wildcard for anything, `|exists`). */
  readonly at: Range | undefined;
}

/** The value for which a predicate holds, and where in it; undefined when it does not hold, or an absence held. */
export function witness(predicate: Predicate, view: PreparedView): Witness | undefined {
  if (!predicate.holds(view)) return undefined;
  const value = predicate.witness(view);
  return value === undefined ? undefined : { value, at: locate(predicate, value, view) };
}

function locate(predicate: Predicate, value: string, view: PreparedView): Range | undefined {
  const whole = { start: 0, end: value.length };
  const { value: asked, field } = predicate;
  switch (asked.kind) {
    case 'text':
      return unfold(value, spanOf(predicate, asked)(asked.cased ? value : value.toLowerCase()));
    case 'number':
    case 'boolean': {
      if (field !== undefined) return whole;
      const text = asked.kind === 'number' ? String(asked.number) : String(asked.boolean);
      const start = value.toLowerCase().indexOf(text);
      return start < 0 ? whole : unfold(value, { start, end: start + text.length });
    }
    case 'regex':
      return regexRange(predicate, asked, value);
    case 'field': {
      const folded = value.toLowerCase();
      for (const other of view.folded(asked.field)) {
        const start = asked.end && !asked.start ? folded.length - other.length : folded.indexOf(other);
        if (start >= 0 && folded.startsWith(other, start)) return unfold(value, { start, end: start + other.length });
      }
      return whole;
    }
    case 'null':
    case 'exists':
      return undefined;
    default:
      // cidr, comparisons, parts of a time: the value as a whole is what was compared.
      return whole;
  }
}

type TextAsked = Extract<Predicate['value'], { kind: 'text' }>;
type RegexAsked = Extract<Predicate['value'], { kind: 'regex' }>;

const spans = new WeakMap<Predicate, (value: string) => Range | undefined>();

/** Where a text's predicate holds in a value, folded like the text. */
function spanOf(predicate: Predicate, { parts, cased }: TextAsked): (value: string) => Range | undefined {
  let span = spans.get(predicate);
  if (span === undefined) {
    const folded = parts.map((p) => (p.kind === 'literal' && !cased ? literal(p.text.toLowerCase()) : p));
    span = globSpan(simplified(predicate.field === undefined ? [STAR, ...folded, STAR] : folded));
    spans.set(predicate, span);
  }
  return span;
}

const regexes = new WeakMap<Predicate, { readonly regex: RegExp | undefined }>();

/** The pattern for RegExp, where that runs it. */
function regexOf(predicate: Predicate, asked: RegexAsked): RegExp | undefined {
  let made = regexes.get(predicate);
  if (made === undefined) {
    made = { regex: linearRegExp(asked.source, asked) };
    regexes.set(predicate, made);
  }
  return made.regex;
}

function regexRange(predicate: Predicate, asked: RegexAsked, value: string): Range | undefined {
  const whole = { start: 0, end: value.length };
  const regex = regexOf(predicate, asked);
  if (regex !== undefined) {
    const found = regex.exec(value);
    return found === null ? whole : { start: found.index, end: found.index + found[0].length };
  }
  const { each } = predicate;
  if (each === undefined) return whole;
  // The automaton says only whether: cut off as much at the end, then at the beginning, as still leaves a match.
  const { test } = each;
  const end = smallest(value.length, (n) => test(value.slice(0, n)));
  const start = end - smallest(end, (n) => test(value.slice(end - n, end)));
  return test(value.slice(start, end)) ? { start, end } : whole;
}

/** The smallest number up to `most`, which holds, that holds, if none beyond the first fails. */
function smallest(most: number, holds: (n: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** A range of the lower-cased value as one of the value: few characters grow when they are lower-cased (`İ`). */
function unfold(value: string, range: Range | undefined): Range | undefined {
  if (range === undefined || value.toLowerCase().length === value.length) return range;
  let folded = 0;
  let at = 0;
  let start = range.start === 0 ? 0 : -1;
  for (const character of value) {
    if (start < 0 && folded >= range.start) start = at;
    if (folded >= range.end) return { start, end: at };
    folded += character.toLowerCase().length;
    at += character.length;
  }
  return { start: start < 0 ? at : start, end: at };
}
