import { TYPE } from '../read/value-type.ts';
import { nameHash } from './text.ts';

/** Token sizes and values of BinXML, [MS-EVEN6] 2.2.12; the layout of a definition as Windows writes it in a chunk. */
const OPEN = 0x01;
const CLOSE_START = 0x02;
const CLOSE_EMPTY = 0x03;
const END = 0x04;
const TEXT = 0x05;
const ATTRIBUTE = 0x06;
const SLOT = 0x0d;
const OPTIONAL_SLOT = 0x0e;
const MORE = 0x40;
/** Fragment header: token 0x0f, version 1.1, no flags, read as one little-endian number. */
export const FRAGMENT = 0x0001_010f;
/** Before a definition's body: offset of the next definition in the bucket, GUID, size of the body. */
export const DEFINITION_HEADER = 24;
export const NO_DEPENDENCY = 0xffff;

/** Where a value goes. `optional` slots leave out their attribute when the value is null. */
export interface Slot {
  readonly kind: 'slot';
  readonly slot: number;
  readonly code: number;
  readonly optional: boolean;
}
export type Part = Slot | { readonly kind: 'text'; readonly text: string };
export interface TemplateElement {
  readonly kind: 'element';
  readonly name: string;
  /** The element is left out when the value of this slot is null. */
  readonly dependency: number;
  readonly attributes: readonly (readonly [name: string, part: Part])[];
  readonly content: readonly (Part | TemplateElement)[];
}

/** A definition that can be written into any chunk. One object is one definition: chunks know it by identity. */
export interface Template {
  readonly root: TemplateElement;
  readonly guid: Uint8Array;
  /** First four bytes of the GUID as a number, as Windows has it. */
  readonly id: number;
  /** Which of the chunk's 32 chains of definitions it joins. */
  readonly bucket: number;
  /** Distinct names in it. */
  readonly names: readonly string[];
  /** Bytes of header and body, names not counted. */
  readonly bareSize: number;
}

/** Bytes of a name where it stands for the first time in a chunk: next in bucket, hash, length, text, NUL. */
export const nameSize = (name: string) => 10 + 2 * name.length;

/** `key` is the structure in one string: equal keys, equal definitions, and so equal GUIDs in every file. */
export function makeTemplate(key: string, root: TemplateElement): Template {
  const names = new Set<string>();
  const bareSize = DEFINITION_HEADER + 4 + elementSize(root, names) + 1;
  const guid = structureGuid(key);
  const view = new DataView(guid.buffer);
  const words = Array.from({ length: 8 }, (_, i) => view.getUint16(2 * i, true));
  return { root, guid, id: view.getUint32(0, true), bucket: nameHash(words) % 32, names: [...names], bareSize };
}

const partSize = (part: Part) => (part.kind === 'text' ? 4 + 2 * part.text.length : 4);

function elementSize(element: TemplateElement, names: Set<string>): number {
  names.add(element.name);
  let size = 11 + (element.attributes.length > 0 ? 4 : 0);
  for (const [name, part] of element.attributes) {
    names.add(name);
    size += 5 + partSize(part);
  }
  if (element.content.length === 0) return size + 1;
  size += 2;
  for (const part of element.content) size += part.kind === 'element' ? elementSize(part, names) : partSize(part);
  return size;
}

/**
 * A GUID out of the structure: four 32-bit FNV-1a hashes over its UTF-16 units, each with another start, marked as a
 * name-based (version 5) GUID. It only has to be stable and different for different structures.
 */
function structureGuid(key: string): Uint8Array {
  const guid = new Uint8Array(16);
  const view = new DataView(guid.buffer);
  for (let part = 0; part < 4; part++) {
    let hash = (0x811c_9dc5 ^ Math.imul(part + 1, 0x9e37_79b1)) >>> 0;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d) >>> 0;
    view.setUint32(4 * part, (hash ^ (hash >>> 13)) >>> 0, true);
  }
  guid[7] = 0x50 | (guid[7]! & 0x0f);
  guid[8] = 0x80 | (guid[8]! & 0x3f);
  return guid;
}

/** What a definition needs of the chunk it is written into. */
export interface DefinitionTarget {
  readonly view: DataView;
  /** Where the next byte goes. */
  position: number;
  /** Offset of a name that is already in the chunk; otherwise writes it at `position` (as the offset's target) first. */
  name(name: string): void;
}

/** Writes the body of a definition (fragment header to end of stream) at the target's position. */
export function writeBody(out: DefinitionTarget, root: TemplateElement): void {
  out.view.setUint32(out.position, FRAGMENT, true);
  out.position += 4;
  writeElement(out, root);
  out.view.setUint8(out.position++, 0);
}

function writeElement(out: DefinitionTarget, element: TemplateElement): void {
  const { view } = out;
  const { attributes, content } = element;
  view.setUint8(out.position, attributes.length > 0 ? OPEN | MORE : OPEN);
  view.setUint16(out.position + 1, element.dependency, true);
  const sizeAt = out.position + 3;
  out.position += 7;
  out.name(element.name);
  if (attributes.length > 0) {
    const listAt = out.position;
    out.position += 4;
    attributes.forEach(([name, part], i) => {
      view.setUint8(out.position++, i < attributes.length - 1 ? ATTRIBUTE | MORE : ATTRIBUTE);
      out.name(name);
      writePart(out, part);
    });
    view.setUint32(listAt, out.position - listAt - 4, true);
  }
  if (content.length === 0) view.setUint8(out.position++, CLOSE_EMPTY);
  else {
    view.setUint8(out.position++, CLOSE_START);
    for (const part of content) {
      if (part.kind === 'element') writeElement(out, part);
      else writePart(out, part);
    }
    view.setUint8(out.position++, END);
  }
  view.setUint32(sizeAt, out.position - sizeAt - 4, true);
}

function writePart(out: DefinitionTarget, part: Part): void {
  const { view } = out;
  if (part.kind === 'slot') {
    view.setUint8(out.position, part.optional ? OPTIONAL_SLOT : SLOT);
    view.setUint16(out.position + 1, part.slot, true);
    view.setUint8(out.position + 3, part.code);
    out.position += 4;
    return;
  }
  view.setUint8(out.position, TEXT);
  view.setUint8(out.position + 1, TYPE.string);
  view.setUint16(out.position + 2, part.text.length, true);
  out.position += 4;
  for (let i = 0; i < part.text.length; i++, out.position += 2) {
    view.setUint16(out.position, part.text.charCodeAt(i), true);
  }
}
