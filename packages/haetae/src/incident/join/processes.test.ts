import { expect, test } from 'vitest';
import { guid, Log, SYSTEM32 } from '../testing/log.ts';

const WORD = 'C:\\Program Files\\Office\\winword.exe';
const PS = `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`;
const CMD = `${SYSTEM32}cmd.exe`;

const cases: readonly (readonly [title: string, log: Log, groups: string])[] = [
  [
    'one process, however far apart',
    new Log()
      .start(1, '08:00', PS)
      .flag('A')
      .add('sysmon', 3, '19:00', {
        ProcessGuid: guid(1),
        Image: PS,
        DestinationIp: '203.0.113.5',
        DestinationPort: '443',
      })
      .flag('B'),
    'A+B',
  ],
  [
    'a process and its ancestor, with one between that nothing was found of',
    new Log()
      .start(1, '08:00', WORD)
      .flag('A')
      .start(2, '08:01', CMD, { parent: 1, parentImage: WORD })
      .start(3, '15:00', PS, { parent: 2, parentImage: CMD })
      .flag('B'),
    'A+B',
  ],
  [
    'the descendant found before its ancestor',
    new Log()
      .start(1, '08:00', WORD)
      .start(2, '08:01', PS, { parent: 1, parentImage: WORD })
      .flag('A')
      .add('sysmon', 11, '09:00', { ProcessGuid: guid(1), Image: WORD, TargetFilename: 'C:\\x.txt' })
      .flag('B'),
    'A+B',
  ],
  ...['svchost.exe', 'services.exe', 'userinit.exe', 'wbem\\WmiPrvSE.exe'].map(
    (broker): readonly [string, Log, string] => [
      `not through ${broker}`,
      new Log()
        .start(1, '08:00', PS)
        .flag('A')
        .start(2, '08:01', SYSTEM32 + broker, { parent: 1, parentImage: PS })
        .start(3, '08:02', CMD, { parent: 2, parentImage: SYSTEM32 + broker })
        .flag('B'),
      'A B',
    ],
  ),
  [
    'not by explorer.exe as parent',
    new Log()
      .start(1, '08:00', 'C:\\Windows\\explorer.exe')
      .start(2, '08:01', PS, { parent: 1 })
      .flag('A')
      .start(3, '08:02', CMD, { parent: 1 })
      .flag('B'),
    'A B',
  ],
  [
    'through one that only bears the name of a broker',
    new Log()
      .start(1, '08:00', PS)
      .flag('A')
      .start(2, '08:01', 'C:\\Users\\kim\\svchost.exe', { parent: 1, parentImage: PS })
      .start(3, '08:02', CMD, { parent: 2, parentImage: 'C:\\Users\\kim\\svchost.exe' })
      .flag('B'),
    'A+B',
  ],
  [
    'children of one shell within half an hour',
    new Log()
      .start(1, '08:00', CMD)
      .start(2, '08:01', PS, { parent: 1, parentImage: CMD })
      .flag('A')
      .start(3, '08:30', PS, { parent: 1, parentImage: CMD })
      .flag('B'),
    'A+B',
  ],
  [
    'not children of one shell more than half an hour apart',
    new Log()
      .start(1, '08:00', CMD)
      .start(2, '08:01', PS, { parent: 1, parentImage: CMD })
      .flag('A')
      .start(3, '08:32', PS, { parent: 1, parentImage: CMD })
      .flag('B'),
    'A B',
  ],
  [
    'children of a parent whose start is not in the logs',
    new Log()
      .start(2, '08:01', PS, { parent: 1, parentImage: CMD })
      .flag('A')
      .start(3, '08:02', CMD, { parent: 1, parentImage: CMD })
      .flag('B'),
    'A+B',
  ],
  [
    'not by the null GUID',
    new Log()
      .add('sysmon', 3, '08:00', { ProcessGuid: '{00000000-0000-0000-0000-000000000000}', ProcessId: '11' })
      .flag('A')
      .add('sysmon', 3, '08:01', { ProcessGuid: '{00000000-0000-0000-0000-000000000000}', ProcessId: '12' })
      .flag('B'),
    'A B',
  ],
  [
    'not by host, user and minute',
    new Log()
      .start(1, '08:00', PS, { User: 'CORP\\kim' })
      .flag('A')
      .start(2, '08:00', CMD, { User: 'CORP\\kim' })
      .flag('B'),
    'A B',
  ],
  [
    'not one GUID on two hosts, which cloned images can have',
    new Log().on('PC1').start(1, '08:00', PS).flag('A').on('PC2').start(1, '08:00', PS).flag('B'),
    'A B',
  ],
  [
    'a host by its short and its full name',
    new Log().on('PC1').start(1, '08:00', PS).flag('A').on('pc1.corp.example').start(1, '08:00', PS).flag('B'),
    'A+B',
  ],
  [
    'a thread started in another process, and what that one starts from then on, broker or not',
    new Log()
      .start(1, '08:00', PS)
      .flag('A')
      .start(2, '07:00', `${SYSTEM32}svchost.exe`)
      .add('sysmon', 8, '08:01', {
        SourceProcessGuid: guid(1),
        SourceImage: PS,
        TargetProcessGuid: guid(2),
        TargetImage: `${SYSTEM32}svchost.exe`,
      })
      .add('sysmon', 22, '08:02', { ProcessGuid: guid(2), Image: `${SYSTEM32}svchost.exe`, QueryName: 'x.example' })
      .flag('B')
      .start(3, '08:03', CMD, { parent: 2, parentImage: `${SYSTEM32}svchost.exe` })
      .flag('C'),
    'A+B+C',
  ],
];

test.each(cases)('joins: %s', async (_, log, groups) => expect(await log.groups()).toBe(groups));

test('a ring of parents, as damaged logs make one, ends', async () => {
  const log = new Log()
    .start(1, '08:00', CMD, { parent: 2, parentImage: CMD })
    .start(2, '08:00', CMD, { parent: 1, parentImage: CMD })
    .flag('A');
  const { incidents } = await log.report();
  expect(incidents.map(({ tree }) => tree.length)).toEqual([2]);
});
