import type { CharSet } from './set.ts';

/** What holds between two characters. */
export type Assertion =
  | 'start'
  | 'end'
  /** At the end, or before a line feed that ends the text: Python's `$`. */
  | 'last'
  | 'lineStart'
  | 'lineEnd'
  | 'boundary'
  | 'asciiBoundary';

/** A pattern as a tree. Groups and greed say nothing of whether a value matches, so they are gone. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly least: number; readonly most: number }
  | { readonly kind: 'assert'; readonly what: Assertion; readonly negated: boolean }
  | { readonly kind: 'look'; readonly of: RegexNode; readonly ahead: boolean; readonly negated: boolean };

export const EMPTY: RegexNode = { kind: 'sequence', of: [] };

/** Whether it can match without a character. */
export function nullable(node: RegexNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'sequence':
      return node.of.every(nullable);
    case 'choice':
      return node.of.some(nullable);
    case 'repeat':
      return node.least === 0 || nullable(node.of);
    case 'assert':
    case 'look':
      return true;
    default:
      return node satisfies never;
  }
}

/** The most characters that it can match. */
export function longest(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.of.reduce((n, part) => n + longest(part), 0);
    case 'choice':
      return node.of.reduce((n, part) => Math.max(n, longest(part)), 0);
    case 'repeat': {
      const one = longest(node.of);
      return one === 0 || node.most === 0 ? 0 : one * node.most;
    }
    case 'assert':
    case 'look':
      return 0;
    default:
      return node satisfies never;
  }
}

/** Upper bound of the ways to match from one place: choices add up, parts of a sequence multiply; Infinity with * or +. */
export function ways(node: RegexNode): number {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return 1;
    case 'sequence':
      return node.of.reduce((n, part) => n * ways(part), 1);
    case 'choice':
      return node.of.reduce((n, part) => n + ways(part), 0);
    case 'repeat':
      if (node.most === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      return (node.most - node.least + 1) * ways(node.of) ** node.most;
    case 'look':
      return ways(node.of);
    default:
      return node satisfies never;
  }
}
