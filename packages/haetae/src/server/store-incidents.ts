import type { UnixMs } from '@haetae/event';
import type { Listed } from '../incident/index.ts';
import { type IncidentEntry, type IncidentRow, type IncidentSummary, type Store, StoreError } from '../store/index.ts';
import type { Incident, IncidentDetail } from './api.ts';
import type { OpenIncidents } from './api-told.ts';
import { COUNT_MS, given, number } from './pages.ts';
import type { Ports } from './ports.ts';
import type { StorePortOptions } from './store-ports.ts';

const UNCLOSED = ['new', 'open', 'waiting'] as const;

/** The incidents of a store, and what people make of them. */
export function incidentsOf(store: Store, { now, benign }: StorePortOptions): Ports['incidents'] {
  const detail = async (id: string): Promise<IncidentDetail | undefined> => {
    const [row, history] = await Promise.all([store.incidents.get(id), store.incidents.history(id)]);
    if (row === undefined) return undefined;
    return { ...incidentOf(row), incident: row.body, history: history.map(historyOf) };
  };
  const known = async (id: string): Promise<IncidentDetail> => {
    const found = await detail(id);
    if (found === undefined) throw new StoreError('missing', 'there is no such incident');
    return found;
  };
  return {
    async list({ status, level, host, assignee, text, fromMs, toMs, order, limit, cursor }) {
      const offset = number(cursor) ?? 0;
      const { rows, total } = await store.incidents.list({
        order,
        limit,
        offset,
        ...(status !== undefined && { status: status === 'unclosed' ? UNCLOSED : [status] }),
        ...(assignee !== undefined && { assignee: assignee === 'none' ? null : assignee }),
        ...given({ minLevel: level, host, text, fromMs, toMs }),
      });
      const next = offset + rows.length;
      const items = rows.map((row) => ({
        ...incidentOf(row),
        ...(row.listed !== null && { listed: row.listed as unknown as Listed }),
      }));
      return { items, next: rows.length > 0 && next < total ? String(next) : null };
    },
    async open(sinceMs) {
      const found = await store.incidents.summary(
        { status: UNCLOSED, sinceMs, most: MOST_NAMES },
        { timeoutMs: COUNT_MS },
      );
      const { tactics, hosts, users, blind, ...numbers } = found;
      return { ...numbers, tactics: [...tactics], hosts: [...hosts], users: [...users], blind: bandsOf(blind) };
    },
    get: detail,
    async json(id) {
      const [found, history] = await Promise.all([store.incidents.written(id), store.incidents.history(id)]);
      if (found === undefined) return undefined;
      const told = JSON.stringify({ ...incidentOf(found.row), history: history.map(historyOf) });
      return `${told.slice(0, -1)},"incident":${found.body}}`;
    },
    version: async (id) => (await store.incidents.row(id))?.version,
    benign: async (id) => {
      if (benign === undefined) throw new StoreError('invalid', 'exceptions cannot be proposed here');
      return benign(id);
    },
    async update(id, { version, ...change }, actor) {
      await store.incidents.triage(id, version, given(change), actor.id, now() as UnixMs);
      return known(id);
    },
    async declare(id, awareness, actor) {
      const timeMs = now() as UnixMs;
      await store.incidents.note(id, { actor: actor.id, kind: 'awareness', detail: { ...awareness }, timeMs });
      return known(id);
    },
    async note(id, text, actor) {
      const timeMs = now() as UnixMs;
      await store.incidents.note(id, { actor: actor.id, kind: 'comment', detail: text, timeMs });
      return known(id);
    },
  };
}

/** Of hosts, of users and of lists of bands: more than a page shows of each. */
const MOST_NAMES = 20;

/** A band near several incidents is told once. */
function bandsOf(lists: IncidentSummary['blind']): OpenIncidents['blind'] {
  const known = new Map<string, OpenIncidents['blind'][number]>();
  for (const { incident, bands } of lists)
    for (const band of bands as unknown as Listed['blind']) {
      const key = JSON.stringify([band.kind, band.host, band.channel, band.fromMs]);
      if (!known.has(key)) known.set(key, { ...band, incident });
    }
  return [...known.values()].sort((a, b) => b.fromMs - a.fromMs);
}

export const incidentOf = (row: IncidentRow): Incident => ({
  id: row.id,
  version: row.version,
  title: row.title,
  level: row.level,
  risk: row.risk,
  status: row.status,
  assignee: row.assignee,
  verdict: row.verdict,
  tags: [...row.tags],
  firstMs: row.firstMs,
  lastMs: row.lastMs,
  createdMs: row.createdMs,
  updatedMs: row.updatedMs,
  hosts: [...row.hosts],
  users: [...row.users],
  findings: row.findings,
  mergedInto: row.mergedInto,
});

const historyOf = ({ number: place, timeMs, actor, kind, detail }: IncidentEntry) => ({
  number: place,
  timeMs,
  actor,
  kind,
  detail,
});
