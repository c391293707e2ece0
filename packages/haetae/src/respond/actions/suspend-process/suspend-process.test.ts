import { expect, test } from 'vitest';
import { AT, said, someIncident } from '../../testing/incident.ts';
import { suspendProcess } from './suspend-process.ts';

test('each process about which something was found', () => {
  const image = '/opt/app/miner';
  const incident = someIncident({ processes: [{ key: 'p', image }], findings: [{ process: 'p' }] });
  expect(said(suspendProcess.candidates(incident, { minutes: 1 }))).toEqual([
    ['/opt/app/miner (4000)', { process: { pid: 4000, startMs: AT, withinMs: 500, image } }],
  ]);
});
