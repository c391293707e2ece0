/**
 * A quick search for words in a record, without making texts of its values: in the UTF-16 of its bytes, whatever lies there. It may
 * say yes where a word stands in something that is no value; it never says no where one stands in a value.
 */
import * as buffer from '../chunk-buffer.ts';
import * as valueType from '../value-type.ts';
import type { Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import * as slotTable from './slots.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, COMPOSED } = buffer;
const { slotAt, slotType } = slotTable;
const { TYPE } = valueType;

/** What no number, hexadecimal, GUID, SID or time is printed with. */
const TEXTUAL = /[ghjkmopqvw]|::|\\/;
const LOWER = 0x20;

/** A mask has a bit for each word; those from here on share the last but one. */
const MOST_BITS = 30;
/** Kelvin's K and the I with a dot begin with these bytes: their lower case is an ASCII letter's. */
const TURNING = 1 << MOST_BITS;
const KELVIN = 0x2a;
const DOTTED = 0x30;

class Words {
  readonly texts: readonly string[];
  /** All of them are sought in texts alone. */
  readonly areTextual: boolean;
  /** Of the first and of the second letters, in both cases: the words that have them there. */
  readonly first = new Int32Array(256);
  readonly second = new Int32Array(256);
  readonly letters: readonly Uint8Array[];
  /** Whether one stands in the literals of a layout or plan. */
  readonly literal = new WeakMap<Layout | Plan, boolean>();

  constructor(texts: readonly string[]) {
    this.texts = texts;
    this.areTextual = texts.every((text) => TEXTUAL.test(text) && /^[\x20-\x7e]+$/.test(text));
    this.letters = texts.map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0)));
    for (const [n, [first, second]] of this.letters.entries()) {
      mark(this.first, first!, bitOf(n));
      if (second !== undefined) mark(this.second, second, bitOf(n));
      else for (let letter = 0; letter < 256; letter++) this.second[letter]! |= bitOf(n);
    }
    if (texts.some((text) => /[ik]/.test(text))) {
      this.first[KELVIN]! |= TURNING;
      this.first[DOTTED]! |= TURNING;
    }
  }

  standInLiterals(of: Layout | Plan): boolean {
    let stand = this.literal.get(of);
    if (stand === undefined) {
      const all = of.literals.join('\n').toLowerCase();
      stand = this.texts.some((text) => all.includes(text));
      this.literal.set(of, stand);
    }
    return stand;
  }
}

const bitOf = (word: number): number => 1 << Math.min(word, MOST_BITS - 1);

function mark(masks: Int32Array, letter: number, bit: number): void {
  masks[letter]! |= bit;
  if (letter >= 97 && letter <= 122) masks[letter - LOWER]! |= bit;
}

const known = new WeakMap<readonly string[], Words>();

/** Whether one of the words, ASCII and in lower case, may stand in a value of the record that was loaded, at [from, to). */
export function mentions(list: readonly string[], plan: Plan, layout: Layout, from: number, to: number): boolean {
  let words = known.get(list);
  if (words === undefined) {
    words = new Words(list);
    known.set(list, words);
  }
  if (!words.areTextual || words.standInLiterals(plan) || words.standInLiterals(layout)) return true;
  return isElsewhere(plan.core) || isElsewhere(plan.systemRefs) || isElsewhere(layout.slots) || stand(words, from, to);
}

/** Whether a text lies where it is not sought: put together of pieces, in another encoding, or in an array or BinXML. */
function isElsewhere(slots: ArrayLike<number>): boolean {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    if (slot < 0) continue;
    const type = slotType[slot]!;
    if (slotAt[slot]! >= COMPOSED || type === TYPE.ansi || type >= TYPE.binxml) return true;
  }
  return false;
}

function stand({ first, second, letters }: Words, from: number, to: number): boolean {
  for (let p = from; p < to; p++) {
    const begun = first[CHUNK[p]!]!;
    if (begun === 0) continue;
    const high = CHUNK[p + 1]!;
    if (high !== 0) {
      if ((begun & TURNING) !== 0 && high === (CHUNK[p] === KELVIN ? 0x21 : 0x01)) return true;
      continue;
    }
    const may = begun & second[CHUNK[p + 2]!]!;
    if (may === 0) continue;
    for (let n = 0; n < letters.length; n++) if ((may & bitOf(n)) !== 0 && standsAt(letters[n]!, p, to)) return true;
  }
  return false;
}

function standsAt(word: Uint8Array, at: number, to: number): boolean {
  if (at + word.length * 2 > to) return false;
  for (let i = 0; i < word.length; i++) {
    const letter = CHUNK[at + 2 * i]!;
    const folded = letter >= 65 && letter <= 90 ? letter | LOWER : letter;
    if (folded !== word[i] || CHUNK[at + 2 * i + 1] !== 0) return false;
  }
  return true;
}
