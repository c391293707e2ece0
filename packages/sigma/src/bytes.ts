import { Refusal } from './modifiers/modifier.ts';
import { literal, type Part } from './text.ts';
import type { Text } from './value.ts';

/** The bytes of a value: UTF-8, or those that the utf16 family made. Wildcards and dashes in several spellings have none. */
export function bytesOf(value: Text): Uint8Array | Refusal {
  let text = '';
  for (const part of value.parts) {
    if (part.kind === 'dash')
      return new Refusal('windash makes several spellings, which have no one encoding; leave it out', 'bad-chain');
    if (part.kind !== 'literal')
      return new Refusal(
        'a wildcard cannot be encoded; put contains, startswith or endswith behind the encoding',
        'bad-chain',
      );
    text += part.text;
  }
  return value.bytes ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : new TextEncoder().encode(text);
}

/** Each literal as UTF-16 bytes, one character (0–255) a byte. */
export function utf16Bytes(parts: readonly Part[], order: 'le' | 'be', mark: boolean): Part[] {
  const encode = (text: string): string => {
    let made = '';
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const low = String.fromCharCode(unit & 0xff);
      const high = String.fromCharCode(unit >> 8);
      made += order === 'le' ? low + high : high + low;
    }
    return made;
  };
  const made = parts.map((part) => (part.kind === 'literal' ? literal(encode(part.text)) : part));
  return mark ? [literal(encode('\ufeff')), ...made] : made;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 Base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const three = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[three >> 18]! + ALPHABET[(three >> 12) & 63]!;
    text += (left > 1 ? ALPHABET[(three >> 6) & 63]! : '=') + (left > 2 ? ALPHABET[three & 63]! : '=');
  }
  return text;
}
