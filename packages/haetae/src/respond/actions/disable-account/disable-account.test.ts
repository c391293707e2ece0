import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { disableAccount } from './disable-account.ts';

const made = {
  channel: 'Security',
  eventId: 4720,
  fields: { TargetUserName: 'help', TargetDomainName: 'PC-1', SubjectUserName: 'kim', SubjectDomainName: 'PC-1' },
};
const failed = { channel: 'Security', eventId: 4625, fields: { TargetUserName: 'boss', TargetDomainName: 'PC-1' } };

test.each([
  ['that was made', [made], [['PC-1\\help', { account: 'help' }]]],
  ['that only failed to log on', [failed], [['PC-1\\boss', 'failed-logons-only']]],
  [
    'that failed, and was made',
    [failed, { ...made, fields: { ...made.fields, TargetUserName: 'boss' } }],
    [['PC-1\\boss', { account: 'boss' }]],
  ],
])('an account %s', (_, findings, expected) =>
  expect(said(disableAccount.candidates(someIncident({ findings }), { minutes: 1 }))).toEqual(expected),
);

test.each([
  ['PC-1\\kim', { account: 'kim' }],
  ['pc-1\\kim', { account: 'kim' }],
  ['kim', { account: 'kim' }],
  ['CORP\\kim', 'domain-account'],
  ['NT AUTHORITY\\SYSTEM', 'system-account'],
  ['PC-1\\PC-1$', 'system-account'],
  ['root', 'system-account'],
  ['PC-1\\kim/x', 'malformed'],
])('the account of a process: %s', (user, expected) => {
  const incident = someIncident({ processes: [{ key: 'p', user }], findings: [{ process: 'p' }] });
  expect(said(disableAccount.candidates(incident, { minutes: 1 }))).toEqual([[user, expected]]);
});
