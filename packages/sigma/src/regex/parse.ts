import { type Assertion, EMPTY, type RegexNode } from './node.ts';
import { RegexProblem } from './problem.ts';
import { ASCII_ESCAPES, type ClassEscape, type Member, otherCase } from './set.ts';

const MOST_LENGTH = 10_000;
const MOST_DEPTH = 100;
/** Steps of a pattern with its repeats written out: each costs time at every character of a value. SigmaHQ's need a few hundred. */
const MOST_STEPS = 5000;

const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const REPEAT = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\}|\{(,)(\d+)\})/;

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  /** Classes and boundaries know ASCII only. */
  readonly a: boolean;
}

/** Reads a pattern as Python's `re` does (version 3.12). `given`: any of i, m, s. */
export function parseRegex(pattern: string, given: string): RegexNode | RegexProblem {
  if (pattern.length > MOST_LENGTH)
    return new RegexProblem(`a pattern of ${pattern.length} characters; at most ${MOST_LENGTH}`, undefined);
  let i = 0;
  let flags: Flags = { i: given.includes('i'), m: given.includes('m'), s: given.includes('s'), a: false };
  const fail = (reason: string, offset = i): never => {
    throw new RegexProblem(reason, offset);
  };

  const lead = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  if (lead !== null) {
    if (/[xL]/.test(lead[1]!)) return new RegexProblem(`the flag (?${lead[1]}) is not supported`, 0);
    flags = withFlags(flags, lead[1]!, '');
    i = lead[0].length;
  }

  const steps = new Map<RegexNode, number>([[EMPTY, 0]]);
  const made = (node: RegexNode, count: number): RegexNode => {
    steps.set(node, count);
    return node;
  };
  const count = (node: RegexNode): number => steps.get(node) ?? 1;
  const total = (nodes: readonly RegexNode[]): number => nodes.reduce((n, node) => n + count(node), 0);

  const alternation = (depth: number): RegexNode => {
    if (depth > MOST_DEPTH) return fail(`nested more than ${MOST_DEPTH} deep`);
    const of = [sequence(depth)];
    while (pattern[i] === '|') {
      i++;
      of.push(sequence(depth));
    }
    return of.length === 1 ? of[0]! : made({ kind: 'choice', of }, total(of));
  };

  const sequence = (depth: number): RegexNode => {
    const of: RegexNode[] = [];
    while (i < pattern.length && pattern[i] !== '|' && pattern[i] !== ')') of.push(repeated(atom(depth)));
    return of.length === 1 ? of[0]! : made({ kind: 'sequence', of }, total(of));
  };

  const repeated = (node: RegexNode): RegexNode => {
    const found = REPEAT.exec(pattern.slice(i, i + 24));
    if (found === null) return node;
    if (node === EMPTY) return fail(`nothing to repeat with ${found[0]}`);
    const start = i;
    i += found[0].length;
    if (pattern[i] === '+') return fail(`possessive ${found[0]}+ is not supported; write ${found[0]}`, start);
    const lazy = pattern[i] === '?' ? '?' : '';
    i += lazy.length;
    if (REPEAT.test(pattern.slice(i, i + 24)))
      return fail(`two repeats in a row: ${found[0]}${lazy}${pattern[i]}`, start);
    const [text] = found;
    const most =
      { '*': Number.POSITIVE_INFINITY, '+': Number.POSITIVE_INFINITY, '?': 1 }[text] ??
      (found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[5] ?? found[3] ?? found[1]));
    const least = { '*': 0, '+': 1, '?': 0 }[text] ?? Number(found[1] ?? 0);
    if (least > most) return fail(`the repeat ${text} ends before it begins`, start);
    const all = count(node) * Math.max(1, most === Number.POSITIVE_INFINITY ? least + 1 : most);
    if (all > MOST_STEPS) return fail(`${text} makes a pattern of ${all} steps; at most ${MOST_STEPS}`, start);
    return made({ kind: 'repeat', of: node, least, most }, all);
  };

  const set = (members: readonly Member[], negated = false): RegexNode => {
    // With the flag a only ASCII letters have two cases.
    if (flags.i && flags.a)
      return { kind: 'set', set: { members: [...members, ...otherCase(members, false)], negated, fold: false } };
    return { kind: 'set', set: { members, negated, fold: flags.i } };
  };
  const assert = (what: Assertion, negated = false): RegexNode => ({ kind: 'assert', what, negated });

  const atom = (depth: number): RegexNode => {
    const c = pattern[i]!;
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return characterClass();
      case '\\':
        return escapeAtom();
      case '.':
        i++;
        return {
          kind: 'set',
          set: { members: flags.s ? [] : [{ lo: 10, hi: 10 }], negated: true, fold: false },
        };
      case '^':
        i++;
        return assert(flags.m ? 'lineStart' : 'start');
      case '$':
        i++;
        return assert(flags.m ? 'lineEnd' : 'last');
      case '*':
      case '+':
      case '?':
        return fail(`nothing to repeat with ${c}`);
      default: {
        const point = pattern.codePointAt(i)!;
        i += point > 0xffff ? 2 : 1;
        return set([{ lo: point, hi: point }]);
      }
    }
  };

  const group = (depth: number): RegexNode => {
    const start = i;
    const comment = /^\(\?#[^)]*\)/.exec(pattern.slice(i));
    if (comment !== null) {
      i += comment[0].length;
      return EMPTY;
    }
    const open = /^\((?:\?(?:P?<([A-Za-z_]\w*)>|<?[=!]|([aimsu]*)(?:-([ims]+))?:|.?))?/.exec(pattern.slice(i))!;
    i += open[0].length;
    const outer = flags;
    if (open[2] || open[3]) flags = withFlags(flags, open[2] ?? '', open[3] ?? '');
    const look = /^\(\?(<?)([=!])$/.exec(open[0]);
    if (look === null && open[0] !== '(' && open[0] !== '(?:' && open[1] === undefined && !open[2] && !open[3])
      return fail(REFUSED[open[0]] ?? `the group ${open[0]} is not supported`, start);
    const inner = alternation(depth + 1);
    if (pattern[i] !== ')') return fail('this ( is never closed', start);
    i++;
    flags = outer;
    if (look === null) return inner === EMPTY ? made({ kind: 'sequence', of: [] }, 0) : inner;
    return made({ kind: 'look', of: inner, ahead: look[1] === '', negated: look[2] === '!' }, count(inner) + 1);
  };

  const escapeAtom = (): RegexNode => {
    const start = i;
    const c = pattern[i + 1];
    if (c === undefined) return fail('a lone \\ at the end', start);
    i += 2;
    if (c === 'A') return assert('start');
    if (c === 'Z' || c === 'z') return assert('end');
    if (c === 'b' || c === 'B') return assert(flags.a ? 'asciiBoundary' : 'boundary', c === 'B');
    if (isClass(c)) {
      // `\W` outside of brackets as the negation of `\w`: exact for every character.
      const lower = c.toLowerCase() as 'w' | 's' | 'd';
      const members: readonly Member[] = flags.a ? ASCII_ESCAPES[lower] : [{ escape: lower }];
      return { kind: 'set', set: { members, negated: c !== lower, fold: false } };
    }
    const octal = /^[0-3][0-7]{2}/.exec(pattern.slice(start + 1, start + 4));
    if (/[1-9]/.test(c) && octal === null) return fail(`the back reference \\${c} is not supported`, start);
    const point = escaped(c, start);
    return set([{ lo: point, hi: point }]);
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

  const characterClass = (): RegexNode => {
    const start = i++;
    const negated = pattern[i] === '^';
    if (negated) i++;
    const members: Member[] = [];
    let previous: number | undefined;
    let empty = true;
    while (i < pattern.length && (pattern[i] !== ']' || empty)) {
      const at = i;
      const range =
        !empty && previous !== undefined && pattern[i] === '-' && pattern[i + 1] !== ']' && i + 1 < pattern.length;
      if (range) i++;
      const member = classMember();
      if (range) {
        if (typeof member !== 'number' || member < previous!)
          return fail(`no range: ${pattern.slice(at - 1, i)}`, at - 1);
        members[members.length - 1] = { lo: previous!, hi: member };
        previous = undefined;
      } else if (typeof member === 'number') {
        members.push({ lo: member, hi: member });
        previous = member;
      } else {
        members.push(...member);
        previous = undefined;
      }
      empty = false;
    }
    if (pattern[i] !== ']') return fail('this [ is never closed', start);
    i++;
    return set(members, negated);
  };

  const classMember = (): number | readonly Member[] => {
    const start = i;
    if (pattern[i] !== '\\') {
      const point = pattern.codePointAt(i)!;
      i += point > 0xffff ? 2 : 1;
      return point;
    }
    const next = pattern[i + 1];
    if (next === undefined) return fail('a lone \\ at the end', start);
    i += 2;
    if (!isClass(next)) return escaped(next, start);
    if (!flags.a) return [{ escape: next }];
    const lower = next.toLowerCase() as 'w' | 's' | 'd';
    return next === lower ? ASCII_ESCAPES[lower] : complement(ASCII_ESCAPES[lower]);
  };

  try {
    const node = alternation(0);
    if (i < pattern.length) return new RegexProblem('this ) closes nothing', i);
    if (count(node) > MOST_STEPS)
      return new RegexProblem(`a pattern of ${count(node)} steps; at most ${MOST_STEPS}`, undefined);
    return node;
  } catch (problem) {
    if (problem instanceof RegexProblem) return problem;
    throw problem;
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  '(?P': 'a back reference (?P=name) is not supported',
  '(?>': 'an atomic group (?>…) is not supported; write (?:…)',
  '(?(': 'a conditional (?(…)…) is not supported; write both ways as (?:…|…)',
  '(?i': 'flags for the rest of a pattern are not supported; write (?i) at its beginning, or (?i:…) around the part',
  '(?m': 'flags for the rest of a pattern are not supported; write (?m) at its beginning, or (?m:…) around the part',
  '(?s': 'flags for the rest of a pattern are not supported; write (?s) at its beginning, or (?s:…) around the part',
};

const isClass = (c: string): c is ClassEscape => 'wWsSdD'.includes(c);

const withFlags = (flags: Flags, on: string, off: string): Flags => ({
  i: (flags.i || on.includes('i')) && !off.includes('i'),
  m: (flags.m || on.includes('m')) && !off.includes('m'),
  s: (flags.s || on.includes('s')) && !off.includes('s'),
  a: (flags.a || on.includes('a')) && !on.includes('u'),
});

/** Every code point that is not in these ranges, which are in order. */
function complement(members: readonly Member[]): Member[] {
  const made: Member[] = [];
  let from = 0;
  for (const m of members) {
    if (!('lo' in m)) continue;
    if (m.lo > from) made.push({ lo: from, hi: m.lo - 1 });
    from = m.hi + 1;
  }
  return [...made, { lo: from, hi: 0x10ffff }];
}
