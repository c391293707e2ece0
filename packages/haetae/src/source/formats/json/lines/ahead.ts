import { Worker } from 'node:worker_threads';
import type { Ledger } from '../../../ledger.ts';
import type { Elsewhere, Encoding, Input, ReadOptions } from '../../../source.ts';
import type { PieceIndex } from './line-index.ts';
import { MOST_NAMES, numberOf } from './names.ts';

/** Lines that another thread has read. */
export interface Ahead {
  readonly index: PieceIndex;
  /** That thread's numbers of names to the ones of this thread. */
  readonly names: Int32Array;
}

export interface Piece {
  readonly bytes: Buffer;
  readonly ahead: Ahead | undefined;
}

/** What a thread is to read. */
export interface AheadTask {
  readonly file: string;
  readonly encoding: Encoding;
  readonly hash: boolean;
}

/** A call of a ledger's, to be made again by the thread that has the ledger. */
export type Said =
  | { readonly kind: 'inferred'; readonly of: Parameters<Ledger['inferred']> }
  | { readonly kind: 'repaired'; readonly of: Parameters<Ledger['repaired']> }
  | { readonly kind: 'lost'; readonly of: Parameters<Ledger['lost']> };

/** Pieces of the file in one buffer, one behind the other. Both buffers are moved, and come back to be filled again. */
export interface Stretch {
  readonly kind: 'stretch';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: Int32Array<ArrayBuffer>;
  readonly pieces: readonly {
    readonly to: number;
    readonly index: Omit<PieceIndex, 'lines'> | undefined;
    readonly said: readonly Said[];
  }[];
  /** Names that are new, in the order of their numbers. */
  readonly names: readonly string[];
}

export type Told =
  | Stretch
  | {
      readonly kind: 'end';
      readonly bytes: number;
      readonly sha256: string | undefined;
      readonly said: readonly Said[];
    }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      /** Of the system, not of this program. */
      readonly syscall: string | undefined;
      readonly bytes: number;
      readonly sha256: string | undefined;
    };

/** To the thread: what is to be filled again. */
export type Back = Pick<Stretch, 'bytes' | 'lines'>;

/** A thread of its own costs a twentieth of a second: smaller files are read before it has begun. */
const BYTES_WORTH_IT = 32_000_000;

/** A file whose lines another thread may read: of the whole file, by its path. */
export function isWorthReadingAhead(
  { file, size, elsewhere }: Input,
  { ahead, sparse }: ReadOptions,
): { readonly file: string; readonly elsewhere: Elsewhere } | undefined {
  if (ahead !== true || sparse !== true || file === undefined || elsewhere === undefined) return undefined;
  return (size ?? 0) >= BYTES_WORTH_IT ? { file, elsewhere } : undefined;
}

/**
 * The pieces of `utf8Stream`, with what was read of their lines, both made by a thread that reads the file ahead, decodes and
 * hashes it. Each is valid until the next. Throws what reading the file throws.
 */
export async function* piecesAhead(
  { file, elsewhere }: { readonly file: string; readonly elsewhere: Elsewhere },
  encoding: Encoding,
  ledger: Ledger,
  at: URL = new URL('./ahead-worker.js', import.meta.url),
): AsyncGenerator<Piece> {
  const workerData: AheadTask = { file, encoding, hash: elsewhere.hash };
  const worker = new Worker(at, { workerData });
  const told: Told[] = [];
  let failure: Error | undefined;
  let wake = (): void => {};
  worker.on('message', (one: Told) => {
    told.push(one);
    wake();
  });
  const fail = (error: Error): void => {
    failure = error;
    wake();
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the thread that reads ahead ended with status ${code}`)));
  const names = new Int32Array(MOST_NAMES).fill(-1);
  let known = 1;
  try {
    for (;;) {
      const one = told.shift();
      if (one === undefined) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      switch (one.kind) {
        case 'stretch': {
          const { bytes, lines, pieces } = one;
          for (const name of one.names) names[known++] = numberOf(name);
          let from = 0;
          for (const { to, index, said } of pieces) {
            repeat(said, ledger);
            const piece = Buffer.from(bytes.buffer, from, to - from);
            yield { bytes: piece, ahead: index === undefined ? undefined : { index: { ...index, lines }, names } };
            from = to;
          }
          worker.postMessage({ bytes, lines } satisfies Back, [bytes.buffer, lines.buffer]);
          break;
        }
        case 'end':
          repeat(one.said, ledger);
          elsewhere.done(one);
          return;
        case 'failed':
          elsewhere.done(one);
          throw one.syscall === undefined ? one.error : Object.assign(one.error, { syscall: one.syscall });
        default:
          one satisfies never;
      }
    }
  } finally {
    await worker.terminate();
  }
}

function repeat(said: readonly Said[], ledger: Ledger): void {
  for (const one of said) {
    switch (one.kind) {
      case 'inferred':
        ledger.inferred(...one.of);
        break;
      case 'repaired':
        ledger.repaired(...one.of);
        break;
      case 'lost':
        ledger.lost(...one.of);
        break;
      default:
        one satisfies never;
    }
  }
}
