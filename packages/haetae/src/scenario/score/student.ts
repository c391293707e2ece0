import type { ScoreCard, StepScore } from './card.ts';
import { related } from './score.ts';

/** An analyst's own call: on this host, around this time, this technique. */
export interface Call {
  readonly host: string;
  readonly timeMs: number;
  readonly technique: string;
}

export interface GradedCall extends Call {
  /** The step that it names; null for none. */
  readonly step: { readonly campaign: string; readonly step: string } | null;
  /** `technique`: all is right. `place`: something happened there, of another technique. `repeat`: called before. */
  readonly grade: 'technique' | 'place' | 'repeat' | 'nothing';
}

export interface Grades {
  readonly calls: readonly GradedCall[];
  readonly steps: number;
  /** Steps called by technique, and by their place alone. */
  readonly named: number;
  readonly placed: number;
  /** Calls where nothing happened. */
  readonly wrong: number;
  /** 0–100: a step named counts whole, one placed half; each call of nothing takes off a quarter of a step. */
  readonly mark: number;
}

/** What one person made of an exercise. */
export interface Attempt {
  readonly actor: string;
  readonly name: string;
  readonly atMs: number;
  readonly grades: Grades;
}

/** A card as it is kept. `exercise`: people see it once they have made their own calls. */
export interface KeptScore {
  readonly card: ScoreCard;
  readonly exercise: boolean;
  readonly attempts: readonly Attempt[];
}

/** How far from a step's events a call may lie. */
export const AROUND_MS = 5 * 60_000;

/** Grades calls in their order against what really happened. Pure; a step counts once, by the best call of it. */
export function gradeCalls(calls: readonly Call[], steps: readonly StepScore[]): Grades {
  const named = new Set<StepScore>();
  const placed = new Set<StepScore>();
  const graded = calls.map((call): GradedCall => {
    const here = steps.filter((step) => isAt(call, step));
    const fitting = here.filter(({ techniques }) => techniques.some((id) => related(id, call.technique.toUpperCase())));
    const right = fitting.find((step) => !named.has(step));
    const of = ({ campaign, step }: StepScore) => ({ campaign, step });
    if (right !== undefined) {
      named.add(right);
      return { ...call, step: of(right), grade: 'technique' };
    }
    if (fitting.length > 0) return { ...call, step: of(fitting[0]!), grade: 'repeat' };
    const place = here.find((step) => !placed.has(step) && !named.has(step));
    if (place !== undefined) {
      placed.add(place);
      return { ...call, step: of(place), grade: 'place' };
    }
    return here.length > 0
      ? { ...call, step: of(here[0]!), grade: 'repeat' }
      : { ...call, step: null, grade: 'nothing' };
  });
  const onlyPlaced = [...placed].filter((step) => !named.has(step)).length;
  const wrong = graded.filter(({ grade }) => grade === 'nothing').length;
  const points = named.size + onlyPlaced / 2 - wrong / 4;
  return {
    calls: graded,
    steps: steps.length,
    ...{ named: named.size, placed: onlyPlaced, wrong },
    mark: steps.length === 0 ? 0 : Math.max(0, Math.min(100, Math.round((points / steps.length) * 100))),
  };
}

function isAt({ host, timeMs }: Call, { hosts, firstMs, lastMs }: StepScore): boolean {
  if (firstMs === null || lastMs === null) return false;
  const short = (name: string): string => name.toLowerCase().split('.', 1)[0]!;
  return (
    hosts.some((one) => short(one) === short(host)) && timeMs >= firstMs - AROUND_MS && timeMs <= lastMs + AROUND_MS
  );
}
