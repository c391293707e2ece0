import { isTimeZone, TIME_PARTS, type TimePart } from '../time.ts';
import { type Modifier, Refusal, valueModifier } from './modifier.ts';

/** One of minute, hour, day, week, month, year; lt, lte, gt, gte and neq may follow. */
export const timeModifier = (name: TimePart, summary: string): Modifier =>
  valueModifier({
    name,
    summary,
    accepts: ['number'],
    first: true,
    needsField: true,
    apply: ({ number }, { timeZone = 'UTC' }) => {
      if (!isTimeZone(timeZone)) return new Refusal(`no time zone is called ${timeZone}`);
      const { least, most } = TIME_PARTS[name];
      if (Number.isInteger(number) && number >= least && number <= most)
        return { kind: 'time', part: name, op: 'equals', number, zone: timeZone };
      return new Refusal(`${name === 'hour' ? 'an' : 'a'} ${name} is a whole number from ${least} to ${most}`);
    },
  });
