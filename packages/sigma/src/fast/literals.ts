import { type SingleValue, simplified } from '../predicate.ts';
import type { RegexNode } from '../regex/node.ts';
import { parseRegex } from '../regex/parse.ts';
import { RegexProblem } from '../regex/problem.ts';
import { literal, type Part, STAR, spellings } from '../text.ts';
import type { ValueOf } from '../value.ts';

/**
 * How a predicate is found in a lower-cased value. `exact`: the value holds it if and only if one of the literals stands
 * where its mode says. `needs`: it can hold only where one of the literals stands, and is then tested. `loose`: tested always.
 * Literals are ASCII and lower-cased. `beyond`: on a value with characters beyond ASCII it is tested always.
 */
export type Lookup =
  | { readonly kind: 'exact'; readonly literals: readonly Literal[]; readonly beyond: boolean }
  | {
      readonly kind: 'needs';
      readonly literals: readonly string[];
      /** And, for each of these, one of its literals. Not asked of a value beyond ASCII where `beyond` says so. */
      readonly also: readonly (readonly string[])[];
      readonly beyond: boolean;
    }
  | { readonly kind: 'number'; readonly texts: readonly string[]; readonly number: number }
  | { readonly kind: 'loose' };

export interface Literal {
  readonly mode: 'equals' | 'starts' | 'ends' | 'contains';
  readonly text: string;
}

const NON_ASCII = /[^\x00-\x7f]/;
export const isAscii = (text: string): boolean => !NON_ASCII.test(text);

/** Spellings of windash that are written out; more hang on one literal. */
const MOST_SPELLINGS = 16;
const LOOSE: Lookup = { kind: 'loose' };

/** Whether the literals stand in a value that a predicate needs. */
export function couldHold(lookup: Extract<Lookup, { kind: 'needs' }>, ascii: boolean, lower: string): boolean {
  if (lookup.beyond && !ascii) return true;
  const within = (any: readonly string[]): boolean => any.some((literal) => lower.includes(literal));
  return within(lookup.literals) && lookup.also.every(within);
}

export function lookupOf(value: SingleValue): Lookup {
  switch (value.kind) {
    case 'text':
      return ofText(value.parts, value.cased);
    case 'number':
      return { kind: 'number', texts: [String(value.number), value.text.toLowerCase()], number: value.number };
    case 'boolean':
      return { kind: 'exact', literals: [{ mode: 'equals', text: String(value.boolean) }], beyond: false };
    case 'regex':
      return ofRegex(value);
    default:
      return LOOSE;
  }
}

function ofText(given: readonly Part[], cased: boolean): Lookup {
  // As the plain predicate does it: each literal is lower-cased by itself.
  const parts = simplified(given.map((p) => (p.kind === 'literal' ? literal(p.text.toLowerCase()) : p)));
  const dashed = parts.some((p) => p.kind === 'dash');
  if (!cased && parts.every((p) => p.kind !== 'one')) {
    const spelled = spellings(parts, MOST_SPELLINGS * 8);
    const ascii = spelled?.filter((s) => s.every((p) => p.kind !== 'literal' || isAscii(p.text)));
    if (ascii !== undefined && ascii.length <= MOST_SPELLINGS) {
      const literals = ascii.map((s) => simple(simplified(s)));
      // No ASCII spelling at all: it is sought only where a value goes beyond ASCII.
      if (literals.every((l) => l !== undefined))
        return { kind: 'exact', literals, beyond: dashed || ascii.length === 0 };
    }
  }
  let best = '';
  let beyond = false;
  for (const part of parts) {
    if (part.kind !== 'literal') continue;
    if (!isAscii(part.text)) beyond = true;
    else if (part.text.length > best.length) best = part.text;
  }
  if (best !== '') return { kind: 'needs', literals: [best], also: [], beyond: false };
  return beyond ? { kind: 'needs', literals: [], also: [], beyond: true } : LOOSE;
}

function simple(parts: readonly Part[]): Literal | undefined {
  const front = parts[0] === STAR;
  const back = parts.length > 1 && parts[parts.length - 1] === STAR;
  const inner = parts.slice(front ? 1 : 0, back ? -1 : undefined);
  const [only] = inner;
  if (inner.length !== 1 || only?.kind !== 'literal') return undefined;
  return { mode: front && back ? 'contains' : front ? 'ends' : back ? 'starts' : 'equals', text: only.text };
}

/** Literals of a pattern kept, one of which every match holds. */
const MOST_ALTERNATIVES = 32;

function ofRegex({ source, flags }: ValueOf<'regex'>): Lookup {
  const node = parseRegex(source, flags);
  if (node instanceof RegexProblem) return LOOSE;
  const [literals, ...also] = required(node).sort((a, b) => weight(b) - weight(a));
  if (literals === undefined) return LOOSE;
  // ſ and K are other cases of s and k, to a pattern that ignores case.
  return { kind: 'needs', literals, also, beyond: folds(node) };
}

function folds(node: RegexNode): boolean {
  switch (node.kind) {
    case 'set':
      return node.set.fold;
    case 'sequence':
    case 'choice':
      return node.of.some(folds);
    case 'repeat':
    case 'look':
      return folds(node.of);
    case 'assert':
      return false;
    default:
      return node satisfies never;
  }
}

/** Lists of lower-cased ASCII literals: every match holds one of each list. */
function required(node: RegexNode): (readonly string[])[] {
  switch (node.kind) {
    case 'set': {
      const one = character(node);
      return one === undefined ? [] : [[one]];
    }
    case 'sequence': {
      const found: (readonly string[])[] = [];
      let run = '';
      const end = (): void => {
        if (run !== '') found.push([run]);
        run = '';
      };
      for (const part of node.of) {
        const one = part.kind === 'set' ? character(part) : undefined;
        if (one !== undefined) run += one;
        // What takes no characters does not end a run.
        else if (part.kind !== 'assert' && part.kind !== 'look') {
          end();
          found.push(...required(part));
        }
      }
      end();
      return found;
    }
    case 'choice': {
      const all: string[] = [];
      for (const part of node.of) {
        const [best] = required(part).sort((a, b) => weight(b) - weight(a));
        if (best === undefined) return [];
        all.push(...best);
      }
      return all.length <= MOST_ALTERNATIVES ? [all] : [];
    }
    case 'repeat':
      return node.least > 0 ? required(node.of) : [];
    case 'assert':
    case 'look':
      return [];
    default:
      return node satisfies never;
  }
}

/** The longer the shortest literal, and the fewer, the rarer; letters are more frequent than signs. */
function weight(literals: readonly string[]): number {
  const lengths = literals.map((l) => l.length + l.replace(/[a-z0-9 .\\/:-]/g, '').length);
  return Math.min(...lengths) / (1 + literals.length / 8);
}

/** The one ASCII character that a set stands for, case not looked at. */
function character({ set }: Extract<RegexNode, { kind: 'set' }>): string | undefined {
  if (set.negated) return undefined;
  let only: string | undefined;
  for (const member of set.members) {
    if (!('lo' in member) || member.lo !== member.hi || member.hi > 127) return undefined;
    const lower = String.fromCharCode(member.lo).toLowerCase();
    if (only !== undefined && only !== lower) return undefined;
    only = lower;
  }
  return only;
}
