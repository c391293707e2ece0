import { type Matcher, type Test, testOf } from './compile.ts';
import { type Literal, lookupOf } from './fast/literals.ts';
import type { Predicate } from './predicate.ts';

/**
 * What must be so of an event for a rule to hold of it; that it is so does not mean that the rule holds. For whoever seeks
 * events where they are stored, and asks the rule of what was found. `all` of none is always so, `any` of none never.
 */
export type Need =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Need[] }
  /** A value of the field, or of any field where none is named, holds the text where the mode says. */
  | {
      readonly kind: 'value';
      readonly field: string | undefined;
      readonly mode: Literal['mode'];
      /** ASCII, in lower case: the value is compared in lower case. */
      readonly text: string;
    }
  /** A value of the field is the number, as the rule writes it or as a decimal: `5`, `05`, `5.0`. */
  | { readonly kind: 'number'; readonly field: string; readonly number: number; readonly text: string }
  /** A value of the field, or of any, has a character beyond ASCII. */
  | { readonly kind: 'beyond-ascii'; readonly field: string | undefined };

const ALWAYS: Need = { kind: 'all', of: [] };
const isAlways = (need: Need): boolean => need.kind === 'all' && need.of.length === 0;

/** What a rule needs of an event's fields, under the names that the rule knows. Its log source is not looked at. */
export const needsOf = (matcher: Matcher): Need => ofTest(testOf(matcher));

function ofTest(test: Test): Need {
  switch (test.kind) {
    case 'item':
      return test.negated ? ALWAYS : all(test.values.map((some) => any(some.map(ofPredicate))));
    case 'search':
      return ofTest(test.of);
    case 'not':
      return ALWAYS;
    case 'count': {
      if (test.atLeast <= 0) return ALWAYS;
      const parts = test.of.map(ofTest);
      return test.atLeast >= parts.length ? all(parts) : any(parts);
    }
    default:
      return test satisfies never;
  }
}

function all(needs: readonly Need[]): Need {
  const of = needs.flatMap((need) => (need.kind === 'all' ? need.of : [need]));
  return of.length === 1 ? of[0]! : { kind: 'all', of };
}

function any(needs: readonly Need[]): Need {
  const of = needs.flatMap((need) => (need.kind === 'any' ? need.of : [need]));
  if (of.some(isAlways)) return ALWAYS;
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

function ofPredicate({ field, value }: Predicate): Need {
  const holds = (mode: Literal['mode'], text: string): Need => ({
    kind: 'value',
    field,
    // A keyword stands anywhere in a value.
    mode: field === undefined ? 'contains' : mode,
    text,
  });
  const within = (texts: readonly string[]): Need => any(texts.map((text) => holds('contains', text)));
  const beyond: Need = { kind: 'beyond-ascii', field };
  if (value.kind === 'number') {
    const { number, text } = value;
    return field === undefined ? holds('contains', String(number)) : { kind: 'number', field, number, text };
  }
  const lookup = lookupOf(value);
  switch (lookup.kind) {
    case 'exact': {
      const literals = lookup.literals.map(({ mode, text }) => holds(mode, text));
      return any(lookup.beyond ? [...literals, beyond] : literals);
    }
    case 'needs': {
      const texts = all([...(lookup.literals.length > 0 ? [lookup.literals] : []), ...lookup.also].map(within));
      if (!lookup.beyond) return texts;
      return lookup.literals.length === 0 ? beyond : any([texts, beyond]);
    }
    case 'number':
    case 'loose':
      return ALWAYS;
    default:
      return lookup satisfies never;
  }
}
