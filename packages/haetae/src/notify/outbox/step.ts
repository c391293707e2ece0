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
    | 'news';
  readonly fromMs: number;
}

/** Between two edits of one message. */
export const EDIT_MS = 5000;
/** From the first message to its details: an attack is told in one go, not in its first second. */
export const DETAILS_MS = 5000;
/** Between two messages below one. */
export const NEWS_MS = 60_000;

/** undefined when nothing is owed. `board`: the channel keeps one message up to date. */
export function stepOf(row: Row, board: boolean): Step | undefined {
  const { body, incident, fromMs } = row;
  if (body.kind !== 'incident') return row.delivery.state === 'sent' ? undefined : { kind: 'first', fromMs };
  if (body.told === null) return { kind: 'first', fromMs };
  if (incident === undefined) return undefined;
  const { told } = body;
  const worse = told.level !== incident.level && atLeast(incident.level, told.level);
  // Told among others only: one that grew worse gets a message of its own.
  if (!board || body.ref === null) return worse ? { kind: board ? 'first' : 'again', fromMs } : undefined;
  if (incident.version > told.version) return { kind: 'edit', fromMs: Math.max(fromMs, told.atMs + EDIT_MS) };
  if (!body.detailed) return { kind: 'details', fromMs: Math.max(fromMs, told.atMs + DETAILS_MS) };
  const said = body.said ?? told;
  return isNews(said, incident) ? { kind: 'news', fromMs: Math.max(fromMs, said.atMs + NEWS_MS) } : undefined;
}

/** Whether what changed is worth a message: an edit tells nobody. */
export const isNews = (said: Told, incident: NonNullable<Row['incident']>): boolean =>
  (said.level !== incident.level && atLeast(incident.level, said.level)) ||
  incident.hosts.length > said.hosts ||
  (incident.status === 'closed' && said.status !== 'closed') ||
  (incident.mergedInto !== null && !said.merged);

const RANK: Readonly<Record<Step['kind'], number>> = { first: 0, again: 0, edit: 1, news: 2, details: 3 };

/** Which of two goes first: Haetae's own notices, new incidents by risk, then what brings up to date what stands. */
export function before(a: Row, x: Step, b: Row, y: Step): number {
  const own = Number(b.body.kind === 'notice') - Number(a.body.kind === 'notice');
  if (own !== 0) return own;
  if (RANK[x.kind] !== RANK[y.kind]) return RANK[x.kind] - RANK[y.kind];
  const risk = (b.incident?.risk ?? 0) - (a.incident?.risk ?? 0);
  return risk !== 0 ? risk : a.delivery.createdMs - b.delivery.createdMs || (a.delivery.id < b.delivery.id ? -1 : 1);
}
