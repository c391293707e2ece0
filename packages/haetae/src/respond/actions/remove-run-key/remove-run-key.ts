import type { Action } from '../../action.ts';
import { candidateOf, indicated } from '../../candidates.ts';

const RUN = /^(.*\\CurrentVersion\\Run(?:Once)?)\\(.+)$/i;

/** Removes values of Run and RunOnce keys that the incident names, each exported first. */
export const removeRunKey: Action = {
  name: 'remove-run-key',
  needs: 'run-key',
  risk: 'medium',
  persons: 1,
  place: 72,
  reverse: 'restore-run-key',
  candidates: (incident) =>
    indicated(incident, 'registry', (object) => (RUN.test(object) ? object : undefined)).map(
      ({ host, value: object, findings }) => {
        const [, key = '', value = ''] = RUN.exec(object)!;
        return candidateOf({ host, about: object, findings }, { action: 'remove-run-key', key, value });
      },
    ),
};
