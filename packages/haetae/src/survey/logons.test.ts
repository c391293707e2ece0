import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { Logons } from './logons.ts';

const SECOND = 1000;
function logon(eventId: number, second: number, user: string, source: string, type = '3'): PlainEvent {
  return new PlainEvent({
    timeMs: second * SECOND,
    computer: 'SRV',
    channel: 'Security',
    eventId,
    position: { kind: 'line', line: 1 },
    names: ['TargetUserName', 'TargetDomainName', 'LogonType', 'IpAddress', 'WorkstationName'],
    values: [user, 'CORP', type, source, '-'],
  });
}
function summary(...events: PlainEvent[]) {
  const logons = new Logons();
  for (const event of events) logons.add(event);
  return logons.result();
}

test('logons are counted by account, place, type and result, with first and last time', () => {
  expect(
    summary(
      logon(4624, 9, 'kim', '192.0.2.7', '10'),
      logon(4624, 3, 'KIM', '192.0.2.7', '10'),
      logon(4624, 5, 'kim', '127.0.0.1', '2'),
    ).logons,
  ).toEqual([
    {
      computer: 'SRV',
      user: 'CORP\\kim',
      source: '192.0.2.7',
      type: 10,
      success: true,
      count: 2,
      first: 3 * SECOND,
      last: 9 * SECOND,
    },
    {
      computer: 'SRV',
      user: 'CORP\\kim',
      source: '',
      type: 2,
      success: true,
      count: 1,
      first: 5 * SECOND,
      last: 5 * SECOND,
    },
  ]);
});

test('failures close together are a run, whatever order the files came in, and the success after them is told', () => {
  const failures = [40, 10, 30, 20].map((s) => logon(4625, s, 'admin', '192.0.2.7'));
  expect(summary(logon(4624, 60, 'admin', '192.0.2.7', '10'), ...failures).failureRuns).toEqual([
    {
      computer: 'SRV',
      user: 'CORP\\admin',
      source: '192.0.2.7',
      count: 4,
      first: 10 * SECOND,
      last: 40 * SECOND,
      success: 60 * SECOND,
    },
  ]);
});

test('two failures, or failures hours apart, are no run', () => {
  expect(summary(...[0, 1, 7200, 14400].map((s) => logon(4625, s, 'a', '192.0.2.7'))).failureRuns).toEqual([]);
});
