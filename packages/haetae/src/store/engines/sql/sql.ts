import type { EventBatch } from '../../events/batch.ts';
import type { EventTimes } from '../../events/query.ts';

/** What a statement takes: whole numbers become BIGINT, others DOUBLE, so that a comparison never casts the column. */
export type Parameter = string | number | boolean | null;
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** One connection, with values as JavaScript knows them. Parameters are $1, $2 … */
export interface Sql {
  readonly dialect: Dialect;
  run(text: string, values?: readonly Parameter[]): Promise<void>;
  all(text: string, values?: readonly Parameter[]): Promise<Row[]>;
  first(text: string, values?: readonly Parameter[]): Promise<Row | undefined>;
  /** Rows of a table, all at once; `columns` are all of its columns, those of `reals` hold fractions. */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly Parameter[][],
    reals: ReadonlySet<string>,
  ): Promise<void>;
  /** What statements read events from: those within, at least. */
  eventsFrom(within: Within): Promise<string>;
  /** Of all events; null where there are none. */
  eventFigure(figure: Figure): Promise<number | null>;
  /** Events of a batch from the row `from` on. */
  append(batch: EventBatch, from: number): Promise<void>;
  /** Until the transaction ends nobody else writes what is not events. Of one's own writes no two ever meet. */
  exclusive(): Promise<void>;
  /** Tells every server that has the same store, once the transaction is through; absent where nobody else has. */
  tell?(news: string): Promise<void>;
  /** Ends the statement that runs, which then rejects with `cancelled`. */
  interrupt(): void;
}

/** What events are read with: an engine may have nothing else. */
export interface EventSql extends Pick<Sql, 'all' | 'first' | 'interrupt' | 'eventsFrom' | 'eventFigure'> {
  readonly dialect: EventDialect;
}
export interface EventReader {
  read<T>(task: (sql: EventSql) => Promise<T>): Promise<T>;
}

/** Of which events a statement is: an engine that keeps them in many places looks into fewer. */
export type Within = EventTimes & {
  readonly ids?: readonly number[];
  /** The first and the last. */
  readonly idRange?: readonly [number, number];
};
export type Figure = 'count' | 'oldestMs' | 'newestMs' | 'lowestId' | 'highestId';

/** Of events that are a table beside the others. */
export const eventsTable = (first: Sql['first']): Pick<Sql, 'eventsFrom' | 'eventFigure'> => ({
  eventsFrom: async () => 'events',
  eventFigure: async (figure) => (await first(`SELECT ${FIGURES[figure]} AS n FROM events`))!.n as number | null,
});
const FIGURES: Readonly<Record<Figure, string>> = {
  count: 'count(*)',
  oldestMs: 'min(time_ms)',
  newestMs: 'max(time_ms)',
  lowestId: 'min(id)',
  highestId: 'max(id)',
};

/** A database of this process. */
export interface Database {
  /** No other process writes into it. */
  readonly alone: boolean;
  /** Runs the task inside a transaction in which nobody else writes. */
  write<T>(task: (sql: Sql) => Promise<T>): Promise<T>;
  /** The same for the one that brings events: whoever writes other things waits from {@link Sql.exclusive} on only. */
  commit<T>(task: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs the task on a connection of its own, as soon as one is free. What it sees does not change within one statement. */
  read<T>(task: (sql: Sql) => Promise<T>): Promise<T>;
}

/** Where engines say the same thing in different words, of events. Arguments are SQL: columns, or marks of parameters. */
export interface EventDialect {
  /** Whether a text holds, or ends on, another. */
  contains(text: string, part: string): string;
  endsWith(text: string, part: string): string;
  /** Whether a regular expression matches somewhere; `.` matches any sign. */
  matches(text: string, pattern: string, cased: boolean): string;
  /** How many bytes a text has in UTF-8. */
  bytes(text: string): string;
  /** The text as a number; NULL where it is none. */
  number(text: string): string;
  /** A whole number divided by another, rounded down. */
  quotient(whole: string, by: string): string;
  /** Whether any bit of the mask is set. */
  someBits(whole: string, mask: number): string;
  /** Of a JSON object the member `name`: its text, whether it is a number, whether it is there. `put` makes a parameter. */
  member(json: string, name: string, put: (value: string) => string): Member;
}
/** The same of all that is kept. */
export interface Dialect extends EventDialect {
  /** Whether a JSON array of numbers or texts holds a value; `anyCase` of texts. */
  hasNumber(json: string, value: string): string;
  hasText(json: string, value: string): string;
  hasTextAnyCase(json: string, value: string): string;
  /** A row each of a JSON array of texts, in a list of columns. */
  each(json: string): string;
  /** Of the rows of a group the `value` of the one with the highest `key`. */
  last(value: string, key: string): string;
}
export interface Member {
  readonly text: string;
  readonly isNumber: string;
  readonly exists: string;
}
