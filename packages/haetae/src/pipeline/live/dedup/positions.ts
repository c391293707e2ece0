/** Of one sender's name: which of its events came, as from, to (exclusive), from, to … rising. */
type Ranges = number[];

/** Names that senders give to where their events lie (a file's hash, a batch), and which events of each came. The name longest unused goes first. */
export class Positions {
  readonly #most: number;
  readonly #names = new Map<string, Ranges>();

  constructor(most: number, saved?: SavedPositions) {
    this.#most = most;
    for (const [name, ranges] of saved ?? []) this.#names.set(name, [...ranges]);
  }

  has(name: string, n: number): boolean {
    const ranges = this.#names.get(name);
    if (ranges === undefined) return false;
    for (let i = 0; i < ranges.length; i += 2) if (n >= ranges[i]! && n < ranges[i + 1]!) return true;
    return false;
  }

  add(name: string, from: number, to: number): void {
    const ranges = this.#names.get(name) ?? [];
    this.#names.delete(name);
    this.#names.set(name, ranges);
    if (this.#names.size > this.#most) this.#names.delete(this.#names.keys().next().value!);
    if (to > from) insert(ranges, from, to);
  }

  save(): SavedPositions {
    return [...this.#names].map(([name, ranges]) => [name, [...ranges]]);
  }
}

export type SavedPositions = readonly (readonly [name: string, ranges: readonly number[]])[];

/** Gaps of one name that are remembered: a sender that sends in order has none. */
const MOST_RANGES = 200;

function insert(ranges: Ranges, from: number, to: number): void {
  let i = 0;
  while (i < ranges.length && ranges[i + 1]! < from) i += 2;
  let end = i;
  let [first, last] = [from, to];
  while (end < ranges.length && ranges[end]! <= to) {
    first = Math.min(first, ranges[end]!);
    last = Math.max(last, ranges[end + 1]!);
    end += 2;
  }
  ranges.splice(i, end - i, first, last);
  if (ranges.length > MOST_RANGES * 2) ranges.splice(0, 2);
}
