import { valueModifier } from '../modifier.ts';

export const lte = valueModifier({
  name: 'lte',
  summary: 'The field is a number of at most this one.',
  accepts: ['number'],
  first: true,
  needsField: true,
  apply: (value) => ({ kind: 'compare', op: 'lte', number: value.number }),
});
