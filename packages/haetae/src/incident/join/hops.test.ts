import { expect, test } from 'vitest';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';

const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const LOGON_GUID = '{11112222-3333-4444-5555-666677778888}';

/** On SRV: a session from the network, in which a broker starts a process. */
const arrival = (
  log: Log,
  logon: Record<string, string> = {},
  image = `${SYSTEM32}cmd.exe`,
  parentImage = `${SYSTEM32}wbem\\WmiPrvSE.exe`,
): Log =>
  log
    .on('SRV')
    .add('security', 4624, '09:00:02', {
      TargetLogonId: '0x77',
      LogonType: '3',
      TargetUserName: 'kim',
      TargetDomainName: 'CORP',
      IpAddress: '10.0.0.5',
      IpPort: '50123',
      ...logon,
    })
    .start(20, '09:00:03', image, { parent: 21, parentImage, LogonId: '0x77' })
    .flag('B');
const departure = (log = new Log(), command = PS): Log =>
  log.on('PC1').start(1, '08:00', PS, { CommandLine: command, User: 'CORP\\kim' }).flag('A');
const connection = (port: string, more: Record<string, string> = {}): Record<string, string> => ({
  ProcessGuid: guid(1),
  Image: PS,
  User: 'CORP\\kim',
  SourceIp: '10.0.0.5',
  SourcePort: '50123',
  DestinationIp: '10.0.0.9',
  DestinationPort: port,
  Initiated: 'true',
  ...more,
});

const cases: readonly (readonly [title: string, log: Log, groups: string])[] = [
  [
    'address and port of a connection and of a logon',
    arrival(departure().add('sysmon', 3, '09:00:01', connection('135'))),
    'A+B',
  ],
  [
    'not the address alone',
    arrival(departure().add('sysmon', 3, '09:00:01', connection('135', { SourcePort: '50999' }))),
    'A B',
  ],
  ['not the same port an hour before', arrival(departure().add('sysmon', 3, '08:00:01', connection('135'))), 'A B'],
  [
    'the Kerberos logon GUID of 4648 and 4624',
    arrival(
      departure().add('security', 4648, '09:00:01', {
        ProcessId: '0x3e9',
        ProcessName: PS,
        TargetLogonGuid: LOGON_GUID,
        TargetServerName: 'elsewhere',
      }),
      { LogonGuid: LOGON_GUID, IpAddress: '10.0.0.7' },
    ),
    'A+B',
  ],
  [
    'the server and account of 4648',
    arrival(
      departure().add('security', 4648, '09:00:01', {
        ProcessId: '0x3e9',
        ProcessName: PS,
        TargetServerName: 'srv.corp.example',
        TargetUserName: 'kim',
        TargetDomainName: 'CORP',
      }),
      { IpPort: '0' },
    ),
    'A+B',
  ],
  [
    'a command that names the host',
    arrival(
      departure(new Log(), 'wmic /node:srv process call create calc').add(
        'sysmon',
        3,
        '08:59:30',
        connection('135', { SourcePort: '1' }),
      ),
    ),
    'A B',
  ],
  [
    'a command that names the host, and the logon soon after',
    arrival(
      new Log()
        .on('PC1')
        .start(1, '08:59:40', PS, { CommandLine: 'wmic /node:srv process call create calc' })
        .flag('A'),
      { IpPort: '0' },
    ),
    'A+B',
  ],
  [
    'Windows Remote Management, whose logon tells no address',
    arrival(
      departure()
        .on('SRV')
        .add('sysmon', 3, '08:30', {
          ProcessGuid: guid(30),
          Image: 'C:\\x.exe',
          SourceIp: '10.0.0.9',
          SourcePort: '4',
          DestinationIp: '10.0.0.1',
          DestinationPort: '443',
          Initiated: 'true',
        })
        .on('PC1')
        .add('sysmon', 3, '09:00:01', connection('5985')),
      { IpAddress: '-', IpPort: '-' },
      `${SYSTEM32}wsmprovhost.exe`,
      `${SYSTEM32}svchost.exe`,
    ),
    'A+B',
  ],
  [
    'both ends of one connection',
    departure()
      .add('sysmon', 3, '09:00:01', connection('5985'))
      .flag('C')
      .on('SRV')
      .add('security', 5156, '09:00:01', {
        ProcessID: '4',
        Application: 'System',
        Direction: '%%14592',
        SourceAddress: '10.0.0.9',
        SourcePort: '5985',
        DestAddress: '10.0.0.5',
        DestPort: '50123',
      })
      .flag('B'),
    'A+B+C',
  ],
  [
    'a remote desktop opened by a process that something was found of, and what runs in it',
    arrival(
      departure().add('sysmon', 3, '09:00:01', connection('3389')),
      { LogonType: '10' },
      PS,
      'C:\\Windows\\explorer.exe',
    ),
    'A+B',
  ],
  [
    'not a remote desktop that nothing leads to',
    arrival(departure(), { LogonType: '10' }, PS, 'C:\\Windows\\explorer.exe'),
    'A B',
  ],
  [
    'a service put on a host over the network, and what it runs',
    departure()
      .add('sysmon', 3, '09:00:01', connection('445'))
      .on('SRV')
      .add('security', 4624, '09:00:02', {
        TargetLogonId: '0x77',
        LogonType: '3',
        TargetUserName: 'kim',
        IpAddress: '10.0.0.5',
        IpPort: '50123',
      })
      .add('security', 4697, '09:00:03', {
        ServiceName: 'PSX',
        ServiceFileName: '%SystemRoot%\\PSX.exe -k svc',
        SubjectLogonId: '0x77',
      })
      .start(20, '09:00:04', 'C:\\Windows\\PSX.exe', {
        parent: 21,
        parentImage: `${SYSTEM32}services.exe`,
        CommandLine: 'C:\\Windows\\PSX.exe -k svc',
        LogonId: '0x3e7',
      })
      .flag('B'),
    'A B',
  ],
  [
    'a service put on a host over the network, with arguments that tell it',
    departure()
      .add('sysmon', 3, '09:00:01', connection('445'))
      .on('SRV')
      .add('security', 4624, '09:00:02', {
        TargetLogonId: '0x77',
        LogonType: '3',
        TargetUserName: 'kim',
        IpAddress: '10.0.0.5',
        IpPort: '50123',
      })
      .add('security', 4697, '09:00:03', {
        ServiceName: 'PSX',
        ServiceFileName: '%COMSPEC% /c start powershell -enc QUJD',
        SubjectLogonId: '0x77',
      })
      .start(20, '09:00:04', `${SYSTEM32}cmd.exe`, {
        parent: 21,
        parentImage: `${SYSTEM32}services.exe`,
        CommandLine: 'C:\\Windows\\system32\\cmd.exe /c start powershell -enc QUJD',
        LogonId: '0x3e7',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'tickets that the account of a process asked for from its host, to the nearest of what was found of it there',
    new Log()
      .on('PC1')
      .add('sysmon', 3, '08:00', connection('443', { Image: 'C:\\x.exe' }))
      .start(5, '08:10', PS, { User: 'CORP\\kim' })
      .flag('A')
      .start(6, '08:50', 'C:\\Users\\kim\\y.exe', { User: 'CORP\\kim' })
      .flag('B')
      .on('DC1')
      .add('security', 4769, '09:00', { TargetUserName: 'kim@CORP', IpAddress: '::ffff:10.0.0.5' })
      .flag('C'),
    'A B+C',
  ],
  [
    'not tickets of another account from there',
    new Log()
      .on('PC1')
      .add('sysmon', 3, '08:00', connection('443'))
      .start(5, '08:50', PS, { User: 'CORP\\kim' })
      .flag('A')
      .on('DC1')
      .add('security', 4769, '09:00', { TargetUserName: 'lee@CORP', IpAddress: '10.0.0.5' })
      .flag('B'),
    'A B',
  ],
];

test.each(cases)('joins: %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));
