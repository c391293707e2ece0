import type { HostNames } from '../join/hops.ts';

/** Names of hosts, in short, numbered as they came up. */
export class Names {
  readonly #numbers: Map<string, number>;
  #next: number;

  constructor(saved?: SavedNames) {
    this.#numbers = new Map(saved?.numbers);
    this.#next = saved?.next ?? 0;
  }

  add(name: string): void {
    this.#numbers.set(name, this.#next++);
  }
  delete(name: string): void {
    this.#numbers.delete(name);
  }

  /** Above the number of every one so far. */
  get next(): number {
    return this.#next;
  }
  /** Those that came up before a number, of those that are there still. */
  before(number: number): HostNames {
    return { has: (name) => (this.#numbers.get(name) ?? number) < number };
  }
  since(number: number): HostNames {
    return { has: (name) => (this.#numbers.get(name) ?? -1) >= number };
  }

  save(): SavedNames {
    return { numbers: [...this.#numbers], next: this.#next };
  }
}

/** Plain data. */
export interface SavedNames {
  readonly numbers: readonly (readonly [name: string, number: number])[];
  readonly next: number;
}
