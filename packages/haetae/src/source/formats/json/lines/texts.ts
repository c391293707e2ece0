import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BUFFER = window.BUFFER;
const VIEW = window.VIEW;

const MOST = 1024;
const LONGEST = 256;
const PLACES = 2048;

/**
 * ASCII texts that come again and again, such as channels and hosts: the same string for the same bytes, so that whoever
 * compares them compares references. Bounded: what finds no room is forgotten.
 */
export class Texts {
  readonly #bytes = new DataView(new ArrayBuffer(MOST * LONGEST));
  readonly #texts: string[] = [];
  readonly #table = new Int32Array(PLACES);
  readonly #known = new Map<string, string>();
  #last = 0;

  /** The text at [from, to) of the window. */
  at(from: number, to: number): string {
    const length = to - from;
    if (length > LONGEST) return BUFFER.latin1Slice(from, to);
    if (this.#texts.length > 0 && this.#isAt(this.#last, from, length)) return this.#texts[this.#last]!;
    let place = hashOf(from, to) & (PLACES - 1);
    for (; this.#table[place] !== 0; place = (place + 1) & (PLACES - 1)) {
      const number = this.#table[place]! - 1;
      if (!this.#isAt(number, from, length)) continue;
      this.#last = number;
      return this.#texts[number]!;
    }
    if (this.#texts.length === MOST) {
      this.#texts.length = 0;
      this.#table.fill(0);
      place = hashOf(from, to) & (PLACES - 1);
    }
    const number = this.#texts.length;
    const text = this.#one(BUFFER.latin1Slice(from, to));
    for (let i = 0; i < length; i++) this.#bytes.setUint8(number * LONGEST + i, VIEW.getUint8(from + i));
    this.#texts.push(text);
    this.#table[place] = number + 1;
    this.#last = number;
    return text;
  }

  /** The string that was given for it before the rest was forgotten. */
  #one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size === MOST) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }

  #isAt(number: number, from: number, length: number): boolean {
    if (this.#texts[number]!.length !== length) return false;
    const own = number * LONGEST;
    // Names of channels differ at their end.
    let i = length;
    for (; i >= 4; i -= 4) if (this.#bytes.getInt32(own + i - 4) !== VIEW.getInt32(from + i - 4)) return false;
    for (; i > 0; i--) if (this.#bytes.getUint8(own + i - 1) !== VIEW.getUint8(from + i - 1)) return false;
    return true;
  }
}

function hashOf(from: number, to: number): number {
  let hash = to - from;
  let p = from;
  for (; p + 4 <= to; p += 4) hash = Math.imul(hash ^ VIEW.getInt32(p), 0x9e3779b1);
  for (; p < to; p++) hash = Math.imul(hash ^ VIEW.getUint8(p), 0x01000193);
  return hash ^ (hash >>> 15);
}
