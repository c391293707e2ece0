import type { Predicate, SingleValue } from '../predicate.ts';
import { Automaton } from './automaton.ts';
import { isAscii, type Lookup } from './literals.ts';
import { Remembered } from './remembered.ts';

/** A predicate of one field of one kind of event. */
export interface Asked {
  /** Its number within the group. */
  readonly slot: number;
  /** Of the predicate in the program. */
  readonly index: number;
  /** Rules that cannot hold unless this or another of their triggers does. */
  readonly fires: readonly number[];
}

/** Where predicates are made, and how they are found, by their numbers. */
export interface PredicateSource {
  get(index: number): Predicate;
  kind(index: number): SingleValue['kind'];
  lookup(index: number): Lookup;
}

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

/** An absence asked of one value: `null` is the empty one, and it exists. */
export function holdsOf({ value }: Predicate, of: string): boolean {
  return value.kind === 'null' ? of === '' : value.kind === 'exists' && value.exists;
}

const SHORTEST_AS_BYTES = 40;
const LONGEST_AS_BYTES = 65_536;
const encoder = new TextEncoder();
const buffer = new Uint8Array(LONGEST_AS_BYTES);
const bufferView = new DataView(buffer.buffer);

/** From so many units on a value is searched line by line. */
const LONG = 512;
/** Lines after which remembering them is judged, the least that were remembered, and the lines it is then left out for. */
const TRIAL = 2048;
const LEAST_HITS = 512;
const PAUSE = 16_384;
const LINE_LIMITS = { maxValues: 8192, maxBytes: 1_000_000, longestValue: LONGEST_AS_BYTES };

/** The value as bytes, valid until the next call; undefined where it goes beyond ASCII, or where that is not worth it. */
function asciiBytes(value: string): Uint8Array | undefined {
  if (value.length < SHORTEST_AS_BYTES || value.length > LONGEST_AS_BYTES) return undefined;
  // A character beyond ASCII takes more bytes than units, or does not fit.
  const { read, written } = encoder.encodeInto(value, buffer);
  return read === value.length && written === value.length ? buffer : undefined;
}

/**
 * What an automaton finds in the lines of long values. Scripts and contexts of PowerShell repeat most of their lines from event
 * to event where the whole is never the same twice.
 */
class Lines {
  readonly #automaton: Automaton;
  readonly #known = new Remembered<Int32Array>(LINE_LIMITS);
  readonly #line = { notation: '', view: bufferView, start: 0, end: 0 };
  readonly #outs: Int32Array;
  #lookups = 0;
  #hits = 0;
  #pause = 0;

  constructor(automaton: Automaton, most: number) {
    this.#automaton = automaton;
    this.#outs = new Int32Array(most);
  }

  /** What is told of the line at [from, to) of the value that was turned into bytes last. */
  outs(from: number, to: number): Int32Array {
    if (this.#pause > 0) {
      this.#pause--;
      return this.#scan(from, to);
    }
    this.#line.start = from;
    this.#line.end = to;
    const known = this.#known.find(this.#line);
    this.#lookups++;
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    if (this.#lookups >= TRIAL) {
      if (this.#hits < LEAST_HITS) {
        this.#known.forget();
        this.#pause = PAUSE;
      }
      this.#lookups = 0;
      this.#hits = 0;
    }
    const outs = this.#scan(from, to).slice();
    this.#known.add(this.#line, outs);
    return outs;
  }

  #scan(from: number, to: number): Int32Array {
    return this.#outs.subarray(0, this.#automaton.scanBytes(buffer, from, to, this.#outs, 0));
  }
}

/** Which of many predicates hold of a value. */
export class Finder {
  readonly #asked: readonly Asked[];
  readonly #predicates: PredicateSource;
  readonly #equals = new Map<string, number[]>();
  #longestEqual = 0;
  readonly #numbers = new Map<number, number[]>();
  #anywhere: Automaton | undefined;
  readonly #anchored: Automaton[] = [];
  /** What holds no line end stands in a line. */
  readonly #fitLines: boolean;
  #lines: Lines | undefined;
  /** Outs of the automata from this on are to be tested: index + predicates.length. */
  readonly #loose: number[] = [];
  /** Of a predicate that hangs on a literal: what else a value must hold, one of each list. */
  readonly #also = new Map<number, readonly (readonly string[])[]>();
  /** Tested where a value has characters beyond ASCII. */
  readonly #beyond: number[] = [];
  readonly #outs: Int32Array;
  readonly #stamp: Int32Array;
  #turn = 0;
  #lower: string | undefined;

  constructor(asked: readonly Asked[], predicates: PredicateSource) {
    this.#asked = asked;
    this.#predicates = predicates;
    const literals: Record<'anywhere' | 'start' | 'end', { texts: string[]; outs: number[] }> = {
      anywhere: { texts: [], outs: [] },
      start: { texts: [], outs: [] },
      end: { texts: [], outs: [] },
    };
    const put = (from: 'anywhere' | 'start' | 'end', text: string, out: number): void => {
      literals[from].texts.push(text);
      literals[from].outs.push(out);
    };
    const verify = asked.length;
    asked.forEach((one, i) => {
      const lookup = predicates.lookup(one.index);
      switch (lookup.kind) {
        case 'exact':
          for (const { mode, text } of lookup.literals) {
            if (mode === 'equals') this.#equal(text, i);
            else put(mode === 'starts' ? 'start' : mode === 'ends' ? 'end' : 'anywhere', text, i);
          }
          if (lookup.beyond) this.#beyond.push(i);
          break;
        case 'needs':
          for (const text of lookup.literals) put('anywhere', text, i + verify);
          if (lookup.also.length > 0) this.#also.set(i, lookup.also);
          if (lookup.beyond) this.#beyond.push(i);
          break;
        case 'number':
          for (const text of new Set(lookup.texts)) this.#equal(text, i);
          this.#numbers.set(lookup.number, [...(this.#numbers.get(lookup.number) ?? []), i]);
          break;
        case 'loose':
          this.#loose.push(i);
          break;
        default:
          lookup satisfies never;
      }
    });
    let most = 0;
    for (const from of ['anywhere', 'start', 'end'] as const) {
      const { texts, outs } = literals[from];
      if (texts.length === 0) continue;
      const automaton = new Automaton(texts, outs, from);
      if (from === 'anywhere') this.#anywhere = automaton;
      else this.#anchored.push(automaton);
      most += texts.length;
    }
    this.#fitLines = !literals.anywhere.texts.some((text) => text.includes('\n'));
    this.#outs = new Int32Array(most);
    this.#stamp = new Int32Array(asked.length);
  }

  #equal(text: string, i: number): void {
    this.#longestEqual = Math.max(this.#longestEqual, text.length);
    this.#equals.set(text, [...(this.#equals.get(text) ?? []), i]);
  }

  find(value: string, holds: Int32Array): number {
    if (++this.#turn > 0x7fff_fff0) {
      this.#turn = 1;
      this.#stamp.fill(0);
    }
    const bytes = asciiBytes(value);
    const ascii = bytes !== undefined || isAscii(value);
    // The automata fold A–Z by themselves; beyond ASCII, lower-casing is what the plain predicate does.
    const text = ascii ? value : value.toLowerCase();
    this.#lower = undefined;
    let count = 0;
    let outs = 0;
    for (let i = 0; i < this.#anchored.length; i++) outs = this.#anchored[i]!.scan(text, bytes, this.#outs, outs);
    if (this.#anywhere !== undefined) {
      if (bytes === undefined || !this.#fitLines || value.length < LONG || !value.includes('\n'))
        outs = this.#anywhere.scan(text, bytes, this.#outs, outs);
      else {
        this.#lines ??= new Lines(this.#anywhere, this.#outs.length);
        for (let from = 0; from < value.length; ) {
          let to = value.indexOf('\n', from);
          if (to < 0) to = value.length;
          const told = this.#lines.outs(from, to);
          for (let n = 0; n < told.length; n++) count = this.#told(told[n]!, text, value, holds, count);
          from = to + 1;
        }
      }
    }
    for (let n = 0; n < outs; n++) count = this.#told(this.#outs[n]!, text, value, holds, count);
    if (this.#equals.size > 0 && text.length <= this.#longestEqual) {
      const equal = this.#equals.get(text.toLowerCase());
      if (equal !== undefined) for (const i of equal) count = this.#add(i, holds, count);
    }
    if (this.#numbers.size > 0 && DECIMAL.test(value.trim())) {
      const equal = this.#numbers.get(Number(value));
      if (equal !== undefined) for (const i of equal) count = this.#add(i, holds, count);
    }
    for (let n = 0; n < this.#loose.length; n++) count = this.#test(this.#loose[n]!, value, holds, count);
    if (!ascii) for (let n = 0; n < this.#beyond.length; n++) count = this.#test(this.#beyond[n]!, value, holds, count);
    return count;
  }

  #told(out: number, text: string, value: string, holds: Int32Array, count: number): number {
    const length = this.#asked.length;
    if (out < length) return this.#add(out, holds, count);
    return this.#mayHold(out - length, text) ? this.#test(out - length, value, holds, count) : count;
  }

  /** `text`: lower-cased where the value goes beyond ASCII. */
  #mayHold(i: number, text: string): boolean {
    const also = this.#also.get(i);
    if (also === undefined || this.#stamp[i] === this.#turn) return true;
    this.#lower ??= text.toLowerCase();
    for (const any of also) if (!any.some((literal) => this.#lower!.includes(literal))) return false;
    return true;
  }

  #add(i: number, holds: Int32Array, count: number): number {
    if (this.#stamp[i] === this.#turn) return count;
    this.#stamp[i] = this.#turn;
    holds[count] = i;
    return count + 1;
  }

  /** Adds a predicate that holds; once tested it is not tested again. */
  #test(i: number, value: string, holds: Int32Array, count: number): number {
    if (this.#stamp[i] === this.#turn) return count;
    this.#stamp[i] = this.#turn;
    const predicate = this.#predicates.get(this.#asked[i]!.index);
    const { each } = predicate;
    if (each === undefined ? holdsOf(predicate, value) : each.test(each.folded ? value.toLowerCase() : value)) {
      holds[count] = i;
      return count + 1;
    }
    return count;
  }
}
