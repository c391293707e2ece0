import { gunzipSync, gzipSync } from 'node:zlib';

/** Events of one source, in order, as they go into the spool, over the wire, and (inflated) into the server's log. Never changed once made. */
export interface BatchHead {
  /** 1, 2, 3 … over all sources of an agent since `epoch`; what the server acknowledges. */
  readonly seq: number;
  /** `winlog:Security`, `journald`, `file:/var/log/syslog`; `agent` for what the agent itself says. */
  readonly source: string;
  /** How the body is read: `xml` events and `syslog` messages, each behind its length in bytes and a blank, `ndjson`, `agent` words of {@link AgentWord}. */
  readonly format: BatchFormat;
  readonly items: number;
  /** Bytes of the body, inflated. */
  readonly size: number;
  /** When the agent read the first of it, ms since 1970. */
  readonly readMs: number;
  /** Where the source goes on after this batch, in its own words. Not the server's business. */
  readonly bookmark: string;
}

export const BATCH_FORMATS = ['xml', 'syslog', 'ndjson', 'agent'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** A batch on the wire, all of it. An agent's batches are far smaller; nobody makes the server hold more. */
export const MAX_BATCH = 8 * 1024 * 1024;
/** Inflated. */
export const MAX_BODY = 32 * 1024 * 1024;

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** u32 little-endian length of the head, the head as JSON, the gzipped body. */
export function encodeBatch(head: BatchHead, packed: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const bytes = Buffer.alloc(4 + text.length + packed.length);
  bytes.writeUInt32LE(text.length, 0);
  text.copy(bytes, 4);
  bytes.set(packed, 4 + text.length);
  return bytes;
}

export const pack = (body: Uint8Array): Buffer => gzipSync(body, { level: 6 });

/** Throws a ProtocolError. */
export function decodeBatch(bytes: Buffer): { readonly head: BatchHead; readonly packed: Buffer } {
  if (bytes.length < 4) throw new ProtocolError(`a batch of ${bytes.length} bytes`);
  const length = bytes.readUInt32LE(0);
  if (length > 64 * 1024 || 4 + length > bytes.length) throw new ProtocolError(`a batch's head of ${length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', 4, 4 + length));
  } catch (cause) {
    throw new ProtocolError("a batch's head is no JSON", { cause });
  }
  return { head: batchHead(value), packed: bytes.subarray(4 + length) };
}

/** The body as it was packed; throws a ProtocolError when it is not what its head says. */
export function unpack({ size }: BatchHead, packed: Uint8Array): Buffer {
  try {
    const body = gunzipSync(packed, { maxOutputLength: Math.max(1, size) });
    if (body.length !== size) throw new Error(`${body.length} bytes in place of ${size}`);
    return body;
  } catch (cause) {
    throw new ProtocolError(`a batch's body: ${(cause as Error).message}`, { cause });
  }
}

function batchHead(value: unknown): BatchHead {
  const head = value as BatchHead;
  const whole = (n: unknown, most: number): boolean =>
    Number.isSafeInteger(n) && (n as number) >= 0 && (n as number) <= most;
  if (
    typeof value !== 'object' ||
    value === null ||
    !whole(head.seq, Number.MAX_SAFE_INTEGER) ||
    head.seq === 0 ||
    typeof head.source !== 'string' ||
    head.source.length > 1000 ||
    !(BATCH_FORMATS as readonly string[]).includes(head.format) ||
    !whole(head.items, 10_000_000) ||
    !whole(head.size, MAX_BODY) ||
    !Number.isFinite(head.readMs) ||
    typeof head.bookmark !== 'string'
  )
    throw new ProtocolError("a batch's head lacks what it needs");
  return head;
}
