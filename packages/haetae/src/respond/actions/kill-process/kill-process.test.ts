import { expect, test } from 'vitest';
import { AT, said, someIncident } from '../../testing/incident.ts';
import { killProcess } from './kill-process.ts';

const EVIL = { pid: 4000, startMs: AT, withinMs: 500, image: 'C:\\Users\\kim\\evil.exe' };

test.each([
  ['as the logs tell it', {}, { process: EVIL }],
  ['whose start only its ProcessGuid tells', { startFrom: 'guid' as const }, { process: { ...EVIL, withinMs: 1000 } }],
  ['that has ended', { endMs: AT + 5 }, 'ended'],
  ['without an id', { pid: null }, 'no-pid'],
  ['without a start', { startMs: null, startFrom: null }, 'no-start'],
  ['whose image is a bare name', { image: 'evil.exe' }, 'no-image'],
  ['whose image leads elsewhere', { image: 'C:\\a\\..\\b.exe' }, 'malformed'],
  ['that is the system itself', { pid: 4 }, 'malformed'],
])('a process %s', (_, process, expected) => {
  const incident = someIncident({ processes: [{ key: 'p', ...process }], findings: [{ process: 'p' }] });
  expect(said(killProcess.candidates(incident, { minutes: 1 })).map((one) => (one as unknown[])[1])).toEqual([
    expected,
  ]);
});

test('only those about which something was found', () => {
  const incident = someIncident({ processes: [{ key: 'p' }, { key: 'q' }], findings: [{ process: 'q' }] });
  expect(killProcess.candidates(incident, { minutes: 1 }).map(({ about, findings }) => [about, findings])).toEqual([
    ['C:\\Users\\kim\\evil.exe (4001)', [0]],
  ]);
});
