import type * as duckdb from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { ROW_CELLS } from '../../events/batch.ts';

/** Rows of a chunk of DuckDB, fixed in its build. */
export const CHUNK = 2048;
type Numbers = Float64Array | Uint16Array | Int32Array | Uint32Array | Uint8Array;

const WORD = 2 ** 32;
const TEXTS = ROW_CELLS / 2;
/** Numbers of a chunk as DuckDB has them in memory. */
const wide = new Uint32Array(CHUNK * 2);
/** Its texts, one column behind the other: four words each. */
const WORDS = CHUNK * 4;
const entries = new Uint32Array(TEXTS * WORDS);
/** And which of them are there. */
const BITS = CHUNK / 8;
const bits = new Uint8Array(TEXTS * BITS);
const missing = new Uint32Array(TEXTS);

/** Whole numbers as BIGINT; others as they are. */
export function putNumbers(vector: bindings.Vector, values: Numbers, from: number, rows: number): void {
  if (values instanceof Float64Array) {
    for (let r = 0; r < rows; r++) {
      const value = values[from + r]!;
      const high = Math.floor(value / WORD);
      wide[r * 2] = value - high * WORD;
      wide[r * 2 + 1] = high;
    }
    bindings.copy_data_to_vector(vector, 0, wide.buffer, 0, rows * 8);
    return;
  }
  // Out of memory that threads share: the bindings take none of that.
  const some = values.slice(from, from + rows);
  bindings.copy_data_to_vector(vector, 0, some.buffer as ArrayBuffer, 0, some.byteLength);
}

/** The bytes of a batch, of which parts become values of vectors. */
export interface TextsInDuckdb {
  /** Fills the vectors of all columns of text with some rows. */
  put(vectors: readonly bindings.Vector[], cells: Uint32Array, from: number, rows: number): void;
  /** No vector that was filled is read any more. */
  done(): void;
}

const NOTHING = new Uint8Array(0);
/** A text of so many bytes stands in the entry itself. */
const INLINE = 12;

/**
 * DuckDB's entry of a text (`duckdb_string_t`) is its length and, up to 12 bytes, the text itself; else its first four bytes and
 * where it stands. The bytes of a batch are given to DuckDB once, and the entries written here: one call a column in place of one
 * a value. {@link eachText} does the same with a call a value; it stands in should the entries ever be laid out otherwise.
 */
export function textsInDuckdb(api: typeof duckdb): (bytes: Uint8Array) => TextsInDuckdb {
  const type = api.VARCHAR.toLogicalType().logical_type;
  return (bytes) => {
    // Lives as long as it is referred to: what stands in it is copied while the appender is closed, before `done`.
    const holder = bindings.create_vector(type, 1);
    bindings.vector_assign_string_element_len(holder, 0, bytes);
    const told = Uint8Array.from(bindings.vector_get_data(holder, 16));
    const entry = new DataView(told.buffer);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isKnown = entry.getUint32(0, true) === bytes.length && entry.getUint32(4, true) === view.getUint32(0, true);
    if (!isKnown) return eachText(bytes);
    const low = entry.getUint32(8, true);
    const high = entry.getUint32(12, true);
    return {
      put(vectors, cells, from, rows) {
        bits.fill(255);
        missing.fill(0);
        // Row by row: the texts of a row stand side by side.
        for (let r = 0, cell = from * ROW_CELLS; r < rows; r++) {
          for (let column = 0, e = r * 4; column < TEXTS; column++, e += WORDS, cell += 2) {
            const start = cells[cell]!;
            const length = cells[cell + 1]!;
            entries[e] = length;
            if (length > INLINE) {
              const place = low + start;
              entries[e + 1] = view.getUint32(start, true);
              entries[e + 2] = place;
              entries[e + 3] = high + (place >= WORD ? 1 : 0);
            } else if (start > 0) {
              entries[e + 1] = wordAt(view, start, length);
              entries[e + 2] = wordAt(view, start + 4, length - 4);
              entries[e + 3] = wordAt(view, start + 8, length - 8);
            } else {
              entries[e + 1] = 0;
              entries[e + 2] = 0;
              entries[e + 3] = 0;
              missing[column]!++;
              bits[column * BITS + (r >> 3)]! &= ~(1 << (r & 7));
            }
          }
        }
        for (let column = 0; column < TEXTS; column++) {
          bindings.copy_data_to_vector(vectors[column]!, 0, entries.buffer, column * WORDS * 4, rows * 16);
          if (missing[column]! > 0) putValidity(vectors[column]!, column);
        }
      },
      done: () => bindings.vector_assign_string_element_len(holder, 0, NOTHING),
    };
  };
}

/** The plain way: a call for each value. */
export function eachText(bytes: Uint8Array): TextsInDuckdb {
  return {
    put(vectors, cells, from, rows) {
      bits.fill(0);
      for (let column = 0; column < TEXTS; column++) {
        for (let r = 0, cell = from * ROW_CELLS + column * 2; r < rows; r++, cell += ROW_CELLS) {
          const start = cells[cell]!;
          if (start === 0) continue;
          const text = bytes.subarray(start, start + cells[cell + 1]!);
          bindings.vector_assign_string_element_len(vectors[column]!, r, text);
          bits[column * BITS + (r >> 3)]! |= 1 << (r & 7);
        }
        putValidity(vectors[column]!, column);
      }
    },
    done() {},
  };
}

function putValidity(vector: bindings.Vector, column: number): void {
  bindings.vector_ensure_validity_writable(vector);
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, column * BITS, BITS);
}

/** Up to four bytes of a text, with zeros behind it. */
function wordAt(view: DataView, at: number, length: number): number {
  if (length >= 4) return view.getUint32(at, true);
  return length <= 0 ? 0 : view.getUint32(at, true) & ((1 << (length * 8)) - 1);
}
