import { expect, test } from 'vitest';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';

const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const DROP = 'C:\\Users\\kim\\AppData\\Local\\Temp\\up.exe';
const SVC = { parent: 9, parentImage: `${SYSTEM32}svchost.exe` };
const SCM = { parent: 9, parentImage: `${SYSTEM32}services.exe` };
const SHA = (digit: string): string => `SHA256=${digit.repeat(64)}`;
const maker = (): Log => new Log().start(1, '08:00', PS).flag('A');
const wrote = (log: Log, time: string, TargetFilename: string): Log =>
  log.add('sysmon', 11, time, { ProcessGuid: guid(1), Image: PS, TargetFilename });
const set = (log: Log, TargetObject: string, Details: string, time = '08:05'): Log =>
  log.add('sysmon', 13, time, { ProcessGuid: guid(1), Image: PS, TargetObject, Details });
const TASK =
  '<Task><Actions><Exec><Command>powershell.exe</Command><Arguments>-w hidden -f &quot;C:\\x y.ps1&quot;</Arguments></Exec></Actions></Task>';

const cases: readonly (readonly [title: string, log: Log, groups: string])[] = [
  [
    'a file that one wrote and another is, a day later',
    wrote(maker(), '08:05', DROP).start(2, '2026-03-18T09:00:00Z', DROP, SVC).flag('B'),
    'A+B',
  ],
  [
    'a script that one wrote and another is given',
    wrote(maker(), '08:05', 'C:\\ProgramData\\a.ps1')
      .start(2, '09:00', PS, { ...SVC, CommandLine: 'powershell -f "C:\\ProgramData\\a.ps1"' })
      .flag('B'),
    'A+B',
  ],
  [
    'a library that one wrote and another loaded',
    wrote(maker(), '08:05', 'C:\\ProgramData\\a.dll')
      .add('sysmon', 7, '09:00', {
        ProcessGuid: guid(2),
        Image: 'C:\\Program Files\\x.exe',
        ImageLoaded: 'C:\\ProgramData\\a.dll',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'not a file that was written only after it ran',
    wrote(maker(), '10:00', DROP).start(2, '09:00', DROP, SVC).flag('B'),
    'A B',
  ],
  ['not a path on another host', wrote(maker(), '08:05', DROP).on('PC2').start(2, '09:00', DROP, SVC).flag('B'), 'A B'],
  [
    'a service, by what it runs',
    set(maker(), 'HKLM\\System\\CurrentControlSet\\Services\\upd\\ImagePath', '%COMSPEC% /c powershell -w hidden')
      .start(2, '09:00', `${SYSTEM32}cmd.exe`, {
        ...SCM,
        CommandLine: 'C:\\WINDOWS\\system32\\cmd.exe  /c powershell -w hidden',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'a service by its program, wherever that lies, and what its process starts',
    maker()
      .add('sysmon', 13, '08:05', {
        ProcessGuid: guid(1),
        Image: PS,
        TargetObject: 'HKLM\\System\\CurrentControlSet\\Services\\rx\\ImagePath',
        Details: '%SystemRoot%\\RXSVC.exe',
      })
      .start(2, '09:00', 'C:\\Windows\\RXSVC.exe', SCM)
      .start(3, '09:01', `${SYSTEM32}cmd.exe`, { parent: 2, parentImage: 'C:\\Windows\\RXSVC.exe' })
      .flag('B'),
    'A+B',
  ],
  [
    'a shortcut that one wrote, and what the shell started in its folder',
    wrote(maker(), '08:05', 'C:\\Users\\kim\\Downloads\\x\\a.hwp.lnk')
      .start(2, '08:20', `${SYSTEM32}cmd.exe`, {
        parent: 9,
        parentImage: 'C:\\Windows\\explorer.exe',
        CurrentDirectory: 'C:\\Users\\kim\\Downloads\\x\\',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'not what the shell started in another folder',
    wrote(maker(), '08:05', 'C:\\Users\\kim\\Downloads\\x\\a.hwp.lnk')
      .start(2, '08:20', `${SYSTEM32}cmd.exe`, {
        parent: 9,
        parentImage: 'C:\\Windows\\explorer.exe',
        CurrentDirectory: 'C:\\Users\\kim\\',
      })
      .flag('B'),
    'A B',
  ],
  [
    'a lure that one wrote and the parent of another was given',
    wrote(maker(), '08:05', 'C:\\Users\\kim\\a.chm')
      .start(2, '08:20', PS, {
        parent: 9,
        parentImage: 'C:\\Windows\\hh.exe',
        ParentCommandLine: '"C:\\Windows\\hh.exe" C:\\Users\\kim\\a.chm',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'a service, by its name in two events',
    maker()
      .add('system', 7045, '08:05', { ServiceName: 'upd', ImagePath: 'C:\\x.exe' })
      .flag('B')
      .start(2, '08:06', `${SYSTEM32}sc.exe`, { ...SVC, CommandLine: 'sc.exe start upd' })
      .flag('C'),
    'A B+C',
  ],
  [
    'not services of other names',
    maker()
      .add('system', 7045, '08:05', { ServiceName: 'upd', ImagePath: 'C:\\x.exe' })
      .flag('B')
      .add('system', 7045, '08:06', { ServiceName: 'other', ImagePath: 'C:\\y.exe' })
      .flag('C'),
    'A B C',
  ],
  [
    'a Run key, by what it starts',
    set(maker(), 'HKU\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Up', `"${DROP}"`)
      .start(2, '2026-03-19T09:00:00Z', DROP, { CommandLine: `"${DROP}"` })
      .flag('B'),
    'A+B',
  ],
  [
    'not a Run key that starts another program',
    set(maker(), 'HKU\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Up', DROP)
      .start(2, '09:00', 'C:\\Users\\kim\\other.exe')
      .flag('B'),
    'A B',
  ],
  [
    'a task, by what it runs',
    maker()
      .add('security', 4698, '08:05', { TaskName: '\\Up', TaskContent: TASK, ClientProcessId: '1001' })
      .start(2, '2026-03-18T03:00:00Z', PS, { ...SVC, CommandLine: 'powershell.exe -w hidden -f "C:\\x y.ps1"' })
      .flag('B'),
    'A+B',
  ],
  [
    'a task, by its name',
    new Log()
      .start(1, '08:00', `${SYSTEM32}schtasks.exe`, { CommandLine: 'schtasks /create /sc daily /tn Up /tr calc.exe' })
      .flag('A')
      .add('security', 4698, '08:00:01', { TaskName: '\\Up' })
      .flag('B'),
    'A+B',
  ],
  [
    'a WMI subscription, by the names of its parts',
    new Log()
      .add('sysmon', 20, '08:00', { Name: '"Up"', Operation: 'Created', Type: 'Command Line', Destination: 'x' })
      .flag('A')
      .add('sysmon', 21, '08:01', {
        Operation: 'Created',
        Consumer: '"CommandLineEventConsumer.Name=\\"Up\\""',
        Filter: '"__EventFilter.Name=\\"F\\""',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'the hash of a program that few run, under two names, on two hosts',
    new Log()
      .start(1, '08:00', DROP, { ...SVC, Hashes: SHA('a') })
      .flag('A')
      .on('PC2')
      .start(2, '09:00', 'C:\\ProgramData\\b.exe', { ...SVC, Hashes: SHA('a') })
      .flag('B'),
    'A+B',
  ],
  [
    "not the hash of one of Windows' own programs",
    new Log()
      .start(1, '08:00', PS, { ...SVC, Hashes: SHA('a') })
      .flag('A')
      .on('PC2')
      .start(2, '09:00', PS, { ...SVC, Hashes: SHA('a') })
      .flag('B'),
    'A B',
  ],
  [
    'not a hash that many run',
    Array.from({ length: 9 }, (_, i) => i)
      .reduce((log, i) => log.start(100 + i, '07:00', `C:\\apps\\${i}.exe`, { Hashes: SHA('a') }), new Log())
      .start(1, '08:00', DROP, { ...SVC, Hashes: SHA('a') })
      .flag('A')
      .start(2, '09:00', 'C:\\ProgramData\\b.exe', { ...SVC, Hashes: SHA('a') })
      .flag('B'),
    'A B',
  ],
  [
    'a domain that few ask for',
    maker()
      .add('sysmon', 22, '08:01', { ProcessGuid: guid(1), QueryName: 'cdn.evil.example' })
      .on('PC2')
      .start(2, '09:00', PS, SVC)
      .flag('B')
      .add('sysmon', 22, '09:01', { ProcessGuid: guid(2), QueryName: 'CDN.evil.example' }),
    'A+B',
  ],
  [
    'not a domain that everybody asks for',
    maker()
      .add('sysmon', 22, '08:01', { ProcessGuid: guid(1), QueryName: 'www.microsoft.com' })
      .on('PC2')
      .start(2, '09:00', PS, SVC)
      .flag('B')
      .add('sysmon', 22, '09:01', { ProcessGuid: guid(2), QueryName: 'www.microsoft.com' }),
    'A B',
  ],
  [
    'not the name of a host of the logs',
    maker()
      .add('sysmon', 22, '08:01', { ProcessGuid: guid(1), QueryName: 'PC2.corp.example' })
      .on('PC2')
      .start(2, '09:00', PS, SVC)
      .flag('B')
      .add('sysmon', 22, '09:01', { ProcessGuid: guid(2), QueryName: 'PC2.corp.example' }),
    'A B',
  ],
  [
    'a shortcut that was opened, and what it starts in its folder, whichever log tells of the start first',
    maker()
      .add('sysmon', 11, '08:01', { ProcessGuid: guid(1), TargetFilename: 'C:\\Users\\kim\\Downloads\\q\\q.pdf.lnk' })
      .add('security', 4688, '08:09:59.900', {
        NewProcessId: '0x3ea',
        NewProcessName: `${SYSTEM32}cmd.exe`,
        ProcessId: '0x3f2',
        ParentProcessName: 'C:\\Windows\\explorer.exe',
      })
      .flag('B')
      .start(2, '08:10', `${SYSTEM32}cmd.exe`, {
        parent: 10,
        CurrentDirectory: 'C:\\Users\\kim\\Downloads\\q\\',
      }),
    'A+B',
  ],
  [
    'what was pasted into the Run dialog of a desktop that sets very many values, and what it starts',
    Array.from({ length: 80 }, (_, i) => i)
      .reduce(
        (log, i) =>
          log.add('sysmon', 13, `07:${String(i % 60).padStart(2, '0')}`, {
            ProcessGuid: guid(10),
            Image: 'C:\\Windows\\explorer.exe',
            TargetObject: `HKU\\S-1\\Software\\x\\${i}`,
          }),
        new Log(),
      )
      .add('sysmon', 13, '08:00', {
        ...{ ProcessGuid: guid(10), Image: 'C:\\Windows\\explorer.exe', Details: 'powershell -w hidden -c iwr\\1' },
        TargetObject: 'HKU\\S-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU\\a',
      })
      .flag('A')
      .start(2, '08:00:02', PS, { parent: 10, CommandLine: `"${PS}" -w hidden -c iwr` })
      .flag('B'),
    'A+B',
  ],
  [
    'what was unpacked of an archive, by its name',
    maker()
      .add('sysmon', 11, '08:01', { ProcessGuid: guid(1), TargetFilename: 'C:\\Users\\kim\\Downloads\\tool.zip' })
      .start(2, '09:00', 'C:\\Users\\kim\\Downloads\\tool\\bin\\a.exe', SVC)
      .flag('B'),
    'A+B',
  ],
  [
    'not what lies beside it',
    maker()
      .add('sysmon', 11, '08:01', { ProcessGuid: guid(1), TargetFilename: 'C:\\Users\\kim\\Downloads\\tool.zip' })
      .start(2, '09:00', 'C:\\Users\\kim\\Downloads\\a.exe', SVC)
      .flag('B'),
    'A B',
  ],
  [
    'what was opened on the disk of an image, within the window; the image is told where its origin was written',
    maker()
      .add('sysmon', 15, '08:01', {
        ProcessGuid: guid(1),
        TargetFilename: 'C:\\Users\\kim\\Downloads\\list.iso:Zone.Identifier',
      })
      .start(2, '08:20', `${SYSTEM32}rundll32.exe`, { parent: 10, CurrentDirectory: 'E:\\' })
      .flag('B'),
    'A+B',
  ],
  [
    'not what was opened on a disk hours later',
    maker()
      .add('sysmon', 11, '08:01', { ProcessGuid: guid(1), TargetFilename: 'C:\\Users\\kim\\Downloads\\list.iso' })
      .start(2, '10:20', `${SYSTEM32}rundll32.exe`, { parent: 10, CurrentDirectory: 'E:\\' })
      .flag('B'),
    'A B',
  ],
];

test.each(cases)('joins: %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));
