import type { Action } from '../../action.ts';
import { hostCandidates } from '../../candidates.ts';

/** Cuts the hosts of the incident off from all but our server, for a time. */
export const isolateHost: Action = {
  name: 'isolate-host',
  needs: 'host',
  risk: 'high',
  persons: 1,
  place: 30,
  reverse: 'release-host',
  candidates: (incident, { minutes }) => hostCandidates(incident, () => ({ action: 'isolate-host', minutes })),
};
