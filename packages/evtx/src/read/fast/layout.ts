/**
 * How the data of one kind of record is laid out: for each leaf its name and the slot of its value, in document order and sorted, with
 * the JSON of `"name":"` ready to copy. Records of one outer and one embedded template share a layout; where arrays are spread into
 * leaves, records with the same names in the same order do.
 */
import { byCodePoint, canonicalText } from '../plain/lines.ts';

/** More leaves than that take the plain path. */
export const MOST_LEAVES = 512;
/** Leaves of all layouts kept. */
const MOST_LAID_OUT = 1 << 17;
const MOST_KEY_BYTES = 1 << 16;

/** JSON of all keys, eight bytes aligned and copied eight at a time. */
export const KEYS = new Uint8Array(2 << 20);
export const KEY_VIEW = new DataView(KEYS.buffer);
let usedKeys = 0;
let laidOut = 0;
let isFull = false;

const encoder = new TextEncoder();

/** Where in {@link KEYS} the text now lies, or -1 if there is no room. */
function keep(bytes: Uint8Array): number {
  if (usedKeys + bytes.length + 8 > KEYS.length) {
    isFull = true;
    return -1;
  }
  const at = usedKeys;
  KEYS.set(bytes, at);
  usedKeys = (at + bytes.length + 7) & ~7;
  return at;
}

export type Form = 'canonical' | 'document';

/** The members of `data` in the order in which a form writes them. */
export type Members = {
  readonly count: number;
  /** -1: the key holds a literal value too, with its comma. */
  readonly slots: Int32Array;
  readonly keyAt: Int32Array;
  readonly keySize: Int32Array;
};

const NO_LEAVES: readonly number[] = [];

export class Layout {
  /** In document order, without `[n]`. */
  readonly names: readonly string[];
  readonly slots: readonly number[];
  /** Text of a leaf whose slot is -1. */
  readonly literals: readonly string[];
  #indexes: Map<string, number[]> | undefined;
  #canonical: Members | null | undefined;
  #document: Members | null | undefined;

  constructor(names: readonly string[], slots: readonly number[], literals: readonly string[]) {
    this.names = names;
    this.slots = slots;
    this.literals = literals;
    laidOut += 1 + names.length;
  }

  /** Places of the leaves of that name, in document order. */
  indexes(name: string): readonly number[] {
    return (this.#indexes ?? this.#index()).get(name) ?? NO_LEAVES;
  }

  /** Place of the first leaf of that name, -1 if there is none. */
  first(name: string): number {
    const indexes = (this.#indexes ?? this.#index()).get(name);
    return indexes === undefined ? -1 : indexes[0]!;
  }

  #index(): Map<string, number[]> {
    const indexes = new Map<string, number[]>();
    for (let i = 0; i < this.names.length; i++) {
      const known = indexes.get(this.names[i]!);
      if (known === undefined) indexes.set(this.names[i]!, [i]);
      else known.push(i);
    }
    this.#indexes = indexes;
    return indexes;
  }

  /** null: there was no room for it, or two members share a name such as `X[2]`; the plain path writes such a record. */
  members(form: Form): Members | null {
    if (form === 'canonical') {
      if (this.#canonical === undefined) this.#canonical = this.#make(form);
      return this.#canonical;
    }
    if (this.#document === undefined) this.#document = this.#make(form);
    return this.#document;
  }

  #make(form: Form): Members | null {
    const { names, slots } = this;
    const seen = new Map<string, number>();
    const keys = names.map((name) => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return count === 1 ? name : `${name}[${count}]`;
    });
    if (new Set(keys).size !== keys.length) return null;
    const order = keys.map((_, i) => i);
    if (form === 'canonical') order.sort((a, b) => byCodePoint(keys[a]!, keys[b]!));
    const members: Members = {
      count: keys.length,
      slots: new Int32Array(keys.length),
      keyAt: new Int32Array(keys.length),
      keySize: new Int32Array(keys.length),
    };
    let total = 0;
    for (let k = 0; k < order.length; k++) {
      const i = order[k]!;
      let key = `${JSON.stringify(keys[i])}:"`;
      if (slots[i]! < 0) {
        const literal = this.literals[i]!;
        key = `${JSON.stringify(keys[i])}:${JSON.stringify(form === 'canonical' ? canonicalText(literal) : literal)},`;
      }
      const bytes = encoder.encode(key);
      total += bytes.length;
      const at = total > MOST_KEY_BYTES ? -1 : keep(bytes);
      if (at < 0) return null;
      members.slots[k] = slots[i]!;
      members.keyAt[k] = at;
      members.keySize[k] = bytes.length;
    }
    return members;
  }
}

/** A sequence of leaves, as a node of the tree of all sequences met so far. */
type Sequence = { readonly next: Map<string, Sequence>; layout: Layout | undefined };
const makeSequence = (): Sequence => ({ next: new Map(), layout: undefined });
let first = makeSequence();
let sequences = 0;
const MOST_SEQUENCES = 1 << 15;

/** The layout of leaves whose values lie in consecutive slots from `base` on. */
export function spreadLayout(names: readonly string[], base: number): Layout | undefined {
  let at = first;
  for (const name of names) {
    let next = at.next.get(name);
    if (next === undefined) {
      if (sequences++ >= MOST_SEQUENCES) {
        isFull = true;
        return undefined;
      }
      next = makeSequence();
      at.next.set(name, next);
    }
    at = next;
  }
  at.layout ??= new Layout(
    names.slice(),
    names.map((_, i) => base + i),
    [],
  );
  return at.layout;
}

export const layoutsAreFull = (): boolean => isFull || laidOut > MOST_LAID_OUT;

/** Forgets all layouts; the plans that know some have to go too. */
export function forgetLayouts(): void {
  usedKeys = 0;
  laidOut = 0;
  isFull = false;
  first = makeSequence();
  sequences = 0;
}
