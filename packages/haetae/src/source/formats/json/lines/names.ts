import * as window from './window.ts';

// Constants of this module's own, so that the compiler knows them: see window.ts.
const BYTES = window.BYTES;
const VIEW = window.VIEW;
const BUFFER = window.BUFFER;

/** Names of members that are told apart; a log that invents more is read the plain way from there on. */
export const MOST_NAMES = 4096;
const MOST_BYTES = 256 * 1024;
/** Places of the hash table: a power of two, half of which stay empty. */
const PLACES = MOST_NAMES * 2;

/** Number 0 stands for the beginning of a line, behind which the first name is guessed like any other. */
export const BEGINNING = 0;

const arena = new Uint8Array(MOST_BYTES);
const words = new DataView(arena.buffer);
const starts = new Int32Array(MOST_NAMES);
const lengths = new Int32Array(MOST_NAMES);
/** The names that stood behind this one the last two times: writers keep an order, and logs of several are mixed. */
const following = new Int32Array(MOST_NAMES);
const others = new Int32Array(MOST_NAMES);
const table = new Int32Array(PLACES);
const blanks = new Uint8Array(MOST_NAMES);
const texts: string[] = [''];
const numbers = new Map<string, number>();
let count = 1;
let filled = 0;

/** The number of a name; -1 where there is no room for more. */
export function numberOf(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  const bytes = Buffer.from(name);
  return add(bytes, 0, bytes.length, placeOf(bytes, 0, bytes.length));
}

/** Whether there is a blank in it. */
export const hasBlank = (number: number): boolean => blanks[number] === 1;

/** The name of a number. */
export const nameOf = (number: number): string => texts[number]!;

/** The number of the name at [from, to) of the window, which stands behind another one; -1 where there is no room for more. */
export function numberAt(previous: number, from: number, to: number): number {
  const guess = following[previous]!;
  if (lengths[guess] === to - from && guess !== BEGINNING && isAt(guess, from)) return guess;
  const other = others[previous]!;
  if (lengths[other] === to - from && other !== BEGINNING && isAt(other, from)) {
    others[previous] = guess;
    following[previous] = other;
    return other;
  }
  const place = placeOf(BYTES, from, to);
  const number = table[place] !== 0 ? table[place]! : add(BUFFER, from, to, place);
  if (number > 0) {
    others[previous] = guess;
    following[previous] = number;
  }
  return number;
}

function isAt(number: number, from: number): boolean {
  const start = starts[number]!;
  const length = lengths[number]!;
  let i = 0;
  for (; i + 4 <= length; i += 4) if (VIEW.getInt32(from + i, true) !== words.getInt32(start + i, true)) return false;
  for (; i < length; i++) if (BYTES[from + i] !== arena[start + i]) return false;
  return true;
}

/** Where the name stands in the table, or would. */
function placeOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  let place = (hash ^ (hash >>> 15)) & (PLACES - 1);
  for (let number = table[place]!; number !== 0; number = table[place]!) {
    if (lengths[number] === to - from && same(number, bytes, from)) return place;
    place = (place + 1) & (PLACES - 1);
  }
  return place;
}

function same(number: number, bytes: Uint8Array, from: number): boolean {
  const start = starts[number]!;
  const length = lengths[number]!;
  for (let i = 0; i < length; i++) if (bytes[from + i] !== arena[start + i]) return false;
  return true;
}

function add(bytes: Buffer, from: number, to: number, place: number): number {
  if (count === MOST_NAMES || filled + to - from > MOST_BYTES) return -1;
  const number = count++;
  arena.set(bytes.subarray(from, to), filled);
  starts[number] = filled;
  lengths[number] = to - from;
  filled += to - from;
  table[place] = number;
  const name = bytes.toString('utf8', from, to);
  if (name.includes(' ')) blanks[number] = 1;
  texts.push(name);
  numbers.set(name, number);
  return number;
}
