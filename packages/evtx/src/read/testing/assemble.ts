/**
 * EVTX put together by hand, token by token, for what the writer never writes: content without templates, entities, damage.
 * Names are stored at their first use, as Windows does it.
 */
import { crc32 } from '../../crc32.ts';

const CHUNK = 65_536;

export type Token =
  | {
      readonly open: string;
      readonly attributes?: readonly (readonly [string, readonly Token[]])[];
      readonly content?: readonly Token[];
    }
  | { readonly text: string }
  | { readonly cdata: string }
  | { readonly char: number }
  | { readonly entity: string }
  | { readonly instruction: string; readonly data: string }
  | { readonly hole: number; readonly type?: number; readonly optional?: boolean }
  | { readonly template: readonly Token[]; readonly values: readonly (readonly [type: number, bytes: Uint8Array])[] }
  /** Bytes as they are. */
  | { readonly raw: readonly number[] };

const utf16 = (text: string) =>
  Uint8Array.from([...text].flatMap((c) => c.split('')).flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]));

export class ChunkAssembler {
  readonly bytes = new Uint8Array(CHUNK);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<string, number>();
  #at = 512;
  #last = 512;
  #count = 0n;

  #u8(value: number): void {
    this.bytes[this.#at++] = value;
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  #raw(bytes: ArrayLike<number>): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #name(name: string): void {
    const known = this.#names.get(name);
    this.#u32(known ?? this.#at + 4);
    if (known !== undefined) return;
    this.#names.set(name, this.#at);
    this.#u32(0);
    this.#u16(name.length * 7);
    this.#u16(name.length);
    this.#raw(utf16(name));
    this.#u16(0);
  }

  #chars(text: string): void {
    this.#u16(text.length);
    for (let i = 0; i < text.length; i++) this.#u16(text.charCodeAt(i));
  }

  #tokens(tokens: readonly Token[], inDefinition: boolean): void {
    for (const token of tokens) {
      if ('open' in token) {
        const attributes = token.attributes ?? [];
        this.#u8(attributes.length > 0 ? 0x41 : 0x01);
        if (inDefinition) this.#u16(0xffff);
        this.#u32(0);
        this.#name(token.open);
        if (attributes.length > 0) this.#u32(0);
        for (const [name, value] of attributes) {
          this.#u8(0x06);
          this.#name(name);
          this.#tokens(value, inDefinition);
        }
        if (token.content === undefined) {
          this.#u8(0x03);
        } else {
          this.#u8(0x02);
          this.#tokens(token.content, inDefinition);
          this.#u8(0x04);
        }
      } else if ('text' in token) {
        this.#u16(0x0105);
        this.#chars(token.text);
      } else if ('cdata' in token) {
        this.#u8(0x07);
        this.#chars(token.cdata);
      } else if ('char' in token) {
        this.#u8(0x08);
        this.#u16(token.char);
      } else if ('entity' in token) {
        this.#u8(0x09);
        this.#name(token.entity);
      } else if ('instruction' in token) {
        this.#u8(0x0a);
        this.#name(token.instruction);
        this.#u8(0x0b);
        this.#chars(token.data);
      } else if ('hole' in token) {
        this.#u8(token.optional ? 0x0e : 0x0d);
        this.#u16(token.hole);
        this.#u8(token.type ?? 1);
      } else if ('template' in token) {
        this.#u16(0x010c);
        this.#u32(1);
        const key = JSON.stringify(token.template);
        const known = this.#templates.get(key);
        this.#u32(known ?? this.#at + 4);
        if (known === undefined) {
          this.#templates.set(key, this.#at);
          const start = this.#at;
          this.#raw(new Uint8Array(24));
          this.#u32(0x0001010f);
          this.#tokens(token.template, true);
          this.#u8(0);
          this.#view.setUint32(start + 20, this.#at - start - 24, true);
        }
        this.#u32(token.values.length);
        for (const [type, bytes] of token.values) {
          this.#u16(bytes.length);
          this.#u16(type);
        }
        for (const [, bytes] of token.values) this.#raw(bytes);
      } else {
        this.#raw(token.raw);
      }
    }
  }

  /** A record of these tokens; the answer is its chunk offset. */
  record(tokens: readonly Token[]): number {
    const start = this.#at;
    this.#u32(0x2a2a);
    this.#u32(0);
    this.#view.setBigUint64(this.#at, ++this.#count, true);
    this.#at += 16;
    this.#u32(0x0001010f);
    this.#tokens(tokens, false);
    this.#u8(0);
    this.#at = (this.#at + 11) & ~7;
    this.#view.setUint32(start + 4, this.#at - start, true);
    this.#view.setUint32(this.#at - 4, this.#at - start, true);
    this.#last = start;
    return start;
  }

  /** The whole chunk, with its checksums. */
  finish(): Uint8Array {
    const { bytes } = this;
    const view = this.#view;
    bytes.set(utf16('ElfChnk\0').filter((_, i) => i % 2 === 0));
    view.setBigUint64(8, 1n, true);
    view.setBigUint64(16, this.#count, true);
    view.setUint32(40, 128, true);
    view.setUint32(44, this.#last, true);
    view.setUint32(48, this.#at, true);
    view.setUint32(52, crc32(bytes.subarray(512, this.#at)), true);
    view.setUint32(124, crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), true);
    return bytes;
  }
}

/** A file of these chunks. */
export function assembleFile(...chunks: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(4096 + CHUNK * chunks.length);
  const view = new DataView(file.buffer);
  file.set(utf16('ElfFile\0').filter((_, i) => i % 2 === 0));
  view.setUint16(40, 4096, true);
  view.setUint16(42, chunks.length, true);
  view.setUint32(124, crc32(file.subarray(0, 120)), true);
  chunks.forEach((chunk, i) => {
    file.set(chunk, 4096 + CHUNK * i);
  });
  return file;
}

/** `<Event><System>…</System>…</Event>` around more content, without a template. */
export const plainEvent = (...content: readonly Token[]): Token => ({
  open: 'Event',
  content: [
    {
      open: 'System',
      content: [
        { open: 'Provider', attributes: [['Name', [{ text: 'Haetae-Test' }]]] },
        { open: 'EventID', content: [{ text: '7' }] },
        { open: 'TimeCreated', attributes: [['SystemTime', [{ text: '2024-02-29T23:59:59.123456700Z' }]]] },
        { open: 'EventRecordID', content: [{ text: '41' }] },
        { open: 'Channel', content: [{ text: 'Test' }] },
        { open: 'Computer', content: [{ text: 'HT01' }] },
      ],
    },
    ...content,
  ],
});

export const record = (...content: readonly Token[]): Uint8Array => {
  const chunk = new ChunkAssembler();
  chunk.record([plainEvent(...content)]);
  return assembleFile(chunk.finish());
};

export { utf16 };
