import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { quarantineFile } from './quarantine-file.ts';

const SHA = 'AB'.repeat(32);

test.each([
  [
    'of the user',
    'C:\\Users\\kim\\evil.exe',
    { Hashes: `MD5=1,SHA256=${SHA}` },
    { path: 'C:\\Users\\kim\\evil.exe', sha256: SHA.toLowerCase() },
  ],
  ['without a hash', '/tmp/evil', {}, { path: '/tmp/evil', sha256: '' }],
  ['that is a stream', 'C:\\Users\\kim\\a.txt:evil', {}, 'malformed'],
  ['on a share', '\\\\srv\\share\\evil.exe', {}, 'malformed'],
])('a file %s', (_, image, fields, expected) => {
  const incident = someIncident({
    processes: [{ key: 'p', image }],
    findings: [{ process: 'p', fields: { Image: image, ...fields } }],
  });
  expect(said(quarantineFile.candidates(incident, { minutes: 1 }))).toEqual([[image, expected]]);
});

test('the programs of Windows itself are left alone', () => {
  const image = 'C:\\Windows\\System32\\cmd.exe';
  const incident = someIncident({
    processes: [{ key: 'p', image }],
    findings: [{ process: 'p', fields: { Image: image } }],
  });
  expect(quarantineFile.candidates(incident, { minutes: 1 })).toEqual([]);
});
