import type { Finding, RuleText, Signal } from '../detect/index.ts';
import { createJudge, readExceptions } from '../exceptions/index.ts';

/** What people decided about rules, as live detection has it. Plain data. */
export interface HuntPolicy {
  /** By rule id in lower case. */
  readonly rules: Readonly<Record<string, { readonly enabled: boolean }>>;
  /** Exceptions, as files of Sigma filters. */
  readonly exceptions: readonly RuleText[];
  /** Names of rules by id in lower case, for exceptions that refer to one by its name. */
  readonly ruleNames: readonly (readonly [id: string, name: string])[];
}

/** What live detection would make of findings. */
export interface HuntJudge {
  /** Its rule is on and no exception takes it away. */
  tells(finding: Finding): boolean;
  /** Rules over several events hear of the match. */
  hears(signal: Signal): boolean;
}

/** Without a policy everything is told. */
export function judgeOf(policy: HuntPolicy | undefined, nowMs: number): HuntJudge {
  if (policy === undefined) return { tells: () => true, hears: () => true };
  const inForce = readExceptions(policy.exceptions, nowMs).exceptions.filter(({ state }) => state === 'in-force');
  const judge = inForce.length === 0 ? undefined : createJudge(inForce, new Map(policy.ruleNames));
  const isOn = ({ rule }: Finding): boolean => policy.rules[rule?.id.toLowerCase() ?? '']?.enabled !== false;
  return {
    tells: (finding) => isOn(finding) && judge?.find(finding) === undefined,
    hears: (signal) => judge?.find(signal) === undefined,
  };
}
