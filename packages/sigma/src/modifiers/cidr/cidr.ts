import { parseCidr } from '../../cidr.ts';
import { Refusal, valueModifier } from '../modifier.ts';

export const cidr = valueModifier({
  name: 'cidr',
  summary: 'The field is an address inside this IPv4 or IPv6 network.',
  accepts: ['text'],
  first: true,
  apply: (value) => {
    const block = parseCidr(value.raw.trim());
    return typeof block === 'string' ? new Refusal(block, 'bad-cidr') : { kind: 'cidr', block, text: value.raw.trim() };
  },
});
