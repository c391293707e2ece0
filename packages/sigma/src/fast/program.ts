import { parseCidr } from '../cidr.ts';
import type { Test } from '../compile.ts';
import { knownPredicate, type Predicate, type SingleValue } from '../predicate.ts';
import { isLinear } from '../regex.ts';
import { DASH, literal, ONE, type Part, STAR } from '../text.ts';
import type { ValueOf } from '../value.ts';
import { isAscii, type Literal, type Lookup, lookupOf } from './literals.ts';

/**
 * What rules ask, as plain data (JSON): every distinct predicate once, and a tree over them for each rule. The same question
 * of a hundred rules is one number, so that it is answered once an event.
 */
export interface Program {
  readonly fields: readonly string[];
  readonly predicates: readonly EncodedPredicate[];
  /** One a rule. */
  readonly trees: readonly Tree[];
}

/** A predicate by its index; or `[n, …]`, at least n of these; `[0, one]`, not this one. */
export type Tree = number | readonly Tree[];

/** Field (index; -1 for a keyword) and value. */
export type EncodedPredicate = readonly [field: number, value: EncodedValue];

/**
 * A text as its parts, with a flag for `cased`: it is by far the most frequent, so it is short. Without that flag it stands in
 * lower case, as it is compared: two spellings are one question. A regular expression comes with
 * the literals that it needs, so that it need not be read to know that it is not asked. Anything else as it is.
 */
type EncodedValue =
  | readonly [cased: 0 | 1, ...parts: readonly (string | 0 | 1 | 2)[]]
  | (ValueOf<'regex'> & { readonly lookup: Lookup })
  | { readonly kind: string };

const SYMBOLS = [STAR, ONE, DASH] as const;

/** Puts the tests of rules into one program. */
export class ProgramBuilder {
  readonly #fields = new Map<string, number>();
  readonly #known = new Map<string, number>();
  readonly #predicates: EncodedPredicate[] = [];
  readonly #trees: Tree[] = [];

  add(test: Test): void {
    this.#trees.push(this.#tree(test));
  }

  program(): Program {
    return { fields: [...this.#fields.keys()], predicates: this.#predicates, trees: this.#trees };
  }

  #tree(test: Test): Tree {
    switch (test.kind) {
      case 'item': {
        const values = test.values.map((any) => atLeast(1, [...new Set(any.map((p) => this.#intern(p)))]));
        // No values at all ask nothing: it holds. Zero is taken, by not.
        const all: Tree = values.length === 0 ? [0, [1]] : atLeast(values.length, values);
        return test.negated ? [0, all] : all;
      }
      case 'search':
        return this.#tree(test.of);
      case 'not':
        return [0, this.#tree(test.of)];
      case 'count':
        return atLeast(
          test.atLeast,
          test.of.map((part) => this.#tree(part)),
        );
      default:
        return test satisfies never;
    }
  }

  #intern(predicate: Predicate): number {
    const { field, value } = predicate;
    let index = -1;
    if (field !== undefined) {
      index = this.#fields.get(field) ?? this.#fields.size;
      this.#fields.set(field, index);
    }
    const encoded = encode(value);
    const key = `${index}${keyOf(encoded)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#predicates.length);
    const whole =
      value.kind === 'regex' ? { ...value, linear: isLinear(value.source, value), lookup: lookupOf(value) } : encoded;
    return this.#predicates.push([index, whole]) - 1;
  }
}

const atLeast = (n: number, of: readonly Tree[]): Tree => (of.length === 1 && n === 1 ? of[0]! : [n, ...of]);

function encode(value: SingleValue): EncodedValue {
  if (value.kind === 'text') {
    const { cased, parts } = value;
    const text = (p: Part): string | 0 | 1 | 2 =>
      p.kind === 'literal' ? (cased ? p.text : p.text.toLowerCase()) : p.kind === 'star' ? 0 : p.kind === 'one' ? 1 : 2;
    return [cased ? 1 : 0, ...parts.map(text)];
  }
  if (value.kind === 'cidr') return { kind: 'cidr', text: value.text } as { kind: string };
  return value;
}

/** Equal for equal values only: texts come with their lengths. */
function keyOf(value: EncodedValue): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  let key = '';
  for (const part of value as readonly (string | number)[])
    key += typeof part === 'string' ? `:${part.length}:${part}` : `,${part}`;
  return key;
}

function decode(value: EncodedValue): SingleValue {
  if (Array.isArray(value)) {
    const parts: Part[] = [];
    for (let i = 1; i < value.length; i++) {
      const part = value[i] as string | 0 | 1 | 2;
      parts.push(typeof part === 'string' ? literal(part) : SYMBOLS[part]);
    }
    return { kind: 'text', raw: '', parts, cased: value[0] === 1, bytes: false };
  }
  const written = value as SingleValue;
  if (written.kind !== 'cidr') return written;
  const block = parseCidr(written.text);
  if (typeof block === 'string') throw new Error(block);
  return { ...written, block };
}

/** What {@link lookupOf} says of one literal with or without a star at its ends, which is nearly all that rules ask. */
function simpleLookup(value: readonly (string | number)[]): Lookup | undefined {
  if (value[0] === 1 || value.length > 4) return undefined;
  const a = value[1];
  const b = value[2];
  const c = value[3];
  const text = typeof a === 'string' ? a : b;
  if (typeof text !== 'string' || text === '' || !isAscii(text)) return undefined;
  if (typeof a === 'string') {
    if (value.length === 2) return exact('equals', text);
    return b === 0 && c === undefined ? exact('starts', text) : undefined;
  }
  if (a !== 0) return undefined;
  return c === undefined ? exact('ends', text) : c === 0 ? exact('contains', text) : undefined;
}

const exact = (mode: Literal['mode'], text: string): Lookup => ({
  kind: 'exact',
  literals: [{ mode, text: text.toLowerCase() }],
  beyond: false,
});

const WEIGHTS: Readonly<Partial<Record<SingleValue['kind'], number>>> = {
  regex: 3,
  number: 1,
  boolean: 1,
  field: 200,
  null: 50,
  exists: 50,
};

/**
 * The predicates of a program, made when they are first asked for. What a start asks of thousands of them takes pairs apart by
 * their places: before it is optimised, taking them apart by a pattern costs an iterator each.
 */
export class Predicates {
  readonly program: Program;
  readonly #made: (Predicate | undefined)[];
  readonly #lookups: (Lookup | undefined)[];

  constructor(program: Program) {
    this.program = program;
    this.#made = new Array<Predicate | undefined>(program.predicates.length).fill(undefined);
    this.#lookups = new Array<Lookup | undefined>(program.predicates.length).fill(undefined);
  }

  get(index: number): Predicate {
    const made = this.#made[index];
    if (made !== undefined) return made;
    const encoded = this.program.predicates[index]!;
    const name = encoded[0] < 0 ? undefined : this.program.fields[encoded[0]]!;
    const predicate = knownPredicate(name, decode(encoded[1]));
    this.#made[index] = predicate;
    return predicate;
  }

  /** undefined for a keyword. */
  field(index: number): string | undefined {
    return this.program.fields[this.program.predicates[index]![0]];
  }

  kind(index: number): SingleValue['kind'] {
    const value = this.program.predicates[index]![1];
    return Array.isArray(value) ? 'text' : (value as SingleValue).kind;
  }

  /** A guess of how often the predicate holds: the higher, the less it tells. */
  weight(index: number): number {
    const value = this.program.predicates[index]![1];
    if (!Array.isArray(value)) return WEIGHTS[(value as SingleValue).kind] ?? 20;
    let letters = 0;
    let stars = 0;
    for (let i = 1; i < value.length; i++) {
      const part = (value as readonly (string | number)[])[i]!;
      if (typeof part === 'string') letters += part.length;
      else if (part < 2) stars++;
    }
    return letters === 0 ? 100 : (stars > 1 ? 6 : 2) / letters;
  }

  lookup(index: number): Lookup {
    let lookup = this.#lookups[index];
    if (lookup === undefined) {
      lookup = this.#look(index);
      this.#lookups[index] = lookup;
    }
    return lookup;
  }

  #look(index: number): Lookup {
    const value = this.program.predicates[index]![1];
    if ('lookup' in value) return value.lookup;
    const simple = Array.isArray(value) ? simpleLookup(value as readonly (string | number)[]) : undefined;
    return simple ?? lookupOf(this.#made[index]?.value ?? decode(value));
  }
}

/** The fields of a tree, the other sides of field references included. */
export function fieldsOf(tree: Tree, program: Program, found = new Set<string>()): ReadonlySet<string> {
  if (typeof tree !== 'number') {
    for (let i = 1; i < tree.length; i++) fieldsOf(tree[i]!, program, found);
    return found;
  }
  const [field, value] = program.predicates[tree]!;
  if (field >= 0) found.add(program.fields[field]!);
  const other = value as SingleValue;
  if (other.kind === 'field') found.add(other.field);
  return found;
}
