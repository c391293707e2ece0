import type { UnixMs } from '@haetae/event';
import { findingOf, incidentOf, type LiveMessage } from '../../server/index.ts';
import type { EngineIncident, IncidentRow } from '../../store/index.ts';
import type { Cut } from './output.ts';

/** What a cut says to those who watch, once it is stored. `changed`: its incidents, as they are now. */
export const messagesOf = (
  { findings, revised }: Pick<Cut, 'findings' | 'revised'>,
  changed: readonly IncidentRow[],
): LiveMessage[] => [
  ...[...findings, ...revised].map((row): LiveMessage => ({ kind: 'finding', finding: findingOf(row) })),
  ...changed.map((row): LiveMessage => ({ kind: 'incident', incident: incidentOf(row) })),
];

/** What a new incident says before it is stored: as the store will have it. */
export const aheadOf = ({ body: _, ...told }: EngineIncident, nowMs: number): LiveMessage => {
  const untouched = { status: 'new', assignee: null, verdict: null, tags: [], version: 1 } as const;
  const atMs = nowMs as UnixMs;
  return { kind: 'incident', incident: incidentOf({ ...told, ...untouched, createdMs: atMs, updatedMs: atMs }) };
};
