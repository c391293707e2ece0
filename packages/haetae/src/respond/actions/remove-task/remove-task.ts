import type { Action } from '../../action.ts';
import { candidateOf, indicated } from '../../candidates.ts';

/** Removes scheduled tasks that the incident names, each exported first. */
export const removeTask: Action = {
  name: 'remove-task',
  needs: 'task',
  risk: 'medium',
  persons: 1,
  place: 70,
  reverse: 'restore-task',
  candidates: (incident) =>
    indicated(incident, 'task', (name) => (name.startsWith('\\') ? name : `\\${name}`)).map(
      ({ host, value: name, findings }) =>
        candidateOf({ host, about: name, findings }, { action: 'remove-task', name }),
    ),
};
