import type { RuleText } from '../../detect/index.ts';
import type { RuleState, StoredException } from '../../store/index.ts';

/** What people decided about rules, as the engine needs it. Plain data. */
export interface PolicySetup {
  /** By rule id in lower case. */
  readonly rules: Readonly<Record<string, { readonly enabled: boolean; readonly level: string | null }>>;
  /** Exceptions, as files of Sigma filters. */
  readonly exceptions: readonly RuleText[];
  /** Names of rules by id in lower case, for exceptions that refer to one by its name. */
  readonly ruleNames: readonly (readonly [id: string, name: string])[];
}

export const NO_POLICY: PolicySetup = { rules: {}, exceptions: [], ruleNames: [] };

/** What is stored, and the files that were given, as one. `nowMs` decides which have ended. */
export function policyOf(
  states: readonly RuleState[],
  stored: readonly StoredException[],
  files: readonly RuleText[],
  ruleNames: PolicySetup['ruleNames'],
  nowMs: number,
): PolicySetup {
  const inForce = stored.filter(({ enabled, expiresMs }) => enabled && (expiresMs === null || expiresMs > nowMs));
  return {
    rules: Object.fromEntries(states.map(({ id, enabled, level }) => [id.toLowerCase(), { enabled, level }])),
    exceptions: [...files, ...inForce.map(exceptionText)],
    ruleNames,
  };
}

/** A stored exception as the file that says the same: JSON is YAML. One without an end is renewed whenever it is read. */
export function exceptionText({ id, title, ruleId, expiresMs, createdBy, body }: StoredException): RuleText {
  const { filter, reason } = body as { readonly filter: object; readonly reason: string };
  const text = JSON.stringify({
    title,
    id,
    logsource: { product: 'windows' },
    filter: { rules: ruleId === null ? 'any' : [ruleId], known: filter, condition: 'not known' },
    haetae: {
      owner: createdBy,
      reason,
      expires: expiresMs === null ? '9999-12-31' : new Date(expiresMs).toISOString().slice(0, 10),
    },
  });
  return { path: `exceptions/${id}`, text };
}
