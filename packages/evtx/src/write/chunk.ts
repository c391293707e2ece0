import { crc32 } from '../crc32.ts';
import { TYPE } from '../read/value-type.ts';
import { DEFINITION_HEADER, type DefinitionTarget, FRAGMENT, nameSize, type Template, writeBody } from './template.ts';
import { nameHash } from './text.ts';
import type { ValueBuffer } from './values.ts';

export const CHUNK_SIZE = 65_536;
const CHUNK_HEADER = 128;
const NAME_BUCKETS = 128;
const TEMPLATE_BUCKETS = 384;
const FIRST_RECORD = 512;
const RECORD_HEADER = 24;
const TEMPLATE_INSTANCE = 0x0c;
/** Fragment header and template instance token with its fields, up to the definition. */
const INSTANCE_HEADER = 14;

/**
 * A template and where its values lie: `slots` descriptors, the first at `firstSlot`, and `bytes` bytes at `firstByte`, both
 * in a {@link ValueBuffer}. The instances it embeds are its last values.
 */
export interface Instance {
  readonly template: Template;
  readonly firstSlot: number;
  readonly slots: number;
  readonly firstByte: number;
  readonly bytes: number;
  readonly embedded: readonly Instance[];
}

/** One 64 KiB chunk in the making. [MS-EVEN6] tells the BinXML; the chunk around it is as Windows 7 and later write it. */
export class ChunkBuilder implements DefinitionTarget {
  readonly bytes: Uint8Array = new Uint8Array(CHUNK_SIZE);
  readonly view: DataView = new DataView(this.bytes.buffer);
  position = FIRST_RECORD;
  records = 0;
  #names = new Map<string, number>();
  #definitions = new Map<Template, number>();
  #lastRecordAt = 0;
  #firstId = 0n;
  #lastId = 0n;

  /** Adds a record and returns true; false, and nothing is changed, when it does not fit into what is left. */
  add(id: bigint, filetime: bigint, instance: Instance, values: ValueBuffer): boolean {
    const content = RECORD_HEADER + this.#instanceSize(instance, new Set()) + 4;
    // Windows keeps records on a multiple of eight bytes.
    const size = (content + 7) & ~7;
    if (this.position + size > CHUNK_SIZE) return false;
    const at = this.position;
    const { view } = this;
    view.setUint32(at, 0x2a2a, true);
    view.setUint32(at + 4, size, true);
    view.setBigUint64(at + 8, id, true);
    view.setBigUint64(at + 16, filetime, true);
    this.position += RECORD_HEADER;
    this.#write(instance, values);
    view.setUint32(at + size - 4, size, true);
    this.position = at + size;
    this.#lastRecordAt = at;
    if (this.records++ === 0) this.#firstId = id;
    this.#lastId = id;
    return true;
  }

  /** Fills in the header; `before` is how many records the file holds in earlier chunks. The chunk is complete then. */
  seal(before: number): Uint8Array {
    const { view, bytes } = this;
    bytes.set([0x45, 0x6c, 0x66, 0x43, 0x68, 0x6e, 0x6b, 0]);
    view.setBigUint64(8, BigInt(before + 1), true);
    view.setBigUint64(16, BigInt(before + this.records), true);
    view.setBigUint64(24, this.#firstId, true);
    view.setBigUint64(32, this.#lastId, true);
    view.setUint32(40, CHUNK_HEADER, true);
    view.setUint32(44, this.#lastRecordAt, true);
    view.setUint32(48, this.position, true);
    view.setUint32(52, crc32(bytes.subarray(FIRST_RECORD, this.position)), true);
    const head = crc32(bytes.subarray(0, 120));
    view.setUint32(124, crc32(bytes.subarray(CHUNK_HEADER, FIRST_RECORD), head), true);
    return bytes;
  }

  /** Writes the offset of a name, and the name itself behind it where it is the first of its kind in the chunk. */
  name(name: string): void {
    const { view } = this;
    const known = this.#names.get(name);
    if (known !== undefined) {
      view.setUint32(this.position, known, true);
      this.position += 4;
      return;
    }
    const at = this.position + 4;
    const hash = nameHash(units(name)) & 0xffff;
    const bucket = NAME_BUCKETS + 4 * (hash % 64);
    view.setUint32(this.position, at, true);
    view.setUint32(at, view.getUint32(bucket, true), true);
    view.setUint32(bucket, at, true);
    view.setUint16(at + 4, hash, true);
    view.setUint16(at + 6, name.length, true);
    for (let i = 0; i < name.length; i++) view.setUint16(at + 8 + 2 * i, name.charCodeAt(i), true);
    this.position = at + nameSize(name);
    this.#names.set(name, at);
  }

  /** Bytes of an instance with its definition, if this chunk needs it; `added` are the definitions and names counted so far. */
  #instanceSize(instance: Instance, added: Set<Template | string>): number {
    const { template } = instance;
    let size = INSTANCE_HEADER + 4 + 4 * (instance.slots + instance.embedded.length) + instance.bytes + 1;
    if (!this.#definitions.has(template) && !added.has(template)) {
      added.add(template);
      size += template.bareSize;
      for (const name of template.names) {
        if (this.#names.has(name) || added.has(name)) continue;
        added.add(name);
        size += nameSize(name);
      }
    }
    for (const inner of instance.embedded) size += this.#instanceSize(inner, added);
    return size;
  }

  #write(instance: Instance, values: ValueBuffer): void {
    const { view } = this;
    const { template, embedded } = instance;
    view.setUint32(this.position, FRAGMENT, true);
    view.setUint8(this.position + 4, TEMPLATE_INSTANCE);
    view.setUint8(this.position + 5, 1);
    view.setUint32(this.position + 6, template.id, true);
    const definitionAt = this.position + 10;
    this.position += INSTANCE_HEADER;
    view.setUint32(definitionAt, this.#definitions.get(template) ?? this.#define(template), true);

    view.setUint32(this.position, instance.slots + embedded.length, true);
    this.position += 4;
    for (let i = instance.firstSlot; i < instance.firstSlot + instance.slots; i++) {
      view.setUint16(this.position, values.sizes[i]!, true);
      view.setUint16(this.position + 2, values.codes[i]!, true);
      this.position += 4;
    }
    let sizeAt = this.position;
    this.position += 4 * embedded.length;
    this.bytes.set(values.bytes.subarray(instance.firstByte, instance.firstByte + instance.bytes), this.position);
    this.position += instance.bytes;
    for (const inner of embedded) {
      const start = this.position;
      this.#write(inner, values);
      view.setUint16(sizeAt, this.position - start, true);
      view.setUint16(sizeAt + 2, TYPE.binxml, true);
      sizeAt += 4;
    }
    view.setUint8(this.position++, 0);
  }

  /** Writes a definition at the position, heads its bucket's chain with it, and returns its offset. */
  #define(template: Template): number {
    const { view } = this;
    const at = this.position;
    const bucket = TEMPLATE_BUCKETS + 4 * template.bucket;
    view.setUint32(at, view.getUint32(bucket, true), true);
    view.setUint32(bucket, at, true);
    this.bytes.set(template.guid, at + 4);
    this.position += DEFINITION_HEADER;
    writeBody(this, template.root);
    view.setUint32(at + 20, this.position - at - DEFINITION_HEADER, true);
    this.#definitions.set(template, at);
    return at;
  }
}

function* units(text: string): Iterable<number> {
  for (let i = 0; i < text.length; i++) yield text.charCodeAt(i);
}
