import { type Event, materialise } from '@haetae/event';
import { type EventView, type Matcher, mappedView, type SigmaRule } from '@haetae/sigma';
import { createWindowsRuleSet, windowsView } from '@haetae/sigma/windows';

/** What one rule costs by itself. */
export interface RuleCost {
  readonly rule: SigmaRule;
  /** Events of its log source in the sample. */
  readonly events: number;
  readonly matches: number;
  /** Nanoseconds for one of these events. */
  readonly nsPerEvent: number;
  /** Of the time that all rules take one by one, 0–1. */
  readonly share: number;
}

export interface RulesCost {
  /** Events measured, an even sample of `read`. */
  readonly sampled: number;
  readonly read: number;
  /** The dearest of all first. */
  readonly rules: readonly RuleCost[];
  /** Rules that look at none of the events. */
  readonly idle: number;
  /** Of all rules, for one event: rule by rule, and together on the engine that scans use. */
  readonly plainNs: number;
  readonly fastNs: number;
  readonly matches: number;
}

/** An even sample: every n-th event, n doubled whenever the sample is full. */
export function createSample(most: number): {
  add(event: Event): void;
  readonly events: readonly Event[];
  readonly read: number;
} {
  let events: Event[] = [];
  let every = 1;
  let read = 0;
  return {
    add(event) {
      if (read++ % every !== 0) return;
      events.push(materialise(event));
      if (events.length < most) return;
      events = events.filter((_, i) => i % 2 === 0);
      every *= 2;
    },
    get events() {
      return events;
    },
    get read() {
      return read;
    },
  };
}

const PASSES = 3;
/** The fast engine is more code to compile than a rule is. */
const FAST_WARMUPS = 5;

/**
 * Measures rules over events. Each rule runs by itself over the events routed to it, reading and lower-casing the fields it
 * asks for anew; one pass warms up, the median of three counts. `clock`: nanoseconds. `breathe` is awaited between rules.
 */
export async function benchRules(
  rules: readonly SigmaRule[],
  sample: { readonly events: readonly Event[]; readonly read: number },
  clock: () => bigint,
  breathe: (done: number, of: number) => Promise<void>,
): Promise<RulesCost> {
  const { events, read } = sample;
  const set = createWindowsRuleSet(rules);
  const work = new Map<Matcher, EventView[]>();
  for (const event of events) {
    const view = windowsView(event);
    for (const { matcher, mapping } of set.candidates(event.channel, event.eventId)) {
      const seen = mapping === undefined ? view : mappedView(view, mapping);
      const known = work.get(matcher);
      if (known === undefined) work.set(matcher, [seen]);
      else known.push(seen);
    }
  }
  const timed = (run: () => void, warmups = 1): number => {
    for (let i = 0; i < warmups; i++) run();
    const passes = Array.from({ length: PASSES }, () => {
      const from = clock();
      run();
      return Number(clock() - from);
    });
    return passes.sort((a, b) => a - b)[PASSES >> 1]!;
  };
  const costs: { rule: SigmaRule; views: number; matches: number; ns: number }[] = [];
  for (const [matcher, views] of work) {
    let matches = 0;
    const ns = timed(() => {
      matches = 0;
      for (const view of views) if (matcher.matches(view)) matches++;
    });
    costs.push({ rule: matcher.rule, views: views.length, matches, ns });
    await breathe(costs.length, work.size);
  }
  let matches = 0;
  const fast = timed(() => {
    matches = 0;
    for (const event of events) matches += set.match(event.channel, event.eventId, windowsView(event)).length;
  }, FAST_WARMUPS);
  const all = costs.reduce((sum, { ns }) => sum + ns, 0);
  const per = (ns: number, n: number): number => (n === 0 ? 0 : ns / n);
  return {
    sampled: events.length,
    read,
    idle: set.matchers.length - work.size,
    plainNs: per(all, events.length),
    fastNs: per(fast, events.length),
    matches,
    rules: costs
      .sort((a, b) => b.ns - a.ns)
      .map(({ rule, views, matches: hits, ns }) => ({
        rule,
        events: views,
        matches: hits,
        nsPerEvent: per(ns, views),
        share: per(ns, all),
      })),
  };
}
