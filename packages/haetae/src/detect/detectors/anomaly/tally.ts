/**
 * Counts of 53-bit keys, in two typed arrays (open addressing, linear probing): one call for an event of most families.
 * 0 is a key like any other.
 */
export class Tally {
  #keys = new Float64Array(1024).fill(-1);
  #counts = new Float64Array(1024);
  size = 0;

  add(key: number, count = 1): void {
    const mask = this.#keys.length - 1;
    let at = slotOf(key) & mask;
    while (this.#keys[at] !== key) {
      if (this.#keys[at] === -1) {
        if (2 * this.size >= this.#keys.length) {
          this.#grow();
          this.add(key, count);
          return;
        }
        this.#keys[at] = key;
        this.size++;
        break;
      }
      at = (at + 1) & mask;
    }
    this.#counts[at]! += count;
  }

  get(key: number): number {
    const mask = this.#keys.length - 1;
    let at = slotOf(key) & mask;
    while (this.#keys[at] !== key) {
      if (this.#keys[at] === -1) return 0;
      at = (at + 1) & mask;
    }
    return this.#counts[at]!;
  }

  /** Keys and counts in turn, in the order of the keys. */
  pairs(): Float64Array<ArrayBuffer> {
    const keys = this.#keys.filter((key) => key !== -1).sort();
    const pairs = new Float64Array(2 * keys.length);
    keys.forEach((key, i) => {
      pairs[2 * i] = key;
      pairs[2 * i + 1] = this.get(key);
    });
    return pairs;
  }

  /** Keys and counts in turn, in any order; the tally is empty afterwards. */
  take(): Float64Array<ArrayBuffer> {
    const pairs = new Float64Array(2 * this.size);
    let n = 0;
    for (let i = 0; i < this.#keys.length; i++) {
      if (this.#keys[i] === -1) continue;
      pairs[n++] = this.#keys[i]!;
      pairs[n++] = this.#counts[i]!;
    }
    if (this.#keys.length > 4096) {
      this.#keys = new Float64Array(1024);
      this.#counts = new Float64Array(1024);
    }
    this.#keys.fill(-1);
    this.#counts.fill(0);
    this.size = 0;
    return pairs;
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    this.#keys = new Float64Array(2 * keys.length).fill(-1);
    this.#counts = new Float64Array(2 * keys.length);
    this.size = 0;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== -1) this.add(keys[i]!, counts[i]!);
  }
}

/** The low bits of a hash are as good as any. */
const slotOf = (key: number): number => (key ^ (key / 0x1_0000_0000)) | 0;
