import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../../error.ts';
import type { QueryControl } from '../../events/query.ts';
import type { ParquetFile, StoreStatus, Upkeep } from '../../upkeep.ts';
import { copyOfBackup, copySnapshots, FILE, writeBackup } from '../duckdb/backup.ts';
import { type DatabaseLimits, type Database as Duckdb, openDatabase as openDuckdb } from '../duckdb/database.ts';
import { MIGRATIONS } from '../duckdb/migrations/index.ts';
import { exportParquet as exportDuckdb, importParquet as importDuckdb, SAME } from '../duckdb/parquet.ts';
import type { Lake } from '../parquet/lake.ts';
import { eventFiles } from '../parquet/manifest.ts';
import { writeDays } from '../parquet/write.ts';
import { committedSeq } from '../sql/intake.ts';
import { Limit } from '../sql/limited.ts';
import { migrate } from '../sql/migrate.ts';
import type { Parameter, Sql } from '../sql/sql.ts';
import { Where } from '../sql/where.ts';
import type { Database } from './database.ts';
import { DAY, makingOf } from './days.ts';
import type { PostgresSql } from './sql.ts';
import { statusOf } from './status.ts';

/**
 * Backups and Parquet are DuckDB's files whatever the engine is: a store that outgrew its directory goes into PostgreSQL by its
 * backup, and comes back by one.
 */
const TABLES = [
  ...['users', 'sessions', 'tokens', 'audit', 'audit_head', 'committed', 'findings', 'incidents', 'incident_bodies'],
  ...['incident_history', 'entities', 'exceptions', 'rules', 'deliveries', 'responses', 'searches', 'marks', 'hunts'],
  ...['hunt_hits', 'events'],
] as const;
const REALS = new Set(['risk']);
/** Rows that are on their way at a time. */
const AT_ONCE = 1000;

export async function backup(
  db: Database,
  lake: Lake | undefined,
  limits: DatabaseLimits,
  directory: string,
  folder: string,
  control: QueryControl | undefined,
): Promise<StoreStatus> {
  const limit = new Limit(control);
  try {
    return await writeBackup(limits, directory, folder, async (part) => {
      await inDuckdb(part, limits, join(folder, 'temp'), (copy) =>
        db.moment((sql) =>
          limit.on(sql, async () => {
            for (const table of TABLES) {
              if (table === 'events' && lake !== undefined) await pourFiles(sql, copy, lake);
              else await pour(sql, copy, table, '', [], limit);
            }
          }),
        ),
      );
    });
  } finally {
    limit.done();
  }
}

/** Puts a backup into a schema that holds nothing yet. */
export async function restore(
  db: Database,
  lake: Lake | undefined,
  folder: string,
  directory: string,
  limits: DatabaseLimits,
): Promise<StoreStatus> {
  const temp = mkdtempSync(join(tmpdir(), 'haetae-restore-'));
  try {
    const part = join(temp, FILE);
    await copyOfBackup(folder, part, limits);
    const copy = await openDuckdb(part, limits, join(temp, 'temp'));
    try {
      await migrate(copy, 0, MIGRATIONS);
      await db.write(async (sql) => {
        const { n } = (await sql.first('SELECT count(*) AS n FROM users'))!;
        const used = (n as number) > 0 || (await sql.eventFigure('count')) || (await committedSeq(sql)) > 0;
        if (used) {
          throw new StoreError('taken', 'the database holds a store already; restore to another schema or database');
        }
        for (const table of TABLES) {
          if (table === 'events' && lake !== undefined) {
            await lake.ready();
            await copy.maintain(lake.place.attach);
            await eventFiles.insertAll(sql, await copy.read((duck) => writeDays(duck, lake.place)));
            continue;
          }
          await sql.run(`DELETE FROM ${table}`);
          await takeAll(copy, sql, table, table);
        }
      });
    } finally {
      await copy.close();
    }
    copySnapshots(folder, directory);
    return await db.read(statusOf);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

export async function exportParquet(
  db: Database,
  limits: DatabaseLimits,
  folder: string,
  range: Parameters<Upkeep['exportParquet']>[1],
  control: QueryControl | undefined,
): Promise<readonly ParquetFile[]> {
  const temp = mkdtempSync(join(tmpdir(), 'haetae-parquet-'));
  const limit = new Limit(control);
  try {
    return await inDuckdb(join(temp, FILE), limits, join(temp, 'temp'), async (copy) => {
      const where = new Where();
      where.and('time_ms >= ?', range.fromMs);
      where.and('time_ms < ?', range.toMs);
      where.and('lower(host) = lower(?)', range.host);
      await db.moment((sql) => limit.on(sql, () => pour(sql, copy, 'events', where.sql, where.values, limit)));
      return exportDuckdb(copy, folder, {}, control);
    });
  } finally {
    limit.done();
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Imported events get ids below zero, as in DuckDB's store. */
export async function importParquet(
  db: Database,
  limits: DatabaseLimits,
  path: string,
): Promise<{ events: number; known: number }> {
  const temp = mkdtempSync(join(tmpdir(), 'haetae-parquet-'));
  try {
    return await inDuckdb(join(temp, FILE), limits, join(temp, 'temp'), async (copy) => {
      const { events: all } = await importDuckdb(copy, path);
      return db.write(async (sql) => {
        await sql.run('CREATE TEMPORARY TABLE incoming (LIKE events) ON COMMIT DROP');
        const columns = await takeAll(copy, sql, 'events', 'incoming');
        const lowest = (await sql.first('SELECT least(coalesce(min(id), 0), 0) AS id FROM events'))!.id as number;
        const listed = columns.map((column) => (column === 'id' ? `${lowest} - row_number() OVER ()` : `p.${column}`));
        const same = SAME.map((column) => `e.${column} IS NOT DISTINCT FROM p.${column}`).join(' AND ');
        // Equality first, so that the index on the time is used.
        const added = await sql.all(
          `INSERT INTO events (${columns.join(', ')}) SELECT ${listed.join(', ')} FROM incoming p
           WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.time_ms = p.time_ms AND ${same}) RETURNING 1 AS added`,
        );
        return { events: added.length, known: all - added.length };
      });
    });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** A new DuckDB database with the tables of a store. */
async function inDuckdb<T>(
  path: string,
  limits: DatabaseLimits,
  temp: string,
  task: (copy: Duckdb) => Promise<T>,
): Promise<T> {
  const copy = await openDuckdb(path, limits, temp);
  try {
    await migrate(copy, 0, MIGRATIONS);
    return await task(copy);
  } finally {
    await copy.close();
  }
}

const columnsOf = async (sql: Sql, table: string): Promise<string[]> =>
  (await sql.all(`DESCRIBE ${table}`)).map(({ column_name }) => column_name as string);

/** Rows of PostgreSQL into the same table of DuckDB, in place of what is there. */
async function pour(
  sql: PostgresSql,
  copy: Duckdb,
  table: string,
  where: string,
  values: readonly Parameter[],
  limit: Limit,
): Promise<void> {
  await copy.write(async (duck) => {
    await duck.run(`DELETE FROM ${table}`);
    const columns = await columnsOf(duck, table);
    const text = `SELECT ${columns.join(', ')} FROM ${table} ${where}`;
    for await (const rows of sql.connection.unsafe(text, [...values]).cursor(AT_ONCE)) {
      limit.check();
      await duck.insert(
        table,
        columns,
        rows.map((row) => columns.map((column) => row[column] as Parameter)),
        REALS,
      );
    }
  });
}

/** Events of files, those of the moment that `sql` sees, into DuckDB's table. */
async function pourFiles(sql: PostgresSql, copy: Duckdb, lake: Lake): Promise<void> {
  await copy.maintain(lake.place.attach);
  const from = await lake.from(sql, {});
  await copy.write(async (duck) => {
    const columns = (await columnsOf(duck, 'events')).join(', ');
    await duck.run(`INSERT INTO events (${columns}) SELECT ${columns} FROM ${from}`);
  });
}

/** Rows of DuckDB into a table of PostgreSQL; the columns they have. */
async function takeAll(copy: Duckdb, sql: Sql, from: string, to: string): Promise<string[]> {
  const columns = await copy.read((duck) => columnsOf(duck, from));
  if (to === 'events' || to === 'incoming') await makeDays(copy, sql);
  for (let done = 0; ; ) {
    const rows = await copy.read((duck) =>
      duck.all(`SELECT ${columns.join(', ')} FROM ${from} WHERE rowid >= ${done} AND rowid < ${done + AT_ONCE}`),
    );
    done += AT_ONCE;
    await sql.insert(
      to,
      columns,
      rows.map((row) => columns.map((column) => row[column]!)),
      REALS,
    );
    if (rows.length === 0) {
      const left = await copy.read((duck) => duck.first(`SELECT count(*) AS n FROM ${from} WHERE rowid >= ${done}`));
      if (left!.n === 0) return columns;
    }
  }
}

async function makeDays(copy: Duckdb, sql: Sql): Promise<void> {
  const days = await copy.read((duck) => duck.all(`SELECT DISTINCT received_ms // ${DAY} AS day FROM events`));
  for (const { day } of days) await sql.run(makingOf(day as number));
}
