import type { Cursor, EventQuery, StoredEvent } from '../../events/query.ts';
import { conditionOf } from './filter.ts';
import type { EventSql } from './sql.ts';
import { LISTED, storedEvent } from './stored-event.ts';

/** Pieces into which the times of a query are cut to count what is in them. */
const PIECES = 2000;

/** A stretch of time, and how many events are in it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
}

type Times = Pick<EventQuery, 'fromMs' | 'toMs' | 'order'>;

/** The times of a query, in its order, to be taken a stretch at a time. */
export class Stretches {
  /** Events in all. */
  readonly total: number;
  readonly #pieces: readonly Stretch[];
  #at = 0;

  constructor(pieces: readonly Stretch[]) {
    this.#pieces = pieces;
    this.total = pieces.reduce((sum, { events }) => sum + events, 0);
  }

  /** One of at least so many events, as far as there are; undefined behind the last. */
  next(wanted: number): Stretch | undefined {
    let open: Stretch | undefined;
    while (this.#at < this.#pieces.length && (open === undefined || open.events < wanted)) {
      const piece = this.#pieces[this.#at++]!;
      open =
        open === undefined
          ? piece
          : {
              fromMs: Math.min(open.fromMs, piece.fromMs),
              toMs: Math.max(open.toMs, piece.toMs),
              events: open.events + piece.events,
            };
    }
    return open;
  }
}

export async function stretchesOf(sql: EventSql, { order, ...times }: Times): Promise<Stretches> {
  const { sql: where, values } = conditionOf(sql.dialect, times);
  const from = await sql.eventsFrom(times);
  const span = (await sql.first(`SELECT min(time_ms) AS a, max(time_ms) AS b FROM ${from} WHERE ${where}`, values))!;
  if (span.a === null) return new Stretches([]);
  const [first, last] = [span.a as number, span.b as number];
  const width = Math.max(1, Math.ceil((last - first + 1) / PIECES));
  const pieces = await sql.all(
    `SELECT ${sql.dialect.quotient(`(time_ms - ${first})`, String(width))} AS piece, count(*) AS n FROM ${from} WHERE ${where} GROUP BY 1
     ORDER BY 1 ${order === 'newest' ? 'DESC' : 'ASC'}`,
    values,
  );
  const end = times.toMs ?? Number.POSITIVE_INFINITY;
  return new Stretches(
    pieces.map(({ piece, n }) => {
      const fromMs = first + (piece as number) * width;
      return { fromMs, toMs: Math.min(fromMs + width, Math.ceil(end)), events: n as number };
    }),
  );
}

/** Events of a stretch for which the filter holds, in the query's order, behind `after`. */
export async function eventsOf(
  sql: EventSql,
  { fromMs, toMs }: Stretch,
  { filter, order, limit, after }: Pick<EventQuery, 'filter' | 'order' | 'limit' | 'after'>,
  upToId?: number,
): Promise<StoredEvent[]> {
  const within = { fromMs, toMs, ...(filter !== undefined && { filter }) };
  const { sql: where, values } = conditionOf(sql.dialect, within);
  const bound = [...values];
  const put = (value: number): string => `$${bound.push(value)}`;
  const [direction, beyond] = order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const behind = ({ timeMs, timeTicks, id }: Cursor): string =>
    ` AND (time_ms, time_ticks, id) ${beyond} (${put(timeMs)}, ${put(timeTicks)}, ${put(id)})`;
  const rows = await sql.all(
    `SELECT ${LISTED} FROM ${await sql.eventsFrom(within)} WHERE ${where}${after === undefined ? '' : behind(after)}${upToId === undefined ? '' : ` AND id <= ${put(upToId)}`}
     ORDER BY time_ms ${direction}, time_ticks ${direction}, id ${direction} LIMIT ${put(limit)}`,
    bound,
  );
  return rows.map(storedEvent);
}
