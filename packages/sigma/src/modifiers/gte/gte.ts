import { TIME_PARTS } from '../../time.ts';
import { valueModifier } from '../modifier.ts';

export const gte = valueModifier({
  name: 'gte',
  summary: 'The field is a number of at least this one.',
  accepts: ['number', 'time'],
  first: true,
  follows: Object.keys(TIME_PARTS),
  needsField: true,
  apply: (value) =>
    value.kind === 'time' ? { ...value, op: 'gte' } : { kind: 'compare', op: 'gte', number: value.number },
});
