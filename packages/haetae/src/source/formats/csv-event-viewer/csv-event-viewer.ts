import type { Ledger } from '../../ledger.ts';
import type { Format } from '../../source.ts';
import { type CsvRow, type Delimiter, detectDelimiter, firstCells, lineEndOf } from '../../text/csv.ts';
import { csvBlocks, renderedBatches } from '../../text/csv-source.ts';
import { isHeader } from '../../text/header.ts';
import type { RenderedRow } from '../../text/rendered-log.ts';
import { keywordsOf, levelOf } from '../../text/words.ts';
import { type Column, type Columns, columnsOf, rowShape } from './columns.ts';

/**
 * What Event Viewer saves as CSV or tab separated text, on Korean, English and Japanese Windows, and what a spreadsheet
 * makes of it. The message has no column name; times are local; there is no host and no channel (see RenderedLog).
 */
export const csvEventViewer: Format = {
  name: 'csv-event-viewer',

  sniff: (head) =>
    head.encoding !== undefined && columnsOf(firstCells(head.text, detectDelimiter(head.text))) !== undefined,

  async *read(input, head, options, ledger) {
    const delimiter = detectDelimiter(head.text);
    const first = firstCells(head.text, delimiter);
    const columns = columnsOf(first);
    if (columns === undefined) {
      ledger.lost('csv-columns', { kind: 'line', line: 1 }, 'the header is incomplete');
      return;
    }
    if (!columns.header)
      ledger.inferred('csv-header-names', "there is no header; Event Viewer's order of columns was taken", {
        kind: 'line',
        line: 1,
      });
    const reader = new RowReader(columns, first, delimiter, ledger);
    const looksLikeRow = rowShape(columns, delimiter);
    const blocks = csvBlocks(
      input,
      head,
      {
        delimiter,
        lineEnd: lineEndOf(head.text),
        ...(looksLikeRow === undefined ? {} : { looksLikeRow }),
        ...(columns.header ? { header: first.slice(0, 3).join(delimiter) } : {}),
      },
      ledger,
    );
    const channel = columns.at.keywords !== undefined && columns.at.level === undefined ? { channel: 'Security' } : {};
    yield* renderedBatches(blocks, (row) => reader.read(row), { ...options, ...channel }, ledger);
  },
};

/** The columns of `System` that a row can tell beside those of an event, in the order of a Windows event. */
const SYSTEM: readonly (readonly [Column, string, (text: string) => string | undefined])[] = [
  ['level', 'Level', levelOf],
  ['task', 'Task', (text) => /^\((\d{1,5})\)$/.exec(text.trim())?.[1]],
  ['opcode', 'Opcode', (text) => /^\(?(\d{1,3})\)?$/.exec(text.trim())?.[1]],
  ['keywords', 'Keywords', keywordsOf],
  ['correlationId', 'Correlation_ActivityID', (text) => (/^\{?[0-9a-f-]{36}\}?$/i.test(text) ? text : undefined)],
  ['processId', 'Execution_ProcessID', (text) => (/^\d+$/.test(text) ? text : undefined)],
  ['threadId', 'Execution_ThreadID', (text) => (/^\d+$/.test(text) ? text : undefined)],
  ['user', 'Security_UserID', (text) => (/^S-1-[\d-]+$/.test(text) ? text : undefined)],
  ['task', 'TaskCategory', (text) => (text === '' ? undefined : text)],
];

class RowReader {
  readonly #columns: Columns;
  readonly #header: readonly string[];
  readonly #delimiter: Delimiter;
  readonly #ledger: Ledger;
  #namelessSaid = false;

  constructor(columns: Columns, first: readonly string[], delimiter: Delimiter, ledger: Ledger) {
    this.#columns = columns;
    this.#header = columns.header ? first : [];
    this.#delimiter = delimiter;
    this.#ledger = ledger;
  }

  /** undefined for a header and for what is no row; the latter is entered into the ledger. */
  read({ line, cells }: CsvRow): RenderedRow | undefined {
    const { at } = this.#columns;
    if (this.#header.length > 0 && isHeader(cells, this.#header)) return undefined;
    const cell = (column: Column): string => (at[column] === undefined ? '' : (cells[at[column]] ?? '').trim());
    const id = cell('eventId');
    if (cells.length <= Math.max(at.time!, at.eventId!, at.source!)) {
      if (cells.some((text) => text.trim() !== ''))
        this.#ledger.lost('csv-columns', { kind: 'line', line }, `${cells.length} cells: ${cells[0]!.slice(0, 60)}`);
      return undefined;
    }
    if (id === '' && cell('time') === '' && cell('source') === '') {
      if (cells.some((text) => text.trim() !== ''))
        this.#ledger.lost('csv-columns', { kind: 'line', line }, 'neither time nor source nor event id');
      return undefined;
    }
    let eventId = 0;
    if (/^\d{1,10}$/.test(id)) eventId = Number(id);
    else this.#ledger.lost('event-id-unreadable', { kind: 'line', line }, id.slice(0, 60));
    const systemNames: string[] = [];
    const systemValues: string[] = [];
    for (const [column, name, read] of SYSTEM) {
      if (at[column] === undefined) continue;
      const value = read(cell(column));
      if (value === undefined) continue;
      systemNames.push(name);
      systemValues.push(value);
    }
    return {
      line,
      date: cell('time'),
      provider: cell('source'),
      channel: cell('log'),
      computer: cell('computer'),
      eventId,
      recordId: 0,
      message: this.#message(line, cells),
      systemNames,
      systemValues,
    };
  }

  #message(line: number, cells: readonly string[]): string {
    const { at, named } = this.#columns;
    if (at.message !== undefined) return cells[at.message] ?? '';
    let end = cells.length;
    while (end > named && cells[end - 1]!.trim() === '') end--;
    let begin = named;
    while (begin < end && cells[begin]!.trim() === '') begin++;
    if (begin >= end) return '';
    if (!this.#namelessSaid) {
      this.#namelessSaid = true;
      this.#ledger.inferred('csv-header-names', `column ${begin + 1} is the message`, { kind: 'line', line });
    }
    if (end - begin > 1)
      this.#ledger.repaired('csv-columns', { kind: 'line', line }, `${end - begin} cells were read as one message`);
    return cells.slice(begin, end).join(this.#delimiter);
  }
}
