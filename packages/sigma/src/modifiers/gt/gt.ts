import { TIME_PARTS } from '../../time.ts';
import { valueModifier } from '../modifier.ts';

export const gt = valueModifier({
  name: 'gt',
  summary: 'The field is a number greater than this one.',
  accepts: ['number', 'time'],
  first: true,
  follows: Object.keys(TIME_PARTS),
  needsField: true,
  apply: (value) =>
    value.kind === 'time' ? { ...value, op: 'gt' } : { kind: 'compare', op: 'gt', number: value.number },
});
