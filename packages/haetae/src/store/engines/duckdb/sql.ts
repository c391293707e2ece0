import type * as duckdb from '@duckdb/node-api';
import { StoreError } from '../../error.ts';

/** What a statement takes: whole numbers become BIGINT, others DOUBLE, so that a comparison never casts the column. */
export type Parameter = string | number | boolean | null;
export type Row = Readonly<Record<string, string | number | boolean | null>>;
type Api = typeof duckdb;

/** One connection, with values as JavaScript knows them. */
export interface Sql {
  readonly connection: duckdb.DuckDBConnection;
  run(text: string, values?: readonly Parameter[]): Promise<void>;
  all(text: string, values?: readonly Parameter[]): Promise<Row[]>;
  first(text: string, values?: readonly Parameter[]): Promise<Row | undefined>;
}

export function sqlOn(connection: duckdb.DuckDBConnection, api: Api): Sql {
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
  return {
    connection,
    all,
    run: async (text, values) => void (await all(text, values)),
    first: async (text, values) => (await all(text, values))[0],
  };
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
  if (/^Conversion Error|^Invalid Input Error|^Out of Range Error/.test(message)) {
    return told('invalid', firstLine(message));
  }
  return told('damaged', firstLine(message));
}

const firstLine = (text: string): string => text.split('\n', 1)[0]!;
