/**
 * What a field's text means. Values stay text everywhere in Haetae; the type tells a reader what to expect of it:
 *
 * - `text`, `path` (a file, image or folder), `binary` (upper-case hex), `hashes` (`SHA1=…,MD5=…`)
 * - `int` (decimal), `number` (decimal with a fraction), `hex` (`0x…`), `bool` (`true`/`false`)
 * - `guid` (`{…}`), `sid` (`S-1-…`), `ip`, `port`
 * - `time` (Sysmon: `YYYY-MM-DD hh:mm:ss.fff` UTC; elsewhere ISO 8601 with Z)
 */
export type FieldType =
  | 'text'
  | 'path'
  | 'binary'
  | 'hashes'
  | 'int'
  | 'number'
  | 'hex'
  | 'bool'
  | 'guid'
  | 'sid'
  | 'ip'
  | 'port'
  | 'time';

/** One event id of one provider. */
export interface EventRow {
  /** Snake-case name, unique within its provider. */
  readonly name: string;
  /** The first line of the rendered message, in Korean. */
  readonly ko: string;
  /** The first line of the rendered message, in English; `%n` stands for an inserted value. */
  readonly en: string;
  /**
   * Microsoft's names in the order of the manifest; where versions of the event differ, every version's fields in an
   * order that holds for each of them. `Data` stands for the unnamed, repeated elements of a classic event source.
   */
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** What one provider writes to one channel. */
export interface EventTable {
  readonly channel: string;
  readonly provider: string;
  /** Where the rows come from. */
  readonly source: string;
  readonly events: Readonly<Record<number, EventRow>>;
}
