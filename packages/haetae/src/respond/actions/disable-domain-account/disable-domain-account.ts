import type { Action } from '../../action.ts';
import { accountKind, accountParts, candidateOf, refusedFor } from '../../candidates.ts';
import type { Candidate } from '../../plan.ts';
import { accountsOf } from '../disable-account/disable-account.ts';

/** Disables accounts of a domain that acted in the incident, from the host that was named for the domain. */
export const disableDomainAccount: Action = {
  name: 'disable-domain-account',
  needs: 'account',
  risk: 'high',
  persons: 2,
  place: 55,
  reverse: 'enable-domain-account',
  candidates(incident, { executors }) {
    const known = new Map<string, Candidate>();
    for (const { host, user, findings, acted } of accountsOf(incident)) {
      if (accountKind(user, host) !== 'domain') continue;
      const { domain, name } = accountParts(user);
      const executor = executors?.get(domain.toLowerCase());
      const about = { host: executor ?? host, about: user, findings };
      const candidate = !acted
        ? refusedFor(about, 'failed-logons-only')
        : executor === undefined
          ? refusedFor(about, 'no-executor')
          : candidateOf(about, { action: 'disable-domain-account', domain, account: name });
      // One account, on however many hosts it acted.
      const key = `${about.host} ${user.toLowerCase()}`;
      const before = known.get(key);
      const all = [...new Set([...(before?.findings ?? []), ...findings])].sort((a, b) => a - b);
      known.set(key, { ...(before?.kind === 'order' ? before : candidate), findings: all });
    }
    return [...known.values()];
  },
};
