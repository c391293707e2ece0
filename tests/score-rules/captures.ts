import { createHash } from 'node:crypto';
import type { Event } from '@haetae/event';
import { eachEvent } from '../../packages/haetae/src/pipeline/index.ts';
import type { FoundFile } from '../../packages/haetae/src/source/index.ts';

/** One event of a log, as far as it tells whether it belongs to an attack. */
export interface Trace {
  readonly place: number;
  readonly timeMs: number;
  readonly host: string;
  /** Process ids: of who acts first, then of whom it made or reached. */
  readonly processes: readonly number[];
}

export interface Capture {
  readonly path: string;
  /** UTC day of the first event that tells a time: `2020-09-14`; '' where none does. */
  readonly day: string;
  readonly events: readonly Trace[];
  /** Process → its maker, by `host|pid`. */
  readonly makers: ReadonlyMap<string, string>;
}

/** A fifth of all days, whichever log they are of: rules are written without a look at them. */
export const heldOut = (day: string): boolean =>
  Number.parseInt(createHash('sha256').update(day).digest('hex').slice(0, 8), 16) % 5 === 0;

export const processKey = (host: string, pid: number): string => `${host}|${pid}`;

/** Who acts, then who is acted on. */
const ACTORS = ['ProcessId', 'SourceProcessId', 'NewProcessId', 'CallerProcessId', 'ClientProcessId'];

const pidOf = (text: string | undefined): number | undefined => {
  const pid = Number(text ?? Number.NaN);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
};

export async function capturesOf(files: readonly FoundFile[]): Promise<readonly Capture[]> {
  const captures = new Map<string, { day: string; events: Trace[]; makers: Map<string, string> }>();
  const settings = { timeZone: 'Asia/Seoul', carve: false, checksums: false, hash: false };
  const receipts = await eachEvent(
    files,
    settings,
    new AbortController().signal,
    (event, path) => {
      let capture = captures.get(path);
      if (capture === undefined) {
        capture = { day: '', events: [], makers: new Map() };
        captures.set(path, capture);
      }
      const host = event.computer.toLowerCase();
      if (capture.day === '' && Number.isFinite(event.timeMs))
        capture.day = new Date(event.timeMs).toISOString().slice(0, 10);
      noteMaker(capture.makers, host, event);
      const { position, timeMs } = event;
      capture.events.push({
        place: position.kind === 'record' ? position.record : position.line,
        timeMs,
        host,
        processes: processesOf(event),
      });
    },
    () => {},
    () => {},
  );
  for (const { path, kind } of receipts)
    if (kind === 'log' && !captures.has(path)) captures.set(path, { day: '', events: [], makers: new Map() });
  return [...captures].map(([path, capture]) => ({ path, ...capture }));
}

function processesOf(event: Event): number[] {
  const found = ACTORS.flatMap((name) => pidOf(event.get(name)) ?? []);
  if (found.length === 0) found.push(...[pidOf(event.system('Execution_ProcessID'))].flatMap((pid) => pid ?? []));
  return found;
}

function noteMaker(makers: Map<string, string>, host: string, event: Event): void {
  const sysmon = event.eventId === 1 && event.channel.startsWith('Microsoft-Windows-Sysmon');
  const audited = event.eventId === 4688 && event.channel === 'Security';
  if (!sysmon && !audited) return;
  const child = pidOf(event.get(sysmon ? 'ProcessId' : 'NewProcessId'));
  const maker = pidOf(event.get(sysmon ? 'ParentProcessId' : 'ProcessId'));
  if (child !== undefined && maker !== undefined && child !== maker)
    makers.set(processKey(host, child), processKey(host, maker));
}

/** The events within `spanMs` of none of these findings, and of no process of their lineage: makers, makers' makers, and all that was made. */
export function quietEvents(
  { events, makers }: Capture,
  findings: readonly { readonly places: readonly number[]; readonly timeMs: number | null }[],
  spanMs: number,
): readonly Trace[] {
  const places = new Set(findings.flatMap((finding) => finding.places));
  const times = findings.flatMap(({ timeMs }) => timeMs ?? []).sort((a, b) => a - b);
  const marked = new Set<string>();
  for (const { place, host, processes } of events)
    if (places.has(place)) for (const pid of processes) marked.add(processKey(host, pid));
  const above = new Set<string>();
  for (const key of marked)
    for (let at = makers.get(key); at !== undefined && !above.has(at); at = makers.get(at)) above.add(at);
  const descends = new Map<string, boolean>();
  const below = (key: string): boolean => {
    const known = descends.get(key);
    if (known !== undefined) return known;
    descends.set(key, marked.has(key));
    const maker = makers.get(key);
    const answer = marked.has(key) || (maker !== undefined && below(maker));
    descends.set(key, answer);
    return answer;
  };
  return events.filter(({ place, timeMs, host, processes }) => {
    if (places.has(place) || times.some((time) => Math.abs(time - timeMs) <= spanMs)) return false;
    const actor = processes[0];
    if (actor === undefined) return true;
    const key = processKey(host, actor);
    return !above.has(key) && !below(key);
  });
}
