import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { blockDomain } from './block-domain.ts';

test.each([
  ['Files.Example.com', { domain: 'files.example.com' }],
  ['bad name.example.com', 'malformed'],
])('a name that was asked for: %s', (name, expected) => {
  const incident = someIncident({
    processes: [{ key: 'p' }],
    findings: [{ process: 'p', eventId: 22, fields: { QueryName: name } }],
  });
  expect(said(blockDomain.candidates(incident, { minutes: 1 })).map((one) => (one as unknown[])[1])).toEqual([
    expected,
  ]);
});
