import type { Action } from '../../action.ts';
import { candidateOf, indicated } from '../../candidates.ts';

/** Sends names that the hosts of the incident asked for to nowhere, by a line of their hosts files. */
export const blockDomain: Action = {
  name: 'block-domain',
  needs: 'domain',
  risk: 'medium',
  persons: 1,
  place: 41,
  reverse: 'unblock-domain',
  candidates: (incident) =>
    indicated(incident, 'domain', (name) => name.replace(/\.$/, '').toLowerCase()).map(
      ({ host, value: domain, findings }) =>
        candidateOf({ host, about: domain, findings }, { action: 'block-domain', domain }),
    ),
};
