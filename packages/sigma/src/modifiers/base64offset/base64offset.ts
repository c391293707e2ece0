import { bytesOf, toBase64 } from '../../bytes.ts';
import { literal } from '../../text.ts';
import { Refusal, valueModifier } from '../modifier.ts';

export const base64offset = valueModifier({
  name: 'base64offset',
  summary: 'The value is encoded as Base64 in each of the three ways in which it can stand in a longer text.',
  accepts: ['text'],
  apply: (value) => {
    const bytes = bytesOf(value);
    if (bytes instanceof Refusal) return bytes;
    const of = [0, 1, 2].map((before) => {
      const text = insideBase64(bytes, before);
      return { ...value, raw: text, parts: text === '' ? [] : [literal(text)], bytes: false };
    });
    return { kind: 'any', of };
  },
});

/** The characters of a longer text's Base64 that depend on `bytes` alone when `before` (mod 3) bytes precede them. */
function insideBase64(bytes: Uint8Array, before: number): string {
  const padded = new Uint8Array(before + bytes.length);
  padded.set(bytes, before);
  const whole = toBase64(padded);
  const start = [0, 2, 3][before]!;
  const end = [0, 3, 2][(before + bytes.length) % 3]!;
  return whole.slice(start, whole.length - end);
}
