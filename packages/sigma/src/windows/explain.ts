import type { Matcher } from '../compile.ts';
import { type Explanation, explain } from '../explain/explanation.ts';
import { accepts } from '../logsource.ts';
import { type FieldMapping, mappedView } from '../mapping.ts';
import type { WindowsEvent } from './event.ts';
import { type NeededSource, neededSources } from './readiness.ts';
import type { Via } from './ruleset.ts';
import { both, type Overlay, windowsView } from './view.ts';

/** One way in which a rule sees an event. */
export interface WayTried {
  readonly via: Via;
  /** The mapping that it is seen through; undefined for the event as it is. */
  readonly mapping: string | undefined;
  /** Whether the event is of the kind that the way is for: its provider, the operation it tells. Without that no match counts. */
  readonly accepted: boolean;
  readonly explanation: Explanation;
}

export type EventExplanation =
  /** The event stands in none of the rule's logs. */
  | { readonly kind: 'other-log'; readonly sources: readonly NeededSource[] }
  | {
      readonly kind: 'asked';
      /** Always whether `matchEvent` of a set with this rule, given the same, has a match of it. */
      readonly matched: boolean;
      /** Every way, the one that adds least first. */
      readonly ways: readonly WayTried[];
    };

/**
 * Why a rule matches a Windows event or does not, by every way in which it sees it. `decoded` and `extracted` as in
 * `matchEvent`; leave them out for a matcher of a strict set.
 */
export function explainEvent(
  matcher: Matcher,
  event: WindowsEvent,
  decoded?: Overlay,
  extracted?: Overlay,
): EventExplanation {
  const channel = event.channel.toLowerCase();
  const sources = (matcher.sources ?? [{}]).filter(
    ({ channels, eventIds }) =>
      (channels === undefined || channels.some((c) => c.toLowerCase() === channel)) &&
      (eventIds === undefined || eventIds.includes(event.eventId)),
  );
  if (sources.length === 0) return { kind: 'other-log', sources: neededSources(matcher) };
  const overlays: [Via | undefined, Overlay | undefined][] = [[undefined, undefined]];
  if (extracted !== undefined) overlays.push(['extracted', extracted]);
  if (decoded !== undefined) overlays.push(['decoded', both(decoded, extracted)]);
  const mappings = new Set<FieldMapping | undefined>(sources.map(({ mapping }) => mapping));
  const plain = windowsView(event);
  const ways: WayTried[] = [];
  for (const [beyond, overlay] of overlays) {
    const view = overlay === undefined ? plain : windowsView(event, overlay);
    for (const mapping of mappings) {
      ways.push({
        via: beyond ?? ((mapping?.name ?? 'field') as Via),
        mapping: mapping?.name,
        accepted: sources.some((source) => source.mapping === mapping && accepts(source, plain)),
        explanation: explain(matcher, mapping === undefined ? view : mappedView(view, mapping)),
      });
    }
  }
  return { kind: 'asked', matched: ways.some((way) => way.accepted && way.explanation.matched), ways };
}
