import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../error.ts';
import { STRAYS } from '../../events/columns.ts';
import type { QueryControl } from '../../events/query.ts';
import type { ParquetFile, Upkeep } from '../../upkeep.ts';
import { Limit } from '../sql/limited.ts';
import { Where } from '../sql/where.ts';
import { type Database, quoted } from './database.ts';

/** Exports from before it was kept have none. */
const STRAYS_COLUMN = 'strays';
const DAY = 86_400_000;
/** The columns of the table, in its order: a file of another order or with more of them is read all the same. */
const columnsOf = async (db: Pick<Database, 'read'>): Promise<string[]> =>
  (
    await db.read((sql) =>
      sql.all(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'store' AND table_name = 'events' ORDER BY column_index",
      ),
    )
  ).map(({ column_name }) => column_name as string);

/** A day at a time, so that memory is bounded by the hosts of one day and a cancel is heard soon. */
export async function exportParquet(
  db: Pick<Database, 'read'>,
  folder: string,
  range: Parameters<Upkeep['exportParquet']>[1],
  control: QueryControl | undefined,
): Promise<ParquetFile[]> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new StoreError('taken', `${folder} is not empty; an export is written to a new folder`);
  }
  mkdirSync(folder, { recursive: true });
  const limit = new Limit(control);
  try {
    const where = (): Where => {
      const wanted = new Where();
      wanted.and('time_ms >= ?', range.fromMs);
      wanted.and('time_ms < ?', range.toMs);
      wanted.and('lower(host) = lower(?)', range.host);
      return wanted;
    };
    const all = where();
    const days = await db.read((sql) =>
      limit.on(sql, async () =>
        sql.all(
          `SELECT DISTINCT time_ms // ${DAY} AS day FROM ${await sql.eventsFrom(range)} ${all.sql} ORDER BY 1`,
          all.values,
        ),
      ),
    );
    for (const { day } of days) {
      const one = where();
      const times = { fromMs: (day as number) * DAY, toMs: ((day as number) + 1) * DAY };
      one.and('time_ms >= ?', times.fromMs);
      one.and('time_ms < ?', times.toMs);
      const name = new Date((day as number) * DAY).toISOString().slice(0, 10);
      const to = join(folder, `day=${name}`);
      await db.read((sql) =>
        limit.on(sql, async () =>
          sql.run(
            `COPY (SELECT *, host AS by_host FROM ${await sql.eventsFrom(times)} ${one.sql} ORDER BY host, time_ms, time_ticks, id) TO ${quoted(to)}
             (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (by_host))`,
            one.values,
          ),
        ),
      );
    }
    return await filesBelow(db, folder);
  } finally {
    limit.done();
  }
}

const glob = (path: string): string =>
  quoted(statSync(path).isDirectory() ? `${path.replaceAll('\\', '/')}/**/*.parquet` : path);

async function filesBelow(db: Pick<Database, 'read'>, folder: string): Promise<ParquetFile[]> {
  if (readdirSync(folder).length === 0) return [];
  const rows = await db.read((sql) =>
    sql.all(`SELECT file_name AS path, num_rows AS events FROM parquet_file_metadata(${glob(folder)}) ORDER BY 1`),
  );
  return rows.map(({ path, events }) => ({ path: path as string, events: events as number }));
}

/** What makes two rows the same event: ids differ from store to store. */
export const SAME = [
  'time_ms',
  'time_ticks',
  'received_ms',
  'host',
  'channel',
  'provider',
  'event_id',
  'record_id',
  'fields',
  'system',
];

/** Imported events get ids below zero, seq 0: no frame holds them, and the reader's own count stays untouched. */
export async function importParquet(
  db: Pick<Database, 'read' | 'write'>,
  path: string,
): Promise<{ events: number; known: number }> {
  if (!existsSync(path)) throw new StoreError('missing', `there is no ${path}`);
  if (
    statSync(path).isDirectory() &&
    !readdirSync(path, { recursive: true }).some((name) => /\.parquet$/i.test(`${name}`))
  )
    throw new StoreError('invalid', `${path} is no export of events: it holds no .parquet file`);
  const columns = await columnsOf(db);
  const from = `read_parquet(${glob(path)}, hive_partitioning = false, union_by_name = true)`;
  return db.write(async (sql) => {
    const found = await sql.all(`DESCRIBE SELECT * FROM ${from}`);
    const there = new Set(found.map(({ column_name }) => column_name));
    const missing = columns.filter((column) => column !== STRAYS_COLUMN && !there.has(column));
    if (missing.length > 0) {
      throw new StoreError('invalid', `${path} is no export of events: it has no ${missing.join(', ')}`);
    }
    const all = (await sql.first(`SELECT count(*) AS n, min(time_ms) AS a, max(time_ms) AS b FROM ${from}`))!;
    if (all.n === 0) return { events: 0, known: 0 };
    const lowest = Math.min(0, (await sql.eventFigure('lowestId')) ?? 0);
    const stored = await sql.eventsFrom({ fromMs: all.a as number, toMs: (all.b as number) + 1 });
    const before = (await sql.first('SELECT count(*) AS n FROM events'))!.n as number;
    const listed = columns.map((column) => {
      if (column === 'id') return `${lowest} - row_number() OVER ()`;
      if (column === STRAYS_COLUMN && !there.has(column)) return String(STRAYS.unknown);
      return column === 'seq' ? '0' : `p.${column}`;
    });
    const same = SAME.map((column) => `e.${column} IS NOT DISTINCT FROM p.${column}`).join(' AND ');
    await sql.run(
      `INSERT INTO events (${columns.join(', ')}) SELECT ${listed.join(', ')} FROM ${from} p
       WHERE NOT EXISTS (SELECT 1 FROM ${stored} e WHERE e.time_ms BETWEEN ${all.a} AND ${all.b} AND ${same})`,
    );
    const events = ((await sql.first('SELECT count(*) AS n FROM events'))!.n as number) - before;
    return { events, known: (all.n as number) - events };
  });
}
