import { crc32 } from 'node:zlib';
import type { UnixMs } from '@haetae/event';
import type { Json } from '../accounts.ts';

/**
 * A segment: 16 bytes (`HAETAELG`, u32 version, u32 zero), then frames one after the other. All little-endian. A frame:
 *
 *     0  u32  length of the frame, this header and all
 *     4  u32  CRC-32 of everything behind it
 *     8  u64  seq
 *    16  f64  received, ms since 1970
 *    24  u32  length of the head
 *    28  u32  zero
 *    32       head, JSON in UTF-8; body, the bytes as received
 */
export const SEGMENT_HEADER = 16;
export const FRAME_HEADER = 32;
const MAGIC = 'HAETAELG';
const VERSION = 1;
/** A frame longer than this is no frame: the server's limit of a body is far below. */
export const MAX_FRAME = 512 * 1024 * 1024;

/** What came in at once, as it came in: one body of one request, or the lines of one turn of a socket. */
export interface Frame {
  /** 1, 2, 3 …; rises by one from frame to frame, save where the log had to jump over numbers that the store knew already. */
  readonly seq: number;
  readonly receivedMs: UnixMs;
  /** Protocol, provenance, the sender's position: the server's words. */
  readonly head: Json;
  /** A view over the reader's buffer: what must live longer is copied. */
  readonly body: Uint8Array;
}

export function segmentHeader(): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(VERSION, 8);
  return bytes;
}

/** Why these are not the first bytes of a segment; undefined when they are. */
export function segmentFault(bytes: Buffer): string | undefined {
  if (bytes.length < SEGMENT_HEADER)
    return `the header of a segment needs ${SEGMENT_HEADER} bytes, has ${bytes.length}`;
  if (bytes.toString('latin1', 0, 8) !== MAGIC) return 'not a segment of a log (HAETAELG)';
  const version = bytes.readUInt32LE(8);
  return version === VERSION ? undefined : `version ${version} of the log; this Haetae knows ${VERSION}`;
}

/** A frame with everything but its seq and checksum, in memory that `room` gives for its length: of its own, unless told otherwise. */
export function encodeFrame(
  head: Json,
  body: Uint8Array,
  receivedMs: number,
  room: (length: number) => Uint8Array = ownRoom,
): Uint8Array {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const bytes = room(FRAME_HEADER + text.length + body.length);
  bytes.fill(0, 0, FRAME_HEADER);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(0, bytes.length, true);
  view.setFloat64(16, receivedMs, true);
  view.setUint32(24, text.length, true);
  bytes.set(text, FRAME_HEADER);
  bytes.set(body, FRAME_HEADER + text.length);
  return bytes;
}

/** Memory that can be transferred. */
export const ownRoom = (length: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);

/** Gives an encoded frame its seq, and with it its checksum. */
export function sealFrame(bytes: Uint8Array, seq: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(8, BigInt(seq), true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
}

/** `more`: the bytes end before the frame does, `needs` of them are wanted. `bad`: they hold no frame. */
export type Framed =
  | { readonly kind: 'frame'; readonly length: number; readonly frame: Frame }
  | { readonly kind: 'more'; readonly needs: number }
  | { readonly kind: 'bad'; readonly reason: string };

/** The frame at `at`. */
export function decodeFrame(bytes: Buffer, at: number): Framed {
  if (bytes.length - at < FRAME_HEADER) return { kind: 'more', needs: FRAME_HEADER };
  const length = bytes.readUInt32LE(at);
  if (length < FRAME_HEADER || length > MAX_FRAME) return { kind: 'bad', reason: `a length of ${length}` };
  if (bytes.length - at < length) return { kind: 'more', needs: length };
  const whole = bytes.subarray(at, at + length);
  const headLength = whole.readUInt32LE(24);
  if (FRAME_HEADER + headLength > length) return { kind: 'bad', reason: `a head of ${headLength} bytes` };
  if (crc32(whole.subarray(8)) !== whole.readUInt32LE(4)) return { kind: 'bad', reason: 'checksum differs' };
  const end = FRAME_HEADER + headLength;
  return {
    kind: 'frame',
    length,
    frame: {
      seq: Number(whole.readBigUInt64LE(8)),
      receivedMs: whole.readDoubleLE(16) as UnixMs,
      head: JSON.parse(whole.toString('utf8', FRAME_HEADER, end)) as Json,
      body: whole.subarray(end),
    },
  };
}
