/**
 * What live scoring compares with: a forest and how its own rows scored. A baseline never changes. A refresh makes a new one,
 * with another id; what was scored before keeps naming the old.
 *
 *     "IFBL", u16 version = 1
 *     f64 from · f64 to · about as JSON · u32 bytes of the forest, the forest as saved
 *     f64 total scores · u32 kept, then of each: f64 value, f64 at least, f64 above
 *     SHA-256 of all before: the id
 */
import { hashOf, Reader, Writer } from './bytes.ts';
import type { ScoreDistribution } from './distribution.ts';
import { ForestError } from './error.ts';
import { loadAt, save } from './save.ts';
import type { Forest } from './shape.ts';

export interface BaselineParts {
  readonly forest: Forest;
  /** Of the rows of the fit, or of others that are known to be ordinary. */
  readonly scores: ScoreDistribution;
  /** Event time of the first and the last row, ms since 1970. The baseline is in force after `to`. */
  readonly from: number;
  readonly to: number;
  /** What else must be known to use it, such as the host or the version of the features. */
  readonly about?: Readonly<Record<string, string>>;
}

export interface Baseline extends Required<BaselineParts> {
  /** SHA-256 of all it holds, 64 hexadecimal digits: the same parts have the same id, on any machine. */
  readonly id: string;
}

const MAGIC = 'IFBL';
const VERSION = 1;

/** Throws ForestError if `from` is behind `to`. */
export function createBaseline(parts: BaselineParts): Baseline {
  const { forest, scores, from, to } = parts;
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to)) {
    throw new ForestError('option', `from ${from} to ${to} is no span of time`);
  }
  const about = Object.freeze(
    Object.fromEntries(Object.entries(parts.about ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  const held = { forest, scores, from, to, about };
  return Object.freeze({ id: hashOf(bytesOf(held)), ...held });
}

export const saveBaseline = (baseline: Baseline): Uint8Array => bytesOf(baseline);

function bytesOf({ forest, scores, from, to, about }: Omit<Baseline, 'id'>): Uint8Array {
  const out = new Writer(MAGIC, VERSION);
  out.f64(from);
  out.f64(to);
  out.text(JSON.stringify(about));
  out.block(save(forest));
  out.f64(scores.total);
  out.u32(scores.values.length);
  for (let i = 0; i < scores.values.length; i++) {
    out.f64(scores.values[i]);
    out.f64(scores.atLeast[i]);
    out.f64(scores.above[i]);
  }
  return out.end();
}

/** Throws ForestError, with the offset, if the bytes are of something else, of another version, cut short or damaged. */
export function loadBaseline(bytes: Uint8Array): Baseline {
  const reader = new Reader(bytes, MAGIC, VERSION, 'baseline');
  const from = reader.f64('first time');
  const to = reader.f64('last time');
  if (!(Number.isFinite(from) && Number.isFinite(to) && from <= to)) reader.damaged('the span of time', 16);
  const begin = reader.at;
  const about = reader.json('about');
  if (typeof about !== 'object' || about === null || Object.values(about).some((value) => typeof value !== 'string')) {
    reader.damaged('about is not a table of texts', reader.at - begin);
  }
  const held = reader.block('forest');
  const forest = loadAt(held, reader.at - held.length);
  const total = reader.f64('number of scores');
  const count = reader.count(24, 'kept scores');
  const scores = {
    total,
    values: new Float64Array(count),
    atLeast: new Float64Array(count),
    above: new Float64Array(count),
  };
  let before = 0;
  for (let i = 0; i < count; i++) {
    scores.values[i] = reader.f64(`kept score ${i}`);
    scores.atLeast[i] = reader.f64(`scores at or above kept score ${i}`);
    scores.above[i] = reader.f64(`scores above kept score ${i}`);
    const falls = i === 0 || scores.values[i] < scores.values[i - 1];
    const grows = before <= scores.above[i] && scores.above[i] < scores.atLeast[i] && scores.atLeast[i] <= total;
    if (!(falls && grows)) reader.damaged(`kept score ${i} is out of order`, 24);
    before = scores.atLeast[i];
  }
  const id = reader.end();
  return Object.freeze({ id, forest, scores, from, to, about: Object.freeze(about as Record<string, string>) });
}
