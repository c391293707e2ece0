import { crc32 } from 'node:zlib';
import { type BatchHead, decodeBatch, ProtocolError } from '../protocol/index.ts';

/** A batch in a segment: u32 length of what follows the first eight bytes, u32 CRC-32 of it, the batch as it goes over the wire. */
const ENTRY_HEADER = 8;

export function entryOf(batch: Uint8Array): Buffer {
  const bytes = Buffer.alloc(ENTRY_HEADER + batch.length);
  bytes.writeUInt32LE(batch.length, 0);
  bytes.writeUInt32LE(crc32(batch), 4);
  bytes.set(batch, ENTRY_HEADER);
  return bytes;
}

/** Where a batch lies. */
export interface Place {
  readonly segment: number;
  /** Of the batch itself. */
  readonly offset: number;
  readonly length: number;
}

export interface Found extends Place {
  readonly head: BatchHead;
}

/** The batches of a segment, and where the first that is not whole begins. */
export function readSegment(segment: number, bytes: Buffer): { readonly found: Found[]; readonly end: number } {
  const found: Found[] = [];
  let at = 0;
  while (bytes.length - at >= ENTRY_HEADER) {
    const length = bytes.readUInt32LE(at);
    const from = at + ENTRY_HEADER;
    if (length > bytes.length - from) break;
    const batch = bytes.subarray(from, from + length);
    if (crc32(batch) !== bytes.readUInt32LE(at + 4)) break;
    try {
      found.push({ segment, offset: from, length, head: decodeBatch(batch).head });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      break;
    }
    at = from + length;
  }
  return { found, end: at };
}
