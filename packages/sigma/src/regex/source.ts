import type { Assertion, RegexNode } from './node.ts';
import { ASCII_WORD_SET, type CharSet, setSource, unfolded, WORD_SET } from './set.ts';

export interface Source {
  readonly source: string;
  /** `u` or `iu`. */
  readonly flags: string;
}

/**
 * The pattern as a RegExp; undefined where RegExp cannot say it: parts of it fold case, in letters that are not ASCII. With
 * `ascii` it is right for values of ASCII characters alone, and several times faster at the boundaries of words.
 */
export function regExpSource(node: RegexNode, ascii = false): Source | undefined {
  const folds = new Set<boolean>();
  collect(node, folds);
  const fold = folds.has(true) && !folds.has(false);
  const source = print(node, fold, ascii);
  return source === undefined ? undefined : { source, flags: fold ? 'iu' : 'u' };
}

/** Whether sets that tell letters apart fold case. */
function collect(node: RegexNode, folds: Set<boolean>): void {
  switch (node.kind) {
    case 'set':
      if (hasLetters(node.set)) folds.add(node.set.fold);
      return;
    case 'sequence':
    case 'choice':
      for (const part of node.of) collect(part, folds);
      return;
    case 'repeat':
    case 'look':
      collect(node.of, folds);
      return;
    case 'assert':
      return;
    default:
      node satisfies never;
  }
}

/** Classes such as \w hold both cases of a letter, so that folding changes nothing. */
const hasLetters = ({ members }: CharSet): boolean =>
  members.some((m) => 'lo' in m && (m.hi > 127 || /[A-Za-z]/.test(letters(m.lo, m.hi))));

function letters(lo: number, hi: number): string {
  let text = '';
  for (let c = lo; c <= hi; c++) text += String.fromCharCode(c);
  return text;
}

const boundary = (set: CharSet, negated: boolean): string => {
  const w = setSource(set);
  return negated ? `(?:(?<=${w})(?=${w})|(?<!${w})(?!${w}))` : `(?:(?<=${w})(?!${w})|(?<!${w})(?=${w}))`;
};

const ASSERTIONS: Readonly<Record<Assertion, readonly [holds: string, not: string]>> = {
  start: ['^', '(?<=[^])'],
  end: ['$', '(?=[^])'],
  last: ['(?=\\n?$)', '(?!\\n?$)'],
  lineStart: ['(?<![^\\n])', '(?<=[^\\n])'],
  lineEnd: ['(?![^\\n])', '(?=[^\\n])'],
  boundary: [boundary(WORD_SET, false), boundary(WORD_SET, true)],
  asciiBoundary: [boundary(ASCII_WORD_SET, false), boundary(ASCII_WORD_SET, true)],
};

/** Between ASCII characters RegExp's own boundary is both. */
const ASCII_BOUNDARY = ['\\b', '\\B'] as const;

function print(node: RegexNode, fold: boolean, ascii: boolean): string | undefined {
  switch (node.kind) {
    case 'set': {
      const set = fold ? node.set : unfolded(node.set);
      return set === undefined ? undefined : setSource(set);
    }
    case 'sequence':
    case 'choice': {
      let text = '';
      for (const [i, part] of node.of.entries()) {
        const printed = print(part, fold, ascii);
        if (printed === undefined) return undefined;
        const bare = part.kind === 'choice' && node.kind === 'sequence' ? `(?:${printed})` : printed;
        text += node.kind === 'choice' && i > 0 ? `|${bare}` : bare;
      }
      return text;
    }
    case 'repeat': {
      const inner = print(node.of, fold, ascii);
      if (inner === undefined) return undefined;
      const { least, most } = node;
      const times =
        most === Number.POSITIVE_INFINITY
          ? (['*', '+'][least] ?? `{${least},}`)
          : least === 0 && most === 1
            ? '?'
            : least === most
              ? `{${least}}`
              : `{${least},${most}}`;
      // An assertion cannot be repeated in RegExp (flag u) unless it stands in a group.
      return `${node.of.kind === 'set' ? inner : `(?:${inner})`}${times}`;
    }
    case 'assert':
      return (ascii && /oundary$/.test(node.what) ? ASCII_BOUNDARY : ASSERTIONS[node.what])[node.negated ? 1 : 0];
    case 'look': {
      const inner = print(node.of, fold, ascii);
      return inner === undefined ? undefined : `(?${node.ahead ? '' : '<'}${node.negated ? '!' : '='}${inner})`;
    }
    default:
      return node satisfies never;
  }
}
