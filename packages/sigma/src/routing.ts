import type { Matcher } from './compile.ts';
import { accepts, acceptsAll, type Source } from './logsource.ts';
import type { FieldMapping } from './mapping.ts';
import { type EventView, objectView, prepare } from './view.ts';

/** A rule that may match events of one kind, and how it sees their fields. */
export interface Candidate {
  readonly matcher: Matcher;
  readonly mapping: FieldMapping | undefined;
  /** What is asked of the event under its own names once the rule matches; undefined for nothing (the rule). */
  readonly accepts: ((event: EventView) => boolean) | undefined;
}

/** What is known of every event of a kind: its id, and its channel where it tells one. */
export const knownOf = (channel: string, eventId: number): EventView =>
  objectView({ EventID: eventId, ...(channel === '' ? {} : { Channel: channel }) });

const ANYWHERE: Source = {};

/** Rules of one list of places; those of one log source may share it, and it is looked through once for them all. */
interface Placed {
  readonly sources: readonly Source[] | undefined;
  /** By their numbers, ascending. */
  readonly rules: number[];
}

/** Gives the rules that may match events of a channel and id, in their order; a rule once for each of its readings, the plain one first. */
export function createRouter(matchers: readonly Matcher[]): (channel: string, eventId: number) => Candidate[] {
  const anywhere = new Map<Placed['sources'], Placed>();
  const byChannel = new Map<string, Map<Placed['sources'], Placed>>();
  const put = (into: Map<Placed['sources'], Placed>, sources: Placed['sources'], rule: number): void => {
    const placed = into.get(sources);
    if (placed === undefined) into.set(sources, { sources, rules: [rule] });
    else placed.rules.push(rule);
  };
  const channelsOf = new Map<readonly Source[], readonly string[] | undefined>();
  matchers.forEach(({ sources }, i) => {
    if (sources !== undefined && !channelsOf.has(sources)) channelsOf.set(sources, channelsIn(sources));
    const channels = sources === undefined ? undefined : channelsOf.get(sources);
    if (channels === undefined) {
      put(anywhere, sources, i);
      return;
    }
    for (const channel of channels) {
      const known = byChannel.get(channel) ?? new Map<Placed['sources'], Placed>();
      byChannel.set(channel, known);
      put(known, sources, i);
    }
  });

  return (channel, eventId) => {
    const lower = channel.toLowerCase();
    const known = prepare(knownOf(channel, eventId));
    const at = (source: Source): boolean =>
      (source.channels === undefined || source.channels.some((c) => c.toLowerCase() === lower)) &&
      (source.eventIds === undefined || source.eventIds.includes(eventId));
    const found: { readonly rule: number; readonly ways: readonly Omit<Candidate, 'matcher'>[] }[] = [];
    for (const placed of [anywhere, byChannel.get(lower)]) {
      for (const { sources, rules } of placed?.values() ?? []) {
        const ways = waysOf(sources === undefined ? [ANYWHERE] : sources.filter(at));
        if (ways.length === 0) continue;
        for (const rule of rules) if (matchers[rule]!.couldMatch(known)) found.push({ rule, ways });
      }
    }
    found.sort((a, b) => a.rule - b.rule);
    return found.flatMap(({ rule, ways }) => ways.map((way) => ({ matcher: matchers[rule]!, ...way })));
  };
}

/** In lower case, each once; undefined where one of the sources is any channel's. */
function channelsIn(sources: readonly Source[]): readonly string[] | undefined {
  if (sources.some(({ channels }) => channels === undefined)) return undefined;
  return [...new Set(sources.flatMap(({ channels }) => channels!.map((c) => c.toLowerCase())))];
}

function waysOf(sources: readonly Source[]): Omit<Candidate, 'matcher'>[] {
  return [...new Set(sources.map((s) => s.mapping))].map((mapping) => {
    const same = sources.filter((s) => s.mapping === mapping);
    const free = same.some(acceptsAll);
    return { mapping, accepts: free ? undefined : (event) => same.some((s) => accepts(s, event)) };
  });
}
