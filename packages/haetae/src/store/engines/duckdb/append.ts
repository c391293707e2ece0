import type * as duckdb from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { StoreError } from '../../error.ts';
import { type EventBatch, TEXT_COLUMNS } from '../../events/batch.ts';

/**
 * Events into DuckDB, a column at a time, by the bindings themselves: node-api's vectors keep every value a second time and
 * its nulls are bits of bigints, which costs more than all the rest. `table.ts` inserts rows the plain way; the contract's
 * tests read back what this wrote.
 */

/** Rows of a chunk of DuckDB, fixed in its build. */
const CHUNK = 2048;
type Numbers = Float64Array | Uint16Array | Int32Array | Uint32Array | Uint8Array;

export interface EventAppender {
  /** Rows `from` and above; inside the transaction of the connection. */
  append(connection: duckdb.DuckDBConnection, batch: EventBatch, from: number): Promise<void>;
}

export function eventAppender(api: typeof duckdb, database: string): EventAppender {
  const numeric = [api.BIGINT, api.BIGINT, api.BIGINT, api.USMALLINT, api.BIGINT, api.INTEGER, api.UTINYINT];
  const types = [...numeric, ...TEXT_COLUMNS.map(() => api.VARCHAR), api.UINTEGER].map(
    (type) => type.toLogicalType().logical_type,
  );
  const wide = new BigInt64Array(CHUNK);
  const validity = new Uint8Array(CHUNK / 8);

  function putNumbers(vector: bindings.Vector, values: Numbers, from: number, rows: number): void {
    if (values instanceof Float64Array) {
      for (let r = 0; r < rows; r++) wide[r] = BigInt(values[from + r]!);
      bindings.copy_data_to_vector(vector, 0, wide.buffer, 0, rows * 8);
    } else {
      const size = values.BYTES_PER_ELEMENT;
      bindings.copy_data_to_vector(
        vector,
        0,
        values.buffer as ArrayBuffer,
        values.byteOffset + from * size,
        rows * size,
      );
    }
  }

  return {
    async append(connection, batch, first) {
      if (batch.texts.length !== TEXT_COLUMNS.length) {
        throw new StoreError(
          'invalid',
          `a batch of ${batch.texts.length} columns of text; ${TEXT_COLUMNS.length} are wanted`,
        );
      }
      const numbers: readonly Numbers[] = [
        ...[batch.id, batch.seq, batch.timeMs, batch.timeTicks, batch.receivedMs, batch.eventId, batch.flags],
      ];
      // Where each sparse column stands: its values run along with the rows.
      const places = batch.texts.map(({ rows }) => (rows === undefined ? first : lowerBound(rows, first)));
      const appender = await connection.createAppender('events', 'main', database);
      for (let from = first; from < batch.rows; from += CHUNK) {
        const rows = Math.min(CHUNK, batch.rows - from);
        const chunk = bindings.create_data_chunk(types);
        bindings.data_chunk_set_size(chunk, rows);
        for (let i = 0; i < numbers.length; i++) {
          putNumbers(bindings.data_chunk_get_vector(chunk, i), numbers[i]!, from, rows);
        }
        for (let t = 0; t < batch.texts.length; t++) {
          const vector = bindings.data_chunk_get_vector(chunk, numbers.length + t);
          const { rows: at, values } = batch.texts[t]!;
          if (at === undefined) {
            for (let r = 0; r < rows; r++) bindings.vector_assign_string_element(vector, r, values[from + r]!);
            continue;
          }
          validity.fill(0);
          let place = places[t]!;
          for (; place < at.length && at[place]! < from + rows; place++) {
            const r = at[place]! - from;
            bindings.vector_assign_string_element(vector, r, values[place]!);
            validity[r >> 3]! |= 1 << (r & 7);
          }
          places[t] = place;
          bindings.vector_ensure_validity_writable(vector);
          bindings.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.length);
        }
        putNumbers(bindings.data_chunk_get_vector(chunk, types.length - 1), batch.strays, from, rows);
        bindings.append_data_chunk(rawOf(appender), chunk);
      }
      appender.closeSync();
    },
  };
}

/** node-api keeps the binding's appender to itself, and offers no way to append a chunk that was not made by it. */
const rawOf = (appender: duckdb.DuckDBAppender): bindings.Appender =>
  (appender as unknown as { readonly appender: bindings.Appender }).appender;

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
