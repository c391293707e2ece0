import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Chunk, Clock, EventSource } from '../source.ts';
import { linesOf } from './lines.ts';
import { idOf, isIn, type Place, placeIn, readAt, readPlace } from './place.ts';

export interface TailOptions {
  readonly path: string;
  readonly host: string;
  /** Where a file that was never read begins: everything that stands in it, or only what comes. */
  readonly from: 'beginning' | 'end';
  readonly clock: Clock;
  readonly pollMs?: number;
}

const READ = 256 * 1024;
/** A line longer than this is given in pieces. */
const LINE = 1024 * 1024;
/** A file that was renamed is written to until its writer opens the new one: it is read for so many polls more. */
const LINGER = 3;

/**
 * The lines of a file as it grows. It may be renamed and begun anew (read to its end first, also when that happened while nobody looked), be
 * truncated, or copied and truncated (its copy is sought, so that nothing between is missed). What nobody can read any more is told as a gap.
 */
export function tail(options: TailOptions): EventSource {
  return { name: `file:${options.path}`, read: (bookmark, signal) => follow(options, bookmark, signal) };
}

async function* follow(options: TailOptions, bookmark: string | undefined, signal: AbortSignal): AsyncGenerator<Chunk> {
  const { clock, path, pollMs = 500 } = options;
  let file: number | undefined;
  let place: Place | undefined = bookmark === undefined ? undefined : readPlace(bookmark);
  let isFirst = place === undefined;
  let idle = 0;
  try {
    // Where it was, before anything new: it may have another name by now.
    if (place !== undefined && place.file !== '') {
      const found = find(path, place);
      if (found === undefined) yield lostBehind(place, options, true);
      else {
        file = found.file;
        if (found.elsewhere) {
          yield* rest(file, place, options);
          closeSync(file);
          file = undefined;
          place = undefined;
        }
      }
      if (file === undefined) place = undefined;
    }
    while (!signal.aborted) {
      if (file === undefined) {
        file = open(path);
        if (file !== undefined) {
          const offset = isFirst && options.from === 'end' ? endOfLines(file) : 0;
          place = placeIn(file, offset);
          // Known from now on: what is written before the first line comes is not passed over after a restart.
          if (isFirst)
            yield { kind: 'items', format: 'ndjson', items: 0, body: Buffer.alloc(0), bookmark: JSON.stringify(place) };
        }
        isFirst = false;
        idle = 0;
      }
      let grown = false;
      if (file !== undefined && place !== undefined) {
        if (!isIn(place, file)) {
          const copy = find(path, place);
          if (copy === undefined) yield lostBehind(place, options, false);
          else {
            yield* rest(copy.file, place, options);
            closeSync(copy.file);
          }
          place = placeIn(file, 0);
        }
        for (const { chunk, offset } of step(file, place, options, false)) {
          place = placeIn(file, offset);
          grown = true;
          yield { ...chunk, bookmark: JSON.stringify(place) };
        }
        if (grown) idle = 0;
        else if (isMoved(path, file) && ++idle >= LINGER) {
          // A last line without an end: whoever wrote it has gone on elsewhere.
          yield* rest(file, place, options);
          closeSync(file);
          file = undefined;
          continue;
        }
      }
      if (!grown) await clock.sleep(pollMs, signal);
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** One read's worth of lines, in chunks of one format each, with the offset behind each. */
function* step(
  file: number,
  place: Place,
  { host, path, clock }: TailOptions,
  toEnd: boolean,
): Generator<{ readonly chunk: Omit<Extract<Chunk, { kind: 'items' }>, 'bookmark'>; readonly offset: number }> {
  const size = fstatSync(file).size;
  if (size <= place.offset) return;
  const bytes = readAt(file, place.offset, Math.min(size - place.offset, READ));
  let end = bytes.lastIndexOf(10) + 1;
  if (end === 0) {
    const more = size - place.offset;
    if (more < LINE && !toEnd) return;
    const line = readAt(file, place.offset, Math.min(more, LINE));
    const stop = line.indexOf(10);
    yield* chunks(stop < 0 ? line : line.subarray(0, stop + 1));
    return;
  }
  if (toEnd && place.offset + bytes.length === size) end = bytes.length;
  yield* chunks(bytes.subarray(0, end));

  function* chunks(lines: Buffer) {
    const own = { host, program: basename(path), nowMs: clock.now() };
    for (const { end: upTo, ...chunk } of linesOf(lines, own))
      yield { chunk: { kind: 'items' as const, ...chunk }, offset: place.offset + upTo };
  }
}

/** Everything behind the place, a last line without an end too. */
function* rest(file: number, from: Place, options: TailOptions): Generator<Chunk> {
  let place = from;
  for (;;) {
    let next = place;
    for (const { chunk, offset } of step(file, place, options, true)) {
      next = placeIn(file, offset);
      yield { ...chunk, bookmark: JSON.stringify(next) };
    }
    if (next.offset === place.offset) return;
    place = next;
  }
}

/** The file that the place is in: under its own name, or another that begins with it in the same folder (`x.1`, `x-20261128`). */
function find(path: string, place: Place): { readonly file: number; readonly elsewhere: boolean } | undefined {
  const own = open(path);
  if (own !== undefined) {
    if (idOf(own) === place.file && isIn(place, own)) return { file: own, elsewhere: false };
    closeSync(own);
  }
  const folder = dirname(path);
  const stem = basename(path).replace(/\.[^.]*$/, '');
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name !== basename(path) && name.startsWith(stem));
  } catch {
    return undefined;
  }
  const others: number[] = [];
  let copy: number | undefined;
  let same: number | undefined;
  for (const name of names) {
    const file = open(join(folder, name));
    if (file === undefined) continue;
    others.push(file);
    if (!isIn(place, file)) continue;
    if (idOf(file) === place.file) same = file;
    // A copy is known by what was read of it.
    else if (place.offset > 0) copy ??= file;
  }
  const found = same ?? copy;
  for (const file of others) if (file !== found) closeSync(file);
  return found === undefined ? undefined : { file: found, elsewhere: true };
}

/** undefined where there is no file now; throws where there is one that may not be read. */
function open(path: string): number | undefined {
  try {
    const file = openSync(path, 'r');
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the name is another file's by now, or nobody's. */
function isMoved(path: string, file: number): boolean {
  const other = open(path);
  if (other === undefined) return true;
  try {
    return idOf(other) !== idOf(file);
  } finally {
    closeSync(other);
  }
}

/** Behind the last line that is whole. */
function endOfLines(file: number): number {
  const { size } = fstatSync(file);
  for (let at = size; at > 0; ) {
    const from = Math.max(0, at - READ);
    const end = readAt(file, from, at - from).lastIndexOf(10);
    if (end >= 0) return from + end + 1;
    at = from;
  }
  return 0;
}

function lostBehind(place: Place, { clock }: TailOptions, whileAway: boolean): Chunk {
  return {
    kind: 'gap',
    gap: {
      reason: 'truncated',
      count: null,
      fromRecord: null,
      toRecord: null,
      fromMs: null,
      toMs: clock.now(),
      detail: `behind byte ${place.offset} of a file that is ${whileAway ? 'no longer there' : 'cut or written anew'}`,
    },
    bookmark: JSON.stringify(NOWHERE),
  };
}

/** Not first, and in no file: the next one is read from its beginning. */
const NOWHERE: Place = { file: '', offset: 0, head: 0, hash: '' };
