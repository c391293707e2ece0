import { valueModifier } from '../modifier.ts';

export const gt = valueModifier({
  name: 'gt',
  summary: 'The field is a number greater than this one.',
  accepts: ['number'],
  first: true,
  needsField: true,
  apply: (value) => ({ kind: 'compare', op: 'gt', number: value.number }),
});
