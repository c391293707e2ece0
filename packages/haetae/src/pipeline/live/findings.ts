import type { FindingRow } from '../../store/index.ts';
import type { Told } from './detection.ts';
import { findingRow } from './rows.ts';

interface Open {
  readonly id: number;
  count: number;
}

const MOST_OPEN = 100_000;

/** Findings as rows: each has its id for good; one of several events is written when it is true, and once more when it is over. */
export class Findings {
  #next: number;
  #isStored = false;
  readonly #open: Map<string, Open>;
  #rows: FindingRow[] = [];
  #revised: FindingRow[] = [];
  told = 0;

  constructor(saved?: SavedFindings) {
    this.#next = saved?.next ?? 1;
    this.told = saved?.told ?? 0;
    this.#open = new Map(saved?.open.map(([key, open]) => [key, { ...open }]));
  }

  get rows(): number {
    return this.#rows.length + this.#revised.length;
  }
  get stored(): boolean {
    return this.#isStored;
  }

  goOn(from: number): void {
    this.#isStored = true;
    this.#next = Math.max(this.#next, from);
  }

  /** The id of a finding that is new; undefined for one that is told again. */
  add(
    { finding, key, count = 0, final = true }: Told,
    at: { readonly seq: number; readonly receivedMs: number },
    hostOf: (computer: string) => string,
  ): number | undefined {
    const open = key === undefined ? undefined : this.#open.get(key);
    if (open !== undefined) {
      if (final) this.#open.delete(key!);
      if (open.count === count) return undefined;
      open.count = count;
      this.#revised.push(findingRow(finding, { ...at, id: open.id }, hostOf));
      return undefined;
    }
    const id = this.#next++;
    this.told++;
    if (key !== undefined && !final) {
      this.#open.set(key, { id, count });
      if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
    }
    this.#rows.push(findingRow(finding, { ...at, id }, hostOf));
    return id;
  }

  take(): { findings: FindingRow[]; revised: FindingRow[] } {
    const taken = { findings: this.#rows, revised: this.#revised };
    this.#rows = [];
    this.#revised = [];
    return taken;
  }

  save(): SavedFindings {
    return { next: this.#next, told: this.told, open: [...this.#open].map(([key, open]) => [key, { ...open }]) };
  }
}

export interface SavedFindings {
  readonly next: number;
  readonly told: number;
  readonly open: readonly (readonly [key: string, open: Readonly<Open>])[];
}
