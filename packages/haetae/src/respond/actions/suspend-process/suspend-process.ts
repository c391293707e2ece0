import type { Action } from '../../action.ts';
import { processCandidates } from '../../candidates.ts';

/** Stops each process about which something was found, as it is: its memory stays for whoever looks at it. Resumed by undo. */
export const suspendProcess: Action = {
  name: 'suspend-process',
  needs: 'process',
  risk: 'low',
  persons: 0,
  place: 10,
  reverse: 'resume-process',
  candidates: (incident) => processCandidates(incident, (process) => ({ action: 'suspend-process', process })),
};
