/** Where something stands next. Asked for places further and further on, so that the text is searched once. */
export class Sought {
  readonly #text: string;
  readonly #what: string;
  #at = -1;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  /** The first at `from` or behind it; infinity for none. */
  from(from: number): number {
    if (this.#at < from) {
      const found = this.#text.indexOf(this.#what, from);
      this.#at = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#at;
  }
}
