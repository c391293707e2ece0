import type { PassedFrom } from '../../../source/index.ts';

/** Logs of which it is remembered how far they came: one that is made anew is another. */
const MOST_LOGS = 1000;

/** Tells frames that were passed on before: whoever takes over a partition begins where the one before it is known to have been. */
export class PassedOn {
  readonly #last: Map<string, number>;

  constructor(saved?: SavedPassed) {
    this.#last = new Map(saved);
  }

  /** Whether this one came before, or what stood before it never came; it came now. */
  take({ log, partition, seq, after }: PassedFrom): 'new' | 'known' | 'gap' {
    const key = `${log} ${partition}`;
    const last = this.#last.get(key);
    if (last !== undefined && seq <= last) return 'known';
    this.#last.set(key, seq);
    if (this.#last.size > MOST_LOGS) this.#last.delete(this.#last.keys().next().value!);
    return last !== undefined && after > last ? 'gap' : 'new';
  }

  save(): SavedPassed {
    return [...this.#last];
  }
}

/** By log and partition: the number of the last frame. */
export type SavedPassed = readonly (readonly [key: string, seq: number])[];
