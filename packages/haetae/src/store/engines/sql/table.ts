import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from '../../accounts.ts';
import { StoreError } from '../../error.ts';
import type { Parameter, Row, Sql } from './sql.ts';

/** How a member is stored: `json` as text, `packed` is text that is deflated when it is long, the others stand as they are. */
type Kind = 'text' | 'int' | 'real' | 'bool' | 'json' | 'packed';

/** From this length on, DuckDB keeps a text in blocks of its own and takes them into memory 2,048 rows at a time. */
const LONG = 4096;
/** Begins no text that is given: JSON. */
const PACKED = '~';

const pack = (text: string): string =>
  text.length < LONG ? text : PACKED + deflateRawSync(text, { level: 1 }).toString('base64');

const unpack = (text: string): string =>
  text.startsWith(PACKED) ? inflateRawSync(Buffer.from(text.slice(1), 'base64')).toString('utf8') : text;

function written(kind: Kind, value: Json): Parameter {
  if (kind === 'json') return JSON.stringify(value);
  return kind === 'packed' ? pack(value as string) : (value as Parameter);
}

function read(kind: Kind, value: Json): Json {
  if (value === null || (kind !== 'json' && kind !== 'packed')) return value;
  return kind === 'packed' ? unpack(value as string) : (JSON.parse(value as string) as Json);
}

/** The rows of one table as objects; the only place where their members become columns. No key is enforced: the one writer checks. */
export interface Table<T> {
  readonly name: string;
  /** The column of a member; throws `invalid` for what is no member. */
  column(member: string): string;
  insert(sql: Sql, row: T): Promise<void>;
  /** All at once, as the engine does it best. */
  insertAll(sql: Sql, rows: readonly T[]): Promise<void>;
  /** Throws `taken` when a row is there already for which `where` holds. */
  insertNew(sql: Sql, row: T, what: string, where: string, values: readonly Parameter[]): Promise<void>;
  all(sql: Sql, tail?: string, values?: readonly Parameter[]): Promise<T[]>;
  first(sql: Sql, tail: string, values?: readonly Parameter[]): Promise<T | undefined>;
  /** Every member of the rows for which `where` holds. */
  set(sql: Sql, row: T, where: string, values: readonly Parameter[]): Promise<void>;
  /** How many rows went. */
  remove(sql: Sql, where: string, values: readonly Parameter[]): Promise<number>;
  count(sql: Sql, where: string, values?: readonly Parameter[]): Promise<number>;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function tableOf<T extends object>(name: string, kinds: Readonly<Record<keyof T & string, Kind>>): Table<T> {
  const members = Object.keys(kinds) as (keyof T & string)[];
  const columns = members.map(snake);
  const listed = columns.join(', ');
  const values = (row: T): Parameter[] => members.map((member) => written(kinds[member]!, row[member] as Json));
  const object = (row: Row): T =>
    Object.fromEntries(members.map((member, i) => [member, read(kinds[member]!, row[columns[i]!] as Json)])) as T;
  /** `where` counts its parameters from $1: they stand first. */
  const marks = (from: number): string => columns.map((_, i) => `$${from + i}`).join(', ');

  const reals = new Set(columns.filter((_, i) => kinds[members[i]!] === 'real'));

  const table: Table<T> = {
    name,
    column(member) {
      if (!Object.hasOwn(kinds, member)) throw new StoreError('invalid', `${name} have no ${member}`);
      return snake(member);
    },
    async insertAll(sql, rows) {
      if (rows.length === 0) return;
      await sql.insert(name, columns, rows.map(values), reals);
    },
    insert: (sql, row) => sql.run(`INSERT INTO ${name} (${listed}) VALUES (${marks(1)})`, values(row)),
    async insertNew(sql, row, what, where, found) {
      if ((await table.count(sql, where, found)) > 0) throw new StoreError('taken', `${what} exists already`);
      await table.insert(sql, row);
    },
    all: async (sql, tail = '', found = []) =>
      (await sql.all(`SELECT ${listed} FROM ${name} ${tail}`, found)).map(object),
    first: async (sql, tail, found) => (await table.all(sql, `${tail} LIMIT 1`, found))[0],
    async set(sql, row, where, found) {
      const pairs = columns.map((column, i) => `${column} = $${found.length + 1 + i}`).join(', ');
      await sql.run(`UPDATE ${name} SET ${pairs} WHERE ${where}`, [...found, ...values(row)]);
    },
    async remove(sql, where, found) {
      return (await sql.all(`DELETE FROM ${name} WHERE ${where} RETURNING 1 AS gone`, found)).length;
    },
    async count(sql, where, found) {
      return (await sql.first(`SELECT count(*) AS n FROM ${name} WHERE ${where}`, found))!.n as number;
    },
  };
  return table;
}
