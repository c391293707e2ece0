import type { TimelineRows } from '../../../../haetae/src/chart/index.ts';
import type { Body, IncidentFinding } from '../../data/shapes.ts';
import { shortHost, timeText } from '../../data/times.ts';

/** Where the times of an incident begin and end, with a little room. */
export function spanOf(body: Body): { from: number; to: number } {
  const times = body.findings.flatMap(({ events }) => events.flatMap(({ timeMs }) => timeMs ?? []));
  const from = body.fromMs ?? least(times);
  const to = body.toMs ?? -least(times.map((time) => -time));
  const room = Math.max(1000, (to - from) * 0.02);
  return { from: from - room, to: to + room };
}

function least(times: readonly number[]): number {
  let found = Number.POSITIVE_INFINITY;
  for (const time of times) if (time < found) found = time;
  return Number.isFinite(found) ? found : 0;
}

/** Beyond this a picture shows no more. */
const MOST_EVENTS = 20;

/** An incident as lanes of hosts with what was found on each. `id` of a mark is the finding's index. */
export function timelineRows(
  body: Body,
  titles: readonly string[],
  span: { from: number; to: number },
  bandName: (kind: string) => string,
): TimelineRows {
  const firsts = new Map<string, number>();
  for (const { host, events } of body.findings) {
    const time = events[0]?.timeMs ?? Number.POSITIVE_INFINITY;
    if (time < (firsts.get(host) ?? Number.POSITIVE_INFINITY) || !firsts.has(host)) firsts.set(host, time);
  }
  const hosts = [...firsts].sort((a, b) => a[1] - b[1]).map(([host]) => host);
  const lane = new Map(hosts.map((host, i) => [host, i]));
  return {
    ...span,
    lanes: hosts.map(shortHost),
    marks: body.findings.flatMap((finding, i) =>
      finding.events
        .filter((event, k, all) => event.timeMs !== null && (k < MOST_EVENTS || k === all.length - 1))
        .map(({ timeMs }) => ({
          timeMs: timeMs!,
          lane: lane.get(finding.host) ?? 0,
          level: finding.level,
          label: `${timeText(timeMs, 'full')} · ${titles[i] ?? ''}${commandOf(finding) === '' ? '' : `\n${commandOf(finding).slice(0, 300)}`}`,
          id: String(i),
        })),
    ),
    bands: body.blind
      .filter(({ host }) => lane.has(host))
      .map(({ kind, host, from, to }) => ({ from, to, lane: lane.get(host)!, label: bandName(kind) })),
    hops: body.links.flatMap(({ kind, from, to }) => {
      const [one, two] = [body.findings[from]!, body.findings[to]!];
      const time = two.events[0]?.timeMs;
      if (kind !== 'hop' || one.host === two.host || time == null) return [];
      return [{ timeMs: time, from: lane.get(one.host) ?? 0, to: lane.get(two.host) ?? 0 }];
    }),
  };
}

/** What was run, or what stands for it. */
export function commandOf({ fields }: IncidentFinding): string {
  const names = [
    'CommandLine',
    'ProcessCommandLine',
    'ScriptBlockText',
    'ServiceFileName',
    'ImagePath',
    'TargetObject',
    'TargetFilename',
    'QueryName',
    'DestinationIp',
    'ImageLoaded',
    'TargetImage',
    'PipeName',
  ];
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== '' && value !== '-') return value;
  }
  return '';
}
