import { EMPTY, type RegexNode } from './node.ts';

/**
 * The same question, asked with less: a search tells only whether a pattern is found, so that repeats at its edges need
 * not go beyond their least number (`a+b` is found exactly where `ab` is, `.*x` where `x` is).
 */
export const trimmed = (node: RegexNode): RegexNode => edge(edge(node, 'first'), 'last');

function edge(node: RegexNode, side: 'first' | 'last'): RegexNode {
  switch (node.kind) {
    case 'repeat': {
      if (node.least === 0) return EMPTY;
      if (node.least === 1) return edge(node.of, side);
      return { ...node, most: node.least };
    }
    case 'choice':
      return { ...node, of: node.of.map((part) => edge(part, side)) };
    case 'sequence': {
      const of = [...node.of];
      while (of.length > 0) {
        const at = side === 'first' ? 0 : of.length - 1;
        const part = edge(of[at]!, side);
        if (part.kind !== 'sequence' || part.of.length > 0) {
          of[at] = part;
          break;
        }
        // Nothing is left of it: its neighbour is the edge now.
        of.splice(at, 1);
      }
      return { ...node, of };
    }
    case 'set':
    case 'assert':
    case 'look':
      return node;
    default:
      return node satisfies never;
  }
}
