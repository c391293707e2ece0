import type { Level } from '../../incident/index.ts';
import { atLeast } from '../message/render.ts';
import type { Row, Told } from './delivery.ts';

/** What a delivery wants done next, and when at the earliest. */
export interface Step {
  readonly kind: /** The first message, or the only one. */
    | 'first'
    /** Another one: it grew worse, and the channel cannot edit. */
    | 'again'
    /** The message is brought up to date. */
    | 'edit'
    /** The story below it. */
    | 'details'
    /** What changed, below it. */
    | 'news'
    /** A picture and the report, below it. */
    | 'files';
  readonly fromMs: number;
}

/** Between two edits of one message. */
export const EDIT_MS = 5000;
/** From the first message to its details: an attack is told in one go, not in its first second. */
export const DETAILS_MS = 5000;
/** Between two messages below one. */
export const NEWS_MS = 60_000;

/** Files are made once an incident was quiet for so long, or so long after it was told of. */
export const FILES_MS = 30_000;
export const FILES_LATEST_MS = 300_000;

/** What a channel is able to. */
export interface Able {
  /** It keeps one message up to date. */
  readonly board: boolean;
  wantsFiles(level: Level): boolean;
}

/** undefined when nothing is owed. */
export function stepOf(row: Row, able: Able): Step | undefined {
  const { body, incident, fromMs } = row;
  const { board } = able;
  if (body.kind !== 'incident') return row.delivery.state === 'sent' ? undefined : { kind: 'first', fromMs };
  if (body.told === null) return { kind: 'first', fromMs };
  if (incident === undefined) return undefined;
  const { told } = body;
  const worse = told.level !== incident.level && atLeast(incident.level, told.level);
  // Told among others only: one that grew worse gets a message of its own.
  if (!board || body.ref === null) return worse ? { kind: board ? 'first' : 'again', fromMs } : undefined;
  const asks = row.asks ?? told.asks;
  if (incident.version > told.version || asks.join() !== told.asks.join())
    return { kind: 'edit', fromMs: Math.max(fromMs, told.atMs + EDIT_MS) };
  if (!body.detailed) return { kind: 'details', fromMs: Math.max(fromMs, told.atMs + DETAILS_MS) };
  const said = body.said ?? told;
  if (isNews(said, incident) || newAsks(said, asks).length > 0)
    return { kind: 'news', fromMs: Math.max(fromMs, said.atMs + NEWS_MS) };
  if (body.filed || !able.wantsFiles(incident.level)) return undefined;
  const quietMs = Math.min(told.atMs + FILES_MS, row.delivery.createdMs + FILES_LATEST_MS);
  return { kind: 'files', fromMs: Math.max(fromMs, quietMs) };
}

/** Responses that nobody was asked for before; a vote makes no new one. */
export function newAsks({ asks }: Told, now: readonly string[]): readonly string[] {
  const known = new Set(asks.map(responseOf));
  return now.filter((stamp) => !known.has(responseOf(stamp)));
}
const responseOf = (stamp: string): string => stamp.split(':', 1)[0]!;

/** Whether what changed is worth a message: an edit tells nobody. */
export const isNews = (said: Told, incident: NonNullable<Row['incident']>): boolean =>
  (said.level !== incident.level && atLeast(incident.level, said.level)) ||
  incident.hosts.length > said.hosts ||
  (incident.status === 'closed' && said.status !== 'closed') ||
  (incident.mergedInto !== null && !said.merged);

const RANK: Readonly<Record<Step['kind'], number>> = { first: 0, again: 0, edit: 1, news: 2, details: 3, files: 4 };

/** Which of two goes first: Haetae's own notices, new incidents by risk, then what brings up to date what stands. */
export function before(a: Row, x: Step, b: Row, y: Step): number {
  const own = Number(b.body.kind === 'notice') - Number(a.body.kind === 'notice');
  if (own !== 0) return own;
  if (RANK[x.kind] !== RANK[y.kind]) return RANK[x.kind] - RANK[y.kind];
  const risk = (b.incident?.risk ?? 0) - (a.incident?.risk ?? 0);
  return risk !== 0 ? risk : a.delivery.createdMs - b.delivery.createdMs || (a.delivery.id < b.delivery.id ? -1 : 1);
}
