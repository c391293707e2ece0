export type { RuleCost, RulesCost } from './bench.ts';
export type { Coverage, ScoreBy } from './coverage.ts';
export type { ChangedRule, PackDiff } from './diff.ts';
export type { ExplainedEvent, ExplainedRule, Explainer } from './explain.ts';
export type { RuleFilter } from './find.ts';
export { builtinRules, isExamples, isRules, type RulePack, rulesAt } from './load.ts';
export type { LeftOut, Origin } from './pull/fetched.ts';
export type { Pulled, PullRequest } from './pull/pull.ts';
export type { RuleBook, RuleEntry } from './read.ts';
export type { BlindGroup, KindSeen, Ready } from './ready.ts';
export type { TestedRule, TestRun } from './run-tests.ts';
export type { SysmonElement, SysmonReady } from './sysmon-ready.ts';
export type { Line } from './wording.ts';

/** What is done with rules beside scanning with them, loaded by those who do it: a scan starts sooner without. */
export const ruleTools = () => import('./tools.ts');
