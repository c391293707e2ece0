import { type Context, nearest, sessionsInUse } from '../join/context.ts';
import type { Found } from '../join/hops.ts';
import type { Part } from '../join/part.ts';
import { origin } from '../lineage/clocks.ts';
import type { Node } from '../lineage/node.ts';
import { isRemote } from '../lineage/sessions.ts';
import type { Forgotten } from '../trace/host.ts';
import type { ActKind, HostAct, ProcessTrace, SessionTrace, Trace, TracedAct } from '../trace/trace.ts';
import { fewerOf } from './kept.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A process that ended, or did nothing, this long ago is forgotten where nothing was found in its line. */
const ENDED_MS = 30 * MINUTE;
const IDLE_MS = 4 * HOUR;
/** Below a process with a finding: what it wrote may still be run. */
const BELOW_MS = 24 * HOUR;
/** Processes without a finding above or below that are kept, save who started these; and, while all hosts together have too many, how few one may come down to. */
const MOST_PROCESSES = 150;
const LEAST_PROCESSES = 30;
/** Acts that no process is named for and that only what happens soon is joined by. */
const PASSING: ReadonlySet<ActKind> = new Set(['share', 'logon']);
const PASSING_MS = 4 * HOUR;
/** Of each kind. */
const MOST_ACTS = 300;
const SESSION_ENDED_MS = HOUR;
const SESSION_MS = 24 * HOUR;
const MOST_SESSIONS = 2000;

/**
 * When the latest event of a host was, by the clock of the log that tells it. Where Security's times are off (see clocksOf), that shows only once
 * both logs told the same starts: until then what one tells must not look old by the other.
 */
export interface Latest {
  readonly securityMs: number;
  readonly otherMs: number;
}

/**
 * Of what a part was made of, that which need not be kept: too old, or too much. By what findings are joined is kept for as long as
 * they are. `hops`: sessions of other hosts that it opened. `scarce`: all hosts together have too many processes.
 */
export function needless(
  part: Part,
  traces: readonly Trace[],
  hops: Iterable<Found>,
  latest: Latest,
  scarce: boolean,
): Forgotten {
  const { context } = part;
  const nodes = new Set([...context.unitsOf.keys(), ...context.through]);
  const places = new Set<string>();
  const shows = (file: string, at: number | null): void => {
    places.add(`${file}|${at}`);
  };
  context.units.forEach((_, i) => {
    for (const { shownBy } of context.anchors.of(i))
      for (const { file, record, line } of shownBy ?? []) shows(file, record ?? line);
  });
  for (const { node, anchor } of hops) {
    nodes.add(node);
    for (const { file, record, line } of anchor.shownBy ?? []) shows(file, record ?? line);
  }
  return {
    processes: processesOf(context, nodes, latest, scarce),
    acts: actsOf(traces, places, latest.securityMs),
    sessions: sessionsOf(traces, new Set([...sessionsInUse(context)].map(({ logonId }) => logonId)), latest.securityMs),
  };
}

/** Those without a GUID are Security's. */
function ageOf(process: ProcessTrace, { securityMs, otherMs }: Latest): number {
  const { guid, lastMs } = origin(process);
  return (guid === '' ? securityMs : otherMs) - lastMs;
}

function processesOf(context: Context, inUse: ReadonlySet<Node>, latest: Latest, scarce: boolean): Set<ProcessTrace> {
  const held = new Set<Node>();
  const hold = (node: Node): void => {
    for (let above: Node | undefined = node; above !== undefined && !held.has(above); above = above.parent)
      held.add(above);
  };
  for (const node of inUse) hold(node);
  const free: { node: Node; ageMs: number; kept: boolean }[] = [];
  for (const node of context.lineage.nodes) {
    if (held.has(node) || node.traces.length === 0) continue;
    let ageMs = Number.POSITIVE_INFINITY;
    for (const { of } of node.traces) ageMs = Math.min(ageMs, ageOf(of, latest));
    const most = nearest(context, node) !== undefined ? BELOW_MS : node.endMs !== null ? ENDED_MS : IDLE_MS;
    free.push({ node, ageMs, kept: !(ageMs > most) });
  }
  const young = free.filter(({ kept }) => kept);
  const most = scarce ? Math.min(MOST_PROCESSES, fewerOf(young.length, LEAST_PROCESSES)) : MOST_PROCESSES;
  if (young.length > most) {
    young.sort((a, b) => Number(a.node.endMs === null) - Number(b.node.endMs === null) || b.ageMs - a.ageMs);
    for (const one of young.slice(0, young.length - most)) one.kept = false;
  }
  // Who started what is kept is asked for when something is found of that.
  for (const { node, kept } of free) if (kept) hold(node);
  const gone = new Set<ProcessTrace>();
  for (const { node } of free) if (!held.has(node)) for (const { of } of node.traces) gone.add(origin(of));
  return gone;
}

function actsOf(traces: readonly Trace[], places: ReadonlySet<string>, latestMs: number): Set<TracedAct> {
  const gone = new Set<TracedAct>();
  const byKind = new Map<ActKind, TracedAct[]>();
  for (const { file, hostActs } of traces)
    for (const { act } of hostActs as readonly HostAct[]) {
      if (places.has(`${file}|${act.at}`)) continue;
      if (PASSING.has(act.kind) && act.timeMs < latestMs - PASSING_MS) gone.add(act);
      else {
        const list = byKind.get(act.kind);
        if (list === undefined) byKind.set(act.kind, [act]);
        else list.push(act);
      }
    }
  for (const list of byKind.values()) {
    if (list.length <= MOST_ACTS) continue;
    list.sort((a, b) => a.timeMs - b.timeMs || a.at - b.at);
    for (const act of list.slice(0, list.length - MOST_ACTS)) gone.add(act);
  }
  return gone;
}

function sessionsOf(traces: readonly Trace[], inUse: ReadonlySet<string>, latestMs: number): Set<SessionTrace> {
  const gone = new Set<SessionTrace>();
  const young: SessionTrace[] = [];
  for (const { sessions } of traces)
    for (const session of sessions) {
      const { logonId, linkedId, endMs, timeMs } = session;
      if (inUse.has(logonId) || inUse.has(linkedId)) continue;
      const ended = endMs !== null && endMs < latestMs - SESSION_ENDED_MS;
      if (ended || timeMs < latestMs - SESSION_MS) gone.add(session);
      else young.push(session);
    }
  if (young.length <= MOST_SESSIONS) return gone;
  young.sort((a, b) => worthOf(a) - worthOf(b) || a.timeMs - b.timeMs || a.at - b.at);
  for (const session of young.slice(0, young.length - MOST_SESSIONS)) gone.add(session);
  return gone;
}

/** What may still happen in it, and whether it came from another host; machines' own come all day. */
function worthOf({ endMs, user, address }: SessionTrace): number {
  if (user.endsWith('$') || !isRemote({ address, remoteShell: false })) return 0;
  return endMs === null ? 2 : 1;
}
