import type { AtomicPlan, Phase, System } from '../plan.ts';

/** What became of one command of a step. Times by this machine's clock, ms since 1970. */
export interface PhaseRecord {
  readonly phase: Phase;
  /** Which prerequisite, from 1; 0 for the step itself. */
  readonly need: number;
  /** Of the shell; where it ran in a PID namespace, within that. null where it could not be started. */
  readonly pid: number | null;
  readonly startedMs: number;
  readonly endedMs: number;
  /** null where it was ended from outside. */
  readonly status: number | null;
  readonly timedOut: boolean;
  /** Its first 4 KiB. */
  readonly output: string;
}

/**
 * `done`: it ran to its end, whatever its exit status. `unmet`: what it needs is not there. `timed-out`: it was ended. `broken`: it could
 * not be started, or how it ended is not known.
 */
export type StepOutcome = 'done' | 'unmet' | 'timed-out' | 'broken';

export interface StepRecord {
  readonly test: string;
  readonly name: string;
  /** ATT&CK v19. */
  readonly technique: string;
  readonly tactics: readonly string[];
  /** Good for this host and this time alone. */
  readonly marker: string;
  readonly once: string;
  /** Of the process under which all of it ran, as the machine counts; null where there was none. */
  readonly hostPid: number | null;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: StepOutcome;
  readonly phases: readonly PhaseRecord[];
  /** `thrown-away`: with the root it ran in. `failed`: the cleanup ended with an error or was ended. */
  readonly undone: 'cleanup' | 'thrown-away' | 'failed' | 'nothing-to-undo';
  /** Files that were there after the cleanup and not before; in a throw-away root they went with it. */
  readonly left: readonly string[];
}

export interface RunRecord {
  readonly haetae: 'lab-run.1';
  readonly id: string;
  readonly host: string;
  readonly system: System;
  readonly isolation: 'throw-away-root' | 'none';
  readonly startedMs: number;
  readonly endedMs: number;
  readonly steps: readonly StepRecord[];
}

export const MOST_OUTPUT = 4096;

/** The names under which phases are told: `check1`, `get1`, `run`, `undo`. */
export function namedPhases({
  steps,
}: AtomicPlan): { readonly name: string; readonly index: number; readonly need: number }[] {
  let need = 0;
  let last: Phase | undefined;
  return steps.map(({ phase }, index) => {
    if (phase === 'check' || (phase === 'get' && last !== 'check')) need++;
    last = phase;
    return phase === 'check' || phase === 'get'
      ? { name: `${phase}${need}`, index, need }
      : { name: phase, index, need: 0 };
  });
}
