import type { Event } from '@haetae/event';
import { type Explanation, explain, mappedView, type SigmaError, type SigmaRule } from '@haetae/sigma';
import { createScriptJoiner, createWindowsRuleSet, type Overlay, windowsView } from '@haetae/sigma/windows';
import { hiddenIn, overlayOf } from '../detect/index.ts';

/** What a rule makes of one event. Plain data: it outlives the event. */
export interface ExplainedEvent {
  readonly timeMs: number;
  readonly timeTicks: number;
  readonly computer: string;
  readonly channel: string;
  readonly eventId: number;
  readonly position: Event['position'];
  readonly file: string;
  /** `field`, or the mapping through which the rule saw the event. */
  readonly via: string;
  readonly explanation: Explanation;
  /** Events that came out the same way: the same conditions failed on the same values. */
  readonly count: number;
}

export interface ExplainedRule {
  readonly events: number;
  /** Events of the rule's log source. */
  readonly looked: number;
  readonly matched: number;
  /** The nearest first; events that came out alike are one. */
  readonly misses: readonly ExplainedEvent[];
  /** In the order of the logs. */
  readonly matches: readonly ExplainedEvent[];
  /** Kinds of events seen, `channel id`, with their number; the most first. */
  readonly kinds: readonly (readonly [channel: string, eventId: number, count: number])[];
}

export interface Explainer {
  add(event: Event, file: string): void;
  result(): ExplainedRule;
}

const MOST_KINDS = 4096;

/**
 * Explains one rule on events, as a scan sees them: decoded and joined texts included. `top`: how many misses and matches
 * are kept. An error where the rule is not in force.
 */
export function createExplainer(rule: SigmaRule, top: number): Explainer | SigmaError {
  const set = createWindowsRuleSet([rule], { engine: 'plain' });
  const [problem] = set.problems;
  if (problem !== undefined) return problem;
  const scripts = createScriptJoiner();
  const kinds = new Map<string, [string, number, number]>();
  const misses = new Map<string, ExplainedEvent>();
  const matches = new Map<string, ExplainedEvent>();
  let [events, looked, matched] = [0, 0, 0];

  return {
    add(event, file) {
      events++;
      const { channel, eventId } = event;
      const key = `${channel}\0${eventId}`;
      const kind = kinds.get(key);
      if (kind !== undefined) kind[2]++;
      else if (kinds.size < MOST_KINDS) kinds.set(key, [channel, eventId, 1]);
      if (set.candidates(channel, eventId).length === 0) return;
      const overlay = merged(overlayOf(hiddenIn(event)), scripts.add(event)?.overlay);
      const best = nearest(event, overlay);
      if (best === undefined) return;
      looked++;
      if (best.explanation.matched) matched++;
      keep(best.explanation.matched ? matches : misses, best, event, file);
    },
    result: () => ({
      events,
      looked,
      matched,
      misses: ordered(misses).slice(0, top),
      matches: [...matches.values()].slice(0, top),
      kinds: [...kinds.values()].sort((a, b) => b[2] - a[2]),
    }),
  };

  /** The reading that matches, else the one that comes nearest; the event as it is before the one with decoded texts. */
  function nearest(event: Event, overlay: Overlay | undefined) {
    let best: { via: string; explanation: Explanation } | undefined;
    const plain = windowsView(event);
    for (const view of overlay === undefined ? [plain] : [plain, windowsView(event, overlay)]) {
      for (const { matcher, mapping, accepts } of set.candidates(event.channel, event.eventId)) {
        if (accepts?.(plain) === false) continue;
        const explanation = explain(matcher, mapping === undefined ? view : mappedView(view, mapping));
        if (best !== undefined && lack(explanation) >= lack(best.explanation)) continue;
        best = { via: mapping?.name ?? 'field', explanation };
        if (explanation.matched) return best;
      }
    }
    return best;
  }

  function keep(
    all: Map<string, ExplainedEvent>,
    { via, explanation }: { via: string; explanation: Explanation },
    event: Event,
    file: string,
  ): void {
    const same = signature(explanation);
    const known = all.get(same);
    if (known !== undefined) {
      all.set(same, { ...known, count: known.count + 1 });
      return;
    }
    if (explanation.matched && all.size >= top) return;
    const { timeMs, timeTicks, computer, channel, eventId, position } = event;
    // Values may be slices of a text that the source reuses.
    const owned = structuredClone({ computer, channel, position, explanation });
    all.set(same, { timeMs, timeTicks, eventId, file, via, count: 1, ...owned });
    if (!explanation.matched && all.size > top * 4 + 100) {
      const kept = ordered(all).slice(0, top * 2 + 50);
      all.clear();
      for (const one of kept) all.set(signature(one.explanation), one);
    }
  }
}

/** How far from a match; negative for one. A miss that lacks little of much comes before one that lacks little of little. */
const lack = ({ matched, near: { held, of } }: Explanation): number => (matched ? -1 : of - held + 1 / (of + 2));

const ordered = (all: ReadonlyMap<string, ExplainedEvent>): ExplainedEvent[] =>
  [...all.values()].sort((a, b) => lack(a.explanation) - lack(b.explanation));

/** Long values count by their beginning. */
function signature({ matched, near, conditions }: Explanation): string {
  const told = matched ? conditions.filter(({ held }) => held) : near.failed;
  return JSON.stringify([
    matched,
    near.held,
    near.excludedBy,
    told.map(({ selection, field, actual }) => [selection, field, actual?.map((value) => value.slice(0, 300))]),
  ]);
}

function merged(a: Overlay | undefined, b: Overlay | undefined): Overlay | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const made: Record<string, readonly string[]> = { ...a };
  for (const [name, values] of Object.entries(b)) made[name] = [...(made[name] ?? []), ...values];
  return made;
}
