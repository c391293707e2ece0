import type { Matcher } from '../compile.ts';
import type { SigmaRule } from '../rule.ts';
import { createRuleSet, type Match, type RuleSet, type RuleSetOptions } from '../ruleset.ts';
import type { SavedRules } from '../saved.ts';
import { confidenceOf, degradedFields, FULL_CONFIDENCE } from './degraded.ts';
import type { WindowsEvent } from './event.ts';
import { WINDOWS, WINDOWS_STRICT } from './logsources.ts';
import { both, type Overlay, windowsView } from './view.ts';

/**
 * How a rule saw what it matched. `field`: the event as it is. `mapped:…`: another log under the names the rule knows.
 * `extracted`: a field cut out of a text, or a script put together of its parts. `decoded`: the decoded text of a command.
 * The one named is the least that the match needs.
 */
export type Via = 'field' | 'mapped:4688' | 'mapped:4657' | 'mapped:5156' | 'extracted' | 'decoded';

export interface WindowsMatch extends Match {
  readonly via: Via;
  /** The mapping that the rule saw the event through, also where `via` says `decoded`; undefined for its own log. */
  readonly mapping: string | undefined;
  /**
   * Of a match through a mapping: the fields that the rule asks for and the event does not tell, such as Hashes or
   * OriginalFileName of Security 4688. The rule held without them.
   */
  readonly degraded: readonly string[];
  /** 1; 0.8 when degraded; 0.5 when the rule excludes events by a field that is missing. */
  readonly confidence: number;
}

export interface WindowsRuleSet extends RuleSet {
  readonly strict: boolean;
  /**
   * Every match of an event, routed by its own channel and id; one a rule. `decoded` and `extracted`: further values that
   * rules see beside the event's own (decoded commands; a script joined out of its parts). They only add matches: what
   * holds without them is a match, whatever they say. Under `strict` they are not looked at.
   */
  matchEvent(event: WindowsEvent, decoded?: Overlay, extracted?: Overlay): WindowsMatch[];
}

export interface WindowsOptions extends Omit<RuleSetOptions, 'logSources'> {
  /** Plain Sigma: of all ways of {@link Via} only `field` and `mapped:4688`. */
  readonly strict?: boolean;
}

/** Rules over Windows events: {@link createRuleSet} with the log sources of Windows. */
export function createWindowsRuleSet(
  rules: readonly SigmaRule[] | SavedRules,
  options: WindowsOptions = {},
): WindowsRuleSet {
  const { strict = false, ...compiling } = options;
  const set = createRuleSet(rules, { ...compiling, logSources: strict ? WINDOWS_STRICT : WINDOWS });
  return {
    ...set,
    strict,
    matchEvent: (event, decoded, extracted) => {
      const { channel, eventId } = event;
      const plain = set.match(channel, eventId, windowsView(event));
      if (strict || (decoded === undefined && extracted === undefined)) return plain.map((match) => toMatch(match));
      const ways: [Via, Overlay][] = [];
      if (extracted !== undefined) ways.push(['extracted', extracted]);
      if (decoded !== undefined) ways.push(['decoded', both(decoded, extracted)]);
      const found = new Map<Matcher, WindowsMatch>(plain.map((match) => [match.matcher, toMatch(match)]));
      let added = false;
      for (const [via, overlay] of ways) {
        for (const match of set.match(channel, eventId, windowsView(event, overlay))) {
          if (found.has(match.matcher)) continue;
          found.set(match.matcher, toMatch(match, via));
          added = true;
        }
      }
      if (!added) return [...found.values()];
      return set.candidates(channel, eventId).flatMap(({ matcher }) => {
        const match = found.get(matcher);
        found.delete(matcher);
        return match ?? [];
      });
    },
  };
}

function toMatch(match: Match, beyond?: Via): WindowsMatch {
  const own = match.via as Via;
  const mapping = own === 'field' ? undefined : own;
  const degraded = own.startsWith('mapped:') ? degradedFields(match.rule, match.view) : NONE;
  const confidence = degraded.length === 0 ? FULL_CONFIDENCE : confidenceOf(match.rule, degraded);
  return { ...match, via: beyond ?? own, mapping, degraded, confidence };
}

const NONE: readonly string[] = [];
