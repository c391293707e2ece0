/**
 * The values of the record at hand: type, chunk offset and length, nothing decoded and nothing allocated. The outer template's
 * values come first, those of embedded templates behind; a plan refers to them by index.
 */
import * as buffer from '../chunk-buffer.ts';
import * as valueType from '../value-type.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, VIEW } = buffer;
const { LEAST_SIZE, TYPE } = valueType;

/** Slots of one template that plans may refer to. */
export const MOST_SLOTS = 1024;
/** Where the leaves go that arrays and other rarities are spread into. */
export const SPREAD = 16 * MOST_SLOTS;
const MOST_SPREAD = 1024;

// two names each: the exported one is slow in loops, see chunk-buffer.ts
const types = new Uint8Array(SPREAD + MOST_SPREAD);
const places = new Int32Array(SPREAD + MOST_SPREAD);
const sizes = new Int32Array(SPREAD + MOST_SPREAD);
export const slotType = types;
export const slotAt = places;
export const slotSize = sizes;

/** What {@link readSlots} found: how many values are embedded BinXML, arrays or the like, and the last of those; -1 if it is out of reach. */
export const odd = { count: 0, slot: -1 };
const found = odd;

/**
 * Reads the count, descriptors and extents of an instance's values into `wanted` slots from `base` on (null where there are fewer).
 * The answer is where the values end, or -1 if any of them is not sound, which the plain path then says in words.
 */
export function readSlots(at: number, end: number, base: number, wanted: number): number {
  const count = VIEW.getUint32(at, true);
  let descriptor = at + 4;
  if (count > 0x4000) return -1;
  let value = descriptor + count * 4;
  if (value > end) return -1;
  let oddCount = 0;
  let oddSlot = -1;
  for (let i = 0; i < count; i++) {
    const word = VIEW.getInt32(descriptor, true);
    descriptor += 4;
    const size = word & 0xffff;
    let type = (word >>> 16) & 0xff;
    if (size === 0) type = TYPE.null;
    else if (size < LEAST_SIZE[type]!) return -1;
    else if (type >= TYPE.sid) {
      if (type === TYPE.sid) {
        if (value + size > end || 8 + 4 * CHUNK[value + 1]! > size) return -1;
      } else if (type >= TYPE.handle) {
        oddCount++;
        oddSlot = i < wanted ? i : -1;
        if (i >= wanted) return -1;
      }
    }
    if (i < wanted) {
      types[base + i] = type;
      places[base + i] = value;
      sizes[base + i] = size;
    }
    value += size;
  }
  if (value > end) return -1;
  for (let i = count; i < wanted; i++) types[base + i] = TYPE.null;
  found.count = oddCount;
  found.slot = oddSlot;
  return value;
}
