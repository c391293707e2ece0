import { STAR } from '../../text.ts';
import { valueModifier } from '../modifier.ts';

export const endswith = valueModifier({
  name: 'endswith',
  summary: 'The field ends with the value.',
  accepts: ['text', 'regex', 'field'],
  apply: (value) => {
    if (value.kind === 'regex') return { ...value, to: 'end' };
    if (value.kind === 'field') return { ...value, end: true };
    return { ...value, parts: [STAR, ...value.parts] };
  },
});
