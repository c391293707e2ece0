import type { LayerKind } from './layer.ts';

/** Index of each base64 letter by character code; -1 for what is no letter. */
const BASE64 = new Int8Array(128).fill(-1);
for (const [i, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  BASE64[letter.charCodeAt(0)] = i;

/**
 * Bytes of a base64 text; blanks are skipped as .NET does, a missing padding and one surplus letter are forgiven (logs cut
 * command lines), undefined when a foreign character stands in it.
 */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let buffer = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3d) break;
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) continue;
    const six = code < 128 ? BASE64[code]! : -1;
    if (six < 0) return undefined;
    buffer = ((buffer << 6) | six) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (buffer >> bits) & 0xff;
    }
  }
  return bytes.subarray(0, length);
}

/** A Node without full ICU knows no euc-kr; CP949 texts then stay undecoded. */
const cp949 = makeDecoder('euc-kr');
const utf8 = new TextDecoder('utf-8');
const utf16le = new TextDecoder('utf-16le');

function makeDecoder(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isPrintable = (code: number): boolean =>
  (code >= 0x20 && code <= 0x7e) || code === 9 || code === 10 || code === 13;
const isHangul = (code: number): boolean =>
  (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x3131 && code <= 0x318e) || (code >= 0x1100 && code <= 0x11ff);
/** Latin, Greek and Cyrillic letters, punctuation, kana, CJK, full-width forms: what a path or a message may hold beside ASCII. */
const isOtherText = (code: number): boolean =>
  (code >= 0xa0 && code <= 0x52f) ||
  (code >= 0x2010 && code <= 0x206f) ||
  (code >= 0x3000 && code <= 0x30ff) ||
  (code >= 0x4e00 && code <= 0x9fff) ||
  (code >= 0xff01 && code <= 0xff5e);

interface Shares {
  /** Printable ASCII, of all units. */
  ascii: number;
  /** ASCII letters, of all units. */
  letters: number;
  /** Printable ASCII, Hangul and other scripts, of all units. */
  text: number;
}

function sharesOf(text: string): Shares {
  let ascii = 0;
  let letters = 0;
  let other = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isPrintable(code)) {
      ascii++;
      const lower = code | 0x20;
      if (lower >= 0x61 && lower <= 0x7a) letters++;
    } else if (isHangul(code) || isOtherText(code)) other++;
  }
  const n = Math.max(1, text.length);
  return { ascii: ascii / n, letters: letters / n, text: (ascii + other) / n };
}

/** Commands are mostly ASCII; random bytes read as UTF-16 give CJK and Hangul, but ASCII in one unit of 650. */
function isCommandLike(text: string, minAscii: number): boolean {
  const { ascii, letters, text: share } = sharesOf(text);
  return share >= 0.98 && ascii >= minAscii && letters >= 0.2;
}

/**
 * UTF-16LE and ASCII one after the other, in either order: a letter followed by NUL is two bytes, else one. Undefined when
 * something else stands in it or the two alternate, as they do in a structure that holds a string or two.
 */
function readMixed(bytes: Uint8Array): string | undefined {
  let text = '';
  let wide = 0;
  let narrow = 0;
  let changes = 0;
  let before: boolean | undefined;
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i]!;
    if (!isPrintable(byte)) return undefined;
    const isWide = bytes[i + 1] === 0;
    if (before !== undefined && before !== isWide) changes++;
    before = isWide;
    if (isWide) wide++;
    else narrow++;
    text += String.fromCharCode(byte);
    i += isWide ? 2 : 1;
  }
  return wide > 0 && narrow > 0 && changes <= 3 ? text : undefined;
}

export interface DecodedText {
  readonly kind: LayerKind;
  readonly text: string;
}

/**
 * The text that bytes plausibly are, or undefined for what looks like binary or noise. `minLength` is the least number of
 * characters: few where the place says that a command stands there, more where only the letters hint at base64.
 */
export function textOf(bytes: Uint8Array, minLength: number): DecodedText | undefined {
  if (bytes.length < minLength) return undefined;
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe;
  const zeros = zeroShares(bytes);
  if (marked || zeros.odd > 0.1 || zeros.even > 0.1) {
    if (marked || zeros.odd > zeros.even) {
      // An odd last byte is half of a unit: the log or the attacker cut it.
      const text = utf16le.decode(bytes.subarray(0, bytes.length & ~1));
      if (text.length >= minLength && isCommandLike(text, 0.25)) return { kind: 'base64-utf16le', text };
      const mixed = readMixed(bytes);
      if (mixed !== undefined && mixed.length >= minLength && isCommandLike(mixed, 0.9))
        return { kind: 'base64-mixed', text: mixed };
    } else {
      const text = utf16le.decode(swapPairs(bytes));
      if (text.length >= minLength && isCommandLike(text, 0.25)) return { kind: 'base64-utf16be', text };
    }
    return undefined;
  }
  const text = utf8.decode(bytes);
  if (!text.includes('\ufffd')) {
    return text.length >= minLength && isCommandLike(text, 0.3) ? { kind: 'base64-utf8', text } : undefined;
  }
  // A command line cut within a letter leaves one broken letter at its end; that is still UTF-8.
  const whole = text.replace(/\ufffd+$/, '');
  if (!whole.includes('\ufffd') && text.length - whole.length <= 3)
    return whole.length >= minLength && isCommandLike(whole, 0.6) ? { kind: 'base64-utf8', text: whole } : undefined;
  const korean = cp949?.decode(bytes);
  if (korean === undefined || korean.includes('\ufffd') || korean.length < Math.max(12, minLength)) return undefined;
  return isCommandLike(korean, 0.5) && isMostlyHangul(korean) ? { kind: 'base64-cp949', text: korean } : undefined;
}

function isMostlyHangul(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isPrintable(code) && !isHangul(code)) return false;
  }
  return true;
}

/** Share of NUL bytes at even and at odd places: the mark of UTF-16BE and UTF-16LE. */
function zeroShares(bytes: Uint8Array): { even: number; odd: number } {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0) continue;
    if (i & 1) odd++;
    else even++;
  }
  const half = Math.max(1, bytes.length / 2);
  return { even: even / half, odd: odd / half };
}

function swapPairs(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length & ~1);
  for (let i = 0; i < swapped.length; i += 2) {
    swapped[i] = bytes[i + 1]!;
    swapped[i + 1] = bytes[i]!;
  }
  return swapped;
}
