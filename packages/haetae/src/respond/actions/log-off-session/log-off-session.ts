import type { Action } from '../../action.ts';
import { accountKind, accountParts, candidateOf, refusedFor } from '../../candidates.ts';
import type { Candidate } from '../../plan.ts';

/** Of the system itself, and of its services. */
const OWN = new Set(['0x3e7', '0x3e4', '0x3e5', '0x0']);

/** Ends the logon sessions in which something was found. */
export const logOffSession: Action = {
  name: 'log-off-session',
  needs: 'session',
  risk: 'high',
  persons: 1,
  place: 51,
  reverse: null,
  candidates(incident) {
    const sessions = new Map<string, { host: string; user: string; logonId: string; findings: number[] }>();
    for (const { host, user, logonId, findings } of incident.tree) {
      if (findings.length === 0 || logonId === '') continue;
      const id = logonId.toLowerCase();
      const known = sessions.get(`${host}\0${id}`) ?? { host, user, logonId: id, findings: [] };
      known.findings.push(...findings);
      sessions.set(`${host}\0${id}`, known);
    }
    return [...sessions.values()].map(({ host, user, logonId, findings }): Candidate => {
      const about = { host, about: `${user} (${logonId})`, findings };
      if (OWN.has(logonId) || accountKind(user, host) === 'system') return refusedFor(about, 'system-account');
      return candidateOf(about, { action: 'log-off-session', account: accountParts(user).name, logonId });
    });
  },
};
