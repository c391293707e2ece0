import { EVENT_FLAGS, type StoredEvent } from '../../store/index.ts';
import { KINDS, RELATED, TABLE } from './table.ts';
import { said } from './values.ts';

/** A document: plain JSON. */
export type Doc = Record<string, unknown>;

/** The version of the Elastic Common Schema in whose words documents are. */
export const ECS_VERSION = '8.17.0';

/** An event as its own words have it, whoever tells of it. */
export interface Told {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly recordId: string;
  readonly computer: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Whose event it is, in a word: `sysmon`, `security` …; undefined for logs of others. */
export function moduleOf({ channel, provider }: Pick<Told, 'channel' | 'provider'>): string | undefined {
  if (provider === 'Microsoft-Windows-Sysmon' || channel.startsWith('Microsoft-Windows-Sysmon')) return 'sysmon';
  if (/^(?:Windows PowerShell$|(?:Microsoft-Windows-PowerShell|PowerShellCore)\/)/i.test(channel)) return 'powershell';
  return /^(?:Security|System|Application)$/i.test(channel) ? channel.toLowerCase() : undefined;
}

/** Puts a value at `a.b.c`. */
export function put(doc: Doc, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let at = doc;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Doc;
  }
  at[last] = value;
}
export function take(doc: Doc, path: string): unknown {
  let at: unknown = doc;
  for (const name of path.split('.')) at = (at as Doc | undefined)?.[name];
  return at;
}

/** What the event says of host, process, user …, in the words of ECS. Its own words stand in `winlog`. */
export function factsOf(told: Told, host: string): Doc {
  const { channel, provider, eventId, recordId, computer, fields } = told;
  const module = moduleOf(told);
  const kind = `${module}/${eventId}`;
  const doc: Doc = { ecs: { version: ECS_VERSION }, host: { name: host, os: { type: 'windows' } } };
  if (computer !== '') put(doc, 'host.hostname', computer);
  for (const { ecs, as, from } of TABLE) {
    for (const { field, of, as: own = as } of from) {
      const value = fields[field];
      if (!said(value) || (of !== undefined && !of.includes(kind))) continue;
      const become = own(value);
      if (become === undefined) continue;
      put(doc, ecs, become);
      break;
    }
  }
  const [category, type, action, outcome] = KINDS[kind] ?? [];
  doc.event = {
    code: String(eventId),
    ...(provider !== '' && { provider }),
    ...(module !== undefined && { module }),
    ...(category !== undefined && { category: [category], type: [type], action }),
    ...(outcome !== undefined && { outcome }),
  };
  doc.related = relatedOf(doc);
  doc.winlog = {
    ...(doc.winlog as Doc | undefined),
    channel,
    provider_name: provider,
    event_id: String(eventId),
    computer_name: computer,
    ...(recordId !== '' && { record_id: recordId }),
  };
  return doc;
}

function relatedOf(doc: Doc): Doc {
  const related: Doc = {};
  for (const [name, paths] of Object.entries(RELATED)) {
    const all = new Set(paths.flatMap((path) => (take(doc, path) as string | readonly string[] | undefined) ?? []));
    if (all.size > 0) related[name] = [...all];
  }
  return related;
}

const LEVELS = ['information', 'critical', 'error', 'warning', 'information', 'verbose'] as const;
const number = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;

/** A stored event as a document; `nowMs`: when it is written. */
export function eventDoc(event: StoredEvent, nowMs: number): Doc {
  const { system, timeMs, timeTicks, receivedMs, fields } = event;
  const doc = factsOf({ ...event, computer: system.Computer ?? '' }, event.host);
  const time = timeOf(timeMs, timeTicks);
  const marks = Object.entries(EVENT_FLAGS).flatMap(([name, bit]) => ((event.flags & bit) !== 0 ? [name] : []));
  const [pid, thread] = [number(system.Execution_ProcessID), number(system.Execution_ThreadID)];
  const level = LEVELS[number(system.Level) ?? -1];
  const own = doc.event as Doc;
  own.kind = 'event';
  own.created = iso(receivedMs);
  own.ingested = iso(nowMs);
  const winlog = doc.winlog as Doc;
  if (pid !== undefined) winlog.process = { pid, ...(thread !== undefined && { thread: { id: thread } }) };
  for (const [name, member] of WINLOG) if (said(system[name])) winlog[member] = system[name];
  const { data, whole } = dataOf(fields);
  winlog.event_data = data;
  return {
    '@timestamp': time ?? iso(receivedMs),
    ...doc,
    ...(level !== undefined && { log: { level } }),
    haetae: {
      event: { id: event.id },
      origin: event.origin,
      ...(time === undefined ? { marks: [...marks, 'timeBeyond'] } : marks.length > 0 && { marks }),
      ...(event.decoded !== '' && { decoded: event.decoded }),
      ...(whole !== undefined && { whole }),
    },
  };
}

const WINLOG = [
  ['Task', 'task'],
  ['Opcode', 'opcode'],
  ['Keywords', 'keywords'],
  ['Version', 'version'],
] as const;

/** UTF-16 units of a value that OpenSearch takes as one term, whatever they are in UTF-8. */
const MOST_TERM = 8000;

/** All of its fields, by Microsoft's names; what `message` holds is not written twice. Long values are cut, and whole in `whole`. */
function dataOf({ Message: _, ...fields }: StoredEvent['fields']): {
  readonly data: Doc;
  readonly whole: Doc | undefined;
} {
  const long = Object.entries(fields).filter(([, value]) => value.length > MOST_TERM);
  const cut = long.map(([name, value]) => [name, `${value.slice(0, MOST_TERM)}…`] as const);
  return {
    data: { ...fields, ...Object.fromEntries(cut) },
    whole: long.length === 0 ? undefined : Object.fromEntries(long),
  };
}

export const iso = (ms: number): string => new Date(ms).toISOString();
/** With its 100 ns; undefined for a time that four digits of a year do not tell. */
export function timeOf(ms: number, ticks: number): string | undefined {
  const date = new Date(ms);
  if (!(date.getTime() >= Date.UTC(1601, 0)) || date.getUTCFullYear() > 9999) return undefined;
  return ticks === 0 ? date.toISOString() : date.toISOString().replace('Z', `${String(ticks).padStart(4, '0')}Z`);
}
