import type { PreparedView } from '../view.ts';
import { isAscii, type Lookup } from './literals.ts';
import type { Predicates, Program, Tree } from './program.ts';

/**
 * Whether a tree holds, asked predicate by predicate, with nothing made for it beforehand. The first events of a kind are
 * asked so: building their {@link Group} costs what a few dozen of them do, and most kinds have fewer in a log.
 */
export function holdsTree(tree: Tree, predicates: Predicates, view: PreparedView): boolean {
  if (typeof tree === 'number') return holdsOne(tree, predicates, view);
  const atLeast = tree[0] as number;
  if (atLeast === 0) return !holdsTree(tree[1]!, predicates, view);
  let missing = atLeast;
  let left = tree.length - 1;
  for (let i = 1; i < tree.length; i++) {
    if (holdsTree(tree[i]!, predicates, view) && --missing === 0) return true;
    if (--left < missing) return false;
  }
  return false;
}

/** A literal with or without stars at its ends is nearly all that rules ask: no predicate is made for those. */
function holdsOne(index: number, predicates: Predicates, view: PreparedView): boolean {
  // By their places: before this is optimised, a pattern costs an iterator.
  const encoded = predicates.program.predicates[index]!;
  const field = encoded[0];
  const value = encoded[1];
  if (field < 0) return predicates.get(index).holds(view);
  const name = predicates.program.fields[field]!;
  if (!isFoldedText(value)) {
    // A regular expression is not even read where the literals that it needs are not there.
    return (!('lookup' in value) || mayHold(value.lookup, view.folded(name))) && predicates.get(index).holds(view);
  }
  const a = value[1];
  const b = value[2];
  if (value.length === 2) {
    if (typeof a === 'string') return view.folded(name).includes(a);
  } else if (value.length === 3) {
    if (a === 0 && typeof b === 'string') return some(view, name, b, ends);
    if (typeof a === 'string' && b === 0) return some(view, name, a, starts);
  } else if (value.length === 4 && a === 0 && typeof b === 'string' && value[3] === 0)
    return some(view, name, b, contains);
  return predicates.get(index).holds(view);
}

/** A text that is not `cased`; its literals stand in lower case. */
const isFoldedText = (value: Program['predicates'][number][1]): value is readonly [0, ...(string | 0 | 1 | 2)[]] =>
  Array.isArray(value) && value[0] === 0;

type Stands = (value: string, literal: string) => boolean;
const starts: Stands = (value, literal) => value.startsWith(literal);
const ends: Stands = (value, literal) => value.endsWith(literal);
const contains: Stands = (value, literal) => value.includes(literal);

function some(view: PreparedView, field: string, literal: string, stands: Stands): boolean {
  const values = view.folded(field);
  for (let i = 0; i < values.length; i++) if (stands(values[i]!, literal)) return true;
  return false;
}

function mayHold(lookup: Lookup, values: readonly string[]): boolean {
  if (lookup.kind !== 'needs') return true;
  const { literals, also, beyond } = lookup;
  const within = (value: string, any: readonly string[]): boolean => any.some((literal) => value.includes(literal));
  return values.some(
    (value) => (beyond && !isAscii(value)) || (within(value, literals) && also.every((any) => within(value, any))),
  );
}
