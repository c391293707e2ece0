import { type FieldUse, fieldUse } from '../names.ts';
import type { SigmaRule } from '../rule.ts';
import type { EventView } from '../view.ts';

const uses = new WeakMap<SigmaRule, FieldUse>();

function useOf(rule: SigmaRule): FieldUse {
  let use = uses.get(rule);
  if (use === undefined) {
    use = fieldUse(rule);
    uses.set(rule, use);
  }
  return use;
}

/**
 * The fields that the rule's conditions ask for and the event, as the rule saw it, does not tell: absent, or empty. For a
 * match through a mapping they are what its source can never give (Hashes and OriginalFileName of 4688) and what this one
 * does not (CommandLine, where the policy that logs it is off). In the order of the conditions.
 */
export function degradedFields(rule: SigmaRule, view: EventView): readonly string[] {
  return [...useOf(rule).asked].filter((field) => !(view.values(field)?.some((value) => value !== '') ?? false));
}

/** A match of everything that the rule asks for. */
export const FULL_CONFIDENCE = 1;
/** Fields are missing that could only have made further matches: an alternative of the rule was not to be had. */
export const PARTIAL_CONFIDENCE = 0.8;
/** Fields are missing by which the rule excludes events: with them it might not have matched. */
export const UNFILTERED_CONFIDENCE = 0.5;

/** How far a match can be trusted that was made without these fields of its rule; one of the three constants. */
export function confidenceOf(rule: SigmaRule, degraded: readonly string[]): number {
  if (degraded.length === 0) return FULL_CONFIDENCE;
  const { excluding } = useOf(rule);
  return degraded.some((field) => excluding.has(field)) ? UNFILTERED_CONFIDENCE : PARTIAL_CONFIDENCE;
}
