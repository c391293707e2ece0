export const HOUR_MS = 3_600_000;
/** A week. */
const KEPT = 168;

export interface Hour {
  readonly timeMs: number;
  readonly events: number;
  readonly findings: number;
}

/** Events and findings by the hour in which they were received, for a week. */
export class Hours {
  readonly #hours: { timeMs: number; events: number; findings: number }[];

  constructor(saved: readonly Hour[] = []) {
    this.#hours = saved.map((hour) => ({ ...hour }));
  }

  add(receivedMs: number, events: number, findings: number): void {
    let last = this.#hours.at(-1);
    // A clock that was set back counts to the hour that is newest.
    if (last === undefined || receivedMs >= last.timeMs + HOUR_MS) {
      last = { timeMs: receivedMs - (receivedMs % HOUR_MS), events: 0, findings: 0 };
      this.#hours.push(last);
      if (this.#hours.length > KEPT) this.#hours.shift();
    }
    last.events += events;
    last.findings += findings;
  }

  save(): Hour[] {
    return this.#hours.map((hour) => ({ ...hour }));
  }
}
