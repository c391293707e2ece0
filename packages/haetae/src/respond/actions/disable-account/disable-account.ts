import type { Incident } from '../../../incident/index.ts';
import type { Action } from '../../action.ts';
import { accountKind, accountParts, candidateOf, refusedFor } from '../../candidates.ts';
import type { Candidate } from '../../plan.ts';

/** Logons that failed: they tell whom somebody tried, not who did anything. */
const FAILED = new Set([4625, 4771, 4776]);
/** Security 4720 and 4722: an account was made, or enabled. */
const MADE = new Set([4720, 4722]);

export interface Named {
  readonly host: string;
  readonly user: string;
  readonly findings: number[];
  acted: boolean;
}

/** Accounts that acted in what was found, or were made in it; those that only failed to log on are told apart. */
export function accountsOf({ findings, tree }: Incident): Named[] {
  const byKey = new Map(tree.map((node) => [node.key, node]));
  const named = new Map<string, Named>();
  const add = (host: string, user: string, finding: number, acted: boolean): void => {
    if (accountParts(user).name === '' || user === '-') return;
    const key = `${host}\0${user.toLowerCase()}`;
    const known = named.get(key) ?? { host, user, findings: [], acted: false };
    named.set(key, known);
    known.findings.push(finding);
    known.acted ||= acted;
  };
  findings.forEach(({ host, process, channel, eventId, fields }, i) => {
    const isSecurity = /^security$/i.test(channel);
    const of = (prefix: string): string => {
      const name = fields[`${prefix}UserName`] ?? '';
      const domain = fields[`${prefix}DomainName`] ?? '';
      return domain === '' || domain === '-' || name === '' ? name : `${domain}\\${name}`;
    };
    const node = process === null ? undefined : byKey.get(process);
    if (node !== undefined) add(host, node.user, i, true);
    if (!isSecurity) return;
    if (FAILED.has(eventId)) add(host, of('Target'), i, false);
    else if (MADE.has(eventId)) add(host, of('Target'), i, true);
    else add(host, of('Subject'), i, true);
  });
  return [...named.values()];
}

/** Disables local accounts that acted in the incident. Sessions and tickets that are there live on: see `log-off-session`. */
export const disableAccount: Action = {
  name: 'disable-account',
  needs: 'account',
  risk: 'high',
  persons: 2,
  place: 50,
  reverse: 'enable-account',
  candidates: (incident) =>
    accountsOf(incident).map(({ host, user, findings, acted }): Candidate => {
      const about = { host, about: user, findings };
      if (!acted) return refusedFor(about, 'failed-logons-only');
      const kind = accountKind(user, host);
      if (kind !== 'local') return refusedFor(about, kind === 'system' ? 'system-account' : 'domain-account');
      return candidateOf(about, { action: 'disable-account', account: accountParts(user).name });
    }),
};
