import { expect, test } from 'vitest';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';

const SVC = { parent: 9, parentImage: `${SYSTEM32}services.exe` };
const net = (command: string): Log =>
  new Log().start(1, '08:00', `${SYSTEM32}net.exe`, { ...SVC, CommandLine: command }).flag('A');
const SYSTEM = { SubjectUserName: 'PC1$', SubjectUserSid: 'S-1-5-18', SubjectLogonId: '0x3e7' };

test.each<[string, Log, string]>([
  [
    'an account, to the command that made it',
    net('net user svc-print Pw /add')
      .add('security', 4720, '08:00:02', { TargetUserName: 'svc-print', ...SYSTEM })
      .flag('B'),
    'A+B',
  ],
  [
    'a member of a group of the domain, by its distinguished name',
    net('net group "Domain Admins" svc-print /add')
      .add('security', 4728, '08:00:02', {
        MemberName: 'CN=svc-print,CN=Users,DC=x',
        TargetUserName: 'Domain Admins',
        ...SYSTEM,
      })
      .flag('B'),
    'A+B',
  ],
  [
    'not an account of another name',
    net('net user svc-print Pw /add')
      .add('security', 4720, '08:00:02', { TargetUserName: 'kim', ...SYSTEM })
      .flag('B'),
    'A B',
  ],
  [
    'not a command of a minute ago',
    net('net user svc-print Pw /add')
      .add('security', 4720, '08:01:02', { TargetUserName: 'svc-print', ...SYSTEM })
      .flag('B'),
    'A B',
  ],
  [
    'a WMI subscription, to the process of a script that names it and is no finding',
    net('powershell')
      .add(
        'powershell',
        4104,
        '08:00:03',
        { ScriptBlockText: "Set-WmiInstance -Arguments @{Name='Health'}" },
        { Execution_ProcessID: '1001' },
      )
      .add('sysmon', 20, '08:00:04', { Operation: 'Created', User: 'PC1\\kim', Name: '"Health"', Type: 'Command Line' })
      .flag('B'),
    'A+B',
  ],
  [
    'a setting of the protection, to the process that wrote it to the registry',
    net('cmd')
      .add('sysmon', 13, '08:00:03', {
        ProcessGuid: guid(1),
        TargetObject: 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\DisableAntiSpyware',
      })
      .add('defender', 5007, '08:00:05', {
        'New Value': 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\DisableAntiSpyware = 0x1',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'a rule of the firewall, to the command that names it',
    net('netsh advfirewall firewall add rule name="Remote Assist" dir=in action=allow')
      .add('firewall', 2004, '08:00:02', { RuleName: 'Remote Assist', ModifyingApplication: `${SYSTEM32}netsh.exe` })
      .flag('B'),
    'A+B',
  ],
  [
    'not a rule of the firewall that another program made',
    net('netsh advfirewall show allprofiles')
      .add('firewall', 2004, '08:00:02', { RuleName: 'Zoom', ModifyingApplication: 'C:\\Zoom\\setup.exe' })
      .flag('B'),
    'A B',
  ],
  [
    'a log that was cleared, to the command that clears logs',
    new Log()
      .start(1, '08:00', `${SYSTEM32}wevtutil.exe`, { ...SVC, CommandLine: 'wevtutil cl Security' })
      .flag('A')
      .add('security', 1102, '08:00:01', { SubjectUserName: 'kim', SubjectLogonId: '0x51234' })
      .flag('B'),
    'A+B',
  ],
])('joins %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));
