import { randomUUID } from 'node:crypto';
import { gradeCalls, type KeptScore } from '../../scenario/index.ts';
import { type AuditEntry, StoreError } from '../../store/index.ts';
import type { LiveMessage, SearchPart, StoredEvent } from '../api.ts';
import type { CanaryTry } from '../api-lab.ts';
import type { Accepted, Frame } from '../intake.ts';
import type { LiveEntry, Ports } from '../ports.ts';
import { accountsIn } from './memory-accounts.ts';
import { booksOf } from './memory-books.ts';

/** The rooms below the server, in memory: what the tests of the server alone stand on. */
export interface Memory {
  readonly ports: Ports;
  readonly frames: Frame[];
  readonly audit: AuditEntry[];
  /** What the intake says next; durable when nothing is left. */
  readonly outcomes: Accepted[];
  readonly events: StoredEvent[];
  say(message: LiveMessage): void;
  isReady: boolean;
}

export function memory(now: () => number): Memory {
  const frames: Frame[] = [];
  const outcomes: Accepted[] = [];
  const audit: AuditEntry[] = [];
  const events: StoredEvent[] = [];
  const state = { isReady: true };
  const live = liveBus();
  const ports: Ports = {
    intake: {
      accept: async (frame) => {
        const outcome = outcomes.shift() ?? { kind: 'durable', seq: frames.length + 1 };
        if (outcome.kind === 'durable') frames.push({ ...frame, bytes: frame.bytes.slice() });
        return outcome;
      },
    },
    accounts: accountsIn(audit),
    events: {
      async *search(query): AsyncGenerator<SearchPart> {
        const found = events.filter((one) => query.host === undefined || one.host === query.host);
        yield { kind: 'events', events: found.slice(0, query.limit) };
        yield { kind: 'end', reason: 'done', next: null };
      },
      get: async (id) => events.find((one) => one.id === id),
      histogram: async () => [],
      top: async () => [],
      seen: async () => ({ count: events.length, firstMs: null, lastMs: null, hosts: 0 }),
    },
    ...booksOf(now),
    stats: async () => ({
      events: events.length,
      eventsPerSecond: 0,
      findings: 0,
      openIncidents: 0,
      hosts: 0,
      backlog: 0,
      storedBytes: 0,
      possiblyRepeated: 0,
      hourly: [],
    }),
    settings: settings(),
    upkeep: upkeep(),
    lab: lab(now),
    scores: {
      baseline: () => null,
      drift: async () => ({ sampled: 0, measuredMs: now(), fromMs: null, toMs: null, features: [] }),
    },
    live,
    ready: async () => ({ ready: state.isReady, checks: [{ name: 'log', ok: state.isReady, detail: 'secret path' }] }),
  };
  return {
    ports,
    frames,
    audit,
    outcomes,
    events,
    say: live.say,
    get isReady() {
      return state.isReady;
    },
    set isReady(value) {
      state.isReady = value;
    },
  };
}

function upkeep(): Ports['upkeep'] {
  const status = {
    ...{ schema: 1, committed: 0, events: 0, findings: 0, incidents: 0, bytes: 0, freeBytes: 0, walBytes: 0 },
    ...{ oldestMs: null, newestMs: null },
  };
  return {
    status: async () => status,
    backup: async () => ({ handover: 'backup-1', status }),
    exportParquet: async () => ({ handover: 'export-1', files: [] }),
    importParquet: async () => ({ events: 0, known: 0 }),
  };
}

function lab(now: () => number): Ports['lab'] {
  const cards = new Map<string, KeptScore>();
  const tries: CanaryTry[] = [];
  return {
    list: () => [...cards.values()],
    get: (id) => cards.get(id),
    add: (card, exercise) => void cards.set(card.id, { card, exercise, attempts: [] }),
    remove: (id) => cards.delete(id),
    grade(id, calls, by) {
      const kept = cards.get(id);
      if (kept === undefined) throw new StoreError('missing', 'there is no such score card');
      if (kept.attempts.some(({ actor }) => actor === by.actor)) throw new StoreError('taken', 'made already');
      const grades = gradeCalls(calls, kept.card.steps);
      cards.set(id, { ...kept, attempts: [...kept.attempts, { ...by, grades }] });
      return grades;
    },
    report: async (card, { format }) => ({
      name: `${card.id}.${format}`,
      mime: { pdf: 'application/pdf', html: 'text/html', md: 'text/markdown', layer: 'application/json' }[format],
      bytes: Buffer.from(format === 'layer' ? JSON.stringify({ name: card.title }) : card.title),
    }),
    canary: {
      async play(withinMs) {
        const one = { id: randomUUID(), sentMs: now(), withinMs, afterMs: null, state: 'waiting' as const };
        tries.unshift(one);
        return one;
      },
      list: () => tries,
    },
  };
}

function settings(): Ports['settings'] {
  let retention: { days: number | null; gigabytes: number | null } = { days: null, gigabytes: null };
  let config: Record<string, unknown> | null = null;
  const get = () => ({ retention: { ...retention, fixed: false }, agents: { config, fixed: false } });
  return {
    get,
    async update(change) {
      retention = change.retention ?? retention;
      if (change.agents !== undefined) config = change.agents.config;
      return get();
    },
  };
}

function liveBus(): Ports['live'] & { say(message: LiveMessage): void } {
  const kept: LiveEntry[] = [];
  const waiting = new Set<() => void>();
  return {
    say(message) {
      kept.push({ id: kept.length + 1, message });
      for (const wake of waiting) wake();
    },
    async *subscribe(after, signal) {
      for (let at = after ?? kept.length; !signal.aborted; ) {
        while (at < kept.length) yield kept[at++]!;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
  };
}
