import { pathFault } from '@haetae/agent/protocol';
import type { Action } from '../../action.ts';
import { hostCandidates, indicated } from '../../candidates.ts';

const MOST_FILES = 100;

/** Gathers event logs, processes, what starts by itself, and the files that the incident names, into one zip. Changes nothing. */
export const collectTriage: Action = {
  name: 'collect-triage',
  needs: 'host',
  risk: 'low',
  persons: 0,
  place: 5,
  reverse: null,
  candidates(incident) {
    const files = indicated(incident, 'file').filter(({ value }) => pathFault(value) === undefined);
    return hostCandidates(incident, (host) => ({
      action: 'collect-triage',
      files: files
        .filter((one) => one.host === host)
        .map(({ value }) => value)
        .slice(0, MOST_FILES),
    }));
  },
};
