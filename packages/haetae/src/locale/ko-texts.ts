import { KO_CHECKS, KO_LINT } from './ko-lint.ts';
import { KO_POLICIES } from './ko-policies.ts';
import { KO_REFUSALS } from './ko-refusals.ts';
import { sayer } from './templates.ts';

let say: ((text: string) => string | undefined) | undefined;
const HINT = /^(.*); did you mean (.+)\?$/s;

/** What the reader of rules or the linter says, in Korean; as it is where nobody translated it. */
export function koSaid(text: string): string {
  const hinted = HINT.exec(text);
  if (hinted !== null) return `${koSaid(hinted[1]!)} 혹시 ${hinted[2]}입니까?`;
  say ??= sayer({ ...KO_REFUSALS, ...KO_LINT });
  return say(text) ?? text;
}

/** What a check of the linter finds; `what` is that in English. */
export const koCheck = (id: string, what: string): string => KO_CHECKS[id] ?? what;

/** A policy, an audit subcategory, a role, as a Korean Windows calls it, its English name behind it. */
export function koNamed(name: string): string {
  const korean = KO_POLICIES[name];
  return korean === undefined || korean === name ? name : korean;
}
