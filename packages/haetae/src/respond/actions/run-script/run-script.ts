import type { Action } from '../../action.ts';
import { hostCandidates } from '../../candidates.ts';

/** Runs a script on the hosts of the incident that a key signed which they trust with scripts. */
export const runScript: Action = {
  name: 'run-script',
  needs: 'script',
  risk: 'high',
  persons: 2,
  place: 80,
  reverse: null,
  candidates: (incident, { script }) =>
    script === undefined ? [] : hostCandidates(incident, () => ({ action: 'run-script', ...script })),
};
