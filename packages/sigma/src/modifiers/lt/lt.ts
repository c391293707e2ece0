import { TIME_PARTS } from '../../time.ts';
import { valueModifier } from '../modifier.ts';

export const lt = valueModifier({
  name: 'lt',
  summary: 'The field is a number less than this one.',
  accepts: ['number', 'time'],
  first: true,
  follows: Object.keys(TIME_PARTS),
  needsField: true,
  apply: (value) =>
    value.kind === 'time' ? { ...value, op: 'lt' } : { kind: 'compare', op: 'lt', number: value.number },
});
