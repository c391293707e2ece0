import type * as duckdb from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { StoreError } from '../../error.ts';
import { type EventBatch, MARGIN, ROW_CELLS, TEXT_COLUMNS } from '../../events/batch.ts';
import { CHUNK, putNumbers, type TextsInDuckdb, textsInDuckdb } from './vectors.ts';

/**
 * Events into DuckDB, a column at a time, by the bindings themselves: node-api's vectors keep every value a second time and
 * its nulls are bits of bigints, which costs more than all the rest. `table.ts` inserts rows the plain way; the contract's
 * tests read back what this wrote.
 */
export interface EventAppender {
  /** Rows `from` and above; inside the transaction of the connection. */
  append(connection: duckdb.DuckDBConnection, batch: EventBatch, from: number): Promise<void>;
}

export function eventAppender(
  api: typeof duckdb,
  database: string,
  inDuckdb: (bytes: Uint8Array) => TextsInDuckdb = textsInDuckdb(api),
): EventAppender {
  const numeric = [api.BIGINT, api.BIGINT, api.BIGINT, api.USMALLINT, api.BIGINT, api.INTEGER, api.UTINYINT];
  const types = [...numeric, ...TEXT_COLUMNS.map(() => api.VARCHAR), api.UINTEGER].map(
    (type) => type.toLogicalType().logical_type,
  );

  return {
    async append(connection, batch, first) {
      check(batch);
      const { id, seq, timeMs, timeTicks, receivedMs, eventId, flags } = batch;
      const numbers = [id, seq, timeMs, timeTicks, receivedMs, eventId, flags];
      const appender = await connection.createAppender('events', 'main', database);
      const texts = inDuckdb(batch.bytes);
      for (let from = first; from < batch.rows; from += CHUNK) {
        const rows = Math.min(CHUNK, batch.rows - from);
        const chunk = bindings.create_data_chunk(types);
        bindings.data_chunk_set_size(chunk, rows);
        for (let i = 0; i < numbers.length; i++)
          putNumbers(bindings.data_chunk_get_vector(chunk, i), numbers[i]!, from, rows);
        const vectors = TEXT_COLUMNS.map((_, i) => bindings.data_chunk_get_vector(chunk, numbers.length + i));
        texts.put(vectors, batch.cells, from, rows);
        putNumbers(bindings.data_chunk_get_vector(chunk, types.length - 1), batch.strays, from, rows);
        bindings.append_data_chunk(rawOf(appender), chunk);
      }
      appender.closeSync();
      texts.done();
    },
  };
}

/** A batch comes from another thread: nothing in it may point beyond its own bytes. */
function check({ rows, cells, bytes }: EventBatch): void {
  if (cells.length !== rows * ROW_CELLS)
    throw new StoreError(
      'invalid',
      `a batch of ${rows} rows with ${cells.length} cells; ${rows * ROW_CELLS} are wanted`,
    );
  const end = bytes.length - MARGIN;
  for (let i = 0; i < cells.length; i += 2) {
    if (cells[i]! + cells[i + 1]! > end)
      throw new StoreError('invalid', `a text of a batch ends behind its ${end} bytes`);
  }
}

/** node-api keeps the binding's appender to itself, and offers no way to append a chunk that was not made by it. */
const rawOf = (appender: duckdb.DuckDBAppender): bindings.Appender =>
  (appender as unknown as { readonly appender: bindings.Appender }).appender;
