import { expect, test } from 'vitest';
import { Log, SYSTEM32 } from '../testing/log.ts';

const ADDRESS = '203.0.113.9';
const refused = (log: Log, time: string, address = ADDRESS, user = 'administrator'): Log =>
  log.add('security', 4625, time, { TargetUserName: user, LogonType: '3', IpAddress: address });
const desktop = (log: Log, time: string, address = ADDRESS): Log =>
  log.add('security', 4624, time, {
    TargetLogonId: '0x77',
    LogonType: '10',
    TargetUserName: 'kim',
    IpAddress: address,
  });
const shell = (log: Log, time: string): Log =>
  log.start(1, time, `${SYSTEM32}cmd.exe`, { LogonId: '0x77' }).flag('Shell');

test.each<[string, Log, string]>([
  [
    'those who tried several accounts from one address',
    refused(refused(new Log(), '08:00').flag('A'), '08:20', `::ffff:${ADDRESS}`, 'kim').flag('B'),
    'A+B',
  ],
  ['not an hour apart', refused(refused(new Log(), '08:00').flag('A'), '09:00').flag('B'), 'A B'],
  ['not from two addresses', refused(refused(new Log(), '08:00').flag('A'), '08:01', '203.0.113.10').flag('B'), 'A B'],
  ['not of two hosts', refused(refused(new Log(), '08:00').flag('A').on('PC2'), '08:01').flag('B'), 'A B'],
  [
    'not from the host itself',
    refused(refused(new Log(), '08:00', '127.0.0.1').flag('A'), '08:01', '127.0.0.1').flag('B'),
    'A B',
  ],
  [
    'refused logons, and what runs in the session that then came from there',
    shell(desktop(refused(new Log(), '08:00').flag('A'), '08:10'), '08:12'),
    'A+Shell',
  ],
  [
    'a session of a remote desktop as its own log tells it, and what runs in it',
    shell(
      desktop(new Log(), '08:10')
        .add('desktops', 21, '08:10:02', { User: 'CORP\\kim', SessionID: '2', Address: ADDRESS })
        .flag('A'),
      '08:12',
    ),
    'A+Shell',
  ],
  [
    'not what runs in a session that had come before',
    shell(refused(desktop(new Log(), '08:00'), '08:10').flag('A'), '08:12'),
    'A Shell',
  ],
])('arrivals: %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));
