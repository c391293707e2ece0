import type { Format, Head } from '../source.ts';
import * as all from './index.ts';

/** Every log format by its export's name. A new one is a folder and a line in index.ts; the contract test covers it then. */
export const FORMATS: Readonly<Record<string, Format>> = all;

/** Binary ones first: they look at a few bytes only. */
const MEMBERS: readonly Format[] = Object.values(FORMATS).sort(
  (a, b) => Number(b.binary ?? false) - Number(a.binary ?? false),
);

/** The format of the content; at most one claims it, so that their order does not matter. */
export function recognise(head: Head): Format | undefined {
  return MEMBERS.find((format) => format.sniff(head));
}
