import { valueModifier } from '../modifier.ts';

export const re = valueModifier({
  name: 're',
  summary: 'A regular expression, found anywhere in the field, case-sensitive.',
  accepts: ['text'],
  first: true,
  apply: (value) => ({
    kind: 'regex',
    source: value.raw,
    flags: '',
    from: 'anywhere',
    to: 'anywhere',
  }),
});
