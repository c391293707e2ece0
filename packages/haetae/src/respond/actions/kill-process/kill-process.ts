import type { Action } from '../../action.ts';
import { processCandidates } from '../../candidates.ts';

/** Ends each process about which something was found, and nothing that it started. */
export const killProcess: Action = {
  name: 'kill-process',
  needs: 'process',
  risk: 'medium',
  persons: 0,
  place: 20,
  reverse: null,
  candidates: (incident) => processCandidates(incident, (process) => ({ action: 'kill-process', process })),
};
