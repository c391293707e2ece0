import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { logOffSession } from './log-off-session.ts';

test.each([
  ['0x1A2B3', 'PC-1\\kim', { account: 'kim', logonId: '0x1a2b3' }],
  ['0x3e7', 'NT AUTHORITY\\SYSTEM', 'system-account'],
  ['0x3e7', 'PC-1\\kim', 'system-account'],
])('the session %s of %s, once', (logonId, user, expected) => {
  const processes = [
    { key: 'p', logonId, user },
    { key: 'q', logonId, user },
  ];
  const incident = someIncident({ processes, findings: [{ process: 'p' }, { process: 'q' }] });
  expect(said(logOffSession.candidates(incident, { minutes: 1 }))).toEqual([
    [`${user} (${logonId.toLowerCase()})`, expected],
  ]);
});
