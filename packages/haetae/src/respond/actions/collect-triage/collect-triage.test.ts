import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { collectTriage } from './collect-triage.ts';

test('each host, with the files that the incident names there and that can be read', () => {
  const incident = someIncident({
    processes: [
      { key: 'p', image: '/tmp/evil' },
      { key: 'q', image: '/tmp/../etc/x', host: 'PC-2' },
    ],
    findings: [{ process: 'p' }, { process: 'q', host: 'PC-2' }],
  });
  expect(said(collectTriage.candidates(incident, { minutes: 1 }))).toEqual([
    ['PC-1', { files: ['/tmp/evil'] }],
    ['PC-2', { files: [] }],
  ]);
});
