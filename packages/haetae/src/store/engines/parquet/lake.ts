import { join } from 'node:path';
import type { EventBatch } from '../../events/batch.ts';
import { type DatabaseLimits, type Database as Duckdb, openDatabase, quoted } from '../duckdb/database.ts';
import { MIGRATIONS } from '../duckdb/migrations/index.ts';
import type { DuckSql } from '../duckdb/sql.ts';
import type { Database } from '../postgres/database.ts';
import type { Elsewhere, PostgresSql } from '../postgres/sql.ts';
import { migrate } from '../sql/migrate.ts';
import type { Sql, Within } from '../sql/sql.ts';
import { bucketOf, bucketPlace } from './bucket.ts';
import { folderPlace } from './folder.ts';
import { eventFiles, figureOf, pathsWithin } from './manifest.ts';
import { checkPlace, type FilePlace } from './place.ts';
import { writeDays } from './write.ts';

/**
 * Events as Parquet files at a place that servers share, and their names in PostgreSQL (`event_files`). A file is written once,
 * before the transaction that names it, and never changed: what nobody named does not count.
 */
export interface Lake {
  readonly place: FilePlace;
  /** Has a table of events that is empty between tasks; statements of `read` and `write` read what is named. */
  readonly duck: Pick<Duckdb, 'read' | 'write'>;
  /** What of the files a statement of DuckDB reads, as of the transaction of `sql`. */
  from(sql: Sql, within: Within): Promise<string>;
  /** Of files as such. */
  of(paths: readonly string[]): string;
  /** Finds, once, that the place is the one of this store. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The part that belongs into the database's connections comes first: they are what the rest is made with. */
export async function openLake(
  events: string,
  directory: string,
  limits: DatabaseLimits,
): Promise<{ elsewhere: Elsewhere; over: (db: Database) => Lake; close: () => Promise<void> }> {
  const place = events.startsWith('s3://')
    ? bucketPlace(bucketOf(events, process.env), directory)
    : folderPlace(events);
  const duck = await openDatabase(':memory:', limits, join(directory, 'temp'));
  try {
    await migrate(duck, 0, MIGRATIONS);
    await duck.maintain(place.attach);
    // Files are put together as they are read, in little memory; who wants an order says so.
    await duck.maintain((sql) => sql.run('SET GLOBAL preserve_insertion_order = false'));
  } catch (error) {
    await duck.close();
    throw error;
  }
  let ready: () => Promise<void> = async () => {};

  /** What the task puts into the table of events becomes files, which `sql` names. */
  const put = async <T>(sql: Sql, task: (staging: DuckSql) => Promise<T>): Promise<T> => {
    await ready();
    const { result, files } = await duck.maintain(async (staging) => {
      await staging.run('BEGIN');
      try {
        const done = await task(staging);
        return { result: done, files: await writeDays(staging, place) };
      } finally {
        await staging.run('ROLLBACK');
      }
    });
    await eventFiles.insertAll(sql, files);
    return result;
  };
  const from: Lake['from'] = async (sql, within) => {
    await ready();
    return of(await pathsWithin(sql, within));
  };
  const of: Lake['of'] = (paths) =>
    paths.length === 0
      ? '(SELECT * FROM events WHERE false)'
      : `read_parquet([${paths.map((path) => quoted(place.at(path))).join(', ')}], hive_partitioning = false)`;

  function over(db: Database): Lake {
    const reading = (sql: DuckSql): DuckSql => ({
      ...sql,
      eventsFrom: (within) => db.read((names) => from(names, within)),
      eventFigure: (figure) => db.read((names) => figureOf(names, figure)),
    });
    let checked: Promise<void> | undefined;
    ready = () => {
      checked ??= checkPlace(db, place).catch((error: unknown) => {
        checked = undefined;
        throw error;
      });
      return checked;
    };
    return {
      place,
      duck: {
        read: (task) => duck.read((sql) => task(reading(sql))),
        write: (task) => db.write((names) => put(names, (sql) => task(reading(sql)))),
      },
      from,
      of,
      ready,
      close: () => duck.close(),
    };
  }
  const append = (names: PostgresSql, batch: EventBatch, first: number): Promise<void> =>
    put(names, (sql) => sql.append(batch, first));
  return { elsewhere: { append, figure: figureOf }, over, close: () => duck.close() };
}
