import { type Event, PlainEvent } from '@haetae/event/shape';
import type { Ledger } from '../../ledger.ts';
import type { Format, ReadOptions } from '../../source.ts';
import { LocalClock } from '../../text/clock.ts';
import { type CsvRow, CsvTokenizer } from '../../text/csv.ts';
import { csvBlocks } from '../../text/csv-source.ts';
import { type CsvHeader, isHeader, readHeader } from '../../text/header.ts';
import { keywordsOf, levelOf, recordIdOf } from '../../text/words.ts';
import { readPayload } from './payload.ts';

/**
 * EvtxECmd's CSV, and Timeline Explorer's export of it (Line and Tag in front, words of the names apart). Times are UTC.
 * The column Payload holds the event's data as JSON. Source: github.com/EricZimmerman/evtx, EvtxECmd.
 */
export const csvEvtxecmd: Format = {
  name: 'csv-evtxecmd',

  sniff: (head) => head.encoding !== undefined && claims(readHeader(head.text)),

  async *read(input, head, options, ledger) {
    const header = readHeader(head.text);
    if (!claims(header)) {
      ledger.lost('csv-columns', { kind: 'line', line: 1 }, 'the header is incomplete');
      return;
    }
    const shape = rowShape(header);
    const blocks = csvBlocks(
      input,
      head,
      { delimiter: header.delimiter, lineEnd: header.lineEnd, ...(shape === undefined ? {} : { looksLikeRow: shape }) },
      ledger,
    );
    const reader = new RowReader(header, options, ledger);
    reader.calibrate(headRows(head.text, header));
    for await (const { rows, bytes } of blocks) yield { events: reader.events(rows), bytes };
    reader.finish();
  },
};

function claims({ at }: CsvHeader): boolean {
  return at.has('timecreated') && at.has('eventid') && (at.has('payload') || at.has('payloaddata1'));
}

/** Numbers up to the time: `1,1,2025-06-23 …`. Its messages are one line of JSON, so that this is asked for hardly ever. */
function rowShape({ at, delimiter }: CsvHeader): ((text: string, at: number) => boolean) | undefined {
  const time = at.get('timecreated')!;
  if (time > 8) return undefined;
  const stop = delimiter === '\t' ? '\\t' : delimiter;
  const row = new RegExp(
    `(?:"?[^${stop}"\\r\\n]{0,60}"?${stop}){${time}}"?\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}[ T]`,
    'y',
  );
  return (text, from) => {
    row.lastIndex = from;
    return row.test(text);
  };
}

const number = (text: string): string | undefined => (/^\d+$/.test(text) ? text : undefined);
/** Several keywords are told by their names, joined by commas: their masks are joined too. */
function keywords(text: string): string | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return text.toLowerCase();
  let mask = 0n;
  for (const word of text.split(',')) mask |= BigInt(keywordsOf(word) ?? 0);
  return mask === 0n ? undefined : `0x${mask.toString(16)}`;
}

/** The members of `System`, in the order of a Windows event. */
const SYSTEM: readonly (readonly [name: string, column: string, read: (text: string) => string | undefined])[] = [
  ['Level', 'level', (text) => number(text) ?? levelOf(text)],
  ['Keywords', 'keywords', keywords],
  ['Execution_ProcessID', 'processid', number],
  ['Execution_ThreadID', 'threadid', number],
  ['Security_UserID', 'userid', (text) => (/^S-1-[\d-]+$/.test(text) ? text : undefined)],
];
/** What EvtxECmd's maps made of the event: it stands for the data where the payload is absent or damaged. */
const MAPPED = [
  'UserName',
  'RemoteHost',
  'PayloadData1',
  'PayloadData2',
  'PayloadData3',
  'PayloadData4',
  'PayloadData5',
  'PayloadData6',
  'ExecutableInfo',
];

function headRows(text: string, { delimiter, lineEnd }: CsvHeader): readonly CsvRow[] {
  const tokenizer = new CsvTokenizer({ delimiter, lineEnd, problem: () => undefined });
  return tokenizer.push(text);
}

class RowReader {
  readonly #header: CsvHeader;
  readonly #ledger: Ledger;
  readonly #clock: LocalClock;
  #any = false;

  constructor(header: CsvHeader, options: ReadOptions, ledger: Ledger) {
    this.#header = header;
    this.#ledger = ledger;
    this.#clock = new LocalClock({ timeZone: options.timeZone, utc: true }, ledger);
  }

  /** The first rows tell whether day or month comes first, where `--dt` asked for such a format. */
  calibrate(rows: readonly CsvRow[]): void {
    this.#clock.calibrate(
      rows.map((row) => ({ date: this.#cell(row, 'timecreated'), utcMs: Number.NaN, line: row.line })),
    );
  }

  *events(rows: readonly CsvRow[]): Generator<Event> {
    for (const row of rows) {
      if (isHeader(row.cells, this.#header.names)) continue;
      const event = this.#event(row);
      if (event !== undefined) yield event;
    }
  }

  finish(): void {
    if (this.#any) this.#clock.finish();
    else this.#ledger.inferred('empty-file', 'no row below the header');
  }

  #event(row: CsvRow): PlainEvent | undefined {
    this.#any = true;
    const { line, cells } = row;
    const where = { kind: 'line', line } as const;
    const least = Math.max(this.#header.at.get('timecreated')!, this.#header.at.get('eventid')!);
    if (cells.length <= least) {
      this.#ledger.lost('csv-columns', where, `${cells.length} cells: ${cells[0]!.slice(0, 60)}`);
      return undefined;
    }
    if (cells.length !== this.#header.names.length)
      this.#ledger.repaired('csv-columns', where, `${cells.length} cells under ${this.#header.names.length} names`);
    const id = this.#cell(row, 'eventid');
    let eventId = 0;
    if (/^\d{1,10}$/.test(id)) eventId = Number(id);
    else this.#ledger.lost('event-id-unreadable', where, id.slice(0, 60));
    const time = this.#clock.time({ date: this.#cell(row, 'timecreated'), utcMs: Number.NaN, line });
    const recordId = this.#cell(row, 'eventrecordid');
    const systemNames: string[] = [];
    const systemValues: string[] = [];
    for (const [name, column, read] of SYSTEM) {
      const value = read(this.#cell(row, column));
      if (value === undefined) continue;
      systemNames.push(name);
      systemValues.push(value);
    }
    return new PlainEvent({
      timeMs: time.ms,
      timeTicks: time.ticks,
      computer: this.#cell(row, 'computer'),
      channel: this.#cell(row, 'channel'),
      provider: this.#cell(row, 'provider'),
      eventId,
      eventRecordId: recordIdOf(recordId),
      position: { kind: 'line', line },
      ...this.#data(row),
      systemNames,
      systemValues,
    });
  }

  #data(row: CsvRow): { names: readonly string[]; values: readonly string[] } {
    const text = this.#cell(row, 'payload');
    const payload = text === '' ? undefined : readPayload(text);
    if (payload?.ok === true) return payload;
    if (payload !== undefined)
      this.#ledger.repaired(
        'json-syntax',
        { kind: 'line', line: row.line },
        `Payload: ${payload.error}; PayloadData was taken`,
      );
    const names: string[] = [];
    const values: string[] = [];
    for (const name of MAPPED) {
      const value = this.#cell(row, name.toLowerCase());
      if (value === '') continue;
      names.push(name);
      values.push(value);
    }
    return { names, values };
  }

  #cell({ cells }: CsvRow, key: string): string {
    const at = this.#header.at.get(key);
    return at === undefined ? '' : (cells[at] ?? '').trim();
  }
}
