import type { FiledFinding } from '../detect/index.ts';
import { assemble } from './assemble/assemble.ts';
import type { IncidentOptions } from './contract.ts';
import type { IncidentReport } from './incident.ts';
import { Gathering, WINDOW_MS } from './join/gathering.ts';
import { join } from './join/join.ts';
import { saidBy } from './join/said.ts';
import type { Trace } from './trace/trace.ts';

/**
 * Joins findings to incidents and ranks them. Findings are to come in the order of time, as the scan's sorter gives them;
 * traces in any order. Each finding is copied in part: memory grows with their number, not with their size.
 */
export async function incidentsOf(
  findings: Iterable<FiledFinding> | AsyncIterable<FiledFinding>,
  traces: readonly Trace[],
  options: IncidentOptions = {},
): Promise<IncidentReport> {
  const gathering = new Gathering(traces, options.windowMs ?? WINDOW_MS);
  let number = 0;
  for await (const finding of findings) gathering.add(saidBy(finding), number++);
  const blind = gathering.blind();
  const joined = join([gathering.part(gathering.hosts())]);
  const { incidents, loose } = assemble(joined, blind, options.assets ?? new Map());
  return {
    incidents,
    loose,
    blind,
    findings: gathering.findings,
    overflow: {
      processes: traces.reduce((sum, { overflow }) => sum + overflow.processes, 0),
      acts: traces.reduce((sum, { overflow }) => sum + overflow.acts, 0),
    },
  };
}
