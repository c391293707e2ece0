import type { Level, LooseFindings } from '../incident.ts';
import type { Unit } from '../join/unit.ts';
import { compare } from '../text.ts';

const WORST: readonly Level[] = ['critical', 'high', 'medium', 'low', 'informational'];

/** Findings that alone mean little, folded by rule and host: the worst first, then the most frequent. */
export function looseOf(units: readonly Unit[]): LooseFindings[] {
  const folded = new Map<string, LooseFindings & { count: number }>();
  for (const { detector, rule, level, host, events } of units) {
    const key = `${detector}|${rule?.id ?? ''}|${rule?.title ?? ''}|${host}|${level}`;
    const known = folded.get(key);
    if (known !== undefined) known.count += events.length;
    else folded.set(key, { detector, rule, level, host, count: events.length, first: events[0]! });
  }
  return [...folded.values()].sort(
    (a, b) =>
      WORST.indexOf(a.level) - WORST.indexOf(b.level) ||
      b.count - a.count ||
      compare(a.rule?.title ?? '', b.rule?.title ?? '') ||
      compare(a.host, b.host),
  );
}
