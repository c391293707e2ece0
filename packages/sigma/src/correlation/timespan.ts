import { type Place, SigmaError } from '../error.ts';
import type { Timespan } from './rule.ts';

/** Seconds in a unit. A month and a year are the mean ones of the Gregorian calendar, as in pySigma. */
const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
};

/** Beyond any log: sums of times stay exact. */
const LONGEST = 1000 * SECONDS.y!;

/** Reads `10m`. Throws SigmaError that says how it is written. */
export function parseTimespan(text: string, place: Place): Timespan {
  const fail = (reason: string): never => {
    throw new SigmaError('bad-correlation', reason, place);
  };
  const found = /^(\d+)\s*([A-Za-z]+)$/.exec(text.trim());
  if (found === null) {
    const parts = [...text.trim().matchAll(/(\d+)\s*([smhdw])/g)];
    const seconds = parts.reduce((sum, [, n, unit]) => sum + Number(n) * SECONDS[unit!]!, 0);
    const whole = parts.length > 1 && parts.map((p) => p[0]).join('') === text.replace(/\s+/g, '');
    return fail(
      whole
        ? `the timespan ${text} has two units; did you mean ${shortest(seconds)}?`
        : `the timespan ${text} is not a number and a unit (s, m, h, d, w, M or y), such as 10m`,
    );
  }
  const [, digits, unit] = found as unknown as [string, string, string];
  if (!Object.hasOwn(SECONDS, unit)) {
    const near = { min: 'm', mo: 'M', mon: 'M' }[unit.toLowerCase()] ?? unit[0]!.toLowerCase();
    const hint = Object.hasOwn(SECONDS, near) ? `; did you mean ${digits}${near}?` : '';
    return fail(`no unit ${unit} in the timespan ${text}: s, m, h, d, w, M (month), y${hint}`);
  }
  const seconds = Number(digits) * SECONDS[unit]!;
  if (seconds === 0) return fail(`the timespan ${text} is empty`);
  if (!(seconds <= LONGEST)) return fail(`the timespan ${text} is longer than 1000y`);
  return { text: text.trim(), ms: seconds * 1000 };
}

function shortest(seconds: number): string {
  const unit = ['d', 'h', 'm', 's'].find((u) => seconds % SECONDS[u]! === 0)!;
  return `${seconds / SECONDS[unit]!}${unit}`;
}
