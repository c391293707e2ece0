import type { PlainEvent } from '@haetae/event';
import {
  createCorrelator,
  type LinkedCorrelation,
  linkRules,
  type SigmaCorrelation,
  type SigmaError,
  type SigmaRule,
} from '@haetae/sigma';
import { createWindowsRuleSet } from '@haetae/sigma/windows';
import { hiddenIn, overlayOf } from '../detect/index.ts';
import type { RuleEntry } from './read.ts';

/** A correlation with all that it refers to, and nothing else. */
export interface Chain {
  /** Whether a finding is made of these events, in any order. */
  fires(events: readonly PlainEvent[]): boolean;
}

export interface Chains {
  of(correlation: SigmaCorrelation): Chain | { readonly problem: SigmaError };
}

export function chainsOf(entries: readonly RuleEntry[]): Chains {
  const rules = entries.flatMap((entry) => (entry.kind === 'rule' ? [entry.rule] : []));
  const correlations = entries.flatMap((entry) => (entry.kind === 'correlation' ? [entry.rule] : []));
  const read = { rules, correlations, filters: [], refused: [], problems: [] };
  const linked = correlations.length === 0 ? undefined : linkRules([read]);
  return {
    of: (correlation) => {
      const found = linked?.correlations.find((one) => one.correlation === correlation);
      const unlinked = linked?.problems.find(({ file }) => file === correlation.path);
      if (found === undefined) return { problem: unlinked! };
      // By itself, so that it speaks also where another correlation refers to it.
      const below = documentsOf(found);
      const own = linkRules([{ ...read, rules: [...below.rules], correlations: [...below.correlations] }]);
      const set = createWindowsRuleSet(own.rules);
      const [problem] = set.problems;
      if (problem !== undefined) return { problem };
      return {
        fires: (events) => {
          const correlator = createCorrelator(own.correlations, { latenessMs: Number.POSITIVE_INFINITY });
          events.forEach((event, i) => {
            for (const { rule, view } of set.matchEvent(event, overlayOf(hiddenIn(event)))) {
              const input = correlator.inputOf(rule)!;
              const { timeMs, timeTicks } = event;
              const values = correlator.valuesOf(input, view);
              correlator.add({ input, values, timeMs, timeTicks, id: String(i), ref: i });
            }
          });
          return correlator.finish().some((finding) => finding.correlation === correlation);
        },
      };
    },
  };
}

function documentsOf(linked: LinkedCorrelation): {
  readonly rules: ReadonlySet<SigmaRule>;
  readonly correlations: ReadonlySet<SigmaCorrelation>;
} {
  const rules = new Set<SigmaRule>();
  const correlations = new Set<SigmaCorrelation>();
  const walk = (one: LinkedCorrelation): void => {
    correlations.add(one.correlation);
    for (const source of one.sources) {
      if (source.kind === 'rule') rules.add(source.rule);
      else walk(source.linked);
    }
  };
  walk(linked);
  return { rules, correlations };
}
