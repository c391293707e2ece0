import { STAR } from '../../text.ts';
import { valueModifier } from '../modifier.ts';

export const contains = valueModifier({
  name: 'contains',
  summary: 'The value stands anywhere in the field.',
  accepts: ['text', 'regex', 'field'],
  apply: (value) => {
    if (value.kind === 'regex') return { ...value, from: 'anywhere', to: 'anywhere' };
    if (value.kind === 'field') return { ...value, start: true, end: true };
    return { ...value, parts: [STAR, ...value.parts, STAR] };
  },
});
