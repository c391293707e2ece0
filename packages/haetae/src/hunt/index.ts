export {
  type HuntHit,
  type HuntRules,
  type HuntStep,
  type HuntStore,
  type HuntTimes,
  hunt,
  huntersOf,
} from './hunt.ts';
