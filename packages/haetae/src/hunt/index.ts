export {
  HUNT_LIMITS,
  type HuntDesk,
  type HuntDeskOptions,
  type HuntLimits,
  type HuntWanted,
  openHuntDesk,
} from './desk.ts';
export {
  type HuntHit,
  type HuntRules,
  type HuntStep,
  type HuntStore,
  type HuntTimes,
  hunt,
  huntersOf,
} from './hunt.ts';
export type { HuntPolicy } from './judge.ts';
export { searchByRule } from './search.ts';
