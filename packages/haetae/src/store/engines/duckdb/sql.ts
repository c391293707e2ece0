import type * as duckdb from '@duckdb/node-api';
import { StoreError } from '../../error.ts';
import { eventsTable, type Parameter, type Row, type Sql } from '../sql/sql.ts';
import type { EventAppender } from './append.ts';
import { dialect } from './dialect.ts';

type Api = typeof duckdb;

/** One connection to DuckDB. */
export interface DuckSql extends Sql {
  readonly connection: duckdb.DuckDBConnection;
}

export function sqlOn(connection: duckdb.DuckDBConnection, api: Api, events: EventAppender): DuckSql {
  const all = async (text: string, values: readonly Parameter[] = []): Promise<Row[]> => {
    try {
      const reader =
        values.length === 0
          ? await connection.runAndReadAll(text)
          : await connection.runAndReadAll(text, ...bound(values, api));
      const names = reader.deduplicatedColumnNames();
      return reader.getRows().map((row) => Object.fromEntries(names.map((name, i) => [name, plain(row[i])])));
    } catch (error) {
      throw storeError(error);
    }
  };
  /** Tables whose columns stand in the order in which they are told, as the appender takes them; looked up once. */
  const orders = new Map<string, boolean>();
  async function isInOrder(table: string, columns: readonly string[]): Promise<boolean> {
    const known = orders.get(table);
    if (known !== undefined) return known;
    const found = (await all(`DESCRIBE ${table}`)).map((row) => row.column_name);
    const same = found.length === columns.length && columns.every((column, i) => column === found[i]);
    orders.set(table, same);
    return same;
  }
  const first: Sql['first'] = async (text, values) => (await all(text, values))[0];
  return {
    connection,
    dialect,
    all,
    run: async (text, values) => void (await all(text, values)),
    first,
    ...eventsTable(first),
    append: (batch, from) => events.append(connection, batch, from),
    exclusive: async () => {},
    interrupt: () => connection.interrupt(),
    async insert(table, columns, rows, reals) {
      if (await isInOrder(table, columns)) return appended(connection, table, columns, rows, reals);
      const marks = (row: number): string => columns.map((_, i) => `$${row * columns.length + i + 1}`).join(', ');
      const lists = rows.map((_, i) => `(${marks(i)})`).join(', ');
      await all(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${lists}`, rows.flat());
    },
  };
}

/** By the appender: no statement is planned and no value bound. */
async function appended(
  connection: duckdb.DuckDBConnection,
  table: string,
  columns: readonly string[],
  rows: readonly Parameter[][],
  reals: ReadonlySet<string>,
): Promise<void> {
  try {
    const appender = await connection.createAppender(table);
    for (const row of rows) {
      for (const [i, value] of row.entries()) {
        if (value === null) appender.appendNull();
        else if (typeof value === 'string') appender.appendVarchar(value);
        else if (typeof value === 'boolean') appender.appendBoolean(value);
        else if (reals.has(columns[i]!)) appender.appendDouble(value);
        else appender.appendBigInt(BigInt(value));
      }
      appender.endRow();
    }
    appender.closeSync();
  } catch (error) {
    throw storeError(error);
  }
}

/** Values and their types, as node-api wants them. */
export function bound(values: readonly Parameter[], api: Api): [duckdb.DuckDBValue[], duckdb.DuckDBType[]] {
  const types = values.map((value) => {
    if (typeof value === 'number') return Number.isInteger(value) ? api.BIGINT : api.DOUBLE;
    return typeof value === 'boolean' ? api.BOOLEAN : api.VARCHAR;
  });
  return [values.map((value, i) => (types[i] === api.BIGINT ? BigInt(value as number) : value)), types];
}

/** Integers of any width as numbers: nothing that is stored as one exceeds 2^53. */
export function plain(value: unknown): string | number | boolean | null {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}

/** DuckDB tells its errors as text only: `IO Error: Could not set lock …`. */
export function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const told = (code: StoreError['code'], text: string): StoreError => new StoreError(code, text, { cause: error });
  if (/^INTERRUPT/i.test(message)) return told('cancelled', 'the query was cancelled');
  if (/No space left on device|not enough disk space|max_temp_directory_size/i.test(message)) {
    return told('full', `no space is left on the disk of the store: ${firstLine(message)}`);
  }
  if (/Could not set lock|being used by another process/i.test(message)) {
    return told('locked', `another process has this store open: ${firstLine(message)}`);
  }
  if (/Serialization|not a valid DuckDB database|checksum|corrupt/i.test(message)) {
    return told('damaged', `the database cannot be read: ${firstLine(message)}`);
  }
  if (/^HTTP Error|^IO Error: (?=.*error for HTTP|Could not (?:connect|resolve|establish))/.test(message)) {
    return told('unreachable', firstLine(message));
  }
  if (/^Conversion Error|^Invalid Input Error|^Out of Range Error/.test(message)) {
    return told('invalid', firstLine(message));
  }
  return told('damaged', firstLine(message));
}

const firstLine = (text: string): string => text.split('\n', 1)[0]!;
