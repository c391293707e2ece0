import { utf16Bytes } from '../../bytes.ts';
import { Refusal, valueModifier } from '../modifier.ts';

export const utf16be = valueModifier({
  name: 'utf16be',
  summary: 'The value is encoded as UTF-16, big endian; base64 or base64offset usually follows.',
  accepts: ['text'],
  apply: (value) => {
    if (value.bytes) return new Refusal('the value is encoded as UTF-16 already', 'bad-chain');
    const { parts } = value;
    return { ...value, parts: utf16Bytes(parts, 'be', false), bytes: true };
  },
});
