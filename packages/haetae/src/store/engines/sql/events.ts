import { StoreError } from '../../error.ts';
import { HEAD_COLUMNS, type StoredColumn } from '../../events/columns.ts';
import type { Bucket, Events, Seen, StoredEvent } from '../../events/query.ts';
import { conditionOf } from './filter.ts';
import { limited } from './limited.ts';
import { scan } from './scan.ts';
import { search } from './search.ts';
import type { EventReader, EventSql, Row } from './sql.ts';
import { COLUMNS, LISTED, storedEvent } from './stored-event.ts';
import { Where } from './where.ts';

const MAX_BUCKETS = 20_000;

export const eventsIn = (db: EventReader): Events => ({
  search: (query, control) => search(db, query, control),
  scan: (query, control) => scan(db, query, control),
  get: (id) =>
    db.read(async (sql) => {
      const row = await sql.first(`SELECT ${LISTED} FROM ${await sql.eventsFrom({ ids: [id] })} WHERE id = $1`, [id]);
      return row === undefined ? undefined : storedEvent(row);
    }),
  behind: (after, limit) => db.read((sql) => behind(sql, after, limit)),
  origins: (ids) =>
    db.read(async (sql) => {
      if (ids.length === 0) return [];
      const where = new Where();
      where.oneOf('id', ids);
      const rows = await sql.all(`SELECT id, origin FROM ${await sql.eventsFrom({ ids })} ${where.sql}`, where.values);
      return rows.map(({ id, origin }) => ({ id: Number(id), origin: String(origin) }));
    }),
  count: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(sql.dialect, query);
      return (await sql.first(`SELECT count(*) AS n FROM ${await sql.eventsFrom(query)} WHERE ${where}`, values))!
        .n as number;
    }),
  histogram: (query, control) => limited(db, control, (sql) => histogram(sql, query)),
  top: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(sql.dialect, query);
      const by = column(query.by);
      const rows = await sql.all(
        `SELECT coalesce(CAST(${by} AS VARCHAR), '') AS key, ${SEEN} FROM ${await sql.eventsFrom(query)} WHERE ${where}
         GROUP BY 1 ORDER BY n DESC, key LIMIT $${values.length + 1}`,
        [...values, query.limit],
      );
      return rows.map((row) => ({ key: row.key as string, seen: seenOf(row) }));
    }),
  seen: (query, control) =>
    limited(db, control, async (sql) => {
      const { sql: where, values } = conditionOf(sql.dialect, query);
      return seenOf((await sql.first(`SELECT ${SEEN} FROM ${await sql.eventsFrom(query)} WHERE ${where}`, values))!);
    }),
});

async function behind(sql: EventSql, after: number, limit: number): Promise<readonly StoredEvent[]> {
  const within = async (first: number): Promise<StoredEvent[]> => {
    const idRange = [first, first + limit - 1] as const;
    const text = `SELECT ${LISTED} FROM ${await sql.eventsFrom({ idRange })} WHERE id BETWEEN $1 AND $2 ORDER BY id`;
    return (await sql.all(text, idRange)).map(storedEvent);
  };
  // What is found first says whether the next ids were removed, without a look at all that is behind them.
  const next = await within(after + 1);
  if (next.length > 0) return next;
  const from = await sql.eventsFrom({ idRange: [after + 1, Number.MAX_SAFE_INTEGER] });
  const { id } = (await sql.first(`SELECT min(id) AS id FROM ${from} WHERE id > $1`, [after]))!;
  return id === null ? [] : within(id as number);
}

const SEEN = 'count(*) AS n, min(time_ms) AS first_ms, max(time_ms) AS last_ms, count(DISTINCT host) AS hosts';
const seenOf = (row: Row): Seen =>
  ({ count: row.n, firstMs: row.first_ms, lastMs: row.last_ms, hosts: row.hosts }) as Seen;

function column(name: StoredColumn): string {
  const known: readonly string[] = [...HEAD_COLUMNS, ...COLUMNS];
  if (!known.includes(name))
    throw new StoreError('invalid', `there is no column ${name}; there are ${known.join(', ')}`);
  return name;
}

async function histogram(sql: EventSql, query: Parameters<Events['histogram']>[0]): Promise<Bucket[]> {
  const { sql: where, values } = conditionOf(sql.dialect, query);
  const width = Math.floor(query.widthMs);
  if (!(width >= 1)) throw new StoreError('invalid', `a bucket cannot be ${query.widthMs} ms wide`);
  const key = query.by === undefined ? "''" : `coalesce(CAST(${column(query.by)} AS VARCHAR), '')`;
  const rows = await sql.all(
    `SELECT ${sql.dialect.quotient('time_ms', String(width))} * ${width} AS from_ms, ${key} AS key, count(*) AS n FROM ${await sql.eventsFrom(query)} WHERE ${where}
     GROUP BY 1, 2 ORDER BY 1, n DESC, 2 LIMIT ${MAX_BUCKETS + 1}`,
    values,
  );
  if (rows.length > MAX_BUCKETS) {
    throw new StoreError('invalid', `more than ${MAX_BUCKETS} buckets; ask for wider ones or a shorter time`);
  }
  return rows.map((row) => ({ fromMs: row.from_ms, key: row.key, count: row.n }) as Bucket);
}
