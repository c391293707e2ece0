import { findingOf, incidentOf, type LiveMessage } from '../../server/index.ts';
import type { IncidentRow } from '../../store/index.ts';
import type { Cut } from './output.ts';

/** What a cut says to those who watch, once it is stored. `changed`: its incidents, as they are now. */
export const messagesOf = (
  { findings, revised }: Pick<Cut, 'findings' | 'revised'>,
  changed: readonly IncidentRow[],
): LiveMessage[] => [
  ...[...findings, ...revised].map((row): LiveMessage => ({ kind: 'finding', finding: findingOf(row) })),
  ...changed.map((row): LiveMessage => ({ kind: 'incident', incident: incidentOf(row) })),
];
