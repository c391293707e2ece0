import { StoreError } from '../../error.ts';
import { EVENT_COLUMNS, HEAD_COLUMNS, type StoredColumn } from '../../events/columns.ts';
import {
  type Bucket,
  type Cursor,
  type EventQuery,
  type Events,
  type EventTimes,
  MAX_HITS,
  type QueryControl,
  type SearchStep,
  type Seen,
  type StoredEvent,
} from '../../events/query.ts';
import type { Database } from './database.ts';
import { conditionOf } from './filter.ts';
import { Limit, limited } from './limited.ts';
import type { Row, Sql } from './sql.ts';

const COLUMNS = EVENT_COLUMNS.map((column) => column.name);
const LISTED = [
  ...['id', 'seq', 'time_ms', 'time_ticks', 'received_ms', 'event_id', 'flags', 'host', 'channel', 'provider'],
  ...['record_id', 'origin', ...COLUMNS, 'decoded', 'fields', 'system'],
].join(', ');

/** Events of the first stretch that is searched; each following one is twice as long, up to the most: hits come soon, and progress steadily. */
const FIRST_STRETCH = 20_000;
const MOST_STRETCH = 500_000;
/** Pieces into which the times of a query are cut to count what is in them. */
const PIECES = 2000;
/** Hits of one step. */
const PAGE = 500;
const MAX_BUCKETS = 20_000;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: number;
}

export const eventsIn = (db: Database): Events => ({
  search: (query, control) => search(db, query, control),
  get: (id) =>
    db.read(async (sql) => {
      const row = await sql.first(`SELECT ${LISTED} FROM events WHERE id = $1`, [id]);
      return row === undefined ? undefined : storedEvent(row);
    }),
  count: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(query);
      return (await sql.first(`SELECT count(*) AS n FROM events WHERE ${where}`, values))!.n as number;
    }),
  histogram: (query, control) => limited(db, control, (sql) => histogram(sql, query)),
  top: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(query);
      const by = column(query.by);
      const rows = await sql.all(
        `SELECT coalesce(CAST(${by} AS VARCHAR), '') AS key, ${SEEN} FROM events WHERE ${where}
         GROUP BY 1 ORDER BY n DESC, key LIMIT $${values.length + 1}`,
        [...values, query.limit],
      );
      return rows.map((row) => ({ key: row.key as string, seen: seenOf(row) }));
    }),
  seen: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(query);
      return seenOf((await sql.first(`SELECT ${SEEN} FROM events WHERE ${where}`, values))!);
    }),
});

const SEEN = 'count(*) AS n, min(time_ms) AS first_ms, max(time_ms) AS last_ms, count(DISTINCT host) AS hosts';
const seenOf = (row: Row): Seen =>
  ({ count: row.n, firstMs: row.first_ms, lastMs: row.last_ms, hosts: row.hosts }) as Seen;

function column(name: StoredColumn): string {
  const known: readonly string[] = [...HEAD_COLUMNS, ...COLUMNS];
  if (!known.includes(name))
    throw new StoreError('invalid', `there is no column ${name}; there are ${known.join(', ')}`);
  return name;
}

async function histogram(sql: Sql, query: Parameters<Events['histogram']>[0]): Promise<Bucket[]> {
  const { sql: where, values } = conditionOf(query);
  const width = Math.floor(query.widthMs);
  if (!(width >= 1)) throw new StoreError('invalid', `a bucket cannot be ${query.widthMs} ms wide`);
  const key = query.by === undefined ? "''" : `coalesce(CAST(${column(query.by)} AS VARCHAR), '')`;
  const rows = await sql.all(
    `SELECT (time_ms // ${width}) * ${width} AS from_ms, ${key} AS key, count(*) AS n FROM events WHERE ${where}
     GROUP BY 1, 2 ORDER BY 1, n DESC, 2 LIMIT ${MAX_BUCKETS + 1}`,
    values,
  );
  if (rows.length > MAX_BUCKETS) {
    throw new StoreError('invalid', `more than ${MAX_BUCKETS} buckets; ask for wider ones or a shorter time`);
  }
  return rows.map((row) => ({ fromMs: row.from_ms, key: row.key, count: row.n }) as Bucket);
}

/**
 * The newest (or oldest) stretch of time is searched first and its hits handed out, then the next, until there are enough. Each
 * statement takes a connection for itself and gives it back: a long search does not keep others waiting.
 */
async function* search(db: Database, query: EventQuery, control: QueryControl | undefined): AsyncGenerator<SearchStep> {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_HITS) {
    throw new StoreError('invalid', `a limit of ${query.limit}; 1 to ${MAX_HITS} are possible`);
  }
  const limit = new Limit(control);
  try {
    const stretches = await db.read((sql) => limit.on(sql, () => stretchesOf(sql, query)));
    const total = stretches.reduce((sum, { events }) => sum + events, 0);
    let searched = 0;
    let left = query.limit;
    for (const stretch of stretches) {
      const hits = await db.read((sql) => limit.on(sql, () => hitsIn(sql, query, stretch, left)));
      searched += stretch.events;
      left -= hits.length;
      for (let i = 0; i < Math.max(1, hits.length); i += PAGE) {
        const page = hits.slice(i, i + PAGE);
        const last = left === 0 && i + PAGE >= hits.length ? page.at(-1) : undefined;
        yield { hits: page, searched, total, ...(last !== undefined && { next: cursorOf(last) }) };
        limit.check();
      }
      if (left === 0) return;
    }
    if (stretches.length === 0) yield { hits: [], searched: 0, total: 0 };
  } finally {
    limit.done();
  }
}

const cursorOf = ({ timeMs, timeTicks, id }: StoredEvent): Cursor => ({ timeMs, timeTicks, id });

/** The query's times, in its order, cut so that each stretch holds about as many events as it should. */
async function stretchesOf(sql: Sql, query: EventQuery): Promise<Stretch[]> {
  const times = timesOf(query);
  const { sql: where, values } = conditionOf(times);
  const span = (await sql.first(`SELECT min(time_ms) AS a, max(time_ms) AS b FROM events WHERE ${where}`, values))!;
  if (span.a === null) return [];
  const [first, last] = [span.a as number, span.b as number];
  const width = Math.max(1, Math.ceil((last - first + 1) / PIECES));
  const pieces = await sql.all(
    `SELECT (time_ms - ${first}) // ${width} AS piece, count(*) AS n FROM events WHERE ${where} GROUP BY 1
     ORDER BY 1 ${query.order === 'newest' ? 'DESC' : 'ASC'}`,
    values,
  );
  const stretches: Stretch[] = [];
  let wanted = FIRST_STRETCH;
  let open: { from: number; to: number; events: number } | undefined;
  for (const { piece, n } of pieces) {
    const [from, to] = [first + (piece as number) * width, first + ((piece as number) + 1) * width];
    open =
      open === undefined
        ? { from, to, events: 0 }
        : { from: Math.min(open.from, from), to: Math.max(open.to, to), events: open.events };
    open.events += n as number;
    if (open.events < wanted) continue;
    stretches.push({ fromMs: open.from, toMs: open.to, events: open.events });
    open = undefined;
    wanted = Math.min(MOST_STRETCH, wanted * 2);
  }
  if (open !== undefined) stretches.push({ fromMs: open.from, toMs: open.to, events: open.events });
  return stretches;
}

/** Times only; a cursor ends them. */
function timesOf({ fromMs, toMs, order, after }: EventQuery): EventTimes {
  const newest = order === 'newest';
  const from = Math.max(
    fromMs ?? Number.NEGATIVE_INFINITY,
    newest || after === undefined ? Number.NEGATIVE_INFINITY : after.timeMs,
  );
  const to = Math.min(
    toMs ?? Number.POSITIVE_INFINITY,
    newest && after !== undefined ? after.timeMs + 1 : Number.POSITIVE_INFINITY,
  );
  return { ...(Number.isFinite(from) && { fromMs: from }), ...(Number.isFinite(to) && { toMs: to }) };
}

async function hitsIn(sql: Sql, query: EventQuery, stretch: Stretch, limit: number): Promise<StoredEvent[]> {
  const { order, after } = query;
  const within = timesOf(query);
  const { sql: where, values } = conditionOf({
    fromMs: Math.max(stretch.fromMs, within.fromMs ?? Number.NEGATIVE_INFINITY),
    toMs: Math.min(stretch.toMs, within.toMs ?? Number.POSITIVE_INFINITY),
    ...(query.filter !== undefined && { filter: query.filter }),
  });
  const bound = [...values];
  const put = (value: number): string => `$${bound.push(value)}`;
  const [direction, beyond] = order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const page =
    after === undefined
      ? ''
      : ` AND (time_ms, time_ticks, id) ${beyond} (${put(after.timeMs)}, ${put(after.timeTicks)}, ${put(after.id)})`;
  const rows = await sql.all(
    `SELECT ${LISTED} FROM events WHERE ${where}${page}
     ORDER BY time_ms ${direction}, time_ticks ${direction}, id ${direction} LIMIT ${put(limit)}`,
    bound,
  );
  return rows.map(storedEvent);
}

/** Fields whose text stands in a column hold the column's number. */
function storedEvent(row: Row): StoredEvent {
  const fields = JSON.parse(row.fields as string) as Record<string, string | number>;
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') fields[name] = row[COLUMNS[value]!] as string;
  }
  return {
    id: row.id,
    seq: row.seq,
    timeMs: row.time_ms,
    timeTicks: row.time_ticks,
    receivedMs: row.received_ms,
    host: row.host,
    channel: row.channel,
    provider: row.provider,
    eventId: row.event_id,
    recordId: row.record_id ?? '',
    origin: row.origin,
    flags: row.flags,
    decoded: row.decoded ?? '',
    fields,
    system: JSON.parse(row.system as string) as Record<string, string>,
  } as StoredEvent;
}
