import { BEGINNING, hasBlank, MOST_NAMES, numberAt } from './names.ts';
import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;
const MARKS = window.MARKS;

/** What a member of the line at hand is. A plain string has no escapes; a whole number is written as JavaScript prints it. */
export const ABSENT = 0;
export const PLAIN = 1;
export const ESCAPED = 2;
export const WHOLE = 3;
export const NUMBER = 4;
export const TRUTH = 5;
export const NULL = 6;
/** An array of scalars. */
export const LIST = 7;
export const NESTED = 8;

const kinds = new Uint8Array(MOST_NAMES);
/** Of the value: what stands between the quotes of a string. */
const starts = new Int32Array(MOST_NAMES);
const ends = new Int32Array(MOST_NAMES);
/** The line in which a name was seen last. */
const seen = new Int32Array(MOST_NAMES);
let line = 0;
/** The names of the line, each where it stood first. */
const order = new Int16Array(MOST_NAMES);
let members = 0;
let odd = false;
let objectEnd = 0;

/** 1 where a string has escapes that JSON.stringify may not write so: a sign's number, or a slash. */
const unusual = new Uint8Array(MOST_NAMES);
/** Of a member by the number of its name, in the line that was read last. */
export const kindOf = (name: number): number => (seen[name] === line ? kinds[name]! : ABSENT);
export const startOf = (name: number): number => starts[name]!;
export const endOf = (name: number): number => ends[name]!;
export const isUnusual = (name: number): boolean => unusual[name] === 1;
/** How many names the line that was read last has, and which, in the order in which they stand. */
export const countOfNames = (): number => members;
export const nameAt = (i: number): number => order[i]!;
/** Whether some name has a blank in it, or some value is more than a scalar or a list of them. */
export const isOdd = (): boolean => odd;
/** Behind the bracket that ends the object. */
export const endOfObject = (): number => objectEnd;

const LF = 10;
const CR = 13;
const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const SMALL_E = 101;
const SMALL_F = 102;
const SMALL_N = 110;
const SMALL_T = 116;
const SMALL_U = 117;
const OPEN = 123;
const CLOSE = 125;

/** Digits of a number that a double holds whatever they are. */
const SAFE_DIGITS = 15;

/** What may stand behind a backslash, u aside; 2: JSON.stringify would not write it. */
const ESCAPES = new Uint8Array(256);
for (const c of '"\\/bfnrt') ESCAPES[c.charCodeAt(0)] = c === '/' ? 2 : 1;
const HEX = new Uint8Array(256);
for (const c of '0123456789abcdefABCDEF') HEX[c.charCodeAt(0)] = 1;

/** Of the value that was read last. */
let kind = ABSENT;
let oddEscapes = 0;
/** The mark that is next. */
let next = 0;

/**
 * Reads one line of the window that holds one object and nothing else, from `at` on, where `mark` is the first mark behind.
 * What JSON.parse would refuse is refused, and what is unusual as well: then -1. Else the mark of the line's end.
 */
export function readLine(at: number, mark: number): number {
  if (BYTES[at] !== OPEN) return -1;
  if (++line > 0x7fff_fff0) {
    line = 1;
    seen.fill(0);
  }
  odd = false;
  members = 0;
  next = mark;
  let p = at + 1;
  let name = BEGINNING;
  for (;;) {
    while (BYTES[p] === BLANK) p++;
    if (MARKS[next] !== p || BYTES[p] !== QUOTE) return -1;
    const close = MARKS[next + 1]!;
    if (BYTES[close] !== QUOTE) return -1;
    next += 2;
    name = numberAt(name, p + 1, close);
    if (name < 0) return -1;
    p = close + 1;
    while (BYTES[p] === BLANK) p++;
    if (BYTES[p] !== COLON) return -1;
    p++;
    while (BYTES[p] === BLANK) p++;
    const end = BYTES[p] === QUOTE ? stringEnd(p) : otherEnd(p);
    if (end < 0) return -1;
    if (seen[name] !== line) {
      seen[name] = line;
      order[members++] = name;
    }
    kinds[name] = kind;
    if (kind <= ESCAPED) {
      starts[name] = p + 1;
      ends[name] = end - 1;
      unusual[name] = oddEscapes;
    } else {
      starts[name] = p;
      ends[name] = end;
      if (kind === NESTED) odd = true;
    }
    if (hasBlank(name)) odd = true;
    p = end;
    while (BYTES[p] === BLANK) p++;
    if (BYTES[p] === COMMA) p++;
    else if (BYTES[p] === CLOSE) return lineEnd(p + 1);
    else return -1;
  }
}

/** The mark of the line's end, with nothing before it but blanks; else -1. */
function lineEnd(from: number): number {
  objectEnd = from;
  let p = from;
  while (BYTES[p] === BLANK) p++;
  if (BYTES[p] === CR && MARKS[next] === p) {
    next++;
    p++;
  }
  return BYTES[p] === LF && MARKS[next] === p ? next : -1;
}

/** Behind the closing quote of the string whose opening one is the next mark; -1 where it is none. */
function stringEnd(open: number): number {
  if (MARKS[next] !== open) return -1;
  let i = next + 1;
  let found = PLAIN;
  oddEscapes = 0;
  for (;;) {
    const p = MARKS[i++]!;
    const byte = BYTES[p]!;
    if (byte === QUOTE) {
      kind = found;
      next = i;
      return p + 1;
    }
    if (byte !== BACKSLASH) return -1;
    found = ESCAPED;
    const behind = BYTES[p + 1]!;
    if (behind === QUOTE || behind === BACKSLASH) i++;
    else if (behind === SMALL_U) {
      oddEscapes = 1;
      if ((HEX[BYTES[p + 2]!]! & HEX[BYTES[p + 3]!]! & HEX[BYTES[p + 4]!]! & HEX[BYTES[p + 5]!]!) === 0) return -1;
    } else {
      const known = ESCAPES[behind]!;
      if (known === 0) return -1;
      if (known === 2) oddEscapes = 1;
    }
  }
}

/** Behind the value that begins at `p` and is no string; -1 where it is none. */
function otherEnd(p: number): number {
  const byte = BYTES[p]!;
  switch (byte) {
    case SMALL_T:
      return word(p, 'true', TRUTH);
    case SMALL_F:
      return word(p, 'false', TRUTH);
    case SMALL_N:
      return word(p, 'null', NULL);
    case OPEN:
    case OPEN_ARRAY:
      return nestedEnd(p);
    default:
      return byte === MINUS || (byte >= ZERO && byte <= NINE) ? numberEnd(p) : -1;
  }
}

function word(p: number, text: string, of: number): number {
  for (let i = 0; i < text.length; i++) if (BYTES[p + i] !== text.charCodeAt(i)) return -1;
  kind = of;
  return p + text.length;
}

function numberEnd(start: number): number {
  const first = BYTES[start] === MINUS ? start + 1 : start;
  let p = digits(first);
  if (p === first || (BYTES[first] === ZERO && p > first + 1)) return -1;
  kind = p - first > SAFE_DIGITS || (BYTES[first] === ZERO && first > start) ? NUMBER : WHOLE;
  if (BYTES[p] === DOT) {
    kind = NUMBER;
    const from = p + 1;
    p = digits(from);
    if (p === from) return -1;
  }
  if ((BYTES[p]! | 0x20) === SMALL_E) {
    kind = NUMBER;
    p++;
    if (BYTES[p] === MINUS || BYTES[p] === 43) p++;
    const from = p;
    p = digits(from);
    if (p === from) return -1;
  }
  return p;
}

function digits(from: number): number {
  let p = from;
  while (BYTES[p]! >= ZERO && BYTES[p]! <= NINE) p++;
  return p;
}

/** Texts of arrays and objects that were found to be JSON, each with its kind: they are the same in line after line. */
const known = new Map<string, number>();
const MOST_KNOWN = 256;
const LONGEST_KNOWN = 256;

/** An array or object: JSON.parse has the last word on it. */
function nestedEnd(start: number): number {
  let depth = 0;
  let p = start;
  for (;;) {
    const byte = BYTES[p]!;
    if (byte === QUOTE) {
      p = stringEnd(p);
      if (p < 0) return -1;
      continue;
    }
    // A control character, or the end of the window.
    if (byte < BLANK || MARKS[next]! <= p) return -1;
    p++;
    if (byte === OPEN || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE || byte === CLOSE_ARRAY) && --depth === 0) break;
  }
  const text = BUFFER.utf8Slice(start, p);
  let of = known.get(text);
  if (of === undefined) {
    of = kindOfText(text);
    if (text.length <= LONGEST_KNOWN) {
      if (known.size === MOST_KNOWN) known.clear();
      known.set(text, of);
    }
  }
  kind = of;
  return of === ABSENT ? -1 : p;
}

function kindOfText(text: string): number {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((v) => typeof v !== 'object' || v === null) ? LIST : NESTED;
  } catch {
    return ABSENT;
  }
}
