/**
 * Element and attribute names as small integers. A name lies in a chunk at its first use and is found by offset; it is compared
 * once per chunk with the names of all earlier chunks, so that later uses in the chunk cost one load.
 */
import { wellFormed } from '../bytes.ts';
import * as buffer from '../chunk-buffer.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK_SIZE, VIEW } = buffer;

const MOST_NAMES = 8192;
const MOST_UNITS = 1 << 17;
const BUCKETS = 4096;

/** Chunk offset → id, 0 where not yet seen in this chunk. */
const idAt = new Int32Array(CHUNK_SIZE);
const seenAt = new Int32Array(MOST_NAMES * 2);
let seen = 0;

const texts: string[] = [''];
const firstUnit = new Int32Array(MOST_NAMES);
const lengths = new Int32Array(MOST_NAMES);
const nextInBucket = new Int32Array(MOST_NAMES);
const buckets = new Int32Array(BUCKETS);
const units = new Uint16Array(MOST_UNITS);
let usedUnits = 0;

export const nameText = (id: number): string => texts[id]!;

/** By id: 1 for `Name`. */
export const isFieldName = new Uint8Array(MOST_NAMES);
/** By id: the character that an entity of that name stands for; 0 for none that XML knows. */
export const entityUnit = new Uint8Array(MOST_NAMES);
const ENTITY: Readonly<Record<string, number>> = { lt: 0x3c, gt: 0x3e, amp: 0x26, quot: 0x22, apos: 0x27 };

/** At the beginning of a chunk. */
export function forgetNameOffsets(): void {
  for (let i = 0; i < seen; i++) idAt[seenAt[i]!] = 0;
  seen = 0;
}

/** Forgets all names; every template made with their ids has to go too. */
export function forgetNames(): void {
  forgetNameOffsets();
  texts.length = 1;
  buckets.fill(0);
  usedUnits = 0;
}

/** Id of the name at a chunk offset; 0 if it does not lie in the chunk or there is no room for more names. */
export function nameIdAt(offset: number): number {
  if (offset > CHUNK_SIZE - 8) return 0;
  const known = idAt[offset]!;
  if (known !== 0) return known;
  const length = VIEW.getUint16(offset + 6, true);
  const from = offset + 8;
  if (from + 2 * length > CHUNK_SIZE || seen === seenAt.length) return 0;
  const bucket = (VIEW.getUint16(offset + 4, true) ^ (length * 0x9e5)) & (BUCKETS - 1);
  let id = buckets[bucket]!;
  while (id !== 0 && !(lengths[id] === length && isAt(id, from, length))) id = nextInBucket[id]!;
  if (id === 0) {
    id = texts.length;
    if (id === MOST_NAMES || usedUnits + length > MOST_UNITS) return 0;
    let text = '';
    for (let i = 0; i < length; i++) {
      const unit = VIEW.getUint16(from + 2 * i, true);
      units[usedUnits + i] = unit;
      text += String.fromCharCode(unit);
    }
    firstUnit[id] = usedUnits;
    lengths[id] = length;
    usedUnits += length;
    nextInBucket[id] = buckets[bucket]!;
    buckets[bucket] = id;
    texts.push(wellFormed(text));
    isFieldName[id] = text === 'Name' ? 1 : 0;
    entityUnit[id] = ENTITY[text] ?? 0;
  }
  idAt[offset] = id;
  seenAt[seen++] = offset;
  return id;
}

function isAt(id: number, from: number, length: number): boolean {
  const start = firstUnit[id]!;
  for (let i = 0; i < length; i++) if (units[start + i] !== VIEW.getUint16(from + 2 * i, true)) return false;
  return true;
}
