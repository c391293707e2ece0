/** Drivers: the walk of `walk.ts` over random access, over one byte array, over a stream. */
import type { Chunk } from './chunk.ts';
import { CHUNK_SIZE } from './chunk-buffer.ts';
import { madeUpLog, REHEARSALS } from './fast/made-up-log.ts';
import type { EvtxRecord } from './record.ts';
import { type EvtxOptions, type EvtxTally, Session } from './session.ts';
import { walkChunks } from './walk.ts';

/** Synchronous random access, as a file opened for reading gives it. */
export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** Reads at `offset` into all of `into`; the answer is the number of bytes read, less than `into.length` only at the end. */
  read(offset: number, into: Uint8Array): number;
}

export interface EvtxLog extends Iterable<EvtxRecord> {
  readonly tally: EvtxTally;
  /** Chunk by chunk; a chunk's records are to be read before the next chunk is asked for. */
  chunks(): Iterable<Chunk>;
}

export interface EvtxStream {
  readonly tally: EvtxTally;
  /** Asynchronous from chunk to chunk only; a chunk's records are to be read before the next chunk is asked for. */
  chunks(): AsyncIterable<Chunk>;
}

/** Logs of this size and more are worth a rehearsal. */
const LONG = 4 << 20;
let isRehearsed = false;

/** See `fast/made-up-log.ts`. */
function rehearse(): void {
  if (isRehearsed) return;
  isRehearsed = true;
  const log = madeUpLog();
  for (let round = 0; round < REHEARSALS; round++) {
    for (const record of readEvtx(log)) {
      const { eventId, timeMs, channel, provider, computer } = record;
      if (`${eventId}${timeMs}${channel}${provider}${computer}` === record.get('F1')) return; // never, and no dead code
    }
  }
}

/** Reads a log once. Bytes that are no EVTX file give no record and the problem `not-evtx`. */
export function readEvtx(source: RandomAccess | Uint8Array, options: EvtxOptions = {}): EvtxLog {
  if (!options.plain && (source instanceof Uint8Array ? source.length : source.size) >= LONG) rehearse();
  const session = new Session(options);
  const read =
    source instanceof Uint8Array
      ? (offset: number, into: Uint8Array): number => {
          const part = source.subarray(offset, offset + into.length);
          into.set(part);
          return part.length;
        }
      : (offset: number, into: Uint8Array): number => (offset >= source.size ? 0 : source.read(offset, into));

  function* chunks(): Generator<Chunk, void, undefined> {
    const walk = walkChunks(session, read, source instanceof Uint8Array ? source.length : source.size);
    for (let step = walk.next(); !step.done; ) {
      if ('into' in step.value) {
        step = walk.next(read(step.value.offset, step.value.into));
      } else {
        yield step.value;
        step = walk.next(0);
      }
    }
  }

  return {
    tally: session.tally,
    chunks,
    *[Symbol.iterator]() {
      for (const chunk of chunks()) yield* chunk;
    },
  };
}

/** Reads a log from a stream in pieces of any size; it keeps two chunks in memory at most, besides the piece at hand. */
export function streamEvtx(source: AsyncIterable<Uint8Array>, options: EvtxOptions = {}): EvtxStream {
  const session = new Session(options);

  async function* chunks(): AsyncGenerator<Chunk, void, undefined> {
    const pieces = source[Symbol.asyncIterator]();
    /** What was received and may still be asked for, and the file offset of its first byte. */
    let held = new Uint8Array(2 * CHUNK_SIZE);
    let start = 0;
    let length = 0;
    let piece: Uint8Array = new Uint8Array(0);
    let ended = false;

    const read = (offset: number, into: Uint8Array): number => {
      const part = held.subarray(offset - start, Math.min(length, offset - start + into.length));
      into.set(part);
      return part.length;
    };
    /** Forgets what lies before `keep` and receives until `offset + size`. */
    const receive = async (keep: number, offset: number, size: number): Promise<void> => {
      const drop = Math.min(length, keep - start);
      held.copyWithin(0, drop, length);
      start += drop;
      length -= drop;
      while (start + length < offset + size && !ended) {
        if (piece.length === 0) {
          const next = await pieces.next();
          if (next.done) ended = true;
          else piece = next.value;
          continue;
        }
        if (length === 0 && start < keep) {
          const skip = Math.min(piece.length, keep - start);
          piece = piece.subarray(skip);
          start += skip;
          continue;
        }
        const take = Math.min(piece.length, held.length - length);
        held.set(piece.subarray(0, take), length);
        piece = piece.subarray(take);
        length += take;
      }
    };

    try {
      const walk = walkChunks(session, read);
      for (let step = walk.next(); !step.done; ) {
        if ('into' in step.value) {
          const { offset, into, isAhead } = step.value;
          await receive(isAhead ? start : offset, offset, into.length);
          step = walk.next(offset < start ? 0 : read(offset, into));
        } else {
          yield step.value;
          step = walk.next(0);
        }
      }
    } finally {
      held = new Uint8Array(0);
      await pieces.return?.();
    }
  }

  return { tally: session.tally, chunks };
}
