import type { Assertion, RegexNode } from './node.ts';
import { ASCII_WORD_SET, type CharSet, NEWLINE_SET, setSource, WORD_SET } from './set.ts';

/** A step of a nondeterministic automaton; `to` are the steps that follow it. */
export type Step =
  | { readonly kind: 'set'; readonly set: number; readonly to: number }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  /** A bit of what holds at a place, see {@link Program.bits}. */
  | { readonly kind: 'assert'; readonly bit: number; readonly negated: boolean; readonly to: number }
  | { readonly kind: 'accept' };

/** What a bit of a place says. */
export type Bit = Assertion | { readonly look: Look };

export interface Look {
  readonly ahead: boolean;
  /** For a look ahead it reads backward: it finds the places at which what lies ahead begins. */
  readonly program: Program;
}

/** A pattern as an automaton (Thompson). */
export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
  readonly sets: readonly CharSet[];
  readonly bits: readonly Bit[];
}

/** `backward`: the automaton of the reversed language. */
export function compileProgram(node: RegexNode, backward = false): Program {
  const steps: Step[] = [{ kind: 'accept' }];
  const sets: CharSet[] = [];
  const setIds = new Map<string, number>();
  const bits: Bit[] = [];
  const bitIds = new Map<unknown, number>();

  const setId = (set: CharSet): number => {
    const key = `${set.fold}${setSource(set)}`;
    const known = setIds.get(key);
    if (known !== undefined) return known;
    setIds.set(key, sets.length);
    return sets.push(set) - 1;
  };
  const bitId = (key: unknown, make: () => Bit): number => {
    const known = bitIds.get(key);
    if (known !== undefined) return known;
    bitIds.set(key, bits.length);
    return bits.push(make()) - 1;
  };
  const step = (made: Step): number => steps.push(made) - 1;

  /** Gives the first step of `part`, which goes on to `to`. */
  const put = (part: RegexNode, to: number): number => {
    switch (part.kind) {
      case 'set':
        return step({ kind: 'set', set: setId(part.set), to });
      case 'sequence': {
        let next = to;
        const of = backward ? part.of : part.of.toReversed();
        for (const piece of of) next = put(piece, next);
        return next;
      }
      case 'choice':
        return step({ kind: 'split', to: part.of.map((piece) => put(piece, to)) });
      case 'repeat': {
        let next = to;
        if (part.most === Number.POSITIVE_INFINITY) {
          const loop: number[] = [];
          const at = step({ kind: 'split', to: loop });
          loop.push(put(part.of, at), to);
          next = at;
        } else
          for (let n = part.least; n < part.most; n++) next = step({ kind: 'split', to: [put(part.of, next), to] });
        for (let n = 0; n < part.least; n++) next = put(part.of, next);
        return next;
      }
      case 'assert': {
        if (part.what === 'boundary') setId(WORD_SET);
        if (part.what === 'asciiBoundary') setId(ASCII_WORD_SET);
        if (part.what === 'lineStart' || part.what === 'lineEnd' || part.what === 'last') setId(NEWLINE_SET);
        return step({ kind: 'assert', bit: bitId(part.what, () => part.what as Bit), negated: part.negated, to });
      }
      case 'look': {
        const make = (): Bit => ({ look: { ahead: part.ahead, program: compileProgram(part.of, part.ahead) } });
        return step({ kind: 'assert', bit: bitId(part, make), negated: part.negated, to });
      }
      default:
        return part satisfies never;
    }
  };
  const start = put(node, 0);
  return { steps, start, sets, bits };
}
