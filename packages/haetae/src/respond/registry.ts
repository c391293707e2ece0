import type { ActionName } from '@haetae/agent/protocol';
import type { Action } from './action.ts';
import * as all from './actions/index.ts';

/** Every action, by its name, in the order of a plan. */
export const ACTIONS: ReadonlyMap<ActionName, Action> = new Map(
  (Object.values(all) as Action[]).sort((a, b) => a.place - b.place).map((action) => [action.name, action]),
);
