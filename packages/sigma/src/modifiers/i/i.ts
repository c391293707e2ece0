import { valueModifier } from '../modifier.ts';

export const i = valueModifier({
  name: 'i',
  aliases: ['ignorecase'],
  summary: 'Letters of a regular expression match in either case.',
  accepts: ['regex'],
  apply: (value) => ({ ...value, flags: value.flags.includes('i') ? value.flags : `${value.flags}i` }),
});
