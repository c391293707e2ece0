import { markerOf, newOnce } from '../marker.ts';
import { type AtomicPlan, argvOf, type PlannedStep, type System } from '../plan.ts';
import { MOST_OUTPUT, type PhaseRecord, type StepOutcome, type StepRecord } from './record.ts';

/** Starts a program and ends it, with all that it started, when its time is over. */
export type Shell = (
  argv: readonly string[],
  limits: { readonly ms: number; readonly signal: AbortSignal | undefined },
) => Promise<{
  readonly pid: number | null;
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly output: string;
}>;

/** What is kept until a step is taken back, so that the next run does it where this one could not. */
export interface Pending {
  readonly test: string;
  readonly undo: readonly string[];
}

export interface DirectOptions {
  readonly system: System;
  readonly host: string;
  readonly secret: string;
  readonly seconds: number;
  /** Whether what brings prerequisites may run. */
  readonly prepare: boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly shell: Shell;
  /** Called before the step runs, and with undefined once it is taken back. */
  readonly pending: (pending: Pending | undefined) => void;
}

/** Runs a plan on the machine itself, which the lab has for its own. What ran is taken back, also where it failed, was ended or interrupted. */
export async function runDirect(plan: AtomicPlan, options: DirectOptions): Promise<StepRecord> {
  const { now, system, host, secret, signal, shell } = options;
  if (plan.refused.length > 0) throw new RangeError('a refused plan is not run');
  const startedMs = now();
  const once = newOnce();
  const marker = markerOf(secret, { host, step: plan.test.guid, startedMs, once });
  const phases: PhaseRecord[] = [];
  const play = async (step: PlannedStep, need: number, heeds: boolean): Promise<PhaseRecord> => {
    const began = now();
    const limits = { ms: options.seconds * 1000, signal: heeds ? signal : undefined };
    const told = await shell(argvOf(step, system, marker), limits);
    const { pid, status, timedOut, output } = told;
    const record = {
      phase: step.phase,
      need,
      pid,
      startedMs: began,
      endedMs: now(),
      status,
      timedOut,
      output: output.slice(0, MOST_OUTPUT),
    };
    phases.push(record);
    return record;
  };
  const isMet = await prepared(plan, options.prepare, play);
  const run = plan.steps.find(({ phase }) => phase === 'run');
  let undone: StepRecord['undone'] = 'nothing-to-undo';
  let outcome: StepOutcome = isMet ? 'broken' : 'unmet';
  if (run !== undefined && isMet && !signal.aborted) {
    const undo = plan.steps.find(({ phase }) => phase === 'undo');
    if (undo !== undefined) options.pending({ test: plan.test.guid, undo: argvOf(undo, system, marker) });
    try {
      const ran = await play(run, 0, true);
      outcome = ran.timedOut ? 'timed-out' : ran.pid === null || ran.status === null ? 'broken' : 'done';
    } finally {
      if (undo !== undefined) {
        // What is to be taken back is, though somebody asked to stop.
        const { status } = await play(undo, 0, false);
        undone = status === 0 ? 'cleanup' : 'failed';
        if (status !== null) options.pending(undefined);
      }
    }
  }
  return {
    ...{
      test: plan.test.guid,
      name: plan.test.name,
      technique: plan.technique ?? plan.test.technique,
      tactics: plan.tactics,
    },
    ...{ marker, once, hostPid: phases.find(({ phase }) => phase === 'run')?.pid ?? null, startedMs, endedMs: now() },
    ...{ outcome, phases, undone, left: [] },
  };
}

/** Whether everything that the plan needs is there, or was brought. */
async function prepared(
  { steps }: AtomicPlan,
  prepare: boolean,
  play: (step: PlannedStep, need: number, heeds: boolean) => Promise<PhaseRecord>,
): Promise<boolean> {
  let need = 0;
  for (const [i, step] of steps.entries()) {
    if (step.phase !== 'check') continue;
    need++;
    if ((await play(step, need, true)).status === 0) continue;
    const get = steps[i + 1];
    if (!prepare || get?.phase !== 'get') return false;
    await play(get, need, true);
    if ((await play(step, need, true)).status !== 0) return false;
  }
  return true;
}
