import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { isolateHost } from './isolate-host.ts';

test.each([
  [240, { minutes: 240 }],
  [0, 'malformed'],
  [10_081, 'malformed'],
])('every host of the incident, for %i minutes', (minutes, expected) => {
  const incident = someIncident({ findings: [{ host: 'PC-1' }, { host: 'PC-2' }] });
  expect(said(isolateHost.candidates(incident, { minutes }))).toEqual([
    ['PC-1', expected],
    ['PC-2', expected],
  ]);
});
