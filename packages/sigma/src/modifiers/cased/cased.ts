import { valueModifier } from '../modifier.ts';

export const cased = valueModifier({
  name: 'cased',
  summary: 'Upper and lower case are told apart.',
  accepts: ['text'],
  apply: (value) => ({ ...value, cased: true }),
});
