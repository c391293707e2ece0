/**
 * BinXML → a form that does not depend on where in which chunk it lies: the same template gives the same integers in every chunk of
 * every file (offsets differ, and a name is stored at its first use only, so not even the sizes agree). It is what templates are
 * recognised by and compiled from.
 *
 * Content without a template gives a form too: its texts become slots, save for `Name` attributes, so that records of one shape
 * share one form.
 */

import { wellFormed } from '../bytes.ts';
import { CHUNK, CHUNK_SIZE, VIEW } from '../chunk-buffer.ts';
import { MAX_ELEMENT_DEPTH } from '../limits.ts';
import type { ElementPart, Part } from '../plain/template.ts';
import { TYPE } from '../value-type.ts';
import { nameIdAt, nameText } from './names.ts';
import { MOST_SLOTS, slotAt, slotSize, slotType } from './slots.ts';

/** Codes of a form, each followed by what is said; text as its units. */
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
        break;
      }
      case 0x02:
        if (!inTag) return -1;
        inTag = false;
        isName = false;
        form[n++] = CONTENT;
        break;
      case 0x03:
      case 0x04:
        if (inTag !== ((token & 0xbf) === 0x03) || depth-- === 0) return -1;
        inTag = false;
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
          let count = 0;
          for (let q = p; count < units; q += 2) {
            const unit = VIEW.getUint16(q, true);
            if (unit === 0) break;
            form[n + 2 + count++] = unit;
          }
          form[n + 1] = count;
          n += 2 + count;
        } else {
          if (slots === MOST_SLOTS) return -1;
          slotType[base + slots] = units === 0 ? TYPE.null : TYPE.string;
          slotAt[base + slots] = p;
          slotSize[base + slots] = 2 * units;
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
        break;
      }
      case 0x08: {
        if (p + 2 > end) return -1;
        const unit = VIEW.getUint16(p, true);
        p += 2;
        form[n++] = TEXT;
        form[n++] = unit === 0 ? 0 : 1;
        if (unit !== 0) form[n++] = unit;
        break;
      }
      case 0x09: {
        if (p + 4 > end) return -1;
        const offset = VIEW.getUint32(p, true);
        p += 4;
        const unit = ENTITY[nameText(nameIdAt(offset))];
        if (unit === undefined) return -1;
        if (offset === p) p += 10 + 2 * VIEW.getUint16(p + 6, true);
        form[n++] = TEXT;
        form[n++] = 1;
        form[n++] = unit;
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
      for (let k = 0; k < count; k++) text += String.fromCharCode(values[i + k]!);
      into.push({ kind: 'text', text: wellFormed(text) });
      i += count;
    } else {
      into.push({ kind: 'hole', index: values[i]!, optional: values[i + 1] === 1 });
      i += 2;
    }
  }
  return root;
}
