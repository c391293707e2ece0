import { expect, test } from 'vitest';
import { someIncident } from '../../testing/incident.ts';
import { disableDomainAccount } from './disable-domain-account.ts';

const incident = someIncident({
  processes: [
    { key: 'p', user: 'CORP\\kim' },
    { key: 'q', host: 'PC-2', user: 'corp\\kim' },
    { key: 'l', user: 'PC-1\\local' },
    { key: 'o', user: 'OTHER\\lee' },
  ],
  findings: [
    { process: 'p' },
    { process: 'q', host: 'PC-2' },
    { process: 'l' },
    { process: 'o' },
    {
      channel: 'Security',
      eventId: 4625,
      fields: { TargetUserName: 'boss', TargetDomainName: 'CORP' },
    },
  ],
});
const told = (executors?: ReadonlyMap<string, string>) =>
  disableDomainAccount
    .candidates(incident, { minutes: 1, ...(executors !== undefined && { executors }) })
    .map((one) => [one.host, one.about, one.findings, one.kind === 'order' ? one.order : one.why]);

test('an account of a domain is disabled from the host that was named for it, once; nobody else’s, and none that was only tried', () =>
  expect(told(new Map([['corp', 'adm01']]))).toEqual([
    ['adm01', 'CORP\\kim', [0, 1], { action: 'disable-domain-account', domain: 'CORP', account: 'kim' }],
    ['PC-1', 'OTHER\\lee', [3], 'no-executor'],
    ['adm01', 'CORP\\boss', [4], 'failed-logons-only'],
  ]));

test('without such a host nothing is planned', () =>
  expect(told().map(([host, about, , why]) => `${host} ${about} ${why}`)).toEqual([
    'PC-1 CORP\\kim no-executor',
    'PC-2 corp\\kim no-executor',
    'PC-1 OTHER\\lee no-executor',
    'PC-1 CORP\\boss failed-logons-only',
  ]));
