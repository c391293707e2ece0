export type { Check, CheckText, LintOptions, TagAdvice } from './check.ts';
export { CHECKS } from './checks/registry.ts';
export { applyFixes, type Edit, type Finding, type Severity } from './finding.ts';
export { fixText, type LintFile, lint, lintText } from './lint.ts';
