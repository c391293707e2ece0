import { counts, type Verdict } from './packs.ts';

export interface Noise {
  readonly events: number;
  /** Distinct (rule, host, hour) per log, summed; a rule counts in a log at most its median over the logs in which it speaks. */
  readonly findings: number;
  readonly perTenThousand: number;
  /** Rules by what they contribute, the loudest first. */
  readonly rules: readonly (readonly [rule: string, findings: number])[];
}

const HOUR_MS = 3_600_000;

/** Findings at medium or above, of `events` events that no attack is known in. */
export function noiseOf(verdicts: readonly Verdict[], events: number): Noise {
  const spoken = new Map<string, Map<string, Set<string>>>();
  for (const verdict of verdicts) {
    if (!counts(verdict)) continue;
    const { rule, file, host, timeMs } = verdict;
    const files = spoken.get(rule) ?? new Map<string, Set<string>>();
    spoken.set(rule, files);
    const hours = files.get(file) ?? new Set<string>();
    files.set(file, hours.add(`${host} ${timeMs === null ? 'never' : Math.floor(timeMs / HOUR_MS)}`));
  }
  const rules = [...spoken]
    .map(([rule, files]): [string, number] => {
      const sizes = [...files.values()].map(({ size }) => size).sort((a, b) => a - b);
      const cap = median(sizes);
      return [rule, sizes.reduce((sum, size) => sum + Math.min(size, cap), 0)];
    })
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const findings = rules.reduce((sum, [, n]) => sum + n, 0);
  return { events, findings, perTenThousand: events === 0 ? 0 : (findings / events) * 10_000, rules };
}

function median(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** At most half of the other's, or one in ten thousand where the other finds nothing. */
export const noiseLimit = (other: Noise): number => (other.findings > 0 ? other.perTenThousand / 2 : 1);
