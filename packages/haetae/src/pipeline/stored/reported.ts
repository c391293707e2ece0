import { type Finding, unusualReason } from '../../detect/index.ts';
import type { Incident } from '../../incident/index.ts';
import type { RecordEntry, ReportedIncident, Step, Triaged, UnusualSaid } from '../../report/index.ts';
import type { api, apiReports, apiTold, Ports } from '../../server/index.ts';
import { StoreError } from '../../store/index.ts';

/** What reports ask of a server or of its store. */
export interface ReportSource {
  incidents(
    query: Parameters<Ports['incidents']['list']>[0],
  ): Promise<{ readonly items: readonly api.Incident[]; readonly next: string | null }>;
  incident(id: string): Promise<api.IncidentDetail | undefined>;
  /** Findings of an incident that scores made, with why. */
  anomalies(incident: string): Promise<readonly (Pick<apiTold.Anomaly, 'events'> & { readonly why: UnusualSaid })[]>;
  people(): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** Of the ports that the store serves. */
export const reportSource = ({
  incidents,
  findings,
  accounts,
}: Pick<Ports, 'incidents' | 'findings' | 'accounts'>): ReportSource => ({
  incidents: (query) => incidents.list(query),
  incident: (id) => incidents.get(id),
  async anomalies(incident) {
    const found: { readonly events: string[]; readonly why: UnusualSaid }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await findings.statements({ incident, detector: 'anomaly', limit: PAGE, ...(cursor && { cursor }) });
      for (const { events, statement } of page.items) {
        const why = unusualReason(statement as Finding);
        if (why !== undefined) found.push({ events, why });
      }
      if (page.next === null) return found;
      cursor = page.next;
    }
  },
  people: async () =>
    (await accounts.users.list()).map(({ id, displayName, name }) => ({ id, name: displayName || name })),
});

/** Which incidents: one by its id or the first digits of it, or those of a time. */
export type ReportWanted =
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'span'; readonly fromMs: number | null; readonly toMs: number | null };

export interface Reported {
  readonly incidents: readonly ReportedIncident[];
  /** Of that time, and not among them. */
  readonly others: number;
  /** What was declared of them. */
  readonly declared: readonly RecordEntry[];
}

/** Incidents of one report at most: more than anyone reads. */
const MOST = 1000;
const PAGE = 500;

/**
 * Incidents as reports take them, the gravest first, and how many of that time there are besides. Rejects with `missing` when
 * there is no such incident, with `invalid` when an id is that of several.
 */
export async function reportedOf(source: ReportSource, wanted: ReportWanted): Promise<Reported> {
  const people = new Map((await source.people()).map(({ id, name }) => [id, name]));
  if (wanted.kind === 'one') {
    const detail = (await source.incident(wanted.id)) ?? (await byPrefix(source, wanted.id));
    if (detail === undefined) throw new StoreError('missing', `incident ${wanted.id}`);
    return { incidents: [await reported(source, detail, 1, people)], others: 0, declared: declaredIn(detail) };
  }
  const found: api.Incident[] = [];
  let [others, cursor] = [0, undefined as string | undefined];
  do {
    const page = await source.incidents({ ...given(wanted), order: 'risk', limit: PAGE, ...(cursor && { cursor }) });
    found.push(...page.items.slice(0, MOST - found.length));
    others += Math.max(0, page.items.length - (MOST - found.length));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < MOST);
  const incidents: ReportedIncident[] = [];
  const declared: RecordEntry[] = [];
  for (const { id } of found) {
    const detail = await source.incident(id);
    if (detail === undefined || !isWhole(detail.incident)) continue;
    incidents.push(await reported(source, detail, incidents.length + 1, people));
    declared.push(...declaredIn(detail));
  }
  return { incidents, others, declared };
}

const given = ({ fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number | null }) => ({
  ...(fromMs !== null && { fromMs }),
  ...(toMs !== null && { toMs }),
});

async function byPrefix(source: ReportSource, prefix: string): Promise<api.IncidentDetail | undefined> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.incidents({ order: 'risk', limit: PAGE, ...(cursor && { cursor }) });
    found.push(...page.items.map(({ id }) => id).filter((id) => id.startsWith(prefix)));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const [first, second] = found;
  if (second !== undefined) throw new StoreError('invalid', `--incident ${prefix}: ${found.slice(0, 12).join(', ')}`);
  return first === undefined ? undefined : source.incident(first);
}

/** A body as the incident room makes it: what reports are made of. */
const isWhole = (body: unknown): body is Incident =>
  typeof body === 'object' &&
  body !== null &&
  Array.isArray((body as Incident).findings) &&
  Array.isArray((body as Incident).tree);

async function reported(
  source: ReportSource,
  detail: api.IncidentDetail,
  rank: number,
  people: ReadonlyMap<string, string>,
): Promise<ReportedIncident> {
  const { incident: body, id, level, risk } = detail;
  if (!isWhole(body)) throw new StoreError('invalid', `incident ${id} is not kept whole`);
  const incident: Incident = { ...body, id, rank, level, risk };
  return { incident, triaged: triagedOf(detail, people), unusual: await unusualOf(source, incident) };
}

/** The declarations in an incident's history, in their order. */
const declaredIn = ({ id, history }: api.IncidentDetail): RecordEntry[] =>
  history.flatMap(({ kind, detail, timeMs }): RecordEntry[] => {
    const { atMs, by, reason } = (detail ?? {}) as Partial<apiReports.Awareness>;
    if (kind !== 'awareness' || typeof atMs !== 'number' || typeof by !== 'string') return [];
    return [{ kind, incident: id, atMs, by, reason: reason ?? null, enteredMs: timeMs }];
  });

function triagedOf(
  { status, verdict, assignee, createdMs, history }: api.IncidentDetail,
  people: ReadonlyMap<string, string>,
): Triaged {
  const nameOf = (id: string): string => people.get(id) ?? id;
  return {
    ...{ status, verdict, createdMs },
    assignee: assignee === null ? null : nameOf(assignee),
    steps: history.map(
      ({ timeMs, actor, kind, detail }): Step => ({
        ...{ timeMs, kind },
        by: actor === '' ? '' : nameOf(actor),
        detail: withNames(detail, nameOf),
      }),
    ),
  };
}

/** `{from: {assignee: id}, to: …}` with names in place of ids. */
function withNames(detail: unknown, nameOf: (id: string) => string): unknown {
  if (typeof detail !== 'object' || detail === null) return detail;
  const side = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && typeof (value as { assignee?: unknown }).assignee === 'string'
      ? { ...value, assignee: nameOf((value as { assignee: string }).assignee) }
      : value;
  const { from, to } = detail as { from?: unknown; to?: unknown };
  return { ...detail, ...(from !== undefined && { from: side(from) }), ...(to !== undefined && { to: side(to) }) };
}

async function unusualOf(source: ReportSource, { id, findings }: Incident): Promise<Map<number, UnusualSaid>> {
  const found = new Map<number, UnusualSaid>();
  if (findings.every(({ rule }) => rule !== null)) return found;
  const byEvent = new Map(
    (await source.anomalies(id)).flatMap(({ events, why }) => events.map((event) => [event, why])),
  );
  findings.forEach(({ rule, events: [first] }, i) => {
    const why = rule === null ? byEvent.get(String(first?.record)) : undefined;
    if (why !== undefined) found.set(i, why);
  });
  return found;
}
