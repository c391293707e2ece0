import { keeps } from './bounds.ts';
import type { CorrelationCondition, CorrelationType } from './rule.ts';
import { Sketch } from './sketch.ts';
import { ExactSum } from './sum.ts';

/** What of an event a measure looks at: values as they are written, or numbers. */
export interface Measured {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/** The value that a correlation's bounds are about, kept while events come and go. */
export interface Measure {
  add(of: Measured): void;
  remove(of: Measured): void;
  value(): number;
  /** From now on nothing is removed, so that memory can be bounded; what is lost by that is said by `approximate`. */
  fold(): void;
  readonly approximate: boolean;
  /** Values to show: distinct ones, or the rare ones. */
  examples(most: number): string[];
  /** Plain data, of a folded measure. */
  save(): SavedMeasure;
}

export type SavedMeasure =
  | { readonly kind: 'count'; readonly n: number }
  | {
      readonly kind: 'texts';
      readonly counts: readonly (readonly [string, number])[];
      readonly total: number;
      readonly over: boolean;
    }
  | { readonly kind: 'sum'; readonly partials: readonly number[]; readonly n: number }
  | {
      readonly kind: 'numbers';
      readonly exact: readonly number[];
      readonly sketch: readonly (readonly [string, number])[] | null;
    };

export interface MeasureLimits {
  /** Distinct values, or numbers, that a folded measure keeps one by one. */
  readonly values: number;
}

type Bounds = Extract<CorrelationCondition, { kind: 'bounds' }>;

/** `saved`: goes on from there, folded. */
export function createMeasure(
  type: Exclude<CorrelationType, 'temporal' | 'temporal_ordered'>,
  condition: Bounds,
  limits: MeasureLimits,
  saved?: SavedMeasure,
): Measure {
  switch (type) {
    case 'event_count':
      return new Count(saved?.kind === 'count' ? saved.n : 0);
    case 'value_count': {
      // As many as decide every bound; only the number that is told stops there.
      const decide = Math.max(limits.values, ...condition.bounds.map(({ number }) => number + 1));
      return new Texts(decide, false, condition, saved?.kind === 'texts' ? saved : undefined);
    }
    case 'value_sum':
    case 'value_avg':
      return new Sum(type === 'value_avg', saved?.kind === 'sum' ? saved : undefined);
    case 'value_median':
      return new Numbers(50, limits.values, saved?.kind === 'numbers' ? saved : undefined);
    case 'value_percentile':
      return condition.percentile === undefined
        ? new Texts(limits.values, true, condition, saved?.kind === 'texts' ? saved : undefined)
        : new Numbers(condition.percentile, limits.values, saved?.kind === 'numbers' ? saved : undefined);
    default:
      return type satisfies never;
  }
}

class Count implements Measure {
  readonly approximate = false;
  #n: number;

  constructor(n: number) {
    this.#n = n;
  }

  add(): void {
    this.#n++;
  }

  remove(): void {
    this.#n--;
  }

  value(): number {
    return this.#n;
  }

  fold(): void {}

  examples(): string[] {
    return [];
  }

  save(): SavedMeasure {
    return { kind: 'count', n: this.#n };
  }
}

/** Counts of texts, in any case: how many there are, or the share in per cent of one that keeps the bounds. */
class Texts implements Measure {
  approximate: boolean;
  /** By text in lower case; with its first spelling. */
  readonly #counts: Map<string, { readonly text: string; n: number }>;
  /** How many texts have each count; of shares. */
  readonly #sizes = new Map<number, number>();
  readonly #most: number;
  readonly #shares: boolean;
  readonly #bounds: Bounds;
  #total: number;
  #folded: boolean;

  constructor(
    most: number,
    shares: boolean,
    bounds: Bounds,
    saved: Extract<SavedMeasure, { kind: 'texts' }> | undefined,
  ) {
    this.#most = most;
    this.#shares = shares;
    this.#bounds = bounds;
    this.#counts = new Map(saved?.counts.map(([text, n]) => [text.toLowerCase(), { text, n }]));
    this.#total = saved?.total ?? 0;
    this.approximate = saved?.over ?? false;
    this.#folded = saved !== undefined;
    for (const { n } of this.#counts.values()) this.#resize(0, n);
  }

  add({ texts }: Measured): void {
    for (const text of texts) {
      this.#total++;
      const key = text.toLowerCase();
      const known = this.#counts.get(key);
      if (known !== undefined) this.#resize(known.n, ++known.n);
      else if (this.#folded && this.#counts.size >= this.#most) this.approximate = true;
      else {
        this.#counts.set(key, { text, n: 1 });
        this.#resize(0, 1);
      }
    }
  }

  remove({ texts }: Measured): void {
    for (const text of texts) {
      this.#total--;
      const key = text.toLowerCase();
      const known = this.#counts.get(key)!;
      this.#resize(known.n, --known.n);
      if (known.n === 0) this.#counts.delete(key);
    }
  }

  /** Of shares: the one that keeps the bounds, the smallest if several do; else the smallest. */
  value(): number {
    if (!this.#shares) return this.#counts.size;
    let least = Number.POSITIVE_INFINITY;
    let kept = Number.POSITIVE_INFINITY;
    for (const n of this.#sizes.keys()) {
      if (n < least) least = n;
      if (n < kept && keeps(this.#share(n), this.#bounds.bounds)) kept = n;
    }
    return this.#share(Number.isFinite(kept) ? kept : least);
  }

  fold(): void {
    this.#folded = true;
  }

  examples(most: number): string[] {
    const shown = this.#shares ? this.#kept() : [...this.#counts.values()];
    return shown.slice(0, most).map(({ text }) => text);
  }

  save(): SavedMeasure {
    return {
      kind: 'texts',
      counts: [...this.#counts.values()].map(({ text, n }) => [text, n] as const),
      total: this.#total,
      over: this.approximate,
    };
  }

  /** A text was counted `from` times, and is `to` times now. */
  #resize(from: number, to: number): void {
    if (!this.#shares) return;
    const left = (this.#sizes.get(from) ?? 0) - 1;
    if (left > 0) this.#sizes.set(from, left);
    else this.#sizes.delete(from);
    if (to > 0) this.#sizes.set(to, (this.#sizes.get(to) ?? 0) + 1);
  }

  #share(n: number): number {
    return (100 * n) / this.#total;
  }

  #kept(): { readonly text: string; readonly n: number }[] {
    return [...this.#counts.values()].filter(({ n }) => keeps(this.#share(n), this.#bounds.bounds));
  }
}

class Sum implements Measure {
  readonly approximate = false;
  readonly #mean: boolean;
  readonly #sum: ExactSum;
  #n: number;

  constructor(mean: boolean, saved: Extract<SavedMeasure, { kind: 'sum' }> | undefined) {
    this.#mean = mean;
    this.#sum = new ExactSum(saved?.partials);
    this.#n = saved?.n ?? 0;
  }

  add({ numbers }: Measured): void {
    for (const number of numbers) this.#sum.add(number);
    this.#n += numbers.length;
  }

  remove({ numbers }: Measured): void {
    for (const number of numbers) this.#sum.add(-number);
    this.#n -= numbers.length;
  }

  value(): number {
    return this.#mean ? this.#sum.value() / this.#n : this.#sum.value();
  }

  fold(): void {}

  examples(): string[] {
    return [];
  }

  save(): SavedMeasure {
    return { kind: 'sum', partials: this.#sum.partials(), n: this.#n };
  }
}

/** A percentile of numbers, between neighbours in proportion (PostgreSQL's percentile_cont, so that 50 is the median). */
class Numbers implements Measure {
  readonly #percent: number;
  readonly #most: number;
  /** Ascending. */
  #exact: number[];
  #sketch: Sketch | undefined;
  #folded: boolean;

  constructor(percent: number, most: number, saved: Extract<SavedMeasure, { kind: 'numbers' }> | undefined) {
    this.#percent = percent;
    this.#most = most;
    this.#exact = [...(saved?.exact ?? [])];
    this.#sketch = saved?.sketch ? new Sketch(saved.sketch) : undefined;
    this.#folded = saved !== undefined;
  }

  get approximate(): boolean {
    return this.#sketch !== undefined;
  }

  add({ numbers }: Measured): void {
    for (const number of numbers) {
      if (this.#sketch !== undefined) this.#sketch.add(number);
      else {
        this.#exact.splice(this.#place(number), 0, number);
        if (this.#folded && this.#exact.length > this.#most) {
          this.#sketch = new Sketch();
          for (const known of this.#exact) this.#sketch.add(known);
          this.#exact = [];
        }
      }
    }
  }

  remove({ numbers }: Measured): void {
    for (const number of numbers) this.#exact.splice(this.#place(number), 1);
  }

  value(): number {
    if (this.#sketch !== undefined) return this.#sketch.percentile(this.#percent);
    const at = (this.#percent * (this.#exact.length - 1)) / 100;
    const below = this.#exact[Math.floor(at)] ?? Number.NaN;
    const above = this.#exact[Math.ceil(at)] ?? below;
    return below + (above - below) * (at - Math.floor(at));
  }

  fold(): void {
    this.#folded = true;
  }

  examples(): string[] {
    return [];
  }

  save(): SavedMeasure {
    return { kind: 'numbers', exact: this.#exact, sketch: this.#sketch?.save() ?? null };
  }

  /** Where the first number not below this one stands. */
  #place(number: number): number {
    let low = 0;
    let high = this.#exact.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#exact[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
