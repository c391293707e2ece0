import { STAR } from '../../text.ts';
import { valueModifier } from '../modifier.ts';

export const startswith = valueModifier({
  name: 'startswith',
  summary: 'The field begins with the value.',
  accepts: ['text', 'regex', 'field'],
  apply: (value) => {
    if (value.kind === 'regex') return { ...value, from: 'start' };
    if (value.kind === 'field') return { ...value, start: true };
    return { ...value, parts: [...value.parts, STAR] };
  },
});
