import { expect, test } from 'vitest';
import { madeIncident } from '../testing/incident.ts';
import { indicatorsOf } from './indicators.ts';

const SHA = 'AB'.repeat(32);

test('addresses, names, files and accounts that the facts name; what is Windows’ own or local is left out', () => {
  const incident = madeIncident({
    processes: [
      {
        ...{ key: 'a', image: 'C:\\ProgramData\\x\\evil.exe', time: '09:00:00' },
        acts: [
          {
            kind: 'connection',
            what: '203.0.113.5:443',
            time: '09:00:01',
            fields: { DestinationHostname: 'files.example.com' },
          },
          { kind: 'connection', what: '127.0.0.1:80', time: '09:00:02' },
          { kind: 'file', what: 'C:\\ProgramData\\x\\b.dll', time: '09:00:03' },
          { kind: 'service', what: 'EvilSvc', time: '09:00:04' },
        ],
      },
      { key: 'p', image: 'C:\\Windows\\System32\\cmd.exe', parent: 'a', time: '09:00:05' },
    ],
    findings: [
      {
        title: 'one',
        process: 'a',
        fields: { Image: 'C:\\ProgramData\\x\\evil.exe', Hashes: `MD5=1,SHA256=${SHA.toLowerCase()}` },
      },
      {
        title: 'two',
        process: 'p',
        fields: { Image: 'C:\\Windows\\System32\\cmd.exe', Hashes: `SHA256=${'0'.repeat(64)}` },
      },
      {
        title: 'three',
        channel: 'Security',
        eventId: 4720,
        fields: { TargetUserName: 'helpdesk2', SubjectUserName: 'kim' },
      },
    ],
  });
  expect(indicatorsOf(incident).map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'address 203.0.113.5:443',
    'domain files.example.com',
    'file C:\\ProgramData\\x\\b.dll',
    'file C:\\ProgramData\\x\\evil.exe',
    `hash ${SHA}`,
    'account helpdesk2',
    'service EvilSvc',
  ]);
});
