import { Worker } from 'node:worker_threads';
import type { RuleText } from '../../detect/index.ts';
import type { api } from '../../server/index.ts';
import { type Store, type StoredEvent, StoreError } from '../../store/index.ts';

/** What the thread is to measure over these events. Plain data. */
export type Measure = { readonly events: readonly StoredEvent[] } & (
  | { readonly kind: 'costs'; readonly rules: readonly RuleText[] }
  | { readonly kind: 'drift'; readonly baseline: Uint8Array }
);
export type Measured =
  | { readonly kind: 'costs'; readonly rules: api.RuleCosts['rules'] }
  | { readonly kind: 'drift'; readonly features: api.Drift['features'] }
  | { readonly kind: 'failed'; readonly message: string };

export interface Measures {
  /** What each rule in force costs. */
  costs(): Promise<api.RuleCosts>;
  /** How far what is stored lies from the baseline. */
  drift(): Promise<api.Drift>;
}

export interface MeasureOptions {
  readonly store: Pick<Store, 'events'>;
  readonly texts: () => readonly RuleText[];
  readonly baseline: Uint8Array | undefined;
  readonly now: () => number;
  /** The compiled thread, where it does not lie beside this file. */
  readonly worker?: URL;
}

const COST_EVENTS = 2000;
const DRIFT_EVENTS = 10_000;
/** A measure is good for so long, unless what it is of changes. */
const FRESH_MS = 10 * 60_000;

/** Numbers about the newest stored events that take seconds: each measured in a thread of its own, and kept for a while. */
export function measures({ store, texts, baseline, now, worker }: MeasureOptions): Measures {
  async function newest(most: number): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const { hits } of store.events.search({ order: 'newest', limit: most })) events.push(...hits);
    return events;
  }

  function aside<K extends Measure['kind']>(measure: Extract<Measure, { kind: K }>) {
    const thread = new Worker(worker ?? new URL('./measure-worker.js', import.meta.url), { workerData: measure });
    return new Promise<Extract<Measured, { kind: K }>>((resolve, reject) => {
      thread.once('message', (said: Measured) => {
        if (said.kind === 'failed') reject(new StoreError('damaged', said.message));
        else resolve(said as Extract<Measured, { kind: K }>);
      });
      thread.once('error', reject);
      thread.once('exit', (code) => reject(new Error(`the thread that measures ended with status ${code}`)));
    }).finally(() => void thread.terminate());
  }

  const costs = fresh(texts, now, async (rules): Promise<api.RuleCosts> => {
    const events = await newest(COST_EVENTS);
    const measuredMs = now();
    if (events.length === 0) return { sampled: 0, measuredMs, rules: [] };
    return { sampled: events.length, measuredMs, rules: (await aside({ kind: 'costs', events, rules })).rules };
  });
  const drift = fresh(
    () => baseline,
    now,
    async (known): Promise<api.Drift> => {
      if (known === undefined) throw new StoreError('invalid', 'there is no baseline: nothing is scored');
      const events = await newest(DRIFT_EVENTS);
      const span = { fromMs: events.at(-1)?.timeMs ?? null, toMs: events[0]?.timeMs ?? null };
      const measuredMs = now();
      if (events.length === 0) return { sampled: 0, measuredMs, ...span, features: [] };
      const { features } = await aside({ kind: 'drift', events, baseline: known });
      return { sampled: events.length, measuredMs, ...span, features };
    },
  );
  return { costs, drift };
}

/** Asked for again when what it is of was changed, or it is old; nothing measured is not kept. */
function fresh<T, R extends { readonly sampled: number }>(
  of: () => T,
  now: () => number,
  measure: (of: T) => Promise<R>,
): () => Promise<R> {
  let known: { readonly of: T; readonly untilMs: number; readonly result: Promise<R> } | undefined;
  return () => {
    const subject = of();
    if (known !== undefined && known.of === subject && now() < known.untilMs) return known.result;
    const result = measure(subject);
    known = { of: subject, untilMs: now() + FRESH_MS, result };
    const forget = (): void => {
      known = undefined;
    };
    result.then(({ sampled }) => sampled === 0 && forget(), forget);
    return result;
  };
}
