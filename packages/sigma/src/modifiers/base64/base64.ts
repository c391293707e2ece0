import { bytesOf, toBase64 } from '../../bytes.ts';
import { literal } from '../../text.ts';
import { Refusal, valueModifier } from '../modifier.ts';

export const base64 = valueModifier({
  name: 'base64',
  summary: 'The value is encoded as Base64.',
  accepts: ['text'],
  apply: (value) => {
    const bytes = bytesOf(value);
    if (bytes instanceof Refusal) return bytes;
    const text = toBase64(bytes);
    return { ...value, raw: text, parts: text === '' ? [] : [literal(text)], bytes: false };
  },
});
