import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleText } from '../../detect/index.ts';
import { hunt, huntersOf } from '../../hunt/index.ts';
import type { Incident } from '../../incident/index.ts';
import type { Label, ScoreCard } from '../../scenario/index.ts';
import { type api, storePorts } from '../../server/index.ts';
import { type OpenStore, openStore, StoreError } from '../../store/index.ts';
import { openLabBook } from '../lab/book.ts';
import { type Keeping, keepingIn } from './keeping.ts';
import { evidenceIn } from './labelled.ts';
import { keepScoreAt, overHttp } from './over-http.ts';
import { reachable } from './reachable.ts';
import { type ReportWanted, reportedOf, reportSource } from './reported.ts';

/** What a hunt found since the last step, and how far it is. */
export interface HuntStep {
  readonly hits: readonly api.HuntHit[];
  readonly scanned: number;
  readonly total: number;
  /** Hits in all, new ones, and those that can be shown. */
  readonly found: number;
  readonly fresh: number;
  readonly kept: number;
}
export interface HuntTimes {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}
export interface RescanWanted extends HuntTimes {
  /** Of rules in force; undefined for all. */
  readonly ids: readonly string[] | undefined;
  /** The rules, where no server has its own. */
  readonly rules: () => readonly RuleText[];
}

/** What a data directory holds, asked of the server that has it open or of the store itself. Rejects with a StoreError. */
export interface Stored {
  search(query: api.EventQuery, signal: AbortSignal): AsyncIterable<api.SearchPart>;
  hunt(wanted: HuntTimes & { readonly rule: RuleText }, signal: AbortSignal): AsyncIterable<HuntStep>;
  /** The incidents whose ids begin so, as their room shapes them; two of them at most. */
  incidents(beginning: string): Promise<Incident[]>;
  /** Incidents as reports take them. */
  reported(wanted: ReportWanted): ReturnType<typeof reportedOf>;
  readonly keeping: Keeping;
  /** The labelled events that are stored, and what was found on them. */
  evidence(labels: readonly Label[], signal: AbortSignal): ReturnType<typeof evidenceIn>;
  /** Only what no stored finding says. */
  rescan(wanted: RescanWanted, signal: AbortSignal): AsyncIterable<HuntStep>;
}

/** Rejects with `missing` when nothing was stored there, with `locked` when somebody has it open who does not answer. */
export async function withStored<T>(directory: string, task: (stored: Stored) => Promise<T>): Promise<T> {
  const control = await reachable(directory);
  if (control !== undefined) return task(overHttp(control, directory));
  const folder = join(directory, 'store');
  if (!existsSync(folder)) throw new StoreError('missing', folder);
  const store = await openStore({ directory: folder });
  try {
    return await task(inStore(store));
  } finally {
    await store.close();
  }
}

/** Keeps a score card in the data directory: by the server that has it open, or beside its store. */
export async function keepScore(directory: string, card: ScoreCard, exercise: boolean): Promise<void> {
  const control = await reachable(directory);
  if (control === undefined) openLabBook(directory).add(card, exercise);
  else await keepScoreAt(control, card, exercise);
}

function inStore(store: OpenStore): Stored {
  const ports = storePorts(store, { now: Date.now, searchMs: 24 * 3_600_000 });
  const { events, findings, incidents } = ports;
  return {
    keeping: keepingIn(store),
    reported: (wanted) => reportedOf(reportSource(ports, store), wanted),
    incidents: (beginning) => incidentsOf(beginning, incidents.list, incidents.get),
    evidence: (labels, signal) =>
      evidenceIn(
        { search: events.search, findings: (query) => findings.list({ limit: 1000, ...query }) },
        labels,
        signal,
      ),
    search: (query, signal) => events.search(query, signal),
    hunt: ({ rule, ...times }, signal) => steps(store, [rule], times, false, signal),
    rescan({ rules, ids, ...times }, signal) {
      const wanted = ids && new Set(ids.map((id) => id.toLowerCase()));
      return steps(store, rules(), times, true, signal, (id) => wanted?.has(id.toLowerCase()) ?? true);
    },
  };
}

async function* steps(
  store: OpenStore,
  rules: readonly RuleText[],
  { fromMs, toMs }: HuntTimes,
  freshOnly: boolean,
  signal: AbortSignal,
  isWanted: (ruleId: string) => boolean = () => true,
): AsyncGenerator<HuntStep> {
  const times = { ...(fromMs !== null && { fromMs }), ...(toMs !== null && { toMs }) };
  let [found, fresh, kept] = [0, 0, 0];
  // Of many rules a broken one is told when they are checked; of one it is why nothing can be done.
  for await (const { hits, searched, total } of hunt(store, huntersOf({ rules }, freshOnly), times, { signal })) {
    const told = hits.filter(({ finding }) => isWanted(finding.rule?.id ?? ''));
    found += told.length;
    fresh += told.filter((hit) => hit.fresh).length;
    const shown = told.filter((hit) => hit.fresh || !freshOnly);
    yield {
      hits: shown.map(({ timeMs, host, eventIds, finding, fresh: isFresh }) => ({
        ...{ number: ++kept, timeMs, host, fresh: isFresh },
        ...{ ruleId: finding.rule?.id ?? '', title: finding.rule?.title ?? '', level: finding.level },
        events: eventIds.map(String),
        statement: finding,
      })),
      ...{ scanned: searched, total, found, fresh, kept },
    };
  }
}

type ListPage = (query: {
  order: 'newest';
  limit: number;
  cursor?: string;
}) => Promise<{ items: readonly { id: string }[]; next: string | null }>;
const PAGE = 200;

/** An id that is whole is asked for; of a beginning the list is read, up to a second that it fits. */
export async function incidentsOf(
  beginning: string,
  list: ListPage,
  get: (id: string) => Promise<{ readonly incident: unknown } | undefined>,
): Promise<Incident[]> {
  const ids: string[] = [];
  if (beginning.length === 16) ids.push(beginning);
  else
    for (let cursor: string | undefined; ids.length < 2; ) {
      const { items, next } = await list({ order: 'newest', limit: PAGE, ...(cursor !== undefined && { cursor }) });
      ids.push(...items.flatMap(({ id }) => (id.startsWith(beginning) ? [id] : [])));
      if (next === null) break;
      cursor = next;
    }
  const found = await Promise.all(ids.slice(0, 2).map(get));
  return found.flatMap((one) => (one === undefined ? [] : [one.incident as Incident]));
}
