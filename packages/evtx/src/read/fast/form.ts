/**
 * BinXML → a form that does not depend on where in which chunk it lies: the same template gives the same integers in every chunk of
 * every file (offsets differ, and a name is stored at its first use only, so not even the sizes agree). It is what templates are
 * recognised by and compiled from.
 *
 * Content without a template gives a form too: its texts become slots, save for `Name` attributes, so that records of one shape
 * share one form.
 */

import { cutAtNul, wellFormed } from '../bytes.ts';
import { CHUNK, CHUNK_SIZE, COMPOSED, VIEW } from '../chunk-buffer.ts';
import { MAX_ELEMENT_DEPTH } from '../limits.ts';
import type { ElementPart, Part } from '../plain/template.ts';
import { TYPE } from '../value-type.ts';
import { nameIdAt, nameText } from './names.ts';
import { MOST_SLOTS, slotAt, slotSize, slotType } from './slots.ts';

/** Codes of a form, each followed by what is said; text as its units, two in an integer. */
const OPEN = 1; // name id
const ATTRIBUTE = 2; // name id
const CONTENT = 3;
const CLOSE = 4;
const TEXT = 5; // count, units
const HOLE = 6; // index, 1 if optional

/** Room for the form of anything that fits in a chunk: no token makes more integers than it has bytes. */
export const form = new Int32Array(CHUNK_SIZE + 64);
/** Slots that a form without template filled. */
export const scanned = { slots: 0, end: 0 };

const ENTITY: Readonly<Record<string, number>> = { lt: 0x3c, gt: 0x3e, amp: 0x26, quot: 0x22, apos: 0x27 };

let composedEnd = COMPOSED;

/** At the beginning of a record. */
export function forgetComposed(): void {
  composedEnd = COMPOSED;
}

const isHigh = (unit: number) => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number) => (unit & 0xfc00) === 0xdc00;

/**
 * Appends units, until their first NUL, to the text of a slot. A pair of surrogates does not reach over two pieces. All of a
 * record's composed texts are never longer than the record.
 */
function append(slot: number, at: number, units: number): void {
  if (slotType[slot] !== TYPE.string || slotAt[slot]! < COMPOSED) {
    const before = slotType[slot] === TYPE.string ? slotSize[slot]! >> 1 : 0;
    const from = slotAt[slot]!;
    slotType[slot] = TYPE.string;
    slotAt[slot] = composedEnd;
    slotSize[slot] = 0;
    append(slot, from, before);
  }
  for (let i = 0; i < units && composedEnd + 2 <= COMPOSED + CHUNK_SIZE; i++) {
    const unit = VIEW.getUint16(at + 2 * i, true);
    if (unit === 0) break;
    const next = i + 1 < units ? VIEW.getUint16(at + 2 * i + 2, true) : 0;
    const isTorn = (i === 0 && isLow(unit)) || (isHigh(unit) && !isLow(next));
    VIEW.setUint16(composedEnd, isTorn ? 0xfffd : unit, true);
    composedEnd += 2;
  }
  slotSize[slot] = composedEnd - slotAt[slot]!;
}

function appendUnit(slot: number, unit: number): void {
  append(slot, 0, 0);
  if (composedEnd + 2 > COMPOSED + CHUNK_SIZE) return;
  VIEW.setUint16(composedEnd, unit, true);
  composedEnd += 2;
  slotSize[slot] = slotSize[slot]! + 2;
}

/**
 * Writes the form of the BinXML between two chunk offsets; the answer is its length, or -1 where it holds anything unusual or
 * unsound. `base` < 0 for a template definition; else texts go to the slots from `base` on.
 */
export function scanForm(at: number, end: number, base: number): number {
  const isDefinition = base < 0;
  let n = 0;
  let p = at;
  let depth = 0;
  let slots = 0;
  let inTag = false;
  let isName = false;
  /** The slot of the text directly before, which more text goes to; -1 if there is none. */
  let textSlot = -1;
  while (p < end) {
    const token = CHUNK[p++]!;
    switch (token & 0xbf) {
      case 0x00:
        scanned.slots = slots;
        scanned.end = p;
        return depth === 0 ? n : -1;
      case 0x01: {
        if (inTag || depth++ === MAX_ELEMENT_DEPTH) return -1;
        p += isDefinition ? 6 : 4;
        if (p + 4 > end) return -1;
        const offset = VIEW.getUint32(p, true);
        p += 4;
        const id = nameIdAt(offset);
        if (id === 0) return -1;
        if (offset === p) p += 10 + 2 * VIEW.getUint16(p + 6, true);
        if (token & 0x40) p += 4;
        form[n++] = OPEN;
        form[n++] = id;
        inTag = true;
        isName = false;
        textSlot = -1;
        break;
      }
      case 0x02:
        if (!inTag) return -1;
        inTag = false;
        isName = false;
        textSlot = -1;
        form[n++] = CONTENT;
        break;
      case 0x03:
      case 0x04:
        if (inTag !== ((token & 0xbf) === 0x03) || depth-- === 0) return -1;
        inTag = false;
        isName = false;
        textSlot = -1;
        form[n++] = CLOSE;
        break;
      case 0x05:
      case 0x07: {
        if ((token & 0xbf) === 0x05 && CHUNK[p++] !== TYPE.string) return -1;
        if (p + 2 > end) return -1;
        const units = VIEW.getUint16(p, true);
        p += 2;
        if (p + 2 * units > end) return -1;
        if (isDefinition || isName) {
          form[n] = TEXT;
          form[n + 1] = units;
          n += 2;
          let q = p;
          for (const last = p + 2 * units - 2; q < last; q += 4) form[n++] = VIEW.getInt32(q, true);
          if (units & 1) form[n++] = VIEW.getUint16(q, true);
        } else if (textSlot >= 0) {
          append(textSlot, p, units);
        } else {
          if (slots === MOST_SLOTS) return -1;
          slotType[base + slots] = units === 0 ? TYPE.null : TYPE.string;
          slotAt[base + slots] = p;
          slotSize[base + slots] = 2 * units;
          textSlot = base + slots;
          form[n++] = HOLE;
          form[n++] = slots++;
          form[n++] = 0;
        }
        p += 2 * units;
        break;
      }
      case 0x06: {
        if (!inTag || p + 4 > end) return -1;
        const offset = VIEW.getUint32(p, true);
        p += 4;
        const id = nameIdAt(offset);
        if (id === 0) return -1;
        if (offset === p) p += 10 + 2 * VIEW.getUint16(p + 6, true);
        form[n++] = ATTRIBUTE;
        form[n++] = id;
        isName = nameText(id) === 'Name';
        textSlot = -1;
        break;
      }
      case 0x08:
      case 0x09: {
        if (p + 4 > end) return -1;
        let unit: number | undefined;
        if ((token & 0xbf) === 0x08) {
          unit = VIEW.getUint16(p, true);
          p += 2;
          if (unit === 0 || (unit & 0xf800) === 0xd800) return -1;
        } else {
          const offset = VIEW.getUint32(p, true);
          p += 4;
          unit = ENTITY[nameText(nameIdAt(offset))];
          if (unit === undefined) return -1;
          if (offset === p) p += 10 + 2 * VIEW.getUint16(p + 6, true);
        }
        if (isDefinition || isName) {
          form[n++] = TEXT;
          form[n++] = 1;
          form[n++] = unit;
          break;
        }
        if (textSlot < 0) {
          if (slots === MOST_SLOTS) return -1;
          textSlot = base + slots;
          slotType[textSlot] = TYPE.null;
          form[n++] = HOLE;
          form[n++] = slots++;
          form[n++] = 0;
        }
        appendUnit(textSlot, unit);
        break;
      }
      case 0x0d:
      case 0x0e:
        if (!isDefinition || p + 3 > end) return -1;
        form[n++] = HOLE;
        form[n++] = VIEW.getUint16(p, true);
        form[n++] = (token & 0xbf) === 0x0e ? 1 : 0;
        p += 3;
        break;
      case 0x0f:
        p += 3;
        break;
      default: // processing instructions, instances within content: the plain path's
        return -1;
    }
  }
  if (p > end || depth > 0) return -1;
  scanned.slots = slots;
  scanned.end = p;
  return n;
}

export function hashOf(values: Int32Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ values[i]!, 0x01000193);
  return hash;
}

export function sameForm(a: Int32Array, length: number): boolean {
  if (a.length !== length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== form[i]) return false;
  return true;
}

/** The tree of a form, for compiling. */
export function partsOf(values: Int32Array): Part[] {
  const root: Part[] = [];
  const open: ElementPart[] = [];
  let into = root;
  for (let i = 0; i < values.length; ) {
    const code = values[i++]!;
    if (code === OPEN) {
      const element: ElementPart = { kind: 'element', name: nameText(values[i++]!), attributes: [], content: [] };
      into.push(element);
      open.push(element);
      into = element.content;
    } else if (code === ATTRIBUTE) {
      const attribute = { name: nameText(values[i++]!), parts: [] as Part[] };
      open.at(-1)!.attributes.push(attribute);
      into = attribute.parts;
    } else if (code === CONTENT) {
      into = open.at(-1)!.content;
    } else if (code === CLOSE) {
      open.pop();
      into = open.at(-1)?.content ?? root;
    } else if (code === TEXT) {
      const count = values[i++]!;
      let text = '';
      for (let k = 0; k < count; k++)
        text += String.fromCharCode((values[i + (k >> 1)]! >>> (k & 1 ? 16 : 0)) & 0xffff);
      into.push({ kind: 'text', text: cutAtNul(wellFormed(text)) });
      i += (count + 1) >> 1;
    } else {
      into.push({ kind: 'hole', index: values[i]!, optional: values[i + 1] === 1 });
      i += 2;
    }
  }
  return root;
}
