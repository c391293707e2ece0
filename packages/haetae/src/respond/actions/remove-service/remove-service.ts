import type { Action } from '../../action.ts';
import { candidateOf, indicated } from '../../candidates.ts';

/** Removes services that the incident names, each exported first: restored, one is back when Windows starts again. */
export const removeService: Action = {
  name: 'remove-service',
  needs: 'service',
  risk: 'high',
  persons: 1,
  place: 71,
  reverse: 'restore-service',
  candidates: (incident) =>
    indicated(incident, 'service').map(({ host, value: name, findings }) =>
      candidateOf({ host, about: name, findings }, { action: 'remove-service', name }),
    ),
};
