import { expect, test } from 'vitest';
import { restoresOf } from './restore.ts';

test.each([
  [4624, 'SubjectUserSid', 'NT AUTHORITY\\SYSTEM', 'S-1-5-18'],
  [4624, 'SubjectUserSid', 'CORP\\lee', undefined],
  [4624, 'SubjectUserSid', 'S-1-5-18', undefined],
  [4624, 'ImpersonationLevel', '가장', '%%1833'],
  [4624, 'ElevatedToken', 'Yes', '%%1842'],
  [4688, 'MandatoryLabel', 'Mandatory Label\\High Mandatory Level', 'S-1-16-12288'],
  [4688, 'TokenElevationType', 'TokenElevationTypeLimited (3)', '%%1938'],
  [4688, 'TokenElevationType', '%%1938', undefined],
  [4663, 'AccessList', 'READ_CONTROL\r\n\t\t\t\tRead from process memory', '%%1538\r\n\t\t\t\t%%4484'],
  [4663, 'AccessList', 'READ_CONTROL\r\n\t\t\t\tsomething new', undefined],
  [4625, 'FailureReason', 'Unknown user name or bad password.', '%%2313'],
] as const)('%i %s %j', (eventId, field, shown, stored) => {
  expect(restoresOf('Microsoft-Windows-Security-Auditing', eventId).get(field)?.(shown)).toBe(stored);
});

test('no other provider is touched', () => expect(restoresOf('Microsoft-Windows-Sysmon', 1).size).toBe(0));
