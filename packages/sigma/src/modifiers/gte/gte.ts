import { valueModifier } from '../modifier.ts';

export const gte = valueModifier({
  name: 'gte',
  summary: 'The field is a number of at least this one.',
  accepts: ['number'],
  first: true,
  needsField: true,
  apply: (value) => ({ kind: 'compare', op: 'gte', number: value.number }),
});
