import type { Action } from '../../action.ts';
import { isTopmost, processCandidates } from '../../candidates.ts';

/** Ends the topmost processes about which something was found, with all that descends from them when it is done. */
export const killTree: Action = {
  name: 'kill-tree',
  needs: 'process',
  risk: 'medium',
  persons: 0,
  place: 21,
  reverse: null,
  candidates: (incident) =>
    processCandidates(incident, (process) => ({ action: 'kill-tree', process }), isTopmost(incident)),
};
