import type { CommandOutcome } from '@haetae/agent/protocol';
import type { PlannedAction, Vote } from '../../../respond/index.ts';
import type { Json, ResponseAction } from '../../../store/index.ts';

/** What the store keeps of a response besides its columns. */
export interface KeptPlan {
  readonly planned: PlannedAction;
  readonly because: readonly string[];
  readonly votes: readonly (Vote & { readonly name: string })[];
  /** Ids of the commands that were sent for it, the last last. */
  readonly commands: readonly string[];
  /** Id of the agent that they were sent to. */
  readonly agent: string;
  readonly isUndoing: boolean;
}

export const planOfRow = ({ plan }: ResponseAction): KeptPlan => plan as unknown as KeptPlan;
export const outcomesOfRow = ({ outcome }: ResponseAction): readonly CommandOutcome[] =>
  Array.isArray(outcome) ? (outcome as unknown as CommandOutcome[]) : [];
export const asJson = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

/** What makes two actions of an incident one. */
export const keyOf = ({ action, host, order }: Pick<PlannedAction, 'action' | 'host' | 'order'>): string =>
  JSON.stringify([action, host, order.action === 'collect-triage' ? null : order]);

/** The state of a response after an outcome; undefined where it says nothing new of it. */
export function stateAfter({ state, verified }: CommandOutcome): ResponseAction['state'] | undefined {
  switch (state) {
    case 'done':
      return verified === false ? 'failed' : 'done';
    case 'checked':
      return 'done';
    case 'refused':
    case 'failed':
    case 'rolled-back':
      return 'failed';
    case 'undone':
    case 'ended':
      return 'undone';
    default:
      return state satisfies never;
  }
}

/** Over: asked for again, it is planned again. */
export const OVER: ReadonlySet<ResponseAction['state']> = new Set(['rejected', 'failed', 'undone', 'expired', 'done']);

export function isUndoable(row: ResponseAction): boolean {
  const first = planOfRow(row).commands[0];
  const last = outcomesOfRow(row)
    .filter(({ command }) => command === first)
    .at(-1);
  return last?.undoable === true && row.state !== 'running';
}
