import { crc32 } from '../crc32.ts';
import { EvtxError } from '../error.ts';
import { CHUNK_SIZE, ChunkBuilder } from './chunk.ts';
import type { RecordDraft } from './draft.ts';
import { Shaper } from './shape.ts';
import { filetime, ValueBuffer } from './values.ts';

/** Bytes of the file header, which stands before the first chunk. */
export const HEADER_SIZE = 4096;
/** The header counts chunks in 16 bits: a file holds just under 4 GiB. */
const MOST_CHUNKS = 0xffff;

export interface EvtxWriter {
  /**
   * Adds a record behind the ones before. Throws {@link EvtxError} with code `value` or `too-large` when
   * it cannot be written; the file is then as if it had not been asked for, and more records may follow.
   */
  add(draft: RecordDraft): void;
  /** Hands over the last chunk and returns the 4096 bytes of the file header, to be written at offset 0. */
  finish(): Uint8Array;
}

/**
 * Writes an EVTX file piece by piece, in the memory of one chunk. `sink` gets every finished chunk (64 KiB, its own from
 * then on) and the file offset where it belongs; offsets ascend from 4096.
 */
export function createEvtxWriter(sink: (chunk: Uint8Array, offset: number) => void): EvtxWriter {
  const shaper = new Shaper();
  const values = new ValueBuffer();
  let chunk = new ChunkBuilder();
  let chunks = 0;
  /** Records in the chunks handed over. */
  let before = 0;
  let last = 0n;
  let highest = 0n;
  let finished = false;

  const here = () => HEADER_SIZE + chunks * CHUNK_SIZE;
  const handOver = () => {
    const offset = here();
    const full = chunk.seal(before);
    before += chunk.records;
    chunks++;
    chunk = new ChunkBuilder();
    sink(full, offset);
  };

  return {
    add(draft) {
      const at = here() + chunk.position;
      if (finished) throw new EvtxError('write', 'the file is finished: no record can follow', at);
      const record = recordNumber(draft, last, at);
      const instance = shaper.shape(draft, record, values, at);
      const time = filetime(draft.system.time);
      // A chunk's header tells its first and last number, so numbers ascend within it: a log that was a ring begins a new one.
      const follows = chunk.records === 0 || record >= last;
      if (!follows || !chunk.add(record, time, instance, values)) {
        // Not the record but the rest of the chunk may be too small for it.
        const fresh = chunk.records === 0 ? undefined : new ChunkBuilder();
        if (fresh === undefined || !fresh.add(record, time, instance, values)) {
          throw new EvtxError('too-large', `record ${record} does not fit a chunk of ${CHUNK_SIZE} bytes`, at);
        }
        if (chunks + 2 > MOST_CHUNKS) {
          throw new EvtxError(
            'write',
            `record ${record} would need chunk ${chunks + 2}: a file has ${MOST_CHUNKS}`,
            at,
          );
        }
        handOver();
        chunk = fresh;
      }
      last = record;
      if (record > highest) highest = record;
    },
    finish() {
      if (finished) throw new EvtxError('write', 'the file is finished already', here());
      finished = true;
      if (chunk.records > 0) handOver();
      return fileHeader(chunks, highest + 1n);
    },
  };
}

/** A whole file in memory. */
export function writeEvtx(drafts: Iterable<RecordDraft>): Uint8Array {
  const chunks: Uint8Array[] = [];
  const writer = createEvtxWriter((chunk) => chunks.push(chunk));
  for (const draft of drafts) writer.add(draft);
  const header = writer.finish();
  const file = new Uint8Array(HEADER_SIZE + chunks.length * CHUNK_SIZE);
  file.set(header);
  chunks.forEach((chunk, i) => {
    file.set(chunk, HEADER_SIZE + i * CHUNK_SIZE);
  });
  return file;
}

function recordNumber(draft: RecordDraft, last: bigint, at: number): bigint {
  const { record } = draft;
  if (record === undefined) return last + 1n;
  if (typeof record === 'number' && !Number.isSafeInteger(record)) {
    throw new EvtxError('value', `record: ${record} is no exact integer`, at);
  }
  const exact = BigInt(record);
  if (exact < 0n || exact >= 2n ** 64n) throw new EvtxError('value', `record: ${exact} is not in 64 bits`, at);
  return exact;
}

function fileHeader(chunks: number, nextRecord: bigint): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set([0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65, 0]);
  view.setBigUint64(8, 0n, true);
  view.setBigUint64(16, BigInt(Math.max(0, chunks - 1)), true);
  view.setBigUint64(24, nextRecord, true);
  view.setUint32(32, 128, true);
  view.setUint16(36, 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, HEADER_SIZE, true);
  view.setUint16(42, chunks, true);
  // Bytes 44–119 are unused, the flags at 120 say neither dirty nor full.
  view.setUint32(124, crc32(bytes.subarray(0, 120)), true);
  return bytes;
}
