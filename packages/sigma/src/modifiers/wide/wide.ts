import { utf16Bytes } from '../../bytes.ts';
import { Refusal, valueModifier } from '../modifier.ts';

export const wide = valueModifier({
  name: 'wide',
  summary: 'The value is encoded as UTF-16, little endian (utf16le); base64 or base64offset usually follows.',
  accepts: ['text'],
  apply: (value) => {
    if (value.bytes) return new Refusal('the value is encoded as UTF-16 already', 'bad-chain');
    const { parts } = value;
    return { ...value, parts: utf16Bytes(parts, 'le', false), bytes: true };
  },
});
