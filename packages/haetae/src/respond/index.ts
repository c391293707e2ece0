/** What could be done about an incident: plans from playbooks, who has to agree, bundles for hosts without an agent. Does nothing itself. */
export type { Action, CandidateOptions } from './action.ts';
export { actionJson, type BundleFile, bundleOf, type Scripts } from './bundle/bundle.ts';
export { builtinPlaybooks, playbooksAt, respondScripts } from './node.ts';
export type { Plan, PlannedAction, RefusedAction, Risk, Unplanned } from './plan.ts';
export { type PlanOptions, planOf, systemIn } from './planner.ts';
export { matchedBy } from './playbooks/match.ts';
export type { Playbook, PlaybookProblem } from './playbooks/playbook.ts';
export { type PlaybookBook, type PlaybookFile, readPlaybooks } from './playbooks/read.ts';
export { type Bounds, DEFAULT_BOUNDS, HOUR_MS, type NeverList } from './policy/bounds.ts';
export {
  type Because,
  type Deed,
  decide,
  isApproved,
  type Provenance,
  type Surroundings,
  type Verdict,
  type Vote,
} from './policy/decide.ts';
export { readNever } from './policy/never.ts';
export { ACTIONS } from './registry.ts';
export { actionTexts, planText } from './text.ts';
