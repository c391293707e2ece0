import { decodeStream } from '../encoding/index.ts';
import type { Ledger } from '../ledger.ts';
import type { Batch, Head, Input, ReadOptions } from '../source.ts';
import { type CsvOptions, type CsvRow, CsvTokenizer } from './csv.ts';
import type { PreparedRow, RenderedLog, RenderedLogOptions, RenderedRow } from './rendered-log.ts';

/** Rows that came together, and the bytes of the input behind them. */
export interface CsvBlock {
  readonly rows: readonly CsvRow[];
  readonly bytes: number;
}

/** All rows of an input, in blocks; problems of the quotes are entered into the ledger. */
export async function* csvBlocks(
  input: Input,
  head: Head,
  csv: Omit<CsvOptions, 'problem'>,
  ledger: Ledger,
): AsyncGenerator<CsvBlock> {
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of input.bytes()) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const tokenizer = new CsvTokenizer({
    ...csv,
    problem: ({ code, line, detail }) => {
      if (code === 'csv-quote') ledger.repaired(code, { kind: 'line', line }, detail);
      else ledger.lost(code, { kind: 'line', line }, detail);
    },
  });
  let begun = false;
  for await (const text of decodeStream(counted(), head.encoding ?? 'utf-8', ledger)) {
    // Bytes that come one by one hide their mark from the decoder.
    const rows = tokenizer.push(!begun && text.startsWith('\uFEFF') ? text.slice(1) : text);
    begun = true;
    if (rows.length === 0) continue;
    yield { rows, bytes };
    bytes = 0;
  }
  yield { rows: tokenizer.end(), bytes };
}

/** Rows looked at before the first event is handed out: units of text, at least and at most. */
const LOOK_AT_LEAST = 64 * 1024;
const LOOK_AT_MOST = 1024 * 1024;

/**
 * Reads a CSV of rendered events. The first rows are held back until they tell the offset of the local times, the order of
 * day and month and the host, or until there are enough of them. `rowOf` gives undefined for a row that is no event.
 */
export async function* renderedBatches(
  blocks: AsyncIterable<CsvBlock>,
  rowOf: (row: CsvRow) => RenderedRow | undefined,
  options: ReadOptions & Omit<RenderedLogOptions, 'timeZone'>,
  ledger: Ledger,
): AsyncGenerator<Batch> {
  // Message layouts are large: they are loaded when there is a message to cut.
  const log = new (await import('./rendered-log.ts')).RenderedLog(options, ledger);
  let held: PreparedRow[] | undefined = [];
  let units = 0;
  let enough = LOOK_AT_LEAST;
  let bytes = 0;
  let any = false;
  for await (const block of blocks) {
    let from = 0;
    bytes += block.bytes;
    while (held !== undefined && from < block.rows.length) {
      const row = rowOf(block.rows[from++]!);
      if (row === undefined) continue;
      any = true;
      held.push(log.prepare(row));
      units += row.message.length + 100;
      if (units < enough) continue;
      enough += LOOK_AT_LEAST;
      if (!log.calibrate(held) && units < LOOK_AT_MOST) continue;
      yield { events: eventsOf(log, held), bytes: 0 };
      held = undefined;
    }
    if (held !== undefined) continue;
    yield { events: readEvents(log, block.rows.slice(from), rowOf), bytes };
    bytes = 0;
  }
  if (held !== undefined) {
    log.calibrate(held);
    yield { events: eventsOf(log, held), bytes };
  }
  if (any) log.finish();
  else if (!ledger.notices().some(({ kind }) => kind === 'lost'))
    ledger.inferred('empty-file', 'no row below the header');
}

function* eventsOf(log: RenderedLog, rows: readonly PreparedRow[]): Generator<ReturnType<RenderedLog['event']>> {
  for (const row of rows) yield log.event(row);
}

function* readEvents(
  log: RenderedLog,
  rows: readonly CsvRow[],
  rowOf: (row: CsvRow) => RenderedRow | undefined,
): Generator<ReturnType<RenderedLog['event']>> {
  for (const cells of rows) {
    const row = rowOf(cells);
    if (row !== undefined) yield log.event(log.prepare(row));
  }
}
