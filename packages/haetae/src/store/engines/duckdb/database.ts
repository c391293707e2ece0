import type * as duckdb from '@duckdb/node-api';
import { StoreError } from '../../error.ts';
import type { Database as AnyDatabase } from '../sql/sql.ts';
import { eventAppender } from './append.ts';
import { type DuckSql, sqlOn, storeError } from './sql.ts';

/** How much of the machine the database may take. */
export interface DatabaseLimits {
  /** Bytes of its buffers. */
  readonly memory: number;
  readonly threads: number;
  /** Reading queries at a time. Each holds one of libuv's four threads while it runs, and the writer one more. */
  readonly readers: number;
  /** Rows that are compressed at once. A checkpoint writes a part-filled group anew: fewer than DuckDB's 122,880 cost less. */
  readonly rowGroup: number;
}

/** The name of the attached file in SQL. */
export const STORE = 'store';
/**
 * Changes are written to the file's log up to this, then into the file: about a row group of events. Commits stand still for it, and
 * a start after a crash goes through what the log holds.
 */
const CHECKPOINT = '64MB';
/**
 * Memory that DuckDB has no more use for goes back to the system. Its allocator keeps it otherwise: hundreds of megabytes
 * beside `memory_limit`, which come and go with what commits and checkpoints needed last.
 */
const GIVEN_BACK = {
  allocator_background_threads: 'true',
  allocator_flush_threshold: '16MB',
  allocator_bulk_deallocation_flush_threshold: '16MB',
};

/** One DuckDB file of this process: one connection that writes, one task at a time, and a few that read. */
export interface Database extends AnyDatabase {
  readonly api: typeof duckdb;
  /** Runs the task inside a transaction, after those that came before it. */
  write<T>(task: (sql: DuckSql) => Promise<T>): Promise<T>;
  /** As {@link write} but outside a transaction: CHECKPOINT, ATTACH. */
  maintain<T>(task: (sql: DuckSql) => Promise<T>): Promise<T>;
  read<T>(task: (sql: DuckSql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Loaded here and nowhere else, and only when a store is opened: the command line starts without the 60 MB. */
export async function openDatabase(path: string, limits: DatabaseLimits, temp: string): Promise<Database> {
  const api = await import('@duckdb/node-api');
  let instance: duckdb.DuckDBInstance;
  try {
    instance = await api.DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.floor(limits.memory / 1e6)}MB`,
      threads: String(limits.threads),
      temp_directory: temp,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      checkpoint_threshold: CHECKPOINT,
      ...GIVEN_BACK,
    });
  } catch (error) {
    throw storeError(error);
  }
  const attach = `ATTACH ${quoted(path)} AS ${STORE} (ROW_GROUP_SIZE ${limits.rowGroup}, STORAGE_VERSION 'latest')`;
  const events = eventAppender(api, STORE);
  /** Never inside the attached file, so that it can let go of it. */
  const outside = sqlOn(await instance.connect(), api, events);
  const writer = sqlOn(await instance.connect(), api, events);
  const free: DuckSql[] = [];
  try {
    await outside.run(attach);
    for (let i = 0; i < limits.readers; i++) free.push(sqlOn(await instance.connect(), api, events));
    for (const sql of [writer, ...free]) {
      await sql.run(`USE ${STORE}`);
      // A page of the newest rows is found by a few columns; the others are read for its rows only.
      await sql.run('SET late_materialization_max_rows = 10000');
    }
  } catch (error) {
    instance.closeSync();
    throw storeError(error);
  }
  const all = [writer, ...free];
  const waiting: ((sql: DuckSql) => void)[] = [];
  const running = new Set<Promise<unknown>>();
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;
  /** DuckDB gives a database up when a checkpoint fails, on a full disk above all; what was committed is in its log. */
  let invalid = false;
  let reviving: Promise<void> | undefined;

  const closedError = (): StoreError => new StoreError('closed', 'the store is closed');
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(closedError());
    const result = tail.then(async () => {
      if (invalid) await revive();
      return watched(task());
    });
    tail = result.catch(() => {});
    return result;
  }
  async function watched<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      if (error instanceof StoreError && INVALID.test(error.message)) invalid = true;
      throw error;
    }
  }
  async function transaction<T>(task: (sql: DuckSql) => Promise<T>): Promise<T> {
    await writer.run('BEGIN');
    try {
      const result = await task(writer);
      await writer.run('COMMIT');
      return result;
    } catch (error) {
      // A COMMIT that failed has ended the transaction itself: then there is nothing to roll back.
      await writer.run('ROLLBACK').catch(() => {});
      throw storeError(error);
    }
  }
  const take = async (): Promise<DuckSql> => free.pop() ?? new Promise<DuckSql>((resolve) => waiting.push(resolve));
  function release(sql: DuckSql): void {
    const next = waiting.shift();
    if (next === undefined) free.push(sql);
    else next(sql);
  }
  /** Lets go of the file and takes it again, as DuckDB asks; in the writer's turn, once no reader is in it. */
  async function revive(): Promise<void> {
    const readers: DuckSql[] = [];
    try {
      while (readers.length < limits.readers) readers.push(await take());
      await outside.run(`DETACH DATABASE IF EXISTS ${STORE}`);
      await outside.run(attach);
      invalid = false;
    } finally {
      for (const sql of readers) release(sql);
    }
  }
  async function read<T>(task: (sql: DuckSql) => Promise<T>): Promise<T> {
    if (closed) throw closedError();
    if (invalid) {
      reviving ??= inTurn(async () => {}).finally(() => {
        reviving = undefined;
      });
      await reviving;
    }
    const sql = await take();
    try {
      return await watched(task(sql));
    } finally {
      release(sql);
    }
  }
  const write: Database['write'] = (task) => inTurn(() => transaction(task));
  return {
    api,
    alone: true,
    write,
    commit: write,
    maintain: (task) => inTurn(() => task(writer)),
    read(task) {
      const result = read(task);
      running.add(result);
      const done = (): void => void running.delete(result);
      result.then(done, done);
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const sql of all) if (sql !== writer) sql.connection.interrupt();
      await tail;
      await Promise.allSettled(running);
      await writer.run('CHECKPOINT').catch(() => {});
      for (const sql of all) sql.connection.closeSync();
      await outside.run(`DETACH ${STORE}`).catch(() => {});
      outside.connection.closeSync();
      instance.closeSync();
    },
  };
}

const INVALID = /has been invalidated|Detach and reattach/;

/** A text as SQL writes it: for paths, which no statement takes as a parameter. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
