import type { UnixMs } from '@haetae/event';
import type { Book, IncidentDetail, IncidentEntry, IncidentRow, Json, Kept, Mark } from '../../store/index.ts';
import { type Delivery, StoreError } from '../../store/index.ts';
import type { NotifierParts } from '../notifier.ts';
import type { Clock } from '../outbox/outbox.ts';

/** A clock that tests move. */
export interface ManualClock extends Clock {
  /** Timers up to then go off in their order; `idle` is waited for between them. */
  advance(ms: number, idle: () => Promise<void>): Promise<void>;
}

export function manualClock(startMs: number): ManualClock {
  let now = startMs;
  let timers: { ms: number; what: () => void }[] = [];
  return {
    now: () => now,
    at(ms, what) {
      const timer = { ms, what };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    async advance(ms, idle) {
      const until = now + ms;
      await idle();
      for (;;) {
        timers.sort((a, b) => a.ms - b.ms);
        const next = timers[0];
        if (next === undefined || next.ms > until) break;
        timers.shift();
        now = Math.max(now, next.ms);
        next.what();
        await idle();
      }
      now = until;
    },
  };
}

type World = Pick<NotifierParts, 'store'>['store'];

/** The store of a test: what outlives a crash. */
export interface MemoryStore {
  readonly store: World;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly history: IncidentEntry[];
  readonly audit: unknown[];
  /** An incident as the reader makes it; the same again with more is a change. */
  put(incident: Partial<IncidentDetail> & Pick<IncidentDetail, 'id'>): IncidentDetail;
  /** From now on nothing is written: the process is dead. */
  kill(): void;
}

export function memoryStore(clock: Clock, kept?: MemoryStore): MemoryStore {
  const was = kept as (MemoryStore & { rows: Kepts }) | undefined;
  const rows: Kepts = was?.rows ?? {
    deliveries: new Map(),
    marks: new Map(),
    incidents: new Map(),
    history: [],
    audit: [],
    seq: 0,
  };
  let dead = false;
  const alive = (): void => {
    if (dead) throw new StoreError('closed', 'the store is closed');
  };
  const store = {
    deliveries: bookOf(rows.deliveries, alive),
    marks: bookOf(rows.marks, alive),
    incidents: {
      get: async (id: string) => rows.incidents.get(id),
      some: async (ids: readonly string[]) => ids.flatMap((id) => rows.incidents.get(id) ?? []),
      async changed({ seq, sinceMs, limit }: { seq: number; sinceMs: number; limit: number }) {
        return [...rows.incidents.values()]
          .filter((one) => one.seq > seq || one.updatedMs >= sinceMs)
          .sort((a, b) => a.seq - b.seq || (a.id < b.id ? -1 : 1))
          .slice(0, limit)
          .map(({ body: _, ...row }) => row);
      },
      async note(incidentId: string, entry: Omit<IncidentEntry, 'incidentId' | 'number'>) {
        alive();
        const whole = { incidentId, number: rows.history.length + 1, ...entry };
        rows.history.push(whole);
        return whole;
      },
      async triage(id: string, version: number, change: Partial<IncidentRow>, _by: string, nowMs: UnixMs) {
        alive();
        const one = rows.incidents.get(id)!;
        if (one.version !== version) throw new StoreError('conflict', 'changed');
        const next = { ...one, ...change, version: version + 1, updatedMs: nowMs };
        rows.incidents.set(id, next);
        return next;
      },
    },
    events: {
      origins: async (ids: readonly number[]) => ids.map((id) => ({ id, origin: id < 1000 ? 'import' : 'token-1' })),
    },
    intake: { committed: async () => rows.seq },
    users: {
      get: async (id: string) => PEOPLE.find((one) => one.id === id),
      byName: async (name: string) => PEOPLE.find((one) => one.name === name),
    },
    audit: {
      async append(record: unknown) {
        rows.audit.push(record);
        return record;
      },
    },
  } as unknown as World;
  const made = {
    rows,
    store,
    deliveries: rows.deliveries,
    history: rows.history,
    audit: rows.audit,
    put(incident: Parameters<MemoryStore['put']>[0]): IncidentDetail {
      const before = rows.incidents.get(incident.id);
      const now = clock.now() as UnixMs;
      const whole: IncidentDetail = {
        ...(before ?? { ...someRow(now), createdMs: now }),
        ...incident,
        listed: { tactics: (incident.body as { tactics?: Json } | undefined)?.tactics ?? [] },
        seq: ++rows.seq,
        version: (before?.version ?? 0) + 1,
        updatedMs: now,
      };
      rows.incidents.set(incident.id, whole);
      return whole;
    },
    kill() {
      dead = true;
    },
  };
  return made;
}

interface Kepts {
  readonly deliveries: Map<string, Delivery>;
  readonly marks: Map<string, Mark>;
  readonly incidents: Map<string, IncidentDetail>;
  readonly history: IncidentEntry[];
  readonly audit: unknown[];
  seq: number;
}

const person = (id: string, name: string, role: string, disabled = false) => ({
  id,
  name,
  role,
  disabled,
  displayName: '',
});
const PEOPLE = [
  person('u1', 'kim', 'analyst'),
  person('u2', 'lee', 'viewer'),
  person('u3', 'park', 'admin', true),
  person('u4', 'choi', 'responder'),
];

/** Findings of an incident's body: of a live event unless it is said otherwise. */
export const bodyWith = (records: readonly number[], tactics: readonly string[] = []): Json =>
  ({
    tactics,
    techniques: [],
    title: { finding: 0, root: '', image: '', host: 'PC-1', moreHosts: 0, moreFindings: 0 },
    findings: records.map((record) => ({
      detector: 'sigma',
      rule: { id: 'r1', title: 'A rule' },
      level: 'high',
      attack: { tactics: [], techniques: [] },
      host: 'PC-1',
      process: null,
      channel: 'Security',
      eventId: 4688,
      fields: {},
      confidence: 1,
      p: null,
      evidence: String(record),
      points: 10,
      events: [{ file: 'live', record, line: null, timeMs: record }],
    })),
    tree: [],
    links: [],
    blind: [],
  }) as unknown as Json;

const someRow = (now: UnixMs): Omit<IncidentDetail, 'id' | 'version' | 'createdMs' | 'updatedMs' | 'seq'> => ({
  firstMs: now,
  lastMs: now,
  risk: 80,
  level: 'high',
  title: 'A rule on PC-1',
  hosts: ['PC-1'],
  users: ['CORP\\kim'],
  findings: 1,
  mergedInto: null,
  listed: null,
  body: bodyWith([5000]),
  status: 'new',
  assignee: null,
  verdict: null,
  tags: [],
});

function bookOf<T extends Kept>(rows: Map<string, T>, alive: () => void): Book<T> {
  const book: Book<T> = {
    async create(thing) {
      alive();
      if (rows.has(thing.id)) throw new StoreError('taken', thing.id);
      const row = { ...thing, version: 1, updatedMs: thing.createdMs, updatedBy: thing.createdBy } as unknown as T;
      rows.set(thing.id, row);
      return row;
    },
    createAll: (things) => Promise.all(things.filter(({ id }) => !rows.has(id)).map(book.create)),
    get: async (id) => rows.get(id),
    list: async (wanted = {}) =>
      [...rows.values()].filter((row) =>
        Object.entries(wanted).every(([name, value]) => [value].flat().includes(row[name as keyof T] as never)),
      ),
    async update(id, version, change, by, nowMs) {
      alive();
      const was = rows.get(id);
      if (was === undefined) throw new StoreError('missing', id);
      if (was.version !== version) throw new StoreError('conflict', id);
      const row = { ...was, ...change, version: version + 1, updatedMs: nowMs, updatedBy: by };
      rows.set(id, row);
      return row;
    },
    updateAll: (changes, by, nowMs) =>
      Promise.all(changes.map(({ id, version, change }) => book.update(id, version, change, by, nowMs))),
    remove: async (id) => rows.delete(id),
  };
  return book;
}
