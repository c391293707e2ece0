/** What an order is on a host, step by step: for those who show it, and for the agent that does it. Touches nothing. */
export { ISOLATION, isolationRules, RELEASE } from './steps/linux.ts';
export type { Check, NoUndo, ServerAt, Step, Steps, System, Verification } from './steps/step.ts';
export { stepsOf } from './steps/steps.ts';
