import { isUtf8 } from 'node:buffer';
import type { Encoding, Head } from '../source.ts';
import { cp949Decoder } from './cp949.ts';

/** How much of an input recognition looks at, bytes. */
export const HEAD_BYTES = 64 * 1024;

/** Length in bytes of the byte order mark at the start, and what it says; 0 where there is none. */
export function byteOrderMark(bytes: Uint8Array): { length: number; encoding: Encoding | undefined } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { length: 3, encoding: 'utf-8' };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { length: 2, encoding: 'utf-16le' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { length: 2, encoding: 'utf-16be' };
  return { length: 0, encoding: undefined };
}

/**
 * The encoding of a text by its first bytes; undefined when they are no text. Bytes that are plain ASCII are called
 * `utf-8`: what follows them decides, and {@link decodeStream} looks again there.
 */
export function detectEncoding(head: Uint8Array): Encoding | undefined {
  const mark = byteOrderMark(head);
  if (mark.encoding !== undefined) return mark.encoding;
  const wide = utf16ByContent(head);
  if (wide !== undefined) return wide;
  let control = 0;
  let zero = 0;
  for (const byte of head) {
    if (byte >= 0x20) continue;
    if (byte === 0) zero++;
    else if (byte < 9 || (byte > 13 && byte !== 0x1b)) control++;
  }
  // A text log may hold a run of NULs where a machine lost power, and a stray control byte; a program is full of both.
  if (control > head.length * 0.02 || zero > head.length * 0.3) return undefined;
  const verdict = judgeBytes(head);
  if (verdict.encoding === 'utf-8' && verdict.invalid > 8 && verdict.invalid > head.length * 0.1) return undefined;
  return verdict.encoding;
}

/**
 * The head as formats sniff it. `bytes` is at most {@link HEAD_BYTES}; its last line may be cut. What the text is, is found
 * out when somebody asks: binary formats never do.
 */
export function makeHead(bytes: Uint8Array): Head {
  let judged = false;
  let encoding: Encoding | undefined;
  let text: string | undefined;
  return {
    bytes,
    get encoding() {
      if (!judged) encoding = detectEncoding(bytes);
      judged = true;
      return encoding;
    },
    get text() {
      text ??= this.encoding === undefined ? '' : headText(bytes, this.encoding);
      return text;
    },
  };
}

function headText(bytes: Uint8Array, encoding: Encoding): string {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(byteOrderMark(bytes).length);
  switch (encoding) {
    case 'utf-8':
      return body.toString('utf8', 0, body.length - incompleteTail(body));
    case 'utf-16le':
      return body.toString('utf16le');
    case 'utf-16be':
      return Buffer.from(body.subarray(0, body.length & ~1))
        .swap16()
        .toString('utf16le');
    case 'cp949':
      return cp949Decoder().write(body);
    default:
      return encoding satisfies never;
  }
}

/** UTF-16 without a mark: logs are mostly ASCII, line ends and Hangul, so one half of the bytes is nearly all 0 or 0xAC–0xD7. */
function utf16ByContent(head: Uint8Array): Encoding | undefined {
  const units = head.length >> 1;
  if (units < 4) return undefined;
  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    const high = encoding === 'utf-16le' ? 1 : 0;
    let ascii = 0;
    let hangul = 0;
    let nul = 0;
    for (let i = 0; i < units; i++) {
      const page = head[2 * i + high]!;
      const low = head[2 * i + 1 - high]!;
      if (page === 0) {
        if (low === 0) nul++;
        else if ((low >= 0x20 && low < 0x7f) || (low >= 9 && low <= 13)) ascii++;
      } else if (page >= 0xac && page <= 0xd7) hangul++;
    }
    if (ascii >= units * 0.25 && ascii + hangul >= units * 0.85 && nul <= units * 0.1) return encoding;
  }
  return undefined;
}

/** Bytes at the end that begin a UTF-8 character and do not end it: 0–3. */
export function incompleteTail(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back && byte < 0xf8 ? back : 0;
    }
  }
  return 0;
}

/** Characters of more than one byte, and bytes that are part of none, of a text read as UTF-8. */
export interface Judgement {
  readonly encoding: 'utf-8' | 'cp949';
  readonly characters: number;
  readonly invalid: number;
}

/**
 * UTF-8 or CP949? UTF-8 where the bytes are valid or mostly so: Korean in CP949 hardly ever makes two valid characters in
 * a row. Else CP949 where the bytes pair up under its rules and most pairs are Hangul. Else damaged UTF-8.
 */
export function judgeBytes(bytes: Uint8Array): Judgement {
  const body = bytes.subarray(0, bytes.length - incompleteTail(bytes));
  const utf8 = countUtf8(body);
  // The cut character may be a whole one in CP949, so that only a body with something to judge is judged without it.
  if (isUtf8(body) && (utf8.characters > 0 || body.length === bytes.length)) return { encoding: 'utf-8', ...utf8 };
  const korean = countCp949(bytes);
  const plausible = korean.hangul > 0 && korean.hangul >= korean.pairs * 0.5 && korean.bad <= korean.pairs * 0.1;
  return { encoding: plausible && utf8.characters < utf8.invalid ? 'cp949' : 'utf-8', ...utf8 };
}

function countUtf8(bytes: Uint8Array): { characters: number; invalid: number } {
  let characters = 0;
  let invalid = 0;
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i]!;
    if (byte < 0x80) i++;
    else {
      const length = utf8Length(bytes, i);
      if (length === 0) invalid++;
      else characters++;
      i += length === 0 ? 1 : length;
    }
  }
  return { characters, invalid };
}

/** Length of the UTF-8 character of two to four bytes at `i`; 0 where there is none. Source: RFC 3629, section 4. */
function utf8Length(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  const second = bytes[i + 1] ?? 0;
  if (lead < 0xc2 || lead > 0xf4 || second >> 6 !== 2) return 0;
  if (lead < 0xe0) return 2;
  if ((bytes[i + 2] ?? 0) >> 6 !== 2) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if ((bytes[i + 3] ?? 0) >> 6 !== 2) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

/** Where the first invalid byte lies; -1 where all is valid UTF-8. */
export function firstInvalid(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; ) {
    const length = bytes[i]! < 0x80 ? 1 : utf8Length(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return -1;
}

/** Source: Unicode's CP949.TXT: KS X 1001 with Hangul in rows 0xB0–0xC8, and the other syllables in 0x81–0xC6 around it. */
function countCp949(bytes: Uint8Array): { pairs: number; hangul: number; bad: number } {
  let pairs = 0;
  let hangul = 0;
  let bad = 0;
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    if (lead < 0x80) continue;
    if (i + 1 === bytes.length) break;
    const trail = bytes[i + 1]!;
    const low =
      (trail >= 0x41 && trail <= 0x5a) || (trail >= 0x61 && trail <= 0x7a) || (trail >= 0x81 && trail <= 0xa0);
    const high = trail >= 0xa1 && trail <= 0xfe;
    if (lead === 0x80 || lead === 0xff || !(low || high)) {
      bad++;
      continue;
    }
    pairs++;
    if ((lead >= 0xb0 && lead <= 0xc8 && high) || (lead <= 0xa0 && (low || high)) || (lead <= 0xc6 && low)) hangul++;
    i++;
  }
  return { pairs, hangul, bad };
}
