import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeWhole } from './files.ts';

/** `acked`: the last seq that the server has for good; `next`: the next one. Bookmarks are those of what is acknowledged. */
export interface State {
  readonly epoch: string;
  readonly acked: number;
  readonly next: number;
  readonly bookmarks: Readonly<Record<string, string>>;
  readonly dropped: number;
  readonly items: Readonly<Record<string, number>>;
}

const STATE = 'state.json';
const SEGMENT = /^(\d{8,})\.spool$/;
export const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.spool`;

/** In order. */
export const segmentsIn = (folder: string): number[] =>
  readdirSync(folder)
    .flatMap((file) => {
      const match = SEGMENT.exec(file);
      return match === null ? [] : [Number(match[1])];
    })
    .sort((a, b) => a - b);

/** A state that makes no sense is no state: throws, since to begin anew would send everything again under new numbers. */
export function readState(folder: string): State {
  const path = join(folder, STATE);
  const text = readIfThere(path);
  if (text === undefined)
    return { epoch: randomBytes(8).toString('hex'), acked: 0, next: 1, bookmarks: {}, dropped: 0, items: {} };
  let state: State;
  try {
    state = JSON.parse(text) as State;
    if (!/^[0-9a-f]{16}$/.test(state.epoch) || !Number.isSafeInteger(state.acked) || !Number.isSafeInteger(state.next))
      throw new Error('epoch, acked or next is missing');
  } catch (cause) {
    throw new Error(`${path} cannot be read (${(cause as Error).message}); move the folder away to begin anew`, {
      cause,
    });
  }
  return { ...state, bookmarks: state.bookmarks ?? {}, dropped: state.dropped ?? 0, items: state.items ?? {} };
}

export const writeState = (folder: string, state: State): void =>
  writeWhole(join(folder, STATE), `${JSON.stringify(state)}\n`);
