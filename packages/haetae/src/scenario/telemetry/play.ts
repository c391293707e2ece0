/** Plays a campaign on its machines: every event of its steps, marked with the step. */
import type { Action, Campaign } from '../campaign/campaign.ts';
import type { Machine } from './machine.ts';
import { Given, type Stage, VERBS } from './verbs.ts';

/** An action that could not be played: the campaign names what is not there. */
export class PlayError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(file: string, action: Action, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${file}:${action.line}: ${action.verb}: ${reason}`, { cause });
    this.file = file;
    this.line = action.line;
  }
}

const DAY_MS = 86_400_000;

/** `midnightMs`: when the campaign's first day begins. Events wait in the machines' hosts. */
export function play(campaign: Campaign, machines: ReadonlyMap<string, Machine>, midnightMs: number): void {
  const stage: Stage = { machines, processes: new Map(), logons: new Map() };
  for (const step of campaign.steps) {
    const mark = { campaign: campaign.id, step: step.id, techniques: step.techniques };
    let ms = midnightMs + (step.day - 1) * DAY_MS + step.timeMs;
    for (const action of step.actions) {
      const machine = machines.get(action.host)!;
      const { host } = machine;
      ms += action.after ?? host.chance.int(120, 1400);
      host.mark = mark;
      try {
        VERBS[action.verb]!.run(new Given(stage, machine, action.given), ms);
      } catch (error) {
        throw new PlayError(campaign.file, action, error);
      } finally {
        host.mark = undefined;
      }
    }
  }
}
