import { compareInstants, type Instant } from './time.ts';

/** An event of one of a correlation's rules. */
export interface Step extends Instant {
  readonly rule: number;
  readonly id: string;
}

/**
 * Whether events of `rules`, one each, follow each other in that order. Events of one time follow each other either way,
 * since nothing tells which came first; one event is one step. `steps` in order of time.
 */
export function follow(steps: readonly Step[], rules: readonly number[]): boolean {
  let at = 0;
  let previous: Step | undefined;
  for (const block of byTime(steps)) {
    for (;;) {
      const next = block.find((step) => step.rule === rules[at] && step.id !== previous?.id);
      if (next === undefined) break;
      previous = next;
      if (++at === rules.length) return true;
    }
  }
  return false;
}

/** How many of `n` rules at most have events that follow each other in the order of the rules. */
export function longestChain(steps: readonly Step[], n: number): number {
  const best = new Array<number>(n).fill(0);
  const last = new Array<string | undefined>(n).fill(undefined);
  for (const block of byTime(steps)) {
    for (const { rule, id } of [...block].sort((a, b) => a.rule - b.rule)) {
      let length = 1;
      for (let before = 0; before < rule; before++) {
        const grown = best[before]! + 1;
        if (best[before]! > 0 && last[before] !== id && grown > length) length = grown;
      }
      if (length > best[rule]!) {
        best[rule] = length;
        last[rule] = id;
      }
    }
  }
  return Math.max(0, ...best);
}

function* byTime<T extends Instant>(steps: readonly T[]): Generator<readonly T[]> {
  let from = 0;
  for (let to = 1; to <= steps.length; to++) {
    if (to < steps.length && compareInstants(steps[to]!, steps[from]!) === 0) continue;
    yield steps.slice(from, to);
    from = to;
  }
}
