import type { FiledFinding } from '../detect/index.ts';
import { assemble } from './assemble/assemble.ts';
import { blindBands } from './blind/bands.ts';
import type { IncidentOptions } from './contract.ts';
import type { IncidentReport } from './incident.ts';
import { Anchors } from './join/anchors.ts';
import { unitsByNode } from './join/context.ts';
import { join } from './join/join.ts';
import { Units } from './join/unit.ts';
import { aligned, clocksOf } from './lineage/clocks.ts';
import { hostNames } from './lineage/hosts.ts';
import { Lineage } from './lineage/lineage.ts';
import { type Session, Sessions } from './lineage/sessions.ts';
import { compare } from './text.ts';
import type { Trace } from './trace/trace.ts';

/** How far apart findings without a link of their own are joined. */
const WINDOW_MS = 30 * 60_000;

/**
 * Joins findings to incidents and ranks them. Findings are to come in the order of time, as the scan's sorter gives them;
 * traces in any order. Each finding is copied in part: memory grows with their number, not with their size.
 */
export async function incidentsOf(
  findings: Iterable<FiledFinding> | AsyncIterable<FiledFinding>,
  traces: readonly Trace[],
  options: IncidentOptions = {},
): Promise<IncidentReport> {
  const windowMs = options.windowMs ?? WINDOW_MS;
  const sorted = [...traces].sort((a, b) => compare(a.file, b.file) || firstAt(a) - firstAt(b));
  const hostOf = hostNames(hostsOf(sorted));
  const clocks = clocksOf(sorted, hostOf);
  const inOrder = aligned(sorted, hostOf, clocks);
  const lineage = new Lineage(inOrder, hostOf);
  const powershells = powershellHosts(inOrder, hostOf);
  const units = new Units(lineage, hostOf, clocks, windowMs);
  for await (const finding of findings) units.add(finding, (id, host) => powershells.get(`${host} ${id}`));
  units.sort();
  const sessions = new Sessions(inOrder, hostOf);
  for (const node of lineage.nodes) if (node.logonId !== '') sessions.note(node);
  const context = {
    ...{ units: units.all, lineage, sessions, traces: inOrder, hostOf, windowMs },
    anchors: new Anchors(),
    introduced: new Set<Session>(),
    unitsOf: unitsByNode(units.all),
  };
  const joined = join(context);
  const blind = blindBands(inOrder, hostOf);
  const { incidents, loose } = assemble(units.all, joined, blind, options.assets ?? new Map());
  return {
    incidents,
    loose,
    blind,
    findings: units.findings,
    overflow: {
      processes: inOrder.reduce((sum, { overflow }) => sum + overflow.processes, 0),
      acts: inOrder.reduce((sum, { overflow }) => sum + overflow.acts, 0),
    },
  };
}

function* hostsOf(traces: readonly Trace[]): Iterable<string> {
  for (const { logs } of traces) for (const { host } of logs) yield host;
}

/** Parts of one file come in the order of the file. */
function firstAt({ processes, logs }: Trace): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { startAt } of processes) if (startAt >= 0) first = Math.min(first, startAt);
  return Number.isFinite(first) ? first : (logs[0]?.minutes[0] ?? 0);
}

function powershellHosts(traces: readonly Trace[], hostOf: (name: string) => string): Map<string, number> {
  const known = new Map<string, number>();
  for (const { powershells } of traces)
    for (const { host, hostId, pid } of powershells) {
      const key = `${hostOf(host)} ${hostId}`;
      if (!known.has(key)) known.set(key, pid);
    }
  return known;
}
