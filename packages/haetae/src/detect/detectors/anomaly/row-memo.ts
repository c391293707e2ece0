/**
 * Scores of rows that were seen before, by the rows bit for bit: logs say the same over and over. Each row has one place, where the
 * last that came stays, so that memory is bounded and nothing is ever moved. A row that is forgotten is scored again: to the same.
 *
 * This is the hot path: one look-up for each event.
 */
export class RowMemo {
  /** The row to be looked for; the caller's to fill, from the place on that the constructor was told. */
  readonly draft: Float64Array<ArrayBuffer>;
  readonly #from: number;
  readonly #words: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #scores: Float64Array;
  #place = 0;

  /** `width`: numbers of a row, of which those from `from` on count. `places`: a power of two. */
  constructor(width: number, from: number, places: number) {
    this.draft = new Float64Array(width);
    this.#from = 2 * from;
    this.#words = new Uint32Array(this.draft.buffer);
    this.#rows = new Uint32Array(places * 2 * (width - from));
    this.#scores = new Float64Array(places).fill(Number.NaN);
  }

  /** The score of the draft; NaN where it is not known. */
  find(): number {
    const words = this.#words;
    const rows = this.#rows;
    let h = 0x9747b28c;
    for (let i = this.#from; i < words.length; i++) {
      h = Math.imul(h ^ words[i]!, 0x5bd1e995);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x85ebca6b);
    this.#place = (h ^ (h >>> 16)) & (this.#scores.length - 1);
    const begin = this.#place * (words.length - this.#from) - this.#from;
    for (let i = this.#from; i < words.length; i++) if (rows[begin + i] !== words[i]) return Number.NaN;
    return this.#scores[this.#place]!;
  }

  /** Remembers the score of the row that was looked for last. */
  keep(score: number): void {
    const { draft } = this;
    this.#rows.set(this.#words.subarray(this.#from), this.#place * 2 * (draft.length - this.#from / 2));
    this.#scores[this.#place] = score;
  }
}
