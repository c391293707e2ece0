import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { removeService } from './remove-service.ts';

test.each([
  ['evilsvc', { name: 'evilsvc' }],
  ['..\\..\\Run', 'malformed'],
  ['-all', 'malformed'],
])('a service that was installed: %s', (name, expected) => {
  const fields = { ServiceName: name, ImagePath: 'C:\\evil.exe' };
  const incident = someIncident({ findings: [{ channel: 'System', eventId: 7045, fields }] });
  expect(said(removeService.candidates(incident, { minutes: 1 }))).toEqual([[name, expected]]);
});
