/**
 * BinXML → a form that does not depend on where in which chunk it lies: the same template gives the same integers in every chunk of
 * every file (offsets differ, and a name is stored at its first use only, so not even the sizes agree). It is what templates are
 * recognised by and compiled from.
 *
 * Content without a template gives a form too: its texts become slots, save for `Name` attributes, so that records of one shape
 * share one form.
 */

import { cutAtNul, wellFormed } from '../bytes.ts';
import * as buffer from '../chunk-buffer.ts';
import { MAX_ELEMENT_DEPTH } from '../limits.ts';
import type { ElementPart, Part } from '../plain/template.ts';
import * as valueType from '../value-type.ts';
import * as names from './names.ts';
import * as slotTable from './slots.ts';

// the module's own: see chunk-buffer.ts
const { CHUNK, CHUNK_SIZE, COMPOSED, VIEW } = buffer;
const { TYPE } = valueType;
const { entityUnit, isFieldName, nameIdAt, nameText } = names;
const { MOST_SLOTS, slotAt, slotSize, slotType } = slotTable;

/** Codes of a form, each followed by what is said; text as its units, two in an integer. */
const OPEN = 1; // name id
const ATTRIBUTE = 2; // name id
const CONTENT = 3;
const CLOSE = 4;
const TEXT = 5; // count, units
const HOLE = 6; // index, 1 if optional

/** Sets of tokens: with a name, with text, with a value's index. Shared code for each compiles once and for all. */
const NAMED = (1 << 0x01) | (1 << 0x06) | (1 << 0x09);
const TEXTUAL = (1 << 0x05) | (1 << 0x07);
const HOLES = (1 << 0x0d) | (1 << 0x0e);

/** Room for the form of anything that fits in a chunk: no token makes more integers than it has bytes. */
const form = new Int32Array(CHUNK_SIZE + 64);
/** The last form. */
export const lastForm = form;
/** Where the last form ended in the chunk. */
export const scanned = { end: 0 };

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
  /** Within the value of an attribute that names a field. */
  let isName = false;
  /** The slot of the text directly before, which more text goes to; -1 if there is none. */
  let textSlot = -1;
  while (p < end) {
    const token = CHUNK[p++]! & 0xbf;
    if (token >= 0x10) return -1;
    /** The one character that an entity or a character reference stands for. */
    let unit = 0;
    if ((NAMED >> token) & 1) {
      let hasAttributes = false;
      if (token === 0x01) {
        if (inTag || depth++ === MAX_ELEMENT_DEPTH) return -1;
        hasAttributes = (CHUNK[p - 1]! & 0x40) !== 0;
        inTag = true;
        p += isDefinition ? 6 : 4;
      }
      if (p + 4 > end || (!inTag && token === 0x06)) return -1;
      const offset = VIEW.getUint32(p, true);
      p += 4;
      const id = nameIdAt(offset);
      if (id === 0) return -1;
      if (offset === p) p += 10 + 2 * VIEW.getUint16(p + 6, true); // stored here, at its first use in the chunk
      if (token !== 0x09) {
        if (hasAttributes) p += 4;
        form[n] = token === 0x01 ? OPEN : ATTRIBUTE;
        form[n + 1] = id;
        n += 2;
        isName = isFieldName[id] === 1 && token === 0x06;
        textSlot = -1;
        continue;
      }
      unit = entityUnit[id]!;
      if (unit === 0) return -1;
    } else if ((TEXTUAL >> token) & 1) {
      if (token === 0x05 && CHUNK[p++] !== TYPE.string) return -1;
      if (p + 2 > end) return -1;
      const units = VIEW.getUint16(p, true);
      p += 2;
      if (p + 2 * units > end) return -1;
      if (isDefinition || isName) {
        n = textForm(n, p, units);
      } else if (textSlot >= 0) {
        append(textSlot, p, units);
      } else {
        if (slots === MOST_SLOTS) return -1;
        textSlot = base + slots;
        slotType[textSlot] = units === 0 ? TYPE.null : TYPE.string;
        slotAt[textSlot] = p;
        slotSize[textSlot] = 2 * units;
        n = holeForm(n, slots++, 0);
      }
      p += 2 * units;
    } else if ((HOLES >> token) & 1) {
      if (!isDefinition || p + 3 > end) return -1;
      n = holeForm(n, VIEW.getUint16(p, true), token === 0x0e ? 1 : 0);
      p += 3;
    } else if (token === 0x0f) {
      p += 3;
    } else if (token === 0x00) {
      scanned.end = p;
      return depth === 0 ? n : -1;
    } else if (token <= 0x04) {
      // 2 closes a start tag, 3 an empty element, 4 an element
      if (inTag !== token < 0x04) return -1;
      if (token !== 0x02 && depth-- === 0) return -1;
      form[n++] = token === 0x02 ? CONTENT : CLOSE;
      inTag = false;
      isName = false;
      textSlot = -1;
    } else if (token === 0x08 && p + 2 <= end) {
      unit = VIEW.getUint16(p, true);
      p += 2;
      if (unit === 0 || (unit & 0xf800) === 0xd800) return -1;
    } else {
      return -1; // processing instructions, instances within content: the plain path's
    }
    if (unit === 0) continue;
    if (isDefinition || isName) {
      n = unitForm(n, unit);
      continue;
    }
    if (textSlot < 0) {
      if (slots === MOST_SLOTS) return -1;
      textSlot = base + slots;
      slotType[textSlot] = TYPE.null;
      n = holeForm(n, slots++, 0);
    }
    appendUnit(textSlot, unit);
  }
  if (p > end || depth > 0) return -1;
  scanned.end = p;
  return n;
}

function unitForm(n: number, unit: number): number {
  form[n] = TEXT;
  form[n + 1] = 1;
  form[n + 2] = unit;
  return n + 3;
}

function textForm(n: number, at: number, units: number): number {
  form[n] = TEXT;
  form[n + 1] = units;
  let to = n + 2;
  let p = at;
  for (const last = at + 2 * units - 2; p < last; p += 4) form[to++] = VIEW.getInt32(p, true);
  if (units & 1) form[to++] = VIEW.getUint16(p, true);
  return to;
}

function holeForm(n: number, index: number, optional: number): number {
  form[n] = HOLE;
  form[n + 1] = index;
  form[n + 2] = optional;
  return n + 3;
}

/** Of the length and every seventh integer: forms that agree in those are told apart by {@link sameForm}. */
export function hashOf(values: Int32Array, length: number): number {
  let hash = 0x811c9dc5 ^ length;
  for (let i = 0; i < length; i += 7) hash = Math.imul(hash ^ values[i]!, 0x01000193);
  return hash;
}

export function sameForm(a: Int32Array, length: number): boolean {
  if (a.length !== length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== form[i]) return false;
  return true;
}

/** The tree of a form, for compiling. */
export function partsOf(values: Int32Array): { readonly parts: Part[]; readonly slotCount: number } {
  const root: Part[] = [];
  const open: ElementPart[] = [];
  let into = root;
  let slotCount = 0;
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
      slotCount = Math.max(slotCount, values[i]! + 1);
      i += 2;
    }
  }
  return { parts: root, slotCount };
}
