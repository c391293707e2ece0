import { type Finding, unusualReason } from '../../detect/index.ts';
import type { Incident } from '../../incident/index.ts';
import type {
  EvidenceFile,
  RecordEntry,
  ReportedIncident,
  RulePackUsed,
  Step,
  Triaged,
  UnusualSaid,
} from '../../report/index.ts';
import type { api, apiReports, apiRules, apiTold, Ports } from '../../server/index.ts';
import { type Store, StoreError } from '../../store/index.ts';
import { planOfRow } from '../live/responses/kept.ts';
import { storedEvidence } from './evidence.ts';

/** What reports ask of a server or of its store. */
export interface ReportSource {
  incidents(
    query: Parameters<Ports['incidents']['list']>[0],
  ): Promise<{ readonly items: readonly api.Incident[]; readonly next: string | null }>;
  incident(id: string): Promise<api.IncidentDetail | undefined>;
  /** Findings of an incident that scores made, with why. */
  anomalies(incident: string): Promise<readonly (Pick<apiTold.Anomaly, 'events'> & { readonly why: UnusualSaid })[]>;
  event(id: string): Promise<api.StoredEvent | undefined>;
  /** Responses that nobody decided on. */
  waiting(incident: string): Promise<Triaged['waiting']>;
  /** Rules in force; undefined where no server runs that has any. */
  rules(): Promise<apiRules.RulePacks | undefined>;
  people(): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** Of the ports that the store serves, and the rules of a server that runs. */
export const reportSource = (
  { incidents, findings, accounts, events }: Pick<Ports, 'incidents' | 'findings' | 'accounts' | 'events'>,
  { responses }: Pick<Store, 'responses'>,
  rules: () => apiRules.RulePacks | undefined = () => undefined,
): ReportSource => ({
  event: (id) => events.get(id),
  rules: async () => rules(),
  waiting: async (incidentId) =>
    (await responses.list({ incidentId, state: 'proposed' })).map((row) => ({
      ...{ action: row.action, host: row.host, about: planOfRow(row).planned.about },
    })),
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
  /** What was declared of them, and what was handed in. */
  readonly declared: readonly RecordEntry[];
  /** The events that they are made from, by host and log. */
  readonly evidence: readonly EvidenceFile[];
  readonly packs: readonly RulePackUsed[];
  readonly rulesInForce: number | undefined;
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
    const incidents = [await reported(source, detail, 1, people)];
    return { incidents, others: 0, declared: recordIn(detail), ...(await groundsOf(source, incidents)) };
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
    declared.push(...recordIn(detail));
  }
  return { incidents, others, declared, ...(await groundsOf(source, incidents)) };
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
  const triaged = { ...triagedOf(detail, people), waiting: await source.waiting(id) };
  return { incident, triaged, unusual: await unusualOf(source, incident) };
}

/** On what a report rests: the events, and the rules in force. */
async function groundsOf(
  source: ReportSource,
  incidents: readonly ReportedIncident[],
): Promise<Pick<Reported, 'evidence' | 'packs' | 'rulesInForce'>> {
  const [evidence, rules] = [await storedEvidence(incidents, source.event), await source.rules()];
  return { evidence, packs: rules?.items ?? [], rulesInForce: rules?.inForce };
}

/** The declarations and reports in an incident's history, in their order. */
const recordIn = ({ id, history }: api.IncidentDetail): RecordEntry[] =>
  history.flatMap(({ kind, detail, timeMs }): RecordEntry[] => {
    if (kind === 'reported') {
      const { stage, said } = detail as Pick<Extract<RecordEntry, { kind: 'reported' }>, 'stage' | 'said'>;
      return [{ kind, incident: id, stage, said, enteredMs: timeMs }];
    }
    const { atMs, by, reason } = (detail ?? {}) as Partial<apiReports.Awareness>;
    if (kind !== 'awareness' || typeof atMs !== 'number' || typeof by !== 'string') return [];
    return [{ kind, incident: id, atMs, by, reason: reason ?? null, enteredMs: timeMs }];
  });

function triagedOf(
  { status, verdict, assignee, createdMs, history }: api.IncidentDetail,
  people: ReadonlyMap<string, string>,
): Omit<Triaged, 'waiting'> {
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
