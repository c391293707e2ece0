import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const BUFFER = window.BUFFER;

const MOST = 4096;
const LONGEST = 256;
const PLACES = 1024;

/**
 * Texts that come again and again, such as channels and hosts: the same string for the same bytes, so that whoever compares
 * them compares references. ASCII only.
 */
export class Texts {
  readonly #known = new Map<string, string>();
  readonly #places: (string | undefined)[] = new Array<string | undefined>(PLACES).fill(undefined);
  #last = '';

  /** The text at [from, to) of the window. */
  at(from: number, to: number): string {
    if (isAt(this.#last, from, to)) return this.#last;
    let hash = to - from;
    for (let p = from; p < to; p++) hash = Math.imul(hash, 31) + BYTES[p]!;
    const place = (hash ^ (hash >>> 10)) & (PLACES - 1);
    const found = this.#places[place];
    if (found !== undefined && isAt(found, from, to)) {
      this.#last = found;
      return found;
    }
    const text = this.#one(BUFFER.latin1Slice(from, to));
    this.#places[place] = text;
    this.#last = text;
    return text;
  }

  #one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST) return text;
    if (this.#known.size === MOST) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}

function isAt(text: string, from: number, to: number): boolean {
  const length = to - from;
  if (text.length !== length) return false;
  for (let i = length - 1; i >= 0; i--) if (text.charCodeAt(i) !== BYTES[from + i]) return false;
  return true;
}
