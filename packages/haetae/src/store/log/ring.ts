/** Where something stands in the ring; `taken`: what is to be given back for it. */
export interface Place {
  readonly at: number;
  readonly taken: number;
}

/**
 * Memory that is taken and given back in the same order, over and over: what goes through it costs no allocation, and no garbage
 * collection that V8 begins by the bytes of buffers.
 */
export class Ring {
  readonly #size: number;
  /** Where the oldest stands, and how much is taken from there on. */
  #from = 0;
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** So many bytes in one piece; undefined when there are not. */
  take(length: number): Place | undefined {
    let at = (this.#from + this.#taken) % this.#size;
    let taken = length;
    if (at + length > this.#size) {
      taken += this.#size - at;
      at = 0;
    }
    if (this.#taken + taken > this.#size) return undefined;
    this.#taken += taken;
    return { at, taken };
  }

  /** The oldest that is taken. */
  giveBack(taken: number): void {
    this.#from = (this.#from + taken) % this.#size;
    this.#taken -= taken;
    // From the start there is the longest piece.
    if (this.#taken === 0) this.#from = 0;
  }
}
