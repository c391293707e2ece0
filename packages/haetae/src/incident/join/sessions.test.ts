import { expect, test } from 'vitest';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';

const SVC = `${SYSTEM32}svchost.exe`;
const logon = (log: Log, id: string, type: string, more: Record<string, string> = {}): Log =>
  log.add('security', 4624, '07:00', {
    TargetLogonId: id,
    LogonType: type,
    TargetUserName: 'kim',
    TargetDomainName: 'CORP',
    IpAddress: '-',
    ...more,
  });
/** Two processes of Windows' own brokers, hours apart, in these sessions. */
const two = (log: Log, a: string, b: string, host = 'PC1'): Log =>
  log
    .start(1, '08:00', `${SYSTEM32}cmd.exe`, { parent: 8, parentImage: SVC, LogonId: a })
    .flag('A')
    .on(host)
    .start(2, '14:00', `${SYSTEM32}net.exe`, { parent: 9, parentImage: SVC, LogonId: b })
    .flag('B');

const cases: readonly (readonly [title: string, log: Log, groups: string])[] = [
  ['a network session', two(logon(new Log(), '0x5a1', '3'), '0x5a1', '0x5a1'), 'A+B'],
  ['a session of other credentials', two(logon(new Log(), '0x5a1', '9'), '0x5A1', '0x00005a1'), 'A+B'],
  [
    'not a session at the desk: it holds all that a person does',
    two(logon(new Log(), '0x5a1', '2'), '0x5a1', '0x5a1'),
    'A B',
  ],
  ['not a session of a remote desktop', two(logon(new Log(), '0x5a1', '10'), '0x5a1', '0x5a1'), 'A B'],
  ['not a session of which no logon is known', two(new Log(), '0x5a1', '0x5a1'), 'A B'],
  ...['0x3e7', '0x3e4', '0x3e5'].map((id): readonly [string, Log, string] => [
    `never ${id}`,
    two(logon(new Log(), id, '3'), id, id),
    'A B',
  ]),
  [
    'not one id on two hosts',
    two(logon(logon(new Log(), '0x5a1', '3').on('PC2'), '0x5a1', '3').on('PC1'), '0x5a1', '0x5a1', 'PC2'),
    'A B',
  ],
  [
    'not one id before and after a start of the machine',
    logon(new Log(), '0x5a1', '3')
      .start(1, '08:00', `${SYSTEM32}cmd.exe`, { parent: 8, parentImage: SVC, LogonId: '0x5a1' })
      .flag('A')
      .add('system', 6005, '12:00')
      .start(2, '14:00', `${SYSTEM32}net.exe`, { parent: 9, parentImage: SVC, LogonId: '0x5a1' })
      .flag('B'),
    'A B',
  ],
  [
    'the two halves of a split token',
    two(
      logon(logon(new Log(), '0x5a1', '3', { TargetLinkedLogonId: '0x5b2' }), '0x5b2', '3', {
        TargetLinkedLogonId: '0x5a1',
      }),
      '0x5a1',
      '0x5b2',
    ),
    'A+B',
  ],
  [
    'an event without a process and the nearest in its session, within half an hour',
    logon(new Log(), '0x5a1', '2')
      .start(1, '08:00', `${SYSTEM32}cmd.exe`, { LogonId: '0x5a1' })
      .flag('A')
      .add('security', 4720, '08:10', { SubjectLogonId: '0x5a1', TargetUserName: 'svc2' })
      .flag('B'),
    'A+B',
  ],
  [
    'not later than that',
    logon(new Log(), '0x5a1', '2')
      .start(1, '08:00', `${SYSTEM32}cmd.exe`, { LogonId: '0x5a1' })
      .flag('A')
      .add('security', 4720, '08:40', { SubjectLogonId: '0x5a1', TargetUserName: 'svc2' })
      .flag('B'),
    'A B',
  ],
  [
    'what lsass.exe does for a caller belongs to the caller, not to lsass.exe',
    logon(logon(new Log(), '0x5a1', '3'), '0x6c3', '3')
      .add('security', 4661, '08:00', {
        ProcessId: '0x2c0',
        ProcessName: `${SYSTEM32}lsass.exe`,
        SubjectLogonId: '0x5a1',
      })
      .flag('A')
      .add('security', 4661, '08:01', {
        ProcessId: '0x2c0',
        ProcessName: `${SYSTEM32}lsass.exe`,
        SubjectLogonId: '0x6c3',
      })
      .flag('B')
      .start(1, '08:00', `${SYSTEM32}cmd.exe`, { parent: 8, parentImage: SVC, LogonId: '0x5a1' })
      .flag('C'),
    'A+C B',
  ],
  [
    'logs that are cleared together',
    new Log()
      .add('security', 1102, '08:00:00.100', { SubjectUserName: 'kim', SubjectLogonId: '0x5a1' })
      .flag('A')
      .add('system', 104, '08:00:00.900', { Channel: 'System' })
      .flag('B'),
    'A+B',
  ],
];

test.each(cases)('joins: %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));

test('an anonymous look at the same process id joins nothing', async () => {
  const log = new Log().add('sysmon', 3, '08:00', { ProcessGuid: guid(1), Image: 'System', ProcessId: '4' }).flag('A');
  expect(await log.groups()).toBe('A');
});
