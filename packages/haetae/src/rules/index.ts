export { builtinRules, isExamples, isRules, type RulePack, rulesAt } from './load.ts';
