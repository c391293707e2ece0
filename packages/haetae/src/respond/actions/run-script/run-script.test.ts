import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { runScript } from './run-script.ts';

const script = { name: 'clean.sh', text: 'true\n', signature: 'A'.repeat(86) };

test('on every host, where somebody gives a script; none comes out of an incident', () => {
  const incident = someIncident({ findings: [{}] });
  expect(said(runScript.candidates(incident, { minutes: 1, script }))).toEqual([['PC-1', script]]);
  expect(runScript.candidates(incident, { minutes: 1 })).toEqual([]);
});

test.each([
  ['../clean.sh', { ...script, name: '../clean.sh' }],
  ['clean.exe', { ...script, name: 'clean.exe' }],
])('a name that is none: %s', (_, given) => {
  const incident = someIncident({ findings: [{}] });
  expect(said(runScript.candidates(incident, { minutes: 1, script: given }))).toEqual([['PC-1', 'malformed']]);
});
