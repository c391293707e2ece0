export {
  type Exception,
  type ExceptionBook,
  type ExceptionState,
  hasPassed,
  isDay,
  readExceptions,
} from './exception.ts';
export { createJudge, type Judge, type Judged } from './judge.ts';
export { type BackTest, backTest, type KnownBad, positivesOf, type Refusal } from './propose/back-test.ts';
export { type Proposal, type ProposalRequest, propose, type Unproposed } from './propose/propose.ts';
export type { ProposedCondition } from './propose/separate.ts';
export type { ExceptionAbout, FilterDraft } from './propose/write.ts';
export { type Hidden, HiddenTally, type HiddenWeek, isoWeek } from './tally.ts';
