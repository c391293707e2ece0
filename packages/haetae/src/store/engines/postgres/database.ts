import type { Sql as Driver } from '@haetae/postgres';
import { StoreError } from '../../error.ts';
import type { Database as AnyDatabase } from '../sql/sql.ts';
import type { TrinoPlace } from '../trino/client.ts';
import { COMMITS, channelOf, type Elsewhere, lock, type PostgresSql, sqlOn, storeError } from './sql.ts';

export interface PostgresPlace {
  /** `postgres://user:password@host:port/database?sslmode=require`. */
  readonly url: string;
  /** Where its tables stand; one database can hold several stores. Letters, digits and `_`. */
  readonly schema: string;
  /** Reading queries at a time. */
  readonly readers: number;
  /** A folder of Parquet files for events, or a bucket (`s3://bucket/prefix`); without one they are tables too. */
  readonly events?: string;
  /** Who reads these files for whoever asks for many events: hunts, rescans, searches by a rule. */
  readonly trino?: TrinoPlace;
}

/** A pool of connections to one schema. */
export interface Database extends AnyDatabase {
  write<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  commit<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  read<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  /** Beside those who write: what concerns no row of theirs. */
  tell<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  /** Outside a transaction: VACUUM. */
  maintain<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  /** Several statements that see one moment. */
  moment<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Errors of the driver behind which it says that the connection is closed. */
const BROKEN = new Set(['CONNECTION_CLOSED', 'ECONNRESET', 'EPIPE']);
const isBroken = (error: unknown): boolean =>
  BROKEN.has(((error as Error).cause as { readonly code?: string } | undefined)?.code ?? '');

const NAME = /^[a-z_][a-z0-9_]{0,50}$/;
/** Connections beside those of readers: one commits events, one writes the rest, one maintains. */
const WRITERS = 3;
/** A connection whose other end is gone without a word ends at the database within half a minute, and with it what it holds. */
const CUT_OFF = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 20_000,
};

/** The driver is an optional package: it is looked for here, and only when a URL was given. */
export async function driver(): Promise<typeof import('@haetae/postgres')> {
  try {
    return await import('@haetae/postgres');
  } catch (error) {
    throw new StoreError(
      'missing',
      'a store in PostgreSQL needs the package @haetae/postgres: npm install @haetae/postgres',
      { cause: error },
    );
  }
}

/** `elsewhere`: where events are, should it not be in its tables. */
export async function openDatabase({ url, schema, readers }: PostgresPlace, elsewhere?: Elsewhere): Promise<Database> {
  if (!NAME.test(schema)) throw new StoreError('invalid', `${schema} is no name for a schema: a–z, 0–9 and _ only`);
  const { connect } = await driver();
  let pool: Driver;
  try {
    pool = connect(url, {
      max: readers + WRITERS,
      fetch_types: false,
      onnotice: () => {},
      connect_timeout: 10,
      idle_timeout: 60,
      types: { whole: { to: 20, from: [20, 1700], parse: Number, serialize: String } } as never,
      // Its own functions before PostgreSQL's: see `lower` in the first migration.
      connection: { application_name: 'haetae', search_path: `${schema}, pg_catalog`, ...CUT_OFF } as never,
    });
  } catch (error) {
    throw new StoreError('invalid', `the URL of the database cannot be read: ${(error as Error).message}`);
  }
  const running = new Set<PostgresSql>();
  let closed = false;
  async function watched<T>(sql: PostgresSql, task: (sql: PostgresSql) => Promise<T>): Promise<T> {
    running.add(sql);
    try {
      return await task(sql);
    } finally {
      running.delete(sql);
    }
  }
  const check = (): void => {
    if (closed) throw new StoreError('closed', 'the store is closed');
  };
  async function transaction<T>(mode: string, task: (sql: PostgresSql) => Promise<T>): Promise<T> {
    check();
    let sql: PostgresSql | undefined;
    try {
      return (await pool.begin(mode, (connection) => {
        sql = sqlOn(connection, channelOf(schema), elsewhere);
        return watched(sql, task).catch((error: unknown) => {
          // The driver would write a rollback to what is there no more, and throw where nobody catches; that it broke it tells itself.
          if (isBroken(error)) return new Promise<never>(() => {});
          throw error;
        });
      })) as T;
    } catch (error) {
      // The driver writes to a connection that broke between two statements as if it were there, and throws where nobody catches.
      sql?.abandon();
      throw storeError(error);
    }
  }
  async function alone<T>(task: (sql: PostgresSql) => Promise<T>): Promise<T> {
    check();
    try {
      const connection = await pool.reserve();
      try {
        return await watched(sqlOn(connection, channelOf(schema), elsewhere), task);
      } finally {
        connection.release();
      }
    } catch (error) {
      throw storeError(error);
    }
  }
  /** Tasks of one process come one after the other: they would only wait for each other's lock, each with a connection. */
  function inTurn(locked: (sql: PostgresSql) => Promise<void>): Database['write'] {
    let tail: Promise<unknown> = Promise.resolve();
    return (task) => {
      const result = tail.then(() =>
        transaction('', async (sql) => {
          await locked(sql);
          return task(sql);
        }),
      );
      tail = result.catch(() => {});
      return result;
    };
  }
  return {
    alone: false,
    write: inTurn((sql) => sql.exclusive()),
    commit: inTurn((sql) => sql.run(lock(COMMITS))),
    // In a transaction the driver says when the connection breaks between two statements; on a reserved one it would wait for ever.
    read: (task) => transaction('READ ONLY', task),
    tell: (task) => transaction('', task),
    maintain: alone,
    moment: (task) => transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', task),
    async close() {
      if (closed) return;
      closed = true;
      for (const sql of running) sql.interrupt();
      await pool.end({ timeout: 10 });
    },
  };
}
