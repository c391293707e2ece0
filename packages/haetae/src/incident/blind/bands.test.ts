import { expect, test } from 'vitest';
import type { BlindBand } from '../incident.ts';
import { guid, Log, ms } from '../testing/log.ts';
import { blindBands } from './bands.ts';

const bands = (...logs: readonly Log[]): readonly BlindBand[] =>
  blindBands(
    logs.map((log, i) => log.traces(`log${i}`)),
    (name) => name,
  );
/** One event a minute from 08:00 on in each of two channels, Sysmon's for so many. */
function hours(minutes: number, sysmon: number, log = new Log()): Log {
  for (let i = 0; i < minutes; i++) {
    const time = new Date(ms('08:00') + i * 60_000).toISOString();
    log.add('security', 4658, time);
    if (i < sysmon) log.add('sysmon', 3, time, { ProcessGuid: guid(1) });
  }
  return log;
}

test('a channel that falls silent while its host lives', () => {
  expect(bands(hours(180, 60)).filter(({ kind }) => kind === 'silence')).toEqual([
    {
      kind: 'silence',
      host: 'PC1',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      from: ms('09:00'),
      to: ms('11:00'),
      missing: 0,
      by: '',
      at: null,
    },
  ]);
});

test.each<[string, Log]>([
  ['a host that falls silent as a whole', hours(60, 60)],
  ['a silence that a shutdown explains', hours(180, 60).add('system', 6006, '09:00:30')],
  ['a channel that never spoke much', hours(180, 5)],
])('no silence: %s', (_, log) => expect(bands(log).filter(({ kind }) => kind === 'silence')).toEqual([]));

test('logs cleared, Sysmon stopped, reconfigured, in error: with who and where', () => {
  const log = new Log()
    .add('security', 1102, '08:00', { SubjectUserName: 'kim', SubjectDomainName: 'CORP' })
    .add('system', 104, '08:01', { Channel: 'Application', SubjectUserName: 'kim' })
    .add('sysmon', 4, '08:02', { State: 'Stopped' })
    .add('sysmon', 4, '08:03', { State: 'Started' })
    .add('sysmon', 16, '08:04', { Configuration: 'C:\\c.xml' })
    .add('sysmon', 255, '08:05', { ID: 'QUEUE' });
  const told = bands(log).filter(({ at }) => at !== null);
  expect(told.map(({ kind, channel, by, at }) => [kind, channel, by, at!.line])).toEqual([
    ['cleared', 'Security', 'CORP\\kim', 1],
    ['cleared', 'Application', 'kim', 2],
    ['sysmon-stopped', 'Microsoft-Windows-Sysmon/Operational', '', 3],
    ['sysmon-configured', 'Microsoft-Windows-Sysmon/Operational', 'C:\\c.xml', 5],
    ['sysmon-error', 'Microsoft-Windows-Sysmon/Operational', 'QUEUE', 6],
  ]);
});

test('record ids that are missing, as `info` judges them, and a clock that is set back', () => {
  const log = new Log();
  for (let i = 0; i < 40; i++) log.add('security', 4658, `08:${String(i + 10)}`);
  const gone = new Log();
  gone.events.push(...log.events.filter((_, i) => i < 10 || i >= 20));
  expect(bands(gone)).toEqual([
    {
      kind: 'gap',
      host: 'PC1',
      channel: 'Security',
      from: ms('08:19'),
      to: ms('08:30'),
      missing: 10,
      by: '',
      at: null,
    },
  ]);
  const back = new Log().add('security', 4658, '09:00').add('security', 4658, '08:00');
  expect(bands(back)).toMatchObject([{ kind: 'clock', from: ms('08:00'), to: ms('09:00') }]);
});

test('a band that is itself the finding does not raise it; one beside it does', async () => {
  const log = new Log().add('security', 1102, '08:00', { SubjectUserName: 'kim', SubjectLogonId: '0x5a1' }).flag('A');
  expect((await log.report()).incidents[0]!.blind).toEqual([]);
  log.add('sysmon', 4, '08:05', { State: 'Stopped' });
  expect((await log.report()).incidents[0]!.blind.map(({ kind }) => kind)).toEqual(['sysmon-stopped']);
  expect((await log.report()).blind).toHaveLength(2);
});
