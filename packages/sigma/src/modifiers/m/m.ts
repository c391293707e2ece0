import { valueModifier } from '../modifier.ts';

export const m = valueModifier({
  name: 'm',
  aliases: ['multiline'],
  summary: 'In a regular expression ^ and $ match at every line.',
  accepts: ['regex'],
  apply: (value) => ({ ...value, flags: value.flags.includes('m') ? value.flags : `${value.flags}m` }),
});
