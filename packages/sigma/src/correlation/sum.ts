/**
 * A sum without rounding: what was added can be taken away again, and the order does not matter. The partial sums are kept
 * so that none overlaps another. Source: Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic"; as Python's fsum.
 */
export class ExactSum {
  #partials: number[];

  constructor(partials: readonly number[] = []) {
    this.#partials = [...partials];
  }

  add(value: number): void {
    const made: number[] = [];
    let x = value;
    for (let y of this.#partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) made.push(low);
      x = high;
    }
    if (x !== 0) made.push(x);
    this.#partials = made;
  }

  value(): number {
    let sum = 0;
    for (const part of this.#partials) sum += part;
    return sum;
  }

  partials(): number[] {
    return [...this.#partials];
  }
}
