import type { Sql as Driver, Row as DriverRow, PendingQuery } from '@haetae/postgres';
import { StoreError } from '../../error.ts';
import type { EventBatch } from '../../events/batch.ts';
import { eventsTable, type Figure, type Parameter, type Row, type Sql } from '../sql/sql.ts';
import { copyEvents } from './copy.ts';
import { dialect } from './dialect.ts';

/** What of the driver a connection and a transaction have in common. */
export type Connection = Pick<Driver, 'unsafe'>;

/** Parameters of one statement, at most: the protocol counts them in 16 bits. */
const MOST_PARAMETERS = 60_000;
/** Advisory locks: of all that is written beside events, and of bringing events. */
const WRITES = 0x4861_6574;
export const COMMITS = WRITES + 1;
/** Whoever holds a lock and is not heard of for so long is cut off, or hangs: others are not to wait for the system to find that out. */
const HEARD_MS = 10_000;
/** Takes one of a schema until the transaction ends. */
export const lock = (which: number): string =>
  `SELECT set_config('idle_in_transaction_session_timeout', '${HEARD_MS}', true),
     pg_advisory_xact_lock(${which}, hashtext(current_setting('search_path')))`;

/** Where servers of one schema speak to each other. */
export const channelOf = (schema: string): string => `haetae_${schema}`;

/** One connection to PostgreSQL. */
export interface PostgresSql extends Sql {
  readonly connection: Connection;
  /** Its connection is gone: whoever goes on with it is told so. */
  abandon(): void;
}

/** Events that lie elsewhere than in tables of the database, which only knows of them. */
export interface Elsewhere {
  /** Inside the transaction that commits them. */
  append(sql: PostgresSql, batch: EventBatch, from: number): Promise<void>;
  figure(sql: PostgresSql, figure: Figure): Promise<number | null>;
}

/** `channel`: on which servers hear from each other. */
export function sqlOn(connection: Connection, channel: string, elsewhere?: Elsewhere): PostgresSql {
  let running: PendingQuery<DriverRow[]> | undefined;
  let abandoned = false;
  const check = (): void => {
    if (abandoned) throw new StoreError('unreachable', 'the connection to the database broke');
  };
  const all = async (text: string, values: readonly Parameter[] = []): Promise<Row[]> => {
    check();
    try {
      // Without values several statements may stand in one text.
      running = values.length === 0 ? connection.unsafe(text) : connection.unsafe(text, values.map(storable));
      return [...(await running)] as Row[];
    } catch (error) {
      throw storeError(error);
    } finally {
      running = undefined;
    }
  };
  const first: Sql['first'] = async (text, values) => (await all(text, values))[0];
  const sql: PostgresSql = {
    connection,
    dialect,
    all,
    run: async (text, values) => void (await all(text, values)),
    first,
    ...eventsTable(first),
    ...(elsewhere !== undefined && { eventFigure: (figure) => elsewhere.figure(sql, figure) }),
    exclusive: async () => void (await all(lock(WRITES))),
    interrupt: () => void running?.cancel(),
    tell: (news) => all('SELECT pg_notify($1, $2)', [channel, news]).then(() => {}),
    abandon: () => {
      abandoned = true;
    },
    async append(batch: EventBatch, from: number) {
      check();
      try {
        if (elsewhere === undefined) await copyEvents(connection, batch, from);
        else await elsewhere.append(sql, batch, from);
      } catch (error) {
        throw storeError(error);
      }
    },
    async insert(table, columns, rows) {
      const most = Math.floor(MOST_PARAMETERS / columns.length);
      for (let at = 0; at < rows.length; at += most) {
        const some = rows.slice(at, at + most);
        const marks = (row: number): string => columns.map((_, i) => `$${row * columns.length + i + 1}`).join(', ');
        const lists = some.map((_, i) => `(${marks(i)})`).join(', ');
        await all(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${lists}`, some.flat());
      }
    },
  };
  return sql;
}

/** PostgreSQL's texts hold no NUL. */
const storable = (value: Parameter): Parameter =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;

/** Codes of SQLSTATE and of the driver. */
export function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code = '', message = String(error) } = error as { readonly code?: string; readonly message?: string };
  const told = (kind: StoreError['code'], text: string): StoreError => new StoreError(kind, text, { cause: error });
  if (code === '57014') return told('cancelled', 'the query was cancelled');
  if (code === '23505') return told('taken', message);
  if (code === '53100') return told('full', `no space is left on the disk of the database: ${message}`);
  if (code === '2201B') return told('invalid', `the regex cannot be read: ${message}`);
  if (/^(22|42)/.test(code)) return told('invalid', message);
  if (code === '28P01' || code === '28000' || code === '3D000')
    return told('unreachable', `the database refuses: ${message}`);
  // 57P: the server ends or starts; 08: the connection broke; others are the driver's and the system's own.
  if (
    /^(57P|08|53)/.test(code) ||
    /^(CONNECT|CONNECTION_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_)/.test(code)
  ) {
    return told('unreachable', `the database cannot be reached: ${message}`);
  }
  return told('damaged', message);
}
