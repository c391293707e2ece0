import { valueModifier } from '../modifier.ts';

export const exists = valueModifier({
  name: 'exists',
  summary: 'The event has the field (true) or has it not (false), whatever its value.',
  accepts: ['boolean'],
  first: true,
  needsField: true,
  apply: (value) => ({ kind: 'exists', exists: value.boolean }),
});
