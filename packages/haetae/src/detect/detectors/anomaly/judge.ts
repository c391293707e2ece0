import { pValue, type ScoreDistribution } from '@haetae/isolation-forest';
import type { Family } from './family.ts';
import type { Scored } from './model.ts';
import { AT, HEAD } from './table.ts';

/** From which score on, how rare, and how many a host and day are told. */
export interface Thresholds {
  /** Share of the compared events that score as high: at most this. */
  readonly p: number;
  /** Isolation Forest's own measure, whatever the share: an ordinary event has about 0.4. */
  readonly score: number;
  /** Of one host and day (in UTC); the rest is counted. */
  readonly perHostDay: number;
}

export const THRESHOLDS: Thresholds = { p: 0.01, score: 0.6, perHostDay: 5 };

/** A row that may be told. */
export interface Candidate {
  readonly family: number;
  readonly row: number;
  readonly score: number;
  readonly p: number;
  readonly values: Float64Array;
  readonly host: number;
  /** Days since 1970, −1 where no time is told. */
  readonly day: number;
  /** What it is about: the family's first key. One finding of each is enough. */
  readonly about: number;
  /** Other candidates of the same host, day, family and first key. */
  alike: number;
}

const DAY = 86_400_000;

/** The rows beyond the thresholds, of one family; `family` is its number. */
export function candidatesOf(scored: Scored, family: number, { p: most, score: least }: Thresholds): Candidate[] {
  const { order, scores, matrix, gathered, model } = scored;
  const { table } = gathered;
  const width = scored.family.features.length;
  const found: Candidate[] = [];
  for (let i = 0; i < order.length; i++) {
    const score = scores[i]!;
    if (score < least) continue;
    const p = pValue(model.distribution, score);
    if (p > most) continue;
    const row = order[i]!;
    const block = table.block(row);
    const at = table.offset(row);
    const first = block[at + AT.first]!;
    found.push({
      family,
      row,
      score,
      p,
      values: matrix.slice(i * width, (i + 1) * width),
      host: block[at + AT.host]!,
      day: Number.isFinite(first) ? Math.floor(first / DAY) : -1,
      about: aboutOf(scored.family, block, at),
      alike: 0,
    });
  }
  return found;
}

/** The first key of the row that begins at `at`. */
export const aboutOf = ({ keys, numbers }: Family, block: Float64Array, at: number): number =>
  keys.length > 0 ? block[at + HEAD + numbers.length]! : 0;

/** A score that is just not told. */
export function ordinaryScore({ values, atLeast, total }: ScoreDistribution, { p, score }: Thresholds): number {
  const first = values.findIndex((_, i) => (atLeast[i]! + 1) / (total + 1) > p);
  return Math.max(score - 1e-6, first < 0 ? 0 : values[first]!);
}

/** Rarer first; of equals the one that scores higher, then in a fixed order. */
export const byP = (a: Candidate, b: Candidate): number =>
  a.p - b.p || b.score - a.score || a.family - b.family || a.about - b.about;

/** Candidates of one host and day, best first, one of each thing they are about. */
export interface HostDay {
  readonly host: number;
  readonly day: number;
  readonly told: readonly Candidate[];
  /** Kept back because others were rarer. */
  readonly below: readonly Candidate[];
}

export function byHostDay(candidates: readonly Candidate[], { perHostDay }: Thresholds): HostDay[] {
  const days = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const key = `${one.day} ${one.host}`;
    const group = days.get(key);
    if (group === undefined) days.set(key, [one]);
    else group.push(one);
  }
  return [...days.values()]
    .map((group): HostDay => {
      const best = new Map<string, Candidate>();
      for (const one of group.sort(byP)) {
        const key = `${one.family} ${one.about}`;
        const better = best.get(key);
        if (better === undefined) best.set(key, one);
        else better.alike++;
      }
      const all = [...best.values()];
      const { host, day } = group[0]!;
      return { host, day, told: all.slice(0, perHostDay), below: all.slice(perHostDay) };
    })
    .sort((a, b) => a.day - b.day || a.host - b.host);
}
