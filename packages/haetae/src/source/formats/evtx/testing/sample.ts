import type { RecordDraft } from '@haetae/evtx';

const HOST = 'PC-0417.corp.example';
const START = Date.UTC(2024, 4, 1, 0, 0, 0);

/** What sample.evtx holds: a process that starts, speaks and ends, a logon, and a cleared log. */
export const SAMPLE: readonly RecordDraft[] = [
  {
    system: sysmon(1, 0),
    eventData: [
      ['RuleName', '-'],
      ['UtcTime', '2024-05-01 00:00:00.123'],
      ['ProcessGuid', { type: 'guid', value: '7C9A3F10-0001-6631-1500-000000002A00' }],
      ['ProcessId', { type: 'uint32', value: 5432 }],
      ['Image', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
      ['CommandLine', 'powershell.exe -File "C:\\Users\\홍길동\\백업.ps1" <>&'],
      ['User', 'CORP\\홍길동'],
      ['ParentImage', ''],
    ],
  },
  {
    system: sysmon(3, 1500),
    eventData: [
      ['RuleName', '-'],
      ['Image', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
      ['Initiated', { type: 'boolean', value: true }],
      ['DestinationIp', '192.0.2.17'],
      ['DestinationPort', { type: 'uint16', value: 443 }],
    ],
  },
  { system: sysmon(5, 3000), eventData: [['Image', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe']] },
  {
    system: {
      ...sysmon(4624, 4000),
      provider: { name: 'Microsoft-Windows-Security-Auditing', guid: '54849625-5478-4994-A5BA-3E3B0328C30D' },
      channel: 'Security',
      keywords: 0x8020000000000000n,
    },
    eventData: [
      ['SubjectUserSid', { type: 'sid', value: 'S-1-5-18' }],
      ['TargetUserName', '홍길동'],
      ['TargetLogonId', { type: 'hexInt64', value: 0x3e7n }],
      ['LogonType', { type: 'uint32', value: 10 }],
      ['IpAddress', '198.51.100.4'],
    ],
  },
  {
    system: {
      provider: { name: 'Microsoft-Windows-Eventlog', guid: 'FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148' },
      eventId: 1102,
      level: 4,
      time: { ms: START + 5000 },
      channel: 'Security',
      computer: HOST,
    },
    userData: {
      name: 'LogFileCleared',
      attributes: [['xmlns', 'http://manifests.microsoft.com/win/2004/08/windows/eventlog']],
      content: [
        { name: 'SubjectUserName', content: 'admin' },
        { name: 'SubjectDomainName', content: 'CORP' },
      ],
    },
  },
];

function sysmon(eventId: number, afterMs: number): RecordDraft['system'] {
  return {
    provider: { name: 'Microsoft-Windows-Sysmon', guid: '5770385F-C22A-43E0-BF4C-06F5698FFBD9' },
    eventId,
    version: 5,
    level: 4,
    task: eventId,
    opcode: 0,
    keywords: 0x8000000000000000n,
    time: { ms: START + afterMs, ticks: 1230 },
    processId: 2044,
    threadId: 3120,
    channel: 'Microsoft-Windows-Sysmon/Operational',
    computer: HOST,
    userSid: 'S-1-5-18',
  };
}
