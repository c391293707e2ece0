import { Refusal, valueModifier } from '../modifier.ts';

export const fieldref = valueModifier({
  name: 'fieldref',
  summary: 'The value names another field of the same event to compare with.',
  accepts: ['text'],
  needsField: true,
  apply: (value) => {
    // contains, startswith and endswith may stand before or after fieldref and mean the same.
    const parts = [...value.parts];
    const end = parts[0]?.kind === 'star' && parts.shift() !== undefined;
    const start = parts[parts.length - 1]?.kind === 'star' && parts.pop() !== undefined;
    const only = parts[0];
    if (parts.length !== 1 || only?.kind !== 'literal') return new Refusal('a field name has no wildcards');
    return { kind: 'field', field: only.text, start, end };
  },
});
