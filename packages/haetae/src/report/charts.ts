import type { TimelineRows, WaterfallRows } from '../chart/index.ts';
import { hostRows } from './facts-of.ts';
import { count, hostName, incidentWord, type One, type Telling } from './telling.ts';

/** Beyond this a picture shows no more. */
const MOST_EVENTS = 20;
const MOST_LANES = 12;

/** An incident as lanes of hosts with what was found on each, as the dashboard draws it. */
export function timelineRows(of: Telling, { incident, titles }: One): TimelineRows {
  const { findings, blind, links } = incident;
  const hosts = hostRows(incident)
    .filter(({ findings: n }) => n > 0)
    .map(({ host }) => host)
    .slice(0, MOST_LANES);
  const lane = new Map(hosts.map((host, i) => [host, i]));
  const [from, to] = [incident.fromMs ?? 0, incident.toMs ?? 0];
  const room = Math.max(1000, (to - from) * 0.02);
  return {
    ...{ from: from - room, to: to + room },
    lanes: hosts.map((host) => hostName(of, host)),
    marks: findings.flatMap((finding, i) =>
      finding.events
        .filter((event, k, all) => event.timeMs !== null && (k < MOST_EVENTS || k === all.length - 1))
        .flatMap(({ timeMs }) =>
          lane.has(finding.host)
            ? [
                {
                  timeMs: timeMs!,
                  lane: lane.get(finding.host)!,
                  level: finding.level,
                  label: titles[i] ?? '',
                  id: String(i),
                },
              ]
            : [],
        ),
    ),
    bands: blind.flatMap(({ kind, host, from: since, to: until }) =>
      lane.has(host) ? [{ from: since, to: until, lane: lane.get(host)!, label: kind }] : [],
    ),
    hops: links.flatMap(({ kind, from: a, to: b }) => {
      const [one, two] = [findings[a]!, findings[b]!];
      const timeMs = two.events[0]?.timeMs ?? null;
      if (kind !== 'hop' || one.host === two.host || timeMs === null || !lane.has(one.host) || !lane.has(two.host))
        return [];
      return [{ timeMs, from: lane.get(one.host)!, to: lane.get(two.host)! }];
    }),
  };
}

/** The parts of a risk, as the dashboard names them. */
export function waterfallRows(of: Telling, { incident }: One): WaterfallRows {
  const w = incidentWord(of);
  return {
    // Titles of findings stand below the picture, where there is room for them.
    level: incident.level,
    parts: incident.waterfall.map(({ kind, points, count: n = 0, host = '' }) => {
      switch (kind) {
        case 'corroboration':
        case 'chain':
        case 'hop':
          return { label: w.part[kind](count(n)), points };
        case 'asset':
          return { label: w.part.asset(host), points };
        case 'blind':
          return { label: w.part.blind, points };
        case 'rule':
        case 'anomaly':
        case 'rarity':
        case 'limit':
          return { label: w.part[kind], points };
        default:
          return kind satisfies never;
      }
    }),
  };
}
