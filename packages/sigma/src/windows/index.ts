import type { Event } from '@haetae/event';
import type { CompileOptions } from '../compile.ts';
import type { SigmaRule } from '../rule.ts';
import { createRuleSet, type Match, type RuleSet } from '../ruleset.ts';
import { WINDOWS } from './logsources.ts';
import { type Overlay, windowsView } from './view.ts';

export { PROCESS_4688, WINDOWS } from './logsources.ts';
export { type Overlay, windowsView } from './view.ts';

export interface WindowsRuleSet extends RuleSet {
  /** Every match of an event, routed by its own channel and id. `overlay`: further values that rules see. */
  matchEvent(event: Event, overlay?: Overlay): Match[];
}

/** Rules over Windows events: {@link createRuleSet} with the log sources of Windows. */
export function createWindowsRuleSet(
  rules: readonly SigmaRule[],
  options: Omit<CompileOptions, 'logSources'> = {},
): WindowsRuleSet {
  const set = createRuleSet(rules, { ...options, logSources: WINDOWS });
  return {
    ...set,
    matchEvent: (event, overlay) => set.match(event.channel, event.eventId, windowsView(event, overlay)),
  };
}
