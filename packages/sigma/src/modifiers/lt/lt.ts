import { valueModifier } from '../modifier.ts';

export const lt = valueModifier({
  name: 'lt',
  summary: 'The field is a number less than this one.',
  accepts: ['number'],
  first: true,
  needsField: true,
  apply: (value) => ({ kind: 'compare', op: 'lt', number: value.number }),
});
