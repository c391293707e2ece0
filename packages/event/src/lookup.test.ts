import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  CHANNELS,
  channelOfProvider,
  EVENT_COUNT,
  type EventIdOf,
  eventsOf,
  type FieldOf,
  fieldOrder,
  fieldType,
  findEvent,
  PROVIDERS,
  SYSMON_EVENTS,
  TABLES,
} from './index.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

describe('the table', () => {
  test('holds Sysmon 1 to 29 and 255', () => {
    expect(eventsOf(SYSMON).map((row) => row.eventId)).toEqual([...Array.from({ length: 29 }, (_, i) => i + 1), 255]);
  });

  test.each([
    {
      channel: 'Security',
      ids: '1102 4624 4625 4634 4648 4656 4657 4658 4663 4672 4673 4688 4689 4697 4698 4699 4702 4719 4720',
    },
    {
      channel: 'Security',
      ids: '4722 4723 4724 4725 4726 4728 4732 4738 4740 4756 4768 4769 4771 4776 4778 4779 4798 4799',
    },
    { channel: 'Security', ids: '4946 4957 5136 5140 5142 5145 5156 5157 5158' },
    { channel: 'System', ids: '104 1074 6005 6006 7036 7040 7045' },
    { channel: 'Windows PowerShell', ids: '400 403 600 800' },
    { channel: 'Microsoft-Windows-PowerShell/Operational', ids: '4103 4104' },
    { channel: 'Microsoft-Windows-Windows Defender/Operational', ids: '1006 1007 1116 1117 5001 5007 5010' },
    { channel: 'Microsoft-Windows-TaskScheduler/Operational', ids: '100 106 129 140 141 200 201' },
    { channel: 'Microsoft-Windows-WMI-Activity/Operational', ids: '5857 5858 5859 5860 5861' },
    { channel: 'Microsoft-Windows-Bits-Client/Operational', ids: '3 59 60 16403' },
    { channel: 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall', ids: '2004 2005 2006 2033' },
    { channel: 'Microsoft-Windows-AppLocker/EXE and DLL', ids: '8002 8003 8004' },
    { channel: 'Microsoft-Windows-AppLocker/MSI and Script', ids: '8005 8006 8007' },
    { channel: 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational', ids: '21 22 23 24 25 39 40' },
    { channel: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational', ids: '1149' },
    { channel: 'Microsoft-Windows-NTLM/Operational', ids: '8001 8002 8003 8004' },
    { channel: 'Microsoft-Windows-PrintService/Operational', ids: '307 316' },
    { channel: 'Microsoft-Windows-PrintService/Admin', ids: '808' },
    { channel: 'Microsoft-Windows-DNS Client Events/Operational', ids: '3008' },
    { channel: 'Microsoft-Windows-CodeIntegrity/Operational', ids: '3001 3033 3077' },
  ])('$channel has $ids', ({ channel, ids }) => {
    const known = new Set(eventsOf(channel).map((row) => row.eventId));
    expect(ids.split(' ').filter((id) => !known.has(Number(id)))).toEqual([]);
  });

  test('names events once a provider and channel, in both languages', () => {
    for (const { channel, provider, events } of TABLES) {
      const names = Object.values(events).map((row) => row.name);
      expect(new Set(names).size, `${channel} ${provider}`).toBe(names.length);
      for (const row of Object.values(events)) {
        expect(row.name, channel).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(row.ko, row.name).toMatch(/[가-힣]/);
        expect(row.en, row.name).not.toBe('');
      }
    }
  });

  test('names no provider twice in a channel', () => {
    const pairs = TABLES.map((table) => `${table.channel}|${table.provider}`.toLowerCase());
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  test('counts', () => {
    expect({ channels: CHANNELS.length, providers: PROVIDERS.length, events: EVENT_COUNT }).toEqual({
      channels: new Set(TABLES.map((table) => table.channel)).size,
      providers: new Set(TABLES.map((table) => table.provider)).size,
      events: TABLES.reduce((sum, table) => sum + Object.keys(table.events).length, 0),
    });
    expect(EVENT_COUNT).toBeGreaterThan(650);
  });
});

test.each([
  { source: SYSMON, id: 1, name: 'process_creation' },
  { source: 'microsoft-windows-sysmon', id: 5, name: 'process_termination' },
  { source: 'SECURITY', id: 4688, name: 'process_creation' },
  { source: 'Security', id: 1102, name: 'audit_log_cleared' },
  { source: 'Service Control Manager', id: 7045, name: 'service_installed' },
  { source: 'Linux-Sysmon', id: 3, name: 'network_connection' },
  { source: 'Security', id: 1, name: undefined },
  { source: 'toString', id: 1, name: undefined },
])('$source $id is $name', ({ source, id, name }) => expect(findEvent(source, id)?.name).toBe(name));

test('an id that two providers of a channel share is told apart by the provider', () => {
  expect(findEvent('System', 1, 'Microsoft-Windows-Kernel-General')?.name).toBe('system_time_changed');
  expect(findEvent('System', 1, 'microsoft-windows-filtermanager')?.name).toBe('filter_unloaded');
  expect(findEvent('System', 1, 'nobody')).toBeUndefined();
});

test.each([
  {
    source: SYSMON,
    id: 5,
    order: ['RuleName', 'UtcTime', 'ProcessGuid', 'ProcessId', 'Image', 'User'],
  },
  {
    source: 'Security',
    id: 4688,
    order:
      'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel'.split(
        ' ',
      ),
  },
  { source: 'Nowhere', id: 5, order: undefined },
])('fields of $source $id in order', ({ source, id, order }) => expect(fieldOrder(source, id)).toEqual(order));

test.each([
  { id: 1, field: 'Hashes', type: 'hashes' },
  { id: 1, field: 'ProcessGuid', type: 'guid' },
  { id: 3, field: 'DestinationPort', type: 'port' },
  { id: 3, field: 'SourceIp', type: 'ip' },
  { id: 10, field: 'GrantedAccess', type: 'hex' },
  { id: 1, field: 'toString', type: undefined },
])('Sysmon $id $field is $type', ({ id, field, type }) => expect(fieldType(SYSMON, id, field)).toBe(type));

test.each([
  { provider: 'Microsoft-Windows-Sysmon', id: undefined, channel: SYSMON },
  { provider: 'Microsoft-Windows-Security-Auditing', id: 4624, channel: 'Security' },
  { provider: 'Microsoft-Windows-Security-Auditing', id: 9999, channel: 'Security' },
  { provider: 'Service Control Manager', id: 7036, channel: 'System' },
  { provider: 'PowerShell', id: 400, channel: 'Windows PowerShell' },
  { provider: 'Microsoft-Windows-PowerShell', id: 4104, channel: 'Microsoft-Windows-PowerShell/Operational' },
  { provider: 'PowerShellCore', id: 4104, channel: 'PowerShellCore/Operational' },
  { provider: 'Microsoft-Windows-Eventlog', id: 1102, channel: 'Security' },
  { provider: 'Microsoft-Windows-Eventlog', id: 104, channel: 'System' },
  { provider: 'Microsoft-Windows-Eventlog', id: undefined, channel: undefined },
  { provider: 'Microsoft-Windows-AppLocker', id: 8007, channel: 'Microsoft-Windows-AppLocker/MSI and Script' },
  { provider: 'Microsoft Windows security auditing.', id: 4688, channel: 'Security' },
  { provider: 'constructor', id: 1, channel: undefined },
])('$provider $id writes to $channel', ({ provider, id, channel }) =>
  expect(channelOfProvider(provider, id)).toBe(channel),
);

test('types follow the table', () => {
  expectTypeOf<FieldOf<'Microsoft-Windows-Sysmon/Operational', 5>>().toEqualTypeOf<
    'RuleName' | 'UtcTime' | 'ProcessGuid' | 'ProcessId' | 'Image' | 'User'
  >();
  expectTypeOf<4104>().toExtend<EventIdOf<'Microsoft-Windows-PowerShell/Operational'>>();
  expect(SYSMON_EVENTS[29].name).toBe('file_executable_detected');
});
