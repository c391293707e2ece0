import type { Event } from '@haetae/event';
import { parseZone, UTC } from '../../../locale/index.ts';
import { type Reader, TOKENS } from './family.ts';
import { hashShape, hashText, isWord } from './hash.ts';
import { memo } from './memo.ts';
import { createPaths } from './paths.ts';
import { MEASURED, measureText } from './text.ts';

/** `zone`: in which hours are told. */
export function createReader(zone: string): Reader {
  const { offsetMinutes } = parseZone(zone) ?? UTC;
  const words = memo((text) => hashText(text.toLowerCase()));
  const shapes = memo((text) => hashShape(text));
  return {
    path: createPaths(),
    measure: measureText,
    word: (text) => (text === undefined || text === '' || text === '-' ? 0 : words(text)),
    shape: (text) => (text === undefined || text === '' || text === '-' ? 0 : shapes(text)),
    hour: ({ timeMs }: Event) => {
      if (!Number.isFinite(timeMs)) return 0;
      return hourKey(timeMs + offsetMinutes(timeMs) * 60_000);
    },
    tokens,
  };
}

/** 1–24 on working days, 25–48 on Saturdays and Sundays. `wall`: local ms. */
export function hourKey(wall: number): number {
  const hours = Math.floor(wall / 3_600_000);
  const weekday = (Math.floor(hours / 24) + 4) % 7;
  const hour = ((hours % 24) + 24) % 24;
  return 1 + hour + (weekday === 0 || weekday === 6 ? 24 : 0);
}

/** Shorter words say little. */
const SHORTEST = 3;
const least = new Float64Array(TOKENS);

function tokens(text: string, out: Float64Array, at: number): number {
  const end = Math.min(text.length, MEASURED);
  let kept = 0;
  let start = -1;
  for (let i = 0; i <= end; i++) {
    if (i < end && isWord(text.charCodeAt(i))) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0 && i - start >= SHORTEST) kept = keep(hashShape(text, start, i), kept);
    start = -1;
  }
  for (let k = 0; k < TOKENS; k++) out[at + k] = k < kept ? least[k]! : 0;
  return at + TOKENS;
}

/** Keeps the least hashes in rising order, each once. */
function keep(hash: number, kept: number): number {
  let place = kept;
  while (place > 0 && least[place - 1]! > hash) place--;
  if (place > 0 && least[place - 1] === hash) return kept;
  if (place === TOKENS) return kept;
  const now = Math.min(kept + 1, TOKENS);
  for (let k = now - 1; k > place; k--) least[k] = least[k - 1]!;
  least[place] = hash;
  return now;
}
