import { expect, test } from 'vitest';
import { readText } from '../../text/testing/read-text.ts';
import { csvPowershell } from './csv-powershell.ts';

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = (...rows: readonly (readonly string[])[]) =>
  `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
const SYSMON = 'Microsoft-Windows-Sysmon';
const terminated = (utc: string) =>
  `Process terminated:\r\nRuleName: -\r\nUtcTime: ${utc}\r\nProcessGuid: {0a1b2c3d-da08-69a4-0100-000000001200}\r\nProcessId: 7\r\nImage: C:\\a.exe\r\nUser: PC\\kim`;
const iso = (ms: number) => new Date(ms).toISOString();

test('the columns one selects: no provider, no log, no host', async () => {
  const { events, notices, sniffed } = await readText(
    csvPowershell,
    csv(
      ['TimeCreated', 'Id', 'LevelDisplayName', 'Message'],
      ['2026-03-02 오후 9:27:33', '5', '정보', terminated('2026-03-02 12:27:33.462')],
      ['2026-03-02 오후 9:27:30', '5', '정보', terminated('2026-03-02 12:27:30.100')],
    ),
  );
  expect(sniffed).toBe(true);
  expect(events.map(({ timeMs, provider, channel, computer }) => [iso(timeMs), provider, channel, computer])).toEqual([
    ['2026-03-02T12:27:33.462Z', SYSMON, `${SYSMON}/Operational`, 'PC'],
    ['2026-03-02T12:27:30.100Z', SYSMON, `${SYSMON}/Operational`, 'PC'],
  ]);
  expect(events[0]!.position).toEqual({ kind: 'line', line: 2 });
  expect(events[1]!.position).toEqual({ kind: 'line', line: 9 });
  expect(events[0]!.system('Level')).toBe('4');
  expect(notices).toContain(`inferred channel: ${SYSMON}/Operational, from the layout of the message`);
});

test('members of System as Windows stores them', async () => {
  const { events } = await readText(
    csvPowershell,
    `#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n${csv(
      [
        'Id',
        'Version',
        'Level',
        'Task',
        'Opcode',
        'Keywords',
        'RecordId',
        'ProviderName',
        'ProviderId',
        'LogName',
        'ProcessId',
        'ThreadId',
        'MachineName',
        'UserId',
        'TimeCreated',
        'Message',
      ],
      [
        '4624',
        '2',
        '0',
        '12544',
        '0',
        '-9214364837600034816',
        '18446744073709551615',
        'Microsoft-Windows-Security-Auditing',
        '54849625-5478-4994-a5ba-3e3b0328c30d',
        'Security',
        '704',
        '812',
        'dc01.corp.example',
        'S-1-5-18',
        '2026-03-02T21:27:33.1234567+09:00',
        'x',
      ],
    )}`,
  );
  const [event] = events;
  expect(event).toMatchObject({ eventRecordId: 18446744073709551615n, computer: 'dc01.corp.example', timeTicks: 4567 });
  expect(iso(event!.timeMs)).toBe('2026-03-02T12:27:33.123Z');
  expect(Object.fromEntries(event!.systemFields())).toEqual({
    Provider_Guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
    Version: '2',
    Level: '0',
    Task: '12544',
    Opcode: '0',
    Keywords: '0x8020000000000000',
    Execution_ProcessID: '704',
    Execution_ThreadID: '812',
    Security_UserID: 'S-1-5-18',
  });
});

test('Get-EventLog, tab separated, and day before month where a later date tells', async () => {
  const { events } = await readText(
    csvPowershell,
    'Index\tEntryType\tSource\tEventID\tMachineName\tTimeGenerated\tMessage\n' +
      '12\tInformation\tService Control Manager\t7036\tPC\t03/04/2026 10:00:00\tThe Print Spooler service entered the running state.\n' +
      '13\tInformation\tService Control Manager\t7036\tPC\t13/04/2026 10:00:00\tThe Print Spooler service entered the stopped state.\n',
    { timeZone: 'UTC' },
  );
  expect(events.map(({ timeMs, channel, eventRecordId }) => [iso(timeMs), channel, eventRecordId])).toEqual([
    ['2026-04-03T10:00:00.000Z', 'System', 12],
    ['2026-04-13T10:00:00.000Z', 'System', 13],
  ]);
  expect([events[1]!.get('param1'), events[1]!.get('param2')]).toEqual(['Print Spooler', 'stopped']);
});

test('a row that lost a quote costs itself', async () => {
  const rows = Array.from({ length: 3 }, (_, i) => [
    '5',
    terminated(`2026-03-02 12:27:3${i}.000`),
    SYSMON,
    `3/2/2026 9:27:3${i} PM`,
  ]);
  const text = csv(['Id', 'Message', 'ProviderName', 'TimeCreated'], ...rows).replace('kim",', 'kim,');
  const { events, notices } = await readText(csvPowershell, text);
  expect(events.slice(-2).map(({ timeMs }) => iso(timeMs))).toEqual([
    '2026-03-02T12:27:31.000Z',
    '2026-03-02T12:27:32.000Z',
  ]);
  expect(notices.some((notice) => /^(?:lost|repaired) csv-/.test(notice))).toBe(true);
});

test('other tables with a time and an id are not claimed', async () => {
  for (const text of [
    'TimeCreated,Id\n1,2\n',
    'Id,Name,Message\n1,a,b\n',
    'RecordNumber,TimeCreated,EventId,Message,Payload\n',
  ])
    expect((await readText(csvPowershell, text)).sniffed).toBe(false);
});
