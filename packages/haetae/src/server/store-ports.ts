import { randomUUID } from 'node:crypto';
import type { UnixMs } from '@haetae/event';
import { incidentWords } from '../locale/index.ts';
import {
  EVENT_FLAGS,
  type Filter,
  type FindingRow,
  type Json,
  type SavedSearch as KeptSearch,
  type QueryControl,
  type SearchStep,
  type Store,
  type StoredException,
  StoreError,
  type StoredEvent as StoreEvent,
  type EventQuery as StoreQuery,
} from '../store/index.ts';
import type { EventQuery, Exception, Finding, SavedSearch, SearchPart, StoredEvent } from './api.ts';
import { COUNT_MS, given, number, pageOf } from './pages.ts';
import type { Events, Ports } from './ports.ts';
import { incidentsOf } from './store-incidents.ts';

export interface StorePortOptions {
  readonly now: () => number;
  /** A search by a Sigma rule over stored events; without it such a search is refused. */
  readonly byRule?: (rule: string, query: StoreQuery, control: QueryControl) => AsyncIterable<SearchStep>;
  /** What would except an incident, which takes the rules; without it nothing is proposed. */
  readonly benign?: Ports['incidents']['benign'];
  /** Milliseconds after which a search ends with what it has. Default 60 s. */
  readonly searchMs?: number;
}

/** What of the server's ports the store alone can serve: all but the rules that are loaded, hunts, live updates, numbers of now. */
export function storePorts(
  store: Store,
  options: StorePortOptions,
): Pick<Ports, 'accounts' | 'events' | 'findings' | 'incidents' | 'entities' | 'exceptions' | 'searches'> {
  const { now } = options;
  return {
    accounts: store,
    events: eventsOf(store, options),
    findings: {
      async list(query) {
        return pageOf((await findingRows(store, query)).map(findingOf), query.limit, (last) => last.id);
      },
      async statements(query) {
        const rows = await findingRows(store, query);
        const items = rows.map((row) => ({ ...findingOf(row), statement: row.body as unknown }));
        return pageOf(items, query.limit, (last) => last.id);
      },
      async get(id) {
        const row = /^\d{1,15}$/.test(id) ? await store.findings.get(Number(id)) : undefined;
        return row === undefined ? undefined : { ...findingOf(row), statement: row.body };
      },
      async overTime(query) {
        const { counts, ...span } = await store.findings.overTime(
          { ...given(query), buckets: query.buckets },
          { timeoutMs: COUNT_MS },
        );
        return { ...span, counts: [...counts] };
      },
      byTechnique: async (query) => [...(await store.findings.byTechnique(given(query), { timeoutMs: COUNT_MS }))],
    },
    incidents: incidentsOf(store, options),
    entities: {
      async list({ kind, text, limit, cursor }) {
        const offset = number(cursor) ?? 0;
        const rows = await store.entities.list({ kind, limit: limit + 1, offset, ...given({ text }) });
        const items = rows.map(({ key, firstMs, lastMs, body }) => ({ kind, key, firstMs, lastMs, about: body }));
        return pageOf(items, limit, () => String(offset + limit));
      },
    },
    exceptions: {
      list: async () => (await store.exceptions.list()).map(exceptionOf),
      async create({ title, ruleId, filter, reason, expiresMs }, actor) {
        const nowMs = now() as UnixMs;
        const body = { filter, reason };
        return exceptionOf(
          await store.exceptions.create({
            id: randomUUID(),
            title,
            enabled: true,
            ruleId,
            expiresMs: expiresMs as UnixMs | null,
            body,
            createdMs: nowMs,
            createdBy: actor.id,
          }),
        );
      },
      remove: (id) => store.exceptions.remove(id),
    },
    searches: {
      async list(userId) {
        const [own, shared] = await Promise.all([
          store.searches.list({ owner: userId }),
          store.searches.list({ shared: true }),
        ]);
        return [...own, ...shared.filter(({ owner }) => owner !== userId)].map(searchOf);
      },
      async create({ name, query, shared }, actor) {
        return searchOf(
          await store.searches.create({
            id: randomUUID(),
            name,
            owner: actor.id,
            shared,
            query: JSON.parse(JSON.stringify(query)) as Json,
            createdMs: now() as UnixMs,
            createdBy: actor.id,
          }),
        );
      },
      async remove(id, actor) {
        const search = await store.searches.get(id);
        return search?.owner === actor.id && store.searches.remove(id);
      },
    },
  };
}

function findingRows(store: Store, query: Parameters<Ports['findings']['list']>[0]): Promise<readonly FindingRow[]> {
  const { fromMs, toMs, host, rule, detector, technique, incident, level, limit, cursor } = query;
  const before = number(cursor);
  return store.findings.list({
    limit: limit + 1,
    ...given({ fromMs, toMs, host, ruleId: rule, detector, technique, incidentId: incident, minLevel: level, before }),
  });
}

const SEARCH_MS = 60_000;

function eventsOf(store: Store, { byRule, searchMs = SEARCH_MS }: StorePortOptions): Events {
  return {
    async *search(query, signal): AsyncGenerator<SearchPart> {
      const control = { signal, timeoutMs: searchMs };
      const steps = (): AsyncIterable<SearchStep> => {
        if (query.rule === undefined) return store.events.search(storeQuery(query), control);
        if (byRule === undefined) throw new StoreError('invalid', 'searching by a rule is not possible here');
        return byRule(query.rule, storeQuery(query), control);
      };
      let last: StoreEvent | undefined;
      let found = 0;
      let more = false;
      try {
        for await (const step of steps()) {
          last = step.hits.at(-1) ?? last;
          found += step.hits.length;
          more = step.next !== undefined;
          if (step.hits.length > 0) yield { kind: 'events', events: step.hits.map(eventOf) };
          yield { kind: 'progress', scanned: step.searched, total: step.total };
        }
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'timeout') throw error;
        yield { kind: 'end', reason: 'time', next: last === undefined ? null : cursorOf(last) };
        return;
      }
      const full = more || found >= query.limit;
      yield { kind: 'end', reason: full ? 'limit' : 'done', next: full && last !== undefined ? cursorOf(last) : null };
    },
    async get(id) {
      const event = /^\d{1,15}$/.test(id) ? await store.events.get(Number(id)) : undefined;
      return event === undefined ? undefined : eventOf(event);
    },
    async histogram({ widthMs, by, ...query }, signal) {
      const { fromMs, toMs, filter } = storeQuery(query);
      const times = { ...given({ fromMs, toMs, filter }), widthMs, ...(by !== undefined && { by }) };
      return [...(await store.events.histogram(times, { signal, timeoutMs: COUNT_MS }))];
    },
    async top({ by, most, ...query }, signal) {
      const { fromMs, toMs, filter } = storeQuery(query);
      const times = { ...given({ fromMs, toMs, filter }), by, limit: most };
      const rows = await store.events.top(times, { signal, timeoutMs: COUNT_MS });
      return rows.map(({ key, seen }) => ({ key, ...seen }));
    },
    async seen(query, signal) {
      const { fromMs, toMs, filter } = storeQuery(query);
      return { ...(await store.events.seen(given({ fromMs, toMs, filter }), { signal, timeoutMs: COUNT_MS })) };
    },
  };
}

/** The query in the store's words. A cursor that nobody gave out rejects with `invalid`. */
export function storeQuery(query: EventQuery): StoreQuery {
  const of: Filter[] = [];
  const like = (field: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') of.push({ kind: 'field', field, is: { op: 'like', value } });
  };
  like('host', query.host);
  like('user', query.user);
  like('channel', query.channel);
  if (query.eventId !== undefined && query.eventId.length > 0)
    of.push({ kind: 'field', field: 'event_id', is: { op: 'oneOf', values: query.eventId.map(String) } });
  if (query.text !== undefined && query.text.trim() !== '') of.push({ kind: 'text', text: query.text.trim() });
  for (const { field, value, not } of query.fields ?? []) {
    const filter: Filter = { kind: 'field', field, is: { op: 'like', value } };
    of.push(not ? { kind: 'not', of: filter } : filter);
  }
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  return {
    order: query.order,
    limit: query.limit,
    ...given({ fromMs: query.fromMs, toMs: query.toMs, after }),
    ...(of.length > 0 && { filter: { kind: 'and' as const, of } }),
  };
}

const cursorOf = ({ timeMs, timeTicks, id }: StoreEvent): string => `${timeMs}.${timeTicks}.${id}`;

function readCursor(text: string) {
  const match = /^(-?\d{1,16})\.(\d{1,4})\.(\d{1,15})$/.exec(text);
  if (match === null) throw new StoreError('invalid', 'the cursor is not one that was given out');
  return { timeMs: Number(match[1]), timeTicks: Number(match[2]), id: Number(match[3]) };
}

const MARKS = [
  [EVENT_FLAGS.ahead, 'ahead'],
  [EVENT_FLAGS.repeated, 'repeated'],
  [EVENT_FLAGS.foreignHost, 'foreign-host'],
] as const;

export const eventOf = (event: StoreEvent): StoredEvent => ({
  id: String(event.id),
  timeMs: (event.flags & EVENT_FLAGS.timeUnknown) !== 0 ? null : event.timeMs,
  timeTicks: event.timeTicks,
  receivedMs: event.receivedMs,
  host: event.host,
  computer: event.system.Computer ?? '',
  channel: event.channel,
  provider: event.provider,
  eventId: event.eventId,
  recordId: event.recordId,
  origin: event.origin,
  marks: MARKS.filter(([bit]) => (event.flags & bit) !== 0).map(([, mark]) => mark),
  decoded: event.decoded,
  fields: { ...event.fields },
  system: { ...event.system },
});

/** Of the rule, where it has one; of a score, what it is about. */
function koreanTitle(body: Json): { titleKo?: string } {
  const { rule, why } = (body ?? {}) as { rule?: { titleKo?: unknown } | null; why?: unknown };
  if (typeof rule?.titleKo === 'string') return { titleKo: rule.titleKo };
  const reasons = Array.isArray(why) ? (why as { kind?: unknown; familyName?: { ko?: unknown } }[]) : [];
  const family = reasons.find(({ kind }) => kind === 'unusual')?.familyName?.ko;
  return typeof family === 'string' ? { titleKo: incidentWords('ko').unusual(family) } : {};
}

export const findingOf = (row: FindingRow): Finding => ({
  id: String(row.id),
  timeMs: row.timeMs,
  detector: row.detector,
  ruleId: row.ruleId,
  title: row.title,
  ...koreanTitle(row.body),
  level: row.level,
  host: row.host,
  techniques: [...row.techniques],
  incident: row.incidentId,
  events: row.eventIds.map(String),
});

const exceptionOf = (one: StoredException): Exception => ({
  id: one.id,
  version: one.version,
  title: one.title,
  enabled: one.enabled,
  ruleId: one.ruleId,
  expiresMs: one.expiresMs,
  createdBy: one.createdBy,
  createdMs: one.createdMs,
  body: one.body,
});

const searchOf = (one: KeptSearch): SavedSearch => ({
  id: one.id,
  name: one.name,
  query: one.query as unknown as SavedSearch['query'],
  owner: one.owner,
  shared: one.shared,
  createdMs: one.createdMs,
});
