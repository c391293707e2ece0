import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { removeRunKey } from './remove-run-key.ts';

const RUN = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run';
const USER = 'HKU\\S-1-5-21-1-2-3-1001';

test.each([
  [`HKLM\\${RUN}\\Updater`, { key: `HKLM\\${RUN}`, value: 'Updater' }],
  [`${USER}\\${RUN}Once\\Updater`, { key: `${USER}\\${RUN}Once`, value: 'Updater' }],
  [`HKLM\\${RUN}\\/f`, 'malformed'],
])('%s', (object, expected) => {
  const fields = { TargetObject: object, Details: 'C:\\evil.exe' };
  const incident = someIncident({ processes: [{ key: 'p' }], findings: [{ process: 'p', eventId: 13, fields }] });
  expect(said(removeRunKey.candidates(incident, { minutes: 1 }))).toEqual([[object, expected]]);
});

test('other values of the registry are not its matter', () => {
  const fields = { TargetObject: 'HKLM\\Software\\Classes\\evil\\(Default)', Details: 'x' };
  const incident = someIncident({ processes: [{ key: 'p' }], findings: [{ process: 'p', eventId: 13, fields }] });
  expect(removeRunKey.candidates(incident, { minutes: 1 })).toEqual([]);
});
