import { type CompileOptions, compile, type Matcher } from './compile.ts';
import { SigmaError } from './error.ts';
import { accepts, type Source } from './logsource.ts';
import { type FieldMapping, mappedView } from './mapping.ts';
import type { SigmaRule } from './rule.ts';
import { type EventView, objectView, PreparedView } from './view.ts';

/** A rule that may match events of one kind, and how it sees their fields. */
export interface Candidate {
  readonly matcher: Matcher;
  readonly mapping: FieldMapping | undefined;
  /** What is asked of the event under its own names once the rule matches; undefined for nothing (the rule). */
  readonly accepts: ((event: EventView) => boolean) | undefined;
}

export interface Match {
  readonly rule: SigmaRule;
  readonly matcher: Matcher;
  /** `field`: the rule saw the event as it is; else the name of the mapping through which it did, such as `mapped:4688`. */
  readonly via: string;
  /** What the rule saw; give it to `matcher.explain`. */
  readonly view: EventView;
}

export interface RuleSet {
  readonly matchers: readonly Matcher[];
  /** Why rules were refused: of `rules.length` rules, `matchers.length` are in force. */
  readonly problems: readonly SigmaError[];
  /** The rules that may match events of this channel and id. */
  candidates(channel: string, eventId: number): readonly Candidate[];
  /** Every match of one event, in the order of the rules. */
  match(channel: string, eventId: number, view: EventView): Match[];
  /** The rules of which at least one of these kinds of events could make a match. */
  couldFire(seen: Iterable<{ readonly channel: string; readonly eventId: number }>): ReadonlySet<Matcher>;
}

/** Kinds of events remembered; a log that invents channels must not fill the memory. */
const MOST_KINDS = 4096;

/**
 * Compiles rules and routes events to them by channel and event id, so that an event costs only the rules of its own log.
 * A rule that cannot be compiled is a problem, not an exception; the others are in force.
 */
export function createRuleSet(rules: readonly SigmaRule[], options: CompileOptions = {}): RuleSet {
  const matchers: Matcher[] = [];
  const problems: SigmaError[] = [];
  for (const rule of rules) {
    try {
      matchers.push(compile(rule, options));
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push(error);
    }
  }
  const byChannel = new Map<string, Map<number, readonly Candidate[]>>();
  let kinds = 0;

  const candidates = (channel: string, eventId: number): readonly Candidate[] => {
    const known = byChannel.get(channel)?.get(eventId);
    if (known !== undefined) return known;
    const found = route(matchers, channel, eventId);
    if (++kinds > MOST_KINDS) {
      byChannel.clear();
      kinds = 1;
    }
    const ids = byChannel.get(channel) ?? new Map<number, readonly Candidate[]>();
    byChannel.set(channel, ids.set(eventId, found));
    return found;
  };

  return {
    matchers,
    problems,
    candidates,
    match: (channel, eventId, view) => {
      const matches: Match[] = [];
      const plain = new PreparedView(view);
      const mapped = new Map<FieldMapping, PreparedView>();
      let last: Matcher | undefined;
      for (const { matcher, mapping, accepts: asked } of candidates(channel, eventId)) {
        // The plain reading stands before the mapped ones: one match a rule, by the way that adds least.
        if (matcher === last) continue;
        let seen = plain;
        if (mapping !== undefined) {
          seen = mapped.get(mapping) ?? new PreparedView(mappedView(view, mapping));
          mapped.set(mapping, seen);
        }
        if (!matcher.matches(seen) || asked?.(plain) === false) continue;
        last = matcher;
        matches.push({ rule: matcher.rule, matcher, via: mapping?.name ?? 'field', view: seen });
      }
      return matches;
    },
    couldFire: (seen) => {
      const able = new Set<Matcher>();
      for (const { channel, eventId } of seen)
        for (const { matcher } of candidates(channel, eventId)) able.add(matcher);
      return able;
    },
  };
}

function route(matchers: readonly Matcher[], channel: string, eventId: number): Candidate[] {
  const lower = channel.toLowerCase();
  const known = objectView({ EventID: eventId, ...(channel === '' ? {} : { Channel: channel }) });
  const at = (source: Source): boolean =>
    (source.channels === undefined || source.channels.some((c) => c.toLowerCase() === lower)) &&
    (source.eventIds === undefined || source.eventIds.includes(eventId));
  const found: Candidate[] = [];
  for (const matcher of matchers) {
    const sources = matcher.sources === undefined ? [ANYWHERE] : matcher.sources.filter(at);
    if (sources.length === 0 || !matcher.couldMatch(known)) continue;
    for (const mapping of new Set(sources.map((s) => s.mapping))) {
      const same = sources.filter((s) => s.mapping === mapping);
      const free = same.some((s) => s.providers === undefined && s.when === undefined);
      const ask = free ? undefined : (event: EventView): boolean => same.some((s) => accepts(s, event));
      found.push({ matcher, mapping, accepts: ask });
    }
  }
  return found;
}

const ANYWHERE: Source = {};
