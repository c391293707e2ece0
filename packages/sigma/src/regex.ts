import { RE2JS } from 're2js';

/** What is wrong with a pattern, and at which offset of its text. */
export class RegexProblem {
  readonly reason: string;
  /** undefined where the engine does not tell it. */
  readonly offset: number | undefined;
  readonly cause: unknown;
  constructor(reason: string, offset: number | undefined, cause?: unknown) {
    this.reason = reason;
    this.offset = offset;
    this.cause = cause;
  }
}

export interface RegexOptions {
  /** Any of `i`, `m`, `s`. */
  readonly flags: string;
  readonly from: 'anywhere' | 'start';
  readonly to: 'anywhere' | 'end';
}

/**
 * Compiles a regular expression as Python's `re` (the reference of Sigma's tools) reads it, for a search anywhere in a value.
 * It runs in linear time on RE2, so that no rule and no value can make it hang. Lookaheads, which RE2 has not, are run by
 * RegExp where the pattern proves bounded (see {@link Translation.ways}), else refused; so are back references.
 * One difference to Python is left: `\b` knows only ASCII words.
 */
export function compileRegex(
  pattern: string,
  { flags, from, to }: RegexOptions,
): ((value: string) => boolean) | RegexProblem {
  if (pattern.length > 10_000)
    return new RegexProblem(`a pattern of ${pattern.length} characters; at most 10000`, undefined);
  const parsed = translate(pattern, flags);
  if (parsed instanceof RegexProblem) return parsed;
  const wrap = (text: string, start: string, end: string): string =>
    `${from === 'start' ? start : ''}${from === 'start' || to === 'end' ? `(?:${text})` : text}${to === 'end' ? end : ''}`;
  if (parsed.lookahead) {
    if (parsed.ways > MOST_WAYS) {
      const reason =
        'a lookahead together with * or + or wide repeats could run without end; bound them, as in .{0,20}, or use a filter';
      return new RegexProblem(reason, parsed.lookaheadAt);
    }
    const jsFlags = `u${parsed.flags.replace('s', '')}`;
    try {
      const regex = new RegExp(wrap(parsed.js, '(?<![^])', '(?![^])'), jsFlags);
      return (value) => regex.test(value);
    } catch (cause) {
      return new RegexProblem((cause as Error).message, undefined, cause);
    }
  }
  try {
    let re2flags = RE2JS.LOOKBEHINDS;
    if (parsed.flags.includes('i')) re2flags |= RE2JS.CASE_INSENSITIVE;
    if (parsed.flags.includes('m')) re2flags |= RE2JS.MULTILINE;
    if (parsed.flags.includes('s')) re2flags |= RE2JS.DOTALL;
    const regex = RE2JS.compile(wrap(parsed.re2, '\\A', '\\z'), re2flags);
    return (value) => regex.test(value);
  } catch (cause) {
    return new RegexProblem((cause as Error).message.replace(/^error parsing regexp: /, ''), undefined, cause);
  }
}

/** Ways in which a backtracking search may try a pattern from one place; beyond it RegExp is not used. */
const MOST_WAYS = 10_000;
const MOST_DEPTH = 100;
/** Steps of a pattern with its repeats written out: each costs time at every character of a value. SigmaHQ's need a few hundred. */
const MOST_STEPS = 5000;

export interface Translation {
  readonly re2: string;
  readonly js: string;
  /** The given flags and those that the pattern begins with, as in `(?i)`. */
  readonly flags: string;
  readonly lookahead: boolean;
  readonly lookaheadAt: number;
  /** Upper bound of the ways to match from one place: alternatives add up, parts of a sequence multiply; Infinity with * or +. */
  readonly ways: number;
}

interface Piece {
  readonly re2: string;
  readonly js: string;
  readonly ways: number;
  readonly steps: number;
}

const EMPTY: Piece = { re2: '', js: '', ways: 1, steps: 0 };

/** Python's \w, \s: letters, digits and spaces of all scripts. As members of a class, for both engines. */
const WORD = '\\p{L}\\p{N}_';
const NOT_WORD =
  '\\p{M}\\p{S}\\p{Z}\\p{C}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f';
const SPACE = '\\t\\n\\x0b\\f\\r\\x1c-\\x1f\\x85\\p{Z}';
const NOT_SPACE = '\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Cs}';
const CLASSES: Readonly<Record<string, string>> = {
  w: WORD,
  W: NOT_WORD,
  s: SPACE,
  S: NOT_SPACE,
  d: '\\p{Nd}',
  D: '\\P{Nd}',
};
const NEGATED: Readonly<Record<string, string>> = { W: `[^${WORD}]`, S: `[^${SPACE}]`, D: '\\P{Nd}' };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Reads a Python pattern and writes it in the notations of RE2 and of RegExp (flag u). */
function translate(pattern: string, given: string): Translation | RegexProblem {
  let i = 0;
  let flags = given;
  let lookaheadAt = -1;
  const fail = (reason: string, offset = i): never => {
    throw new RegexProblem(reason, offset);
  };

  const lead = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  if (lead !== null) {
    if (/[xL]/.test(lead[1]!)) return new RegexProblem(`the flag (?${lead[1]}) is not supported`, 0);
    for (const flag of lead[1]!.replace(/[au]/g, '')) if (!flags.includes(flag)) flags += flag;
    i = lead[0].length;
  }

  const alternation = (depth: number): Piece => {
    if (depth > MOST_DEPTH) return fail(`nested more than ${MOST_DEPTH} deep`);
    let whole = sequence(depth);
    while (pattern[i] === '|') {
      i++;
      const next = sequence(depth);
      whole = {
        re2: `${whole.re2}|${next.re2}`,
        js: `${whole.js}|${next.js}`,
        ways: whole.ways + next.ways,
        steps: whole.steps + next.steps,
      };
    }
    return whole;
  };

  const sequence = (depth: number): Piece => {
    const re2: string[] = [];
    const js: string[] = [];
    let ways = 1;
    let steps = 0;
    while (i < pattern.length && pattern[i] !== '|' && pattern[i] !== ')') {
      const piece = repeated(atom(depth));
      re2.push(piece.re2);
      js.push(piece.js);
      ways *= piece.ways;
      steps += piece.steps;
    }
    return { re2: re2.join(''), js: js.join(''), ways, steps };
  };

  const repeated = (piece: Piece): Piece => {
    const found = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\}|\{(,)(\d+)\})/.exec(pattern.slice(i, i + 24));
    if (found === null) return piece;
    if (piece === EMPTY) return fail(`nothing to repeat with ${found[0]}`);
    const start = i;
    i += found[0].length;
    if (pattern[i] === '+') return fail(`possessive ${found[0]}+ is not supported; write ${found[0]}`, start);
    const lazy = pattern[i] === '?' ? '?' : '';
    i += lazy.length;
    if (/^(?:[*+?]|\{(?:\d+,?\d*|,\d+)\})/.test(pattern.slice(i, i + 24)))
      return fail(`two repeats in a row: ${found[0]}${lazy}${pattern[i]}`, start);
    const text = found[4] === undefined ? found[0] : `{0,${found[5]}}`;
    const most =
      { '*': Infinity, '+': Infinity, '?': 1 }[text] ??
      (found[3] === '' ? Infinity : Number(found[5] ?? found[3] ?? found[1]));
    const least = { '*': 0, '+': 1, '?': 0 }[text] ?? Number(found[1] ?? 0);
    if (least > most) return fail(`the repeat ${text} ends before it begins`, start);
    const ways = most === Infinity ? Infinity : (most - least + 1) * piece.ways ** most;
    const steps = piece.steps * Math.max(1, most === Infinity ? least + 1 : most);
    if (steps > MOST_STEPS) return fail(`${text} makes a pattern of ${steps} steps; at most ${MOST_STEPS}`, start);
    return { re2: piece.re2 + text + lazy, js: piece.js + text + lazy, ways, steps };
  };

  const same = (text: string): Piece => ({ re2: text, js: text, ways: 1, steps: 1 });

  const atom = (depth: number): Piece => {
    const c = pattern[i]!;
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return same(characterClass());
      case '\\':
        return escapeAtom();
      case '.':
        i++;
        return { re2: '.', js: flags.includes('s') ? '[^]' : '[^\\n]', ways: 1, steps: 1 };
      case '^':
        i++;
        return { re2: '^', js: flags.includes('m') ? '(?<![^\\n])' : '(?<![^])', ways: 1, steps: 1 };
      case '$':
        i++;
        // Python's $ also holds before a last line feed, where RE2's and RegExp's do not.
        if (flags.includes('m')) return { re2: '$', js: '(?![^\\n])', ways: 1, steps: 1 };
        return { re2: '(?:\\n?\\z)', js: '(?=\\n?(?![^]))', ways: 1, steps: 1 };
      case '*':
      case '+':
      case '?':
        return fail(`nothing to repeat with ${c}`);
      default: {
        const point = pattern.codePointAt(i)!;
        i += point > 0xffff ? 2 : 1;
        return same(plain(point));
      }
    }
  };

  const group = (depth: number): Piece => {
    const start = i;
    const comment = /^\(\?#[^)]*\)/.exec(pattern.slice(i));
    if (comment !== null) {
      i += comment[0].length;
      return EMPTY;
    }
    const open = /^\((?:\?(?:P?<([A-Za-z_]\w*)>|<?[=!]|([aimsu]*)(-[ims]+)?:|.?))?/.exec(pattern.slice(i))!;
    i += open[0].length;
    let re2 = open[0];
    let js = open[0];
    if (open[1] !== undefined) re2 = js = '(?:';
    else if (open[0] === '(?=' || open[0] === '(?!') {
      if (lookaheadAt < 0) lookaheadAt = start;
    } else if (open[2] || open[3]) {
      return fail(
        `flags for a part of the pattern, ${open[0]}…), are not supported; use |re|i, or (?i) at its beginning`,
        start,
      );
    } else if (open[0] === '(') re2 = js = '(?:';
    else if (open[0] !== '(?:' && open[0] !== '(?<=' && open[0] !== '(?<!') {
      const what: Record<string, string> = {
        '(?P': 'a back reference (?P=name)',
        '(?>': 'an atomic group (?>…)',
        '(?(': 'a conditional (?(…)…)',
      };
      return fail(`${what[open[0]] ?? `the group ${open[0]}`} is not supported`, start);
    }
    const inner = alternation(depth + 1);
    if (pattern[i] !== ')') return fail('this ( is never closed', start);
    i++;
    return { re2: `${re2}${inner.re2})`, js: `${js}${inner.js})`, ways: inner.ways, steps: inner.steps };
  };

  const escapeAtom = (): Piece => {
    const start = i;
    const c = pattern[i + 1];
    if (c === undefined) return fail('a lone \\ at the end', start);
    i += 2;
    if (c === 'A') return { re2: '\\A', js: '(?<![^])', ways: 1, steps: 1 };
    if (c === 'Z' || c === 'z') return { re2: '\\z', js: '(?![^])', ways: 1, steps: 1 };
    if (c === 'b' || c === 'B') return same(`\\${c}`);
    if (NEGATED[c] !== undefined) return same(NEGATED[c]);
    if (CLASSES[c] !== undefined) return same(`[${CLASSES[c]}]`);
    const octal = /^[0-3][0-7]{2}/.exec(pattern.slice(start + 1, start + 4));
    if (/[1-9]/.test(c) && octal === null) return fail(`the back reference \\${c} is not supported`, start);
    return same(plain(escaped(c, start)));
  };

  /** The code point of an escape that stands for one character; `i` is behind its letter. */
  const escaped = (c: string, start: number): number => {
    if (CONTROLS[c] !== undefined) return CONTROLS[c];
    const digits = { x: 2, u: 4, U: 8 }[c];
    if (digits !== undefined) {
      const hex = pattern.slice(i, i + digits);
      if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex) || Number.parseInt(hex, 16) > 0x10ffff)
        return fail(`\\${c} needs ${digits} hexadecimal digits`, start);
      i += digits;
      return Number.parseInt(hex, 16);
    }
    if (/[0-7]/.test(c)) {
      const octal = /^[0-7]{0,2}/.exec(pattern.slice(i, i + 2))![0];
      i += octal.length;
      return Number.parseInt(c + octal, 8);
    }
    if (/[a-z]/i.test(c)) return fail(`no escape \\${c}; write \\\\${c} for a backslash and ${c}`, start);
    const point = pattern.codePointAt(i - 1)!;
    if (point > 0xffff) i++;
    return point;
  };

  const characterClass = (): string => {
    const start = i++;
    let text = '[';
    if (pattern[i] === '^') {
      text += '^';
      i++;
    }
    let previous: number | undefined;
    let empty = true;
    while (i < pattern.length && (pattern[i] !== ']' || empty)) {
      const at = i;
      const range =
        !empty && previous !== undefined && pattern[i] === '-' && pattern[i + 1] !== ']' && i + 1 < pattern.length;
      if (range) i++;
      const member = classMember();
      if (range) {
        if (typeof member === 'string' || member < previous!)
          return fail(`no range: ${pattern.slice(at - 1, i)}`, at - 1);
        text += `-${plain(member)}`;
        previous = undefined;
      } else if (typeof member === 'string') {
        text += member;
        previous = undefined;
      } else {
        text += plain(member);
        previous = member;
      }
      empty = false;
    }
    if (pattern[i] !== ']') return fail('this [ is never closed', start);
    i++;
    return `${text}]`;
  };

  const classMember = (): number | string => {
    const start = i;
    const c = pattern[i]!;
    if (c !== '\\') {
      const point = pattern.codePointAt(i)!;
      i += point > 0xffff ? 2 : 1;
      return point;
    }
    const next = pattern[i + 1];
    if (next === undefined) return fail('a lone \\ at the end', start);
    i += 2;
    return CLASSES[next] ?? escaped(next, start);
  };

  try {
    const piece = alternation(0);
    if (i < pattern.length) return new RegexProblem('this ) closes nothing', i);
    if (piece.steps > MOST_STEPS)
      return new RegexProblem(`a pattern of ${piece.steps} steps; at most ${MOST_STEPS}`, undefined);
    return { ...piece, flags, lookahead: lookaheadAt >= 0, lookaheadAt };
  } catch (problem) {
    if (problem instanceof RegexProblem) return problem;
    throw problem;
  }
}

/** One character for both notations, inside or outside of a class. */
function plain(point: number): string {
  if (/[\p{L}\p{N}_]/u.test(String.fromCodePoint(point)) && point < 128) return String.fromCodePoint(point);
  if ('\\^$.*+?()[]{}|/'.includes(String.fromCodePoint(point))) return `\\${String.fromCodePoint(point)}`;
  if (point < 128) return `\\x${point.toString(16).padStart(2, '0')}`;
  return String.fromCodePoint(point);
}
