import type { Matcher } from './compile.ts';
import { accepts, acceptsAll, type Source } from './logsource.ts';
import type { FieldMapping } from './mapping.ts';
import { type EventView, objectView } from './view.ts';

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

/** Gives the rules that may match events of a channel and id, in their order; a rule once for each of its readings, the plain one first. */
export function createRouter(matchers: readonly Matcher[]): (channel: string, eventId: number) => Candidate[] {
  const anywhere: number[] = [];
  const byChannel = new Map<string, number[]>();
  matchers.forEach(({ sources }, i) => {
    if (sources === undefined || sources.some((s) => s.channels === undefined)) {
      anywhere.push(i);
      return;
    }
    for (const channel of new Set(sources.flatMap((s) => s.channels!.map((c) => c.toLowerCase())))) {
      const known = byChannel.get(channel);
      if (known === undefined) byChannel.set(channel, [i]);
      else known.push(i);
    }
  });

  return (channel, eventId) => {
    const lower = channel.toLowerCase();
    const known = knownOf(channel, eventId);
    const at = (source: Source): boolean =>
      (source.channels === undefined || source.channels.some((c) => c.toLowerCase() === lower)) &&
      (source.eventIds === undefined || source.eventIds.includes(eventId));
    // Rules of one log source may share their list of places: it is looked through once.
    const readings = new Map<readonly Source[] | undefined, readonly Omit<Candidate, 'matcher'>[]>();
    const found: Candidate[] = [];
    for (const i of [...anywhere, ...(byChannel.get(lower) ?? [])].sort((a, b) => a - b)) {
      const matcher = matchers[i]!;
      let ways = readings.get(matcher.sources);
      if (ways === undefined) {
        ways = waysOf(matcher.sources === undefined ? [ANYWHERE] : matcher.sources.filter(at));
        readings.set(matcher.sources, ways);
      }
      if (ways.length === 0 || !matcher.couldMatch(known)) continue;
      for (const { mapping, accepts } of ways) found.push({ matcher, mapping, accepts });
    }
    return found;
  };
}

function waysOf(sources: readonly Source[]): Omit<Candidate, 'matcher'>[] {
  return [...new Set(sources.map((s) => s.mapping))].map((mapping) => {
    const same = sources.filter((s) => s.mapping === mapping);
    const free = same.some(acceptsAll);
    return { mapping, accepts: free ? undefined : (event) => same.some((s) => accepts(s, event)) };
  });
}
