/**
 * Finds many literals in one pass over a value (Aho & Corasick 1975), or, with `anchored`, those that the value begins or
 * ends with. Literals are ASCII and lower-cased; A–Z of the value are folded by the class table, so that no lower-cased copy
 * of it is made. A cell of the dense table is the next state's row, doubled, plus one where a literal ends: a character costs
 * two reads of typed arrays. `String.includes` over the same literals is what it is tested against.
 */
export class Automaton {
  /** Class of each ASCII character; 0 is any that no literal has. */
  readonly #classes: Uint8Array;
  readonly #width: number;
  readonly #table: Int32Array;
  /** Next state, by suffix links, at which a literal ends; 0 for none. Indexed by state. */
  readonly #next: Int32Array;
  readonly #firstOut: Int32Array;
  readonly #outs: Int32Array;
  readonly #seen: Int32Array;
  #turn = 0;
  readonly #from: 'anywhere' | 'start' | 'end';

  /** `outs[i]` is told when `literals[i]` is found; a literal may come several times. No literal may be empty. */
  constructor(literals: readonly string[], outs: readonly number[], from: 'anywhere' | 'start' | 'end') {
    this.#from = from;
    this.#classes = new Uint8Array(128);
    let classes = 1;
    let size = 1;
    for (const text of literals) {
      size += text.length;
      for (let i = 0; i < text.length; i++) {
        const c = text.charCodeAt(i);
        if (this.#classes[c] === 0) this.#classes[c] = classes++;
      }
    }
    for (let c = 65; c <= 90; c++) this.#classes[c] = this.#classes[c + 32]!;
    this.#width = classes;

    // The trie, as first child and next sibling; then numbered breadth first, so that a state's suffix has a lower number.
    const child = new Int32Array(size);
    const sibling = new Int32Array(size);
    const label = new Uint8Array(size);
    const ends = new Int32Array(literals.length);
    let states = 1;
    for (let n = 0; n < literals.length; n++) {
      const text = literals[n]!;
      let at = 0;
      for (let i = 0; i < text.length; i++) {
        const c = this.#classes[text.charCodeAt(from === 'end' ? text.length - 1 - i : i)]!;
        let to = child[at]!;
        while (to !== 0 && label[to] !== c) to = sibling[to]!;
        if (to === 0) {
          to = states++;
          label[to] = c;
          sibling[to] = child[at]!;
          child[at] = to;
        }
        at = to;
      }
      ends[n] = at;
    }
    const order = new Int32Array(states);
    const number = new Int32Array(states);
    let found = 1;
    for (let i = 0; i < found; i++)
      for (let to = child[order[i]!]!; to !== 0; to = sibling[to]!) {
        number[to] = found;
        order[found++] = to;
      }

    this.#firstOut = new Int32Array(states + 1);
    for (let n = 0; n < literals.length; n++) this.#firstOut[number[ends[n]!]! + 1]!++;
    for (let s = 0; s < states; s++) this.#firstOut[s + 1]! += this.#firstOut[s]!;
    const fill = this.#firstOut.slice();
    this.#outs = new Int32Array(literals.length);
    for (let n = 0; n < literals.length; n++) this.#outs[fill[number[ends[n]!]!]!++] = outs[n]!;

    const width = this.#width;
    const table = new Int32Array(states * width);
    const suffix = new Int32Array(states);
    this.#next = new Int32Array(states);
    const ending = (state: number): number =>
      this.#firstOut[state + 1]! > this.#firstOut[state]! || this.#next[state] !== 0 ? 1 : 0;
    for (let state = 0; state < states; state++) {
      const row = state * width;
      const back = suffix[state]! * width;
      if (from === 'anywhere') {
        // What a state does not know, its suffix does; the root knows nothing and stays.
        if (state > 0) copyRow(table, row, back, width);
      } else table.fill(-1, row, row + width);
      for (let to = child[order[state]!]!; to !== 0; to = sibling[to]!) {
        const next = number[to]!;
        const c = label[to]!;
        if (from === 'anywhere') {
          const behind = state === 0 ? 0 : (table[back + c]! >> 1) / width;
          suffix[next] = behind;
          this.#next[next] = this.#firstOut[behind + 1]! > this.#firstOut[behind]! ? behind : this.#next[behind]!;
        }
        table[row + c] = ((next * width) << 1) | ending(next);
      }
    }
    this.#table = table;
    this.#seen = new Int32Array(states);
  }

  /**
   * Puts what is told of every literal found into `into`, from `count` on, and gives the new count; none comes twice.
   * `bytes`: the value, where it is ASCII; reading those is twice as fast as reading a string.
   */
  scan(value: string, bytes: Uint8Array | undefined, into: Int32Array, count: number): number {
    if (bytes !== undefined && this.#from === 'anywhere') return this.scanBytes(bytes, 0, value.length, into, count);
    this.#turnOn();
    return this.#from === 'anywhere' ? this.#inText(value, into, count) : this.#anchored(value, into, count);
  }

  /** The same of ASCII bytes in [from, to), sought anywhere. */
  scanBytes(bytes: Uint8Array, from: number, to: number, into: Int32Array, count: number): number {
    this.#turnOn();
    const table = this.#table;
    const classes = this.#classes;
    let at = 0;
    for (let i = from; i < to; i++) {
      const cell = table[at + classes[bytes[i]!]!]!;
      at = cell >> 1;
      if ((cell & 1) === 1) count = this.#tell(at, into, count);
    }
    return count;
  }

  #turnOn(): void {
    if (++this.#turn > 0x7fff_fff0) {
      this.#turn = 1;
      this.#seen.fill(0);
    }
  }

  #anchored(value: string, into: Int32Array, count: number): number {
    const table = this.#table;
    const classes = this.#classes;
    const back = this.#from === 'end';
    const length = value.length;
    let at = 0;
    for (let i = 0; i < length; i++) {
      const c = value.charCodeAt(back ? length - 1 - i : i);
      const cell = table[at + (c < 128 ? classes[c]! : 0)]!;
      if (cell < 0) break;
      at = cell >> 1;
      if ((cell & 1) === 1) count = this.#tell(at, into, count);
    }
    return count;
  }

  #inText(value: string, into: Int32Array, count: number): number {
    const table = this.#table;
    const classes = this.#classes;
    let at = 0;
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i);
      const cell = table[at + (c < 128 ? classes[c]! : 0)]!;
      at = cell >> 1;
      if ((cell & 1) === 1) count = this.#tell(at, into, count);
    }
    return count;
  }

  #tell(row: number, into: Int32Array, count: number): number {
    for (let state = row / this.#width; state !== 0; state = this.#next[state]!) {
      // All that ends here and at its suffixes has been told of this value.
      if (this.#seen[state] === this.#turn) break;
      this.#seen[state] = this.#turn;
      const end = this.#firstOut[state + 1]!;
      for (let n = this.#firstOut[state]!; n < end; n++) into[count++] = this.#outs[n]!;
    }
    return count;
  }
}

/** Millions of cells, by short rows: a function of its own is compiled at once, the constructor around it is not. */
function copyRow(table: Int32Array, to: number, from: number, width: number): void {
  for (let c = 0; c < width; c++) table[to + c] = table[from + c]!;
}
