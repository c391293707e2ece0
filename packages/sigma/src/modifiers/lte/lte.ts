import { TIME_PARTS } from '../../time.ts';
import { valueModifier } from '../modifier.ts';

export const lte = valueModifier({
  name: 'lte',
  summary: 'The field is a number of at most this one.',
  accepts: ['number', 'time'],
  first: true,
  follows: Object.keys(TIME_PARTS),
  needsField: true,
  apply: (value) =>
    value.kind === 'time' ? { ...value, op: 'lte' } : { kind: 'compare', op: 'lte', number: value.number },
});
