import type { Ledger } from '../../ledger.ts';
import type { Format } from '../../source.ts';
import type { CsvRow } from '../../text/csv.ts';
import { csvBlocks, renderedBatches } from '../../text/csv-source.ts';
import { type CsvHeader, isHeader, readHeader } from '../../text/header.ts';
import type { RenderedRow } from '../../text/rendered-log.ts';
import { keywordsOf, levelOf, recordIdOf } from '../../text/words.ts';

/**
 * `Get-WinEvent | Export-Csv` of PowerShell 5.1 and 7, with or without the `#TYPE` line, all columns or those selected, and
 * `Get-EventLog | Export-Csv`. Times are local, in the format of the culture; values stand in the rendered message only.
 */
export const csvPowershell: Format = {
  name: 'csv-powershell',

  sniff: (head) => head.encoding !== undefined && claims(readHeader(head.text)),

  async *read(input, head, options, ledger) {
    const header = readHeader(head.text);
    if (!claims(header)) {
      ledger.lost('csv-columns', { kind: 'line', line: 1 }, 'the header is incomplete');
      return;
    }
    // Export-Csv quotes every cell and doubles the quotes within: no line inside a message begins with a single one.
    const looksLikeRow = (text: string, at: number): boolean =>
      text[at] === '"' && (text[at + 1] !== '"' || text[at + 2] === header.delimiter);
    const blocks = csvBlocks(
      input,
      head,
      { delimiter: header.delimiter, lineEnd: header.lineEnd, ...(header.quoted ? { looksLikeRow } : {}) },
      ledger,
    );
    const reader = new RowReader(header, ledger);
    yield* renderedBatches(blocks, (row) => reader.read(row), options, ledger);
  },
};

/** Properties of EventLogRecord (Get-WinEvent) and of EventLogEntry (Get-EventLog), as {@link columnKey} spells them. */
const TIME = ['timecreated', 'timegenerated', 'timewritten'];
const ID = ['id', 'eventid'];
const PROVIDER = ['providername', 'source'];
const MARKS = [...PROVIDER, 'message', 'logname', 'machinename', 'leveldisplayname', 'taskdisplayname', 'recordid'];

function claims({ at }: CsvHeader): boolean {
  const has = (names: readonly string[]): boolean => names.some((name) => at.has(name));
  return has(TIME) && has(ID) && has(MARKS) && !at.has('payload') && !at.has('mapdescription');
}

/** Numbers as Windows' XML has them. */
const number = (text: string): string | undefined => (/^\d+$/.test(text) ? text : undefined);
const level = (text: string): string | undefined => number(text) ?? levelOf(text);
const guid = (text: string): string | undefined =>
  /^\{?[0-9a-f-]{36}\}?$/i.test(text) ? `{${text.replace(/[{}]/g, '')}}` : undefined;
/** PowerShell prints the 64 bits as a signed decimal number. */
const keywords = (text: string): string | undefined =>
  /^-?\d{1,20}$/.test(text) ? `0x${BigInt.asUintN(64, BigInt(text)).toString(16)}` : keywordsOf(text);

/** The members of `System`, in the order of a Windows event; of several columns the first that tells. */
const SYSTEM: readonly (readonly [
  name: string,
  columns: readonly string[],
  read: (text: string) => string | undefined,
])[] = [
  ['Provider_Guid', ['providerid'], guid],
  ['EventID_Qualifiers', ['qualifiers'], number],
  ['Version', ['version'], number],
  ['Level', ['level', 'leveldisplayname', 'entrytype'], level],
  ['Task', ['task', 'categorynumber'], number],
  ['Opcode', ['opcode'], number],
  ['Keywords', ['keywords', 'keywordsdisplaynames'], keywords],
  ['Correlation_ActivityID', ['activityid'], guid],
  ['Correlation_RelatedActivityID', ['relatedactivityid'], guid],
  ['Execution_ProcessID', ['processid'], number],
  ['Execution_ThreadID', ['threadid'], number],
  ['Security_UserID', ['userid'], (text) => (/^S-1-[\d-]+$/.test(text) ? text : undefined)],
  ['TaskCategory', ['taskdisplayname', 'category'], (text) => (text === '' ? undefined : text)],
];

class RowReader {
  readonly #header: CsvHeader;
  readonly #ledger: Ledger;
  readonly #system: readonly (readonly [
    name: string,
    at: readonly number[],
    read: (text: string) => string | undefined,
  ])[];
  readonly #least: number;

  constructor(header: CsvHeader, ledger: Ledger) {
    this.#header = header;
    this.#ledger = ledger;
    const at = (names: readonly string[]): number[] =>
      names.flatMap((name) => (header.at.has(name) ? [header.at.get(name)!] : []));
    this.#system = SYSTEM.map(([name, columns, read]) => [name, at(columns), read] as const);
    this.#least = Math.max(...at([...TIME.slice(0, 1), ...ID, 'message', ...PROVIDER]), 0);
  }

  /** undefined for a header and for what is no row; the latter is entered into the ledger. */
  read(row: CsvRow): RenderedRow | undefined {
    if (isHeader(row.cells, this.#header.names)) return undefined;
    const { line, cells } = row;
    const where = { kind: 'line', line } as const;
    if (cells.length <= this.#least) {
      this.#ledger.lost('csv-columns', where, `${cells.length} cells: ${cells[0]!.slice(0, 60)}`);
      return undefined;
    }
    if (cells.length !== this.#header.names.length)
      this.#ledger.repaired('csv-columns', where, `${cells.length} cells under ${this.#header.names.length} names`);
    const id = this.#cell(cells, ID);
    let eventId = 0;
    if (/^\d{1,10}$/.test(id)) eventId = Number(id);
    else this.#ledger.lost('event-id-unreadable', where, id.slice(0, 60));
    const systemNames: string[] = [];
    const systemValues: string[] = [];
    for (const [name, columns, read] of this.#system)
      for (const at of columns) {
        const value = read((cells[at] ?? '').trim());
        if (value === undefined) continue;
        systemNames.push(name);
        systemValues.push(value);
        break;
      }
    const record = this.#cell(cells, ['recordid', 'index']);
    return {
      line,
      date: this.#cell(cells, TIME),
      provider: this.#cell(cells, PROVIDER),
      channel: this.#cell(cells, ['logname', 'log']),
      computer: this.#cell(cells, ['machinename']),
      eventId,
      recordId: recordIdOf(record),
      message: cells[this.#header.at.get('message') ?? -1] ?? '',
      systemNames,
      systemValues,
    };
  }

  #cell(cells: readonly string[], names: readonly string[]): string {
    for (const name of names) {
      const at = this.#header.at.get(name);
      if (at !== undefined && cells[at] !== undefined && cells[at] !== '') return cells[at].trim();
    }
    return '';
  }
}
