import { type EventParts, PlainEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { domainOf } from './families/dns.ts';
import * as families from './families/index.ts';
import { commandOfTask, programOf } from './families/service.ts';
import { type Family, valuesOf } from './family.ts';
import { createReader, hourKey } from './reader.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

function read(family: Family, eventId: number, fields: Record<string, string>, more: Partial<EventParts> = {}) {
  const event = new PlainEvent({
    timeMs: Date.UTC(2025, 5, 23, 12, 27),
    channel: SYSMON,
    eventId,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
    ...more,
  });
  const out = new Float64Array(valuesOf(family) + 1).fill(-7);
  const told = family.read(event, createReader('Asia/Seoul'), out, 0);
  const numbers = Object.fromEntries(family.numbers.map((id, i) => [id, out[i]!]));
  const keys = Object.fromEntries(family.keys.map(({ id }, i) => [id, out[family.numbers.length + i]!]));
  return { told, numbers, keys, isWhole: out.indexOf(-7) === valuesOf(family) };
}

/** What an event tells, by family: the numbers, in the units of the table. */
const NUMBERS: readonly [string, Family, number, Record<string, string>, Record<string, number>][] = [
  [
    'a shell of a document',
    families.processCreation,
    1,
    {
      Image: 'C:\\Windows\\System32\\cmd.exe',
      ParentImage: 'C:\\x\\WINWORD.EXE',
      CommandLine: 'cmd /c 12345',
      IntegrityLevel: 'High',
      OriginalFileName: 'Cmd.Exe',
    },
    { length: 12, entropy: 3.3, symbols: 8, digits: 42, writable: 0, masquerade: 0, renamed: 0, integrity: 3 },
  ],
  [
    'a renamed program that looks like svchost, in a profile',
    families.processCreation,
    1,
    { Image: 'C:\\Users\\kim\\svch0st.exe', CommandLine: 'a', IntegrityLevel: 'Medium', OriginalFileName: 'nc.exe' },
    { length: 1, entropy: 0, symbols: 0, digits: 0, writable: 1, masquerade: 3, renamed: 1, integrity: 2 },
  ],
  [
    '4688 without a command line',
    families.processCreation,
    4688,
    { NewProcessName: 'C:\\Windows\\explorer.exe', MandatoryLabel: 'S-1-16-16384' },
    {
      length: Number.NaN,
      entropy: Number.NaN,
      symbols: Number.NaN,
      digits: Number.NaN,
      writable: 0,
      masquerade: 0,
      renamed: Number.NaN,
      integrity: 4,
    },
  ],
  [
    'a process that lived 1,237 s, by its GUID',
    families.processEnd,
    5,
    // 0x68594636 = 2025-06-23T12:19:02Z
    { Image: 'C:\\Temp\\a.exe', ProcessGuid: '{c00189fc-4636-6859-a85a-000000006900}' },
    { lifetime: 480, writable: 1, masquerade: 0 },
  ],
  [
    'out to the internet',
    families.network,
    3,
    { Image: 'C:\\a\\b.exe', Initiated: 'true', DestinationIp: '203.0.113.5', DestinationPort: '443' },
    { outside: 1, inbound: 0, writable: 0, masquerade: 0 },
  ],
  [
    'in from the local network',
    families.network,
    3,
    {
      Image: 'System',
      Initiated: 'false',
      SourceIp: '192.168.1.9',
      DestinationIp: '192.168.1.2',
      DestinationPort: '445',
    },
    { outside: 0, inbound: 1, writable: 0, masquerade: 0 },
  ],
  [
    '5156 inbound',
    families.network,
    5156,
    {
      Application: '\\device\\harddiskvolume2\\users\\kim\\a.exe',
      Direction: '%%14592',
      SourcePort: '3389',
      DestAddress: '172.32.0.1',
      DestPort: '51000',
    },
    { outside: 1, inbound: 1, writable: 1, masquerade: 0 },
  ],
  [
    'a long failed query',
    families.dns,
    22,
    { QueryName: 'a1b2c3.evil.example.co.kr', QueryStatus: '9003', Image: 'C:\\a.exe' },
    { length: 25, entropy: 3.9, symbols: 16, digits: 12, labels: 5, failed: 1, writable: 1, masquerade: 0 },
  ],
  [
    'an unsigned library',
    families.imageLoad,
    7,
    { Image: 'C:\\Windows\\explorer.exe', ImageLoaded: 'C:\\Users\\k\\version.dll', Signed: 'false' },
    { signature: 2, writable: 1, masquerade: 4, imageWritable: 0 },
  ],
  [
    'a library with a revoked signature',
    families.imageLoad,
    7,
    {
      Image: 'C:\\x.exe',
      ImageLoaded: 'C:\\Windows\\System32\\a.dll',
      Signed: 'true',
      SignatureStatus: 'Revoked',
      Signature: 'X',
    },
    { signature: 1, writable: 0, masquerade: 0, imageWritable: 1 },
  ],
  [
    'a program with two extensions',
    families.file,
    11,
    { Image: 'C:\\Windows\\explorer.exe', TargetFilename: 'C:\\Users\\k\\Desktop\\invoice.pdf.exe' },
    { executable: 1, deleted: 0, stream: 0, doubleExtension: 1, imageWritable: 0, masquerade: 0 },
  ],
  [
    'a stream',
    families.file,
    15,
    { Image: 'C:\\Users\\k\\b.exe', TargetFilename: 'C:\\Users\\k\\a.txt:hidden' },
    { executable: 0, deleted: 0, stream: 1, doubleExtension: 0, imageWritable: 1, masquerade: 0 },
  ],
  [
    'a deletion',
    families.file,
    23,
    { Image: 'C:\\Windows\\explorer.exe', TargetFilename: 'C:\\a\\b.txt' },
    { executable: 0, deleted: 1, stream: 0, doubleExtension: 0, imageWritable: 0, masquerade: 0 },
  ],
  [
    'a Run key',
    families.registry,
    13,
    {
      Image: 'C:\\Windows\\regedit.exe',
      TargetObject: 'HKU\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x',
      Details: 'C:\\Temp\\a.exe',
    },
    { autorun: 1, command: 1, valueLength: 11, imageWritable: 0 },
  ],
  [
    'a key',
    families.registry,
    12,
    { Image: 'C:\\Windows\\regedit.exe', TargetObject: 'HKLM\\Software\\A', EventType: 'CreateKey' },
    { autorun: 0, command: Number.NaN, valueLength: Number.NaN, imageWritable: 0 },
  ],
  [
    'lsass read from memory without a file',
    families.processAccess,
    10,
    {
      SourceImage: 'C:\\Windows\\Temp\\a.exe',
      TargetImage: 'C:\\Windows\\system32\\LSASS.exe',
      GrantedAccess: '0x1438',
      CallTrace: 'a|UNKNOWN(1)',
    },
    { strongRights: 3, unbacked: 1, lsass: 1, writable: 1 },
  ],
  [
    'a thread without a module',
    families.remoteThread,
    8,
    { SourceImage: 'C:\\Windows\\a.exe', TargetImage: 'C:\\Windows\\explorer.exe', StartModule: '-' },
    { noModule: 1, writable: 0 },
  ],
  [
    'a pipe',
    families.pipe,
    17,
    { Image: 'System', PipeName: '\\MSSE-1234-server' },
    { entropy: 3.5, digits: 20, created: 1, writable: 0 },
  ],
  [
    'a script',
    families.script,
    4104,
    { ScriptBlockText: `IEX ${'A'.repeat(400)}`, Path: '' },
    { length: 400, entropy: 0.1, symbols: 0, digits: 0, longestWord: 400, noFile: 1, suspicious: 0 },
  ],
  [
    'a failed logon',
    families.logon,
    4625,
    { TargetUserName: 'kim', IpAddress: '10.0.0.9', LogonType: '3' },
    { failed: 1, explicit: 0, elevated: Number.NaN, machine: 0 },
  ],
  [
    'a machine’s elevated logon',
    families.logon,
    4624,
    { TargetUserName: 'PC01$', ElevatedToken: '%%1842' },
    { failed: 0, explicit: 0, elevated: 1, machine: 1 },
  ],
  [
    'a service',
    families.service,
    7045,
    { ServiceName: 'abcd', ImagePath: '"C:\\Users\\k\\s.exe" -x', AccountName: 'LocalSystem' },
    { length: 21, entropy: 3.5, symbols: 38, digits: 0, nameEntropy: 2, writable: 1, masquerade: 0, task: 0 },
  ],
];

test.each(NUMBERS)('%s', (_, family, eventId, fields, numbers) => {
  const { told, numbers: found, isWhole } = read(family, eventId, fields);
  expect([told, isWhole]).toEqual([true, true]);
  expect(found).toEqual(numbers);
});

describe('nothing to compare', () => {
  test.each<[Family, number]>([
    [families.processCreation, 1],
    [families.processEnd, 5],
    [families.network, 3],
    [families.dns, 22],
    [families.imageLoad, 7],
    [families.file, 11],
    [families.registry, 13],
    [families.processAccess, 10],
    [families.remoteThread, 8],
    [families.pipe, 17],
    [families.script, 4104],
    [families.pipelineExecution, 4103],
    [families.logon, 4624],
    [families.service, 7045],
  ])('%# of an event without fields', (family, eventId) => expect(read(family, eventId, {}).told).toBe(false));
});

test('what is the same thing has the same key, wherever it is written', () => {
  const sysmon = read(families.processCreation, 1, {
    Image: 'C:\\Windows\\System32\\cmd.exe',
    ParentImage: 'C:\\Windows\\explorer.exe',
  }).keys;
  const security = read(families.processCreation, 4688, {
    NewProcessName: 'c:\\windows\\system32\\CMD.EXE',
    ParentProcessName: 'C:\\Windows\\explorer.exe',
  }).keys;
  expect(security).toEqual(sysmon);
});

test.each([
  ['www.example.com', 'example.com'],
  ['a.b.example.co.kr', 'example.co.kr'],
  ['example.com', 'example.com'],
  ['localhost', 'localhost'],
  ['10.0.0.1', '10.0.0.1'],
])('%s is below %s', (name, domain) => expect(domainOf(name)).toBe(domain));

test.each([
  ['"C:\\Program Files\\a b.exe" -x', 'C:\\Program Files\\a b.exe'],
  ['C:\\Program Files\\a b.exe -x', 'C:\\Program Files\\a b.exe'],
  ['\\SystemRoot\\x.sys', '\\SystemRoot\\x.sys'],
  ['powershell -enc AAAA', 'powershell'],
])('%s runs %s', (command, program) => expect(programOf(command)).toBe(program));

test('of a task’s XML what it runs', () => {
  expect(commandOfTask('<Task><Exec><Command>cmd.exe</Command><Arguments>/c x</Arguments></Exec></Task>')).toBe(
    'cmd.exe /c x',
  );
  expect(commandOfTask('<Task/>')).toBe('<Task/>');
});

test.each([
  // Monday, Saturday; local time.
  ['2025-06-23T00:30:00Z', 1],
  ['2025-06-23T23:30:00Z', 24],
  ['2025-06-28T00:30:00Z', 25],
  ['1969-12-31T23:00:00Z', 24],
])('%s is in hour %i', (time, key) => expect(hourKey(Date.parse(time))).toBe(key));

test('hours are told in the zone that was asked for', () => {
  const event = new PlainEvent({
    timeMs: Date.UTC(2025, 5, 23, 20),
    position: { kind: 'line', line: 1 },
    names: [],
    values: [],
  });
  expect([createReader('UTC').hour(event), createReader('Asia/Seoul').hour(event)]).toEqual([21, 6]);
});
