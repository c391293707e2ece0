import type { ScoreAccount } from '../detect/index.ts';
import { printable, type Words } from '../locale/index.ts';
import type { KindCount, Scan } from '../pipeline/index.ts';
import { count } from './numbers.ts';
import { probability } from './unusual.ts';

/** What a run tells of its scores: the account, and the kinds of events that have no features. */
export interface ScoreReceipt extends Omit<ScoreAccount, 'learnt' | 'unexplained'> {
  /** Events that were looked at. */
  readonly events: number;
  readonly without: readonly { readonly channel: string; readonly eventId: number; readonly count: number }[];
}

/** Of a scan with a detector that scores; {} of another. */
export function scoreReceipt({ scores, kinds, outside }: Pick<Scan, 'scores' | 'kinds' | 'outside'>): {
  readonly scores?: ScoreReceipt;
} {
  if (scores === undefined) return {};
  const { learnt: _, unexplained: __, ...account } = scores;
  const known = new Set(
    scores.families.flatMap((f) => f.kinds.flatMap(([channel, ids]) => ids.map((id) => `${channel} ${id}`))),
  );
  // A family without kinds takes all.
  const takesAll = scores.families.some((family) => family.kinds.length === 0);
  // One channel is written in several ways.
  const rest = new Map<string, KindCount>();
  for (const { channel, eventId, count: n } of takesAll ? [] : kinds) {
    const key = `${channel.toLowerCase()} ${eventId}`;
    if (known.has(key)) continue;
    const one = rest.get(key) ?? { channel, eventId, count: 0 };
    rest.set(key, one);
    one.count += n;
  }
  const without = [...rest.values()].sort((a, b) => b.count - a.count);
  return {
    scores: { ...account, events: kinds.reduce((sum, kind) => sum + kind.count, 0) - outside, without },
  };
}

const MOST_KINDS = 6;
const MOST_BELOW = 5;

/** Lines of the receipt for people. */
export function scoreLines(receipt: ScoreReceipt, words: Words, zone: string): string[] {
  const {
    anomaly: { receipt: w },
    lang,
    receipt: r,
  } = words;
  const { families, events, without, told, beyond, thresholds, below, baseline } = receipt;
  const sum = (of: (family: (typeof families)[number]) => number): number =>
    families.reduce((n, family) => n + of(family), 0);
  const scored = sum((family) => family.scored);
  const skipped = sum((family) => family.skipped);
  const share = events === 0 ? '0 %' : `${((100 * scored) / events).toFixed(0)} %`;
  const against = baseline === 'this-data' ? [] : [w.baseline(baseline)];
  const lines = [
    `  ${w.title}: ${[w.scored(count(scored), share, count(sum((family) => family.rows))), ...(skipped > 0 ? [w.skipped(count(skipped))] : []), ...against, w.zone(zone)].join('; ')}`,
  ];
  if (without.length > 0) {
    const named = without
      .slice(0, MOST_KINDS)
      .map(({ channel, eventId, count: n }) => `${printable(channel) || '?'} ${eventId} (${count(n)})`);
    const more = without.length > MOST_KINDS ? [r.more(count(without.length - MOST_KINDS))] : [];
    lines.push(`    ${w.without([...named, ...more].join(', '))}`);
  }
  if (Number.isFinite(thresholds.perHostDay))
    lines.push(`    ${w.told(count(told), count(beyond), count(thresholds.perHostDay))}`);
  const nearest = [...below].sort((a, b) => a.p - b.p);
  for (const { computer, day, below: n, family, p, file, record, line } of nearest.slice(0, MOST_BELOW)) {
    const place = record === undefined ? `${file}:${line}` : `${file}#${record}`;
    lines.push(`    ${w.below(printable(computer), day, count(n), family[lang], probability(p), printable(place))}`);
  }
  if (nearest.length > MOST_BELOW) lines.push(`    ${r.more(count(nearest.length - MOST_BELOW))}`);
  return lines;
}
