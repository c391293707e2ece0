import { valueModifier } from '../modifier.ts';

export const s = valueModifier({
  name: 's',
  aliases: ['dotall'],
  summary: 'In a regular expression . matches line ends too.',
  accepts: ['regex'],
  apply: (value) => ({ ...value, flags: value.flags.includes('s') ? value.flags : `${value.flags}s` }),
});
