/**
 * How the data of one kind of record is laid out: for each leaf its name and the slot of its value, in document order and sorted, with
 * the JSON of `"name":"` ready to copy. Records of one outer and one embedded template share a layout; where arrays are spread into
 * leaves, records with the same names in the same order do.
 */
import { byCodePoint, canonicalText, idDigits, sevenDigits } from '../plain/lines.ts';
import { ABSENT, CHANNEL, COMPUTER, EVENT_ID, type Plan, PROVIDER, RECORD_ID, TIME } from './plan.ts';

/** More leaves than that take the plain path. */
export const MOST_LEAVES = 512;
/** Leaves of all layouts kept. */
const MOST_LAID_OUT = 1 << 17;
const MOST_KEY_BYTES = 1 << 16;

/** JSON of all keys, eight bytes aligned and copied eight at a time. */
export const KEYS = new Uint8Array(4 << 20);
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

/** How a value is written. */
export const STEP = { text: 0, id: 1, time: 2 } as const;

/**
 * A line from behind its record number on, as steps: copy bytes, then write a slot's value. What all records of the layout share
 * (keys, quotes, literal values) is in the bytes. The first `head` steps are ids, time and names; the others are data.
 */
export type Script = {
  readonly count: number;
  readonly head: number;
  readonly kinds: Uint8Array;
  readonly slots: Int32Array;
  /** In {@link KEYS}. */
  readonly keyAt: Int32Array;
  readonly keySize: Int32Array;
  /** Bytes behind the last value, with the line's end. */
  readonly endAt: number;
  readonly endSize: number;
};

/** Collects steps; bytes of one kind and literal values run together. */
class ScriptWriter {
  readonly #kinds: number[] = [];
  readonly #slots: number[] = [];
  readonly #keyAt: number[] = [];
  readonly #keySize: number[] = [];
  #pending = '';
  #total = 0;
  #head = 0;
  #fits = true;

  text(json: string): void {
    this.#pending += json;
  }

  value(slot: number, kind: number): void {
    const [at, size] = this.#keep();
    this.#kinds.push(kind);
    this.#slots.push(slot);
    this.#keyAt.push(at);
    this.#keySize.push(size);
  }

  endHead(): void {
    this.#head = this.#slots.length;
  }

  #keep(): [at: number, size: number] {
    const bytes = encoder.encode(this.#pending);
    this.#pending = '';
    this.#total += bytes.length;
    const at = this.#total > MOST_KEY_BYTES ? -1 : keep(bytes);
    if (at < 0) this.#fits = false;
    return [at, bytes.length];
  }

  end(): Script | null {
    const [endAt, endSize] = this.#keep();
    if (!this.#fits) return null;
    return {
      count: this.#slots.length,
      head: this.#head,
      kinds: Uint8Array.from(this.#kinds),
      slots: Int32Array.from(this.#slots),
      keyAt: Int32Array.from(this.#keyAt),
      keySize: Int32Array.from(this.#keySize),
      endAt,
      endSize,
    };
  }
}

const within = (text: string): string => JSON.stringify(text).slice(1, -1);

const NO_LEAVES: readonly number[] = [];

export class Layout {
  readonly #plan: Plan;
  /** In document order, without `[n]`. */
  readonly names: readonly string[];
  /** -1: a literal. */
  readonly slots: readonly number[];
  readonly literals: readonly string[];
  #indexes: Map<string, number[]> | undefined;
  #blanks: boolean | undefined;
  #canonical: Script | null | undefined;
  #document: Script | null | undefined;

  /** `plan` is that of the record's outermost template. */
  constructor(plan: Plan, names: readonly string[], slots: readonly number[], literals: readonly string[]) {
    this.#plan = plan;
    this.names = names;
    this.slots = slots;
    this.literals = literals;
    laidOut += 1 + names.length;
  }

  /** Whether some name has a blank in it, as Defender's have. */
  get hasBlankNames(): boolean {
    this.#blanks ??= this.names.some((name) => name.includes(' '));
    return this.#blanks;
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
  script(form: Form): Script | null {
    if (form === 'canonical') {
      if (this.#canonical === undefined) this.#canonical = this.#write(form);
      return this.#canonical;
    }
    if (this.#document === undefined) this.#document = this.#write(form);
    return this.#document;
  }

  #write(form: Form): Script | null {
    const { names, slots, literals } = this;
    const { core, literals: coreLiterals } = this.#plan;
    const seen = new Map<string, number>();
    const keys = names.map((name) => {
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return count === 1 ? name : `${name}[${count}]`;
    });
    if (new Set(keys).size !== keys.length) return null;
    const order = keys.map((_, i) => i);
    if (form === 'canonical') order.sort((a, b) => byCodePoint(keys[a]!, keys[b]!));

    const spell = form === 'canonical' ? canonicalText : (text: string) => text;
    const script = new ScriptWriter();
    const member = (json: string, index: number, kind: number, literal: (text: string) => string) => {
      script.text(json);
      const ref = core[index]!;
      if (ref >= 0) script.value(ref, kind);
      else script.text(literal(ref === ABSENT ? '' : coreLiterals[-2 - ref]!));
    };
    const text = (literal: string) => within(spell(literal));
    member(',"eventRecordId":', RECORD_ID, STEP.id, idDigits);
    member(',"channel":"', CHANNEL, STEP.text, text);
    member('","provider":"', PROVIDER, STEP.text, text);
    member('","eventId":', EVENT_ID, STEP.id, idDigits);
    member(',"time":"', TIME, STEP.time, (literal) =>
      within(form === 'canonical' ? canonicalText(literal) : sevenDigits(literal)),
    );
    member('","computer":"', COMPUTER, STEP.text, text);
    script.text('","data":{');
    script.endHead();
    let comma = '';
    for (const i of order) {
      script.text(`${comma}${JSON.stringify(keys[i])}:"`);
      if (slots[i]! < 0) script.text(within(spell(literals[i]!)));
      else script.value(slots[i]!, STEP.text);
      comma = '",';
    }
    script.text(comma === '' ? '}}\n' : '"}}\n');
    return script.end();
  }
}

/** A sequence of leaves, as a node of the tree of all sequences met so far with one outermost plan. */
export type Sequence = { readonly next: Map<string, Sequence>; layout: Layout | undefined };
const makeSequence = (): Sequence => ({ next: new Map(), layout: undefined });
let sequences = 0;
const MOST_SEQUENCES = 1 << 15;

/** The layout of leaves whose values lie in consecutive slots from `base` on. */
export function spreadLayout(plan: Plan, names: readonly string[], base: number): Layout | undefined {
  plan.sequences ??= makeSequence();
  let at = plan.sequences;
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
  if (at.layout === undefined) at.layout = makeSpread(plan, names, base);
  return at.layout;
}

function makeSpread(plan: Plan, names: readonly string[], base: number): Layout {
  const slots = names.map((_, i) => base + i);
  return new Layout(plan, names.slice(), slots, []);
}

export const layoutsAreFull = (): boolean => isFull || laidOut > MOST_LAID_OUT;

/** Forgets all layouts; the plans that know some have to go too. */
export function forgetLayouts(): void {
  usedKeys = 0;
  laidOut = 0;
  isFull = false;
  sequences = 0;
}
