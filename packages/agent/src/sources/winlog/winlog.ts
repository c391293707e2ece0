import type { Chunk, Clock, EventSource } from '../source.ts';
import { type Start, type Subscription, type WevtApi, WevtError } from './api.ts';

export interface WinlogOptions {
  readonly channel: string;
  /** XPath; `*` for all. Records that it leaves out are not missed. */
  readonly query: string;
  readonly api: WevtApi;
  readonly clock: Clock;
  /** A channel that was never read: everything that stands in it, or only what comes. */
  readonly from: 'beginning' | 'end';
}

const MOST = 200;
const WAIT_MS = 5_000;

/** One log of Windows. Its bookmark is the last record read and that record's time; it is strict: what is not there any more is told. */
export function winlog(options: WinlogOptions): EventSource {
  return { name: `winlog:${options.channel}`, read: (bookmark, signal) => follow(options, bookmark, signal) };
}

interface Mark {
  readonly record: string;
  readonly timeMs: number;
}

async function* follow(
  options: WinlogOptions,
  bookmark: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const { api, channel, query, from } = options;
  let mark = bookmark === undefined ? undefined : readMark(bookmark);
  let subscription: Subscription | undefined;
  /** Whether what comes next must follow the mark: the record that stood there is gone. */
  let suspect = false;
  try {
    while (!signal.aborted) {
      if (subscription === undefined) {
        const start: Start =
          mark === undefined
            ? { kind: from === 'end' ? 'future' : 'oldest' }
            : suspect
              ? { kind: 'oldest' }
              : { kind: 'after', recordId: BigInt(mark.record) };
        try {
          subscription = await api.subscribe(channel, query, start);
        } catch (error) {
          if (!(error instanceof WevtError) || error.code !== 'not-found' || suspect) throw error;
          suspect = true;
          continue;
        }
      }
      let texts: readonly string[];
      try {
        texts = await subscription.next(MOST, WAIT_MS, signal);
      } catch (error) {
        if (!(error instanceof WevtError) || error.code !== 'stale' || mark === undefined) throw error;
        subscription.close();
        subscription = undefined;
        suspect = true;
        continue;
      }
      if (texts.length === 0) continue;
      for (const piece of pieces(texts, mark, query === '*', suspect, options.clock.now())) {
        yield piece.chunk;
        mark = piece.mark;
      }
      suspect = false;
    }
  } finally {
    subscription?.close();
  }
}

/**
 * The events in chunks, and between them what is missing. Windows numbers the records of a log one by one: a number that is passed over was
 * overwritten, one that goes back begins a log that was cleared.
 */
function* pieces(
  texts: readonly string[],
  from: Mark | undefined,
  isWhole: boolean,
  suspect: boolean,
  nowMs: number,
): Generator<{ readonly chunk: Chunk; readonly mark: Mark }> {
  let last = from;
  let run: string[] = [];
  let first = suspect;
  for (const text of texts) {
    const mark = markOf(text, nowMs);
    if (mark === undefined) {
      // It has no record id: it is kept all the same, under the mark of the one before.
      run.push(text);
      continue;
    }
    const [before, here] = [last === undefined ? undefined : BigInt(last.record), BigInt(mark.record)];
    // A subscription from the oldest on gives again what was read already.
    if (suspect && before !== undefined && last !== undefined && here <= before && mark.timeMs <= last.timeMs) {
      first = false;
      continue;
    }
    if (before !== undefined && last !== undefined) {
      const isCleared = here <= before;
      const isJump = here > before + 1n && (isWhole || first);
      if (isCleared || isJump) {
        if (run.length > 0) yield made(run, last);
        run = [];
        yield { chunk: gapOf(last, mark, isCleared), mark: last };
      }
    }
    first = false;
    run.push(text);
    last = mark;
  }
  if (run.length > 0 && last !== undefined) yield made(run, last);
}

function made(texts: readonly string[], mark: Mark): { readonly chunk: Chunk; readonly mark: Mark } {
  return {
    chunk: {
      kind: 'items',
      format: 'xml',
      items: texts.length,
      body: Buffer.concat(texts.map((text) => Buffer.from(`${Buffer.byteLength(text)} ${text}`, 'utf8'))),
      bookmark: JSON.stringify(mark),
      lastRecord: mark.record,
    },
    mark,
  };
}

function gapOf(last: Mark, next: Mark, isCleared: boolean): Chunk {
  const [before, here] = [BigInt(last.record), BigInt(next.record)];
  const missing = here - before - 1n;
  const from = isCleared ? (here > 1n ? 1n : null) : before + 1n;
  return {
    kind: 'gap',
    gap: {
      reason: isCleared ? 'cleared' : 'overwritten',
      // Of a log that was cleared nobody knows how many followed the last one read.
      count: isCleared || missing > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(missing),
      fromRecord: from === null ? null : String(from),
      toRecord: isCleared && here <= 1n ? null : String(here - 1n),
      fromMs: last.timeMs,
      toMs: next.timeMs,
      detail: isCleared
        ? `record ${here} came after ${before}`
        : `records ${before + 1n} to ${here - 1n} were not there any more`,
    },
    bookmark: JSON.stringify(last),
  };
}

const RECORD = /<EventRecordID>(\d{1,20})<\/EventRecordID>/;
const TIME = /<TimeCreated SystemTime=['"]([^'"]{10,40})['"]/;

/** By the event's own System, which stands before anything that a program wrote into it. */
function markOf(text: string, nowMs: number): Mark | undefined {
  const record = RECORD.exec(text)?.[1];
  if (record === undefined) return undefined;
  const timeMs = Date.parse((TIME.exec(text)?.[1] ?? '').replace(/(\.\d{3})\d+/, '$1'));
  return { record, timeMs: Number.isNaN(timeMs) ? nowMs : timeMs };
}

function readMark(bookmark: string): Mark | undefined {
  try {
    const mark = JSON.parse(bookmark) as Mark;
    return /^\d{1,20}$/.test(mark.record) && Number.isFinite(mark.timeMs) ? mark : undefined;
  } catch {
    return undefined;
  }
}
