import { randomUUID } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { UnixMs } from '@haetae/event';
import {
  type EventQuery,
  type QueryControl,
  type SearchStep,
  type Store,
  type StoredHunt,
  StoreError,
} from '../store/index.ts';
import { type HuntRules, type HuntTimes, huntersOf } from './hunt.ts';
import type { HuntPolicy } from './judge.ts';
import { searchingAside } from './search-thread.ts';

export interface HuntDeskOptions {
  readonly store: Pick<Store, 'hunts'>;
  /** A port to the store for a thread. */
  readonly connect: () => MessagePort;
  readonly now: () => number;
  /** The rules that are in force, and what people decided about them. */
  readonly loaded: () => Promise<{ readonly rules: HuntRules; readonly policy: HuntPolicy }>;
  /** Hears how a hunt goes on. */
  readonly told?: (hunt: StoredHunt) => void;
  /** The compiled thread, where it does not lie beside this file. */
  readonly worker?: URL;
  readonly limits?: Partial<HuntLimits>;
}

export interface HuntLimits {
  /** At a time; others wait their turn. */
  readonly running: number;
  /** Searches by a rule at a time; others wait their turn. */
  readonly searching: number;
  /** Those that run and wait; further ones are refused. */
  readonly open: number;
  /** Hits of one that are kept; all are counted. */
  readonly kept: number;
  /** After which one is ended. */
  readonly timeoutMs: number;
  /** Of the thread's heap. */
  readonly memoryMb: number;
}
export const HUNT_LIMITS: HuntLimits = {
  ...{ running: 1, searching: 2, open: 20, kept: 10_000 },
  ...{ timeoutMs: 3_600_000, memoryMb: 1024 },
};

export interface HuntWanted {
  readonly name: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly by: string;
}

/** What the thread is told at its start, and what it says. Plain data. */
export interface HuntOrder {
  readonly id: string;
  readonly rules: HuntRules;
  /** Rules of which findings count, by id; undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly policy: HuntPolicy | undefined;
  readonly nowMs: number;
  readonly times: HuntTimes;
  readonly freshOnly: boolean;
  readonly mostKept: number;
  readonly timeoutMs: number;
}
type Counts = Pick<StoredHunt, 'scanned' | 'total' | 'hits' | 'fresh' | 'kept'>;
export type HuntSaid =
  | { readonly kind: 'progress' | 'done'; readonly counts: Counts }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly counts: Counts };

/** Hunts, each in a thread of its own, so that neither detection nor the server waits for one. */
export interface HuntDesk {
  /** Throws `invalid` when the rule does not compile: the message says where. */
  hunt(wanted: HuntWanted & { readonly rule: string }): Promise<StoredHunt>;
  /** The rules in force (those of these ids, where some are given) over what was stored before they were: only what was missed is kept. */
  rescan(wanted: HuntWanted & { readonly ruleIds?: readonly string[] }): Promise<StoredHunt>;
  /** Steps of a search for the events that a rule matches, beside what else the query asks. Throws `invalid` as {@link hunt} does. */
  search(rule: string, query: EventQuery, control: QueryControl): AsyncIterable<SearchStep>;
  /** As it is now. */
  current(hunt: StoredHunt): StoredHunt;
  /** False when it does not run. */
  cancel(id: string): boolean;
  /** Ends all. */
  close(): Promise<void>;
}

interface Open {
  hunt: StoredHunt;
  readonly order: HuntOrder;
  worker: Worker | undefined;
  cancelled: boolean;
}

const TELL_MS = 500;

/** Hunts that ran when the server ended are marked as failed. */
export async function openHuntDesk(options: HuntDeskOptions): Promise<HuntDesk> {
  const { store, now } = options;
  const limits = { ...HUNT_LIMITS, ...options.limits };
  const thread = options.worker ?? new URL('./hunt-worker.js', import.meta.url);
  const { connect } = options;
  const search = searchingAside({ connect, worker: thread, most: limits.searching, memoryMb: limits.memoryMb });
  const open = new Map<string, Open>();
  const waiting: Open[] = [];
  const running = new Set<Promise<void>>();
  for (const hunt of await store.hunts.list({ status: 'running' }))
    await store.hunts.update(
      hunt.id,
      hunt.version,
      { status: 'failed', endedMs: now(), error: 'the server ended' },
      '',
      now() as UnixMs,
    );

  async function begin(
    { name, fromMs, toMs, by }: HuntWanted,
    what: Pick<StoredHunt, 'kind' | 'rule'>,
    order: Pick<HuntOrder, 'rules' | 'policy' | 'only'>,
  ): Promise<StoredHunt> {
    if (open.size >= limits.open)
      throw new StoreError('invalid', `${open.size} hunts run or wait already; cancel one, or wait`);
    const none = { scanned: 0, total: 0, hits: 0, fresh: 0, kept: 0, endedMs: null, error: null };
    const hunt = await store.hunts.create({
      ...{ id: randomUUID(), name, ...what, status: 'running', fromMs, toMs, ...none },
      ...{ createdMs: now() as UnixMs, createdBy: by },
    });
    const one: Open = {
      hunt,
      order: {
        id: hunt.id,
        ...order,
        nowMs: now(),
        times: { ...(fromMs !== null && { fromMs }), ...(toMs !== null && { toMs }) },
        freshOnly: what.kind === 'rescan',
        mostKept: limits.kept,
        timeoutMs: limits.timeoutMs,
      },
      worker: undefined,
      cancelled: false,
    };
    open.set(hunt.id, one);
    waiting.push(one);
    next();
    return hunt;
  }

  function next(): void {
    while (running.size < limits.running && waiting.length > 0) {
      const one = waiting.shift()!;
      const run = carryOut(one).finally(() => {
        running.delete(run);
        open.delete(one.hunt.id);
        next();
      });
      running.add(run);
    }
  }

  async function carryOut(one: Open): Promise<void> {
    const said = one.cancelled ? undefined : await inThread(one);
    const cancelled = one.cancelled || (said?.kind === 'failed' && said.code === 'cancelled');
    const status = cancelled ? 'cancelled' : said?.kind === 'done' ? 'done' : 'failed';
    const error = status === 'failed' && said?.kind === 'failed' ? said.message : null;
    const change = { ...countsOf(said?.counts ?? one.hunt), status, error, endedMs: now() } as const;
    const { id, version, createdBy } = one.hunt;
    one.hunt = await store.hunts
      .update(id, version, change, createdBy, now() as UnixMs)
      .catch(() => ({ ...one.hunt, ...change }));
    options.told?.(one.hunt);
  }

  /** The last thing that the thread says. */
  function inThread(one: Open): Promise<HuntSaid> {
    const port = connect();
    const worker = new Worker(thread, {
      workerData: { port, order: one.order },
      transferList: [port],
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    });
    one.worker = worker;
    if (one.cancelled) worker.postMessage('cancel');
    let last: HuntSaid | undefined;
    let toldMs = 0;
    return new Promise((resolve) => {
      worker.on('message', (said: HuntSaid) => {
        last = said;
        one.hunt = { ...one.hunt, ...countsOf(said.counts) };
        if (said.kind !== 'progress' || now() - toldMs < TELL_MS) return;
        toldMs = now();
        options.told?.(one.hunt);
      });
      const ended = (message: string): void => {
        const counts = countsOf(one.hunt);
        resolve(
          last !== undefined && last.kind !== 'progress' ? last : { kind: 'failed', code: 'damaged', message, counts },
        );
      };
      worker.on('error', (error) => ended(error.message));
      worker.on('exit', () => ended('its thread ended'));
    });
  }

  return {
    async hunt({ rule, ...wanted }) {
      const rules: HuntRules = { rules: [{ path: 'rule', text: rule }] };
      huntersOf(rules);
      return begin(wanted, { kind: 'hunt', rule }, { rules, policy: undefined, only: undefined });
    },
    async rescan({ ruleIds, ...wanted }) {
      const { rules, policy } = await options.loaded();
      return begin(
        wanted,
        { kind: 'rescan', rule: '' },
        { rules: ruleIds === undefined ? rules : fewer(rules, ruleIds), policy, only: ruleIds },
      );
    },
    search,
    current: (hunt) => open.get(hunt.id)?.hunt ?? hunt,
    cancel(id) {
      const one = open.get(id);
      if (one === undefined || one.cancelled) return false;
      one.cancelled = true;
      one.worker?.postMessage('cancel');
      return true;
    },
    async close() {
      for (const one of open.values()) {
        one.cancelled = true;
        one.worker?.postMessage('cancel');
      }
      await Promise.all(running);
    },
  };
}

const countsOf = ({ scanned, total, hits, fresh, kept }: Counts): Counts => ({ scanned, total, hits, fresh, kept });

/** The files in which the ids stand; all of them where one of these is a rule over others, which may stand anywhere. */
function fewer(rules: HuntRules, ids: readonly string[]): HuntRules {
  const files = rules.rules.filter(({ text }) => ids.some((id) => text.toLowerCase().includes(id.toLowerCase())));
  if (files.length === 0) throw new StoreError('missing', `no rule that is loaded has the id ${ids.join(', ')}`);
  const over = files.some(({ text }) => /^\s*correlation\s*:/m.test(text));
  const { compiled: _, ...setup } = rules;
  return over ? rules : { ...setup, rules: files };
}
