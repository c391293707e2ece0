import { describe, expect, test } from 'vitest';
import { readText } from '../../text/testing/read-text.ts';
import { csvEvtxecmd } from './csv-evtxecmd.ts';
import { readPayload } from './payload.ts';

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const PAYLOAD = '{"EventData":{"Data":[{"@Name":"Image","#text":"C:\\\\a, b.exe"},{"@Name":"User"}]}}';

test('as EvtxECmd writes it: UTC, 100 ns', async () => {
  const { events, notices, sniffed } = await readText(
    csvEvtxecmd,
    'RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,UserId,Keywords,Payload\r\n' +
      `1,77,2026-03-02 12:27:33.4624118,5,Info,Microsoft-Windows-Sysmon,Microsoft-Windows-Sysmon/Operational,4,8,PC,S-1-5-18,"Audit failure, Classic",${cell(PAYLOAD)}\r\n`,
    { timeZone: 'America/New_York' },
  );
  expect(sniffed).toBe(true);
  expect(notices).toEqual([]);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    timeMs: Date.UTC(2026, 2, 2, 12, 27, 33, 462),
    timeTicks: 4118,
    eventRecordId: 77,
  });
  expect([...events[0]!.fields()]).toEqual([
    ['Image', 'C:\\a, b.exe'],
    ['User', ''],
  ]);
  expect([...events[0]!.systemFields()]).toEqual([
    ['Level', '4'],
    ['Keywords', '0x8090000000000000'],
    ['Execution_ProcessID', '4'],
    ['Execution_ThreadID', '8'],
    ['Security_UserID', 'S-1-5-18'],
  ]);
});

test('as Timeline Explorer exports it: other columns, parted words', async () => {
  const { events } = await readText(
    csvEvtxecmd,
    `Line,Tag,Record Number,Event Record Id,Time Created,Event Id,Level,Provider,Channel,Computer,Payload\n1,False,1,77,2026-03-02 12:27:33,5,Info,P,C,PC,${cell(PAYLOAD)}\n`,
  );
  expect(events[0]).toMatchObject({ timeMs: Date.UTC(2026, 2, 2, 12, 27, 33), channel: 'C', eventId: 5 });
  expect(events[0]!.get('Image')).toBe('C:\\a, b.exe');
});

test('a payload that a spreadsheet cut: the mapped columns stand for it', async () => {
  const { events, notices } = await readText(
    csvEvtxecmd,
    `TimeCreated,EventId,UserName,PayloadData1,Payload\n2026-03-02 12:27:33,5,kim,one,${cell(PAYLOAD.slice(0, 40))}\n`,
  );
  expect([...events[0]!.fields()]).toEqual([
    ['UserName', 'kim'],
    ['PayloadData1', 'one'],
  ]);
  expect(notices[0]).toMatch(/^repaired json-syntax: Payload: /);
});

describe('payloads', () => {
  test.each([
    { what: 'one Data', text: '{"EventData":{"Data":{"@Name":"a","#text":"1"}}}', fields: [['a', '1']] },
    {
      what: 'unnamed Data',
      text: '{"EventData":{"Data":["x","y"],"Binary":""}}',
      fields: [
        ['Data', 'x'],
        ['Data', 'y'],
        ['Binary', ''],
      ],
    },
    {
      what: 'UserData',
      text: '{"UserData":{"R":{"@xmlns":"u","A":"1","B":{"C":null}}}}',
      fields: [
        ['A', '1'],
        ['C', ''],
      ],
    },
    {
      what: 'numbers and booleans',
      text: '{"EventData":{"Data":[{"@Name":"n","#text":5},{"@Name":"b","#text":true}]}}',
      fields: [
        ['n', '5'],
        ['b', 'true'],
      ],
    },
    { what: 'no data', text: '{"EventData":null}', fields: [] },
    { what: 'attributes only', text: '{"EventData":{"@Name":"x"}}', fields: [] },
  ])('$what', ({ text, fields }) => {
    const payload = readPayload(text);
    expect(payload.ok && payload.names.map((name, i) => [name, payload.values[i]])).toEqual(fields);
  });

  test('nested without end is refused', () => {
    expect(readPayload(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`)).toMatchObject({ ok: false });
    expect(readPayload('[1]')).toMatchObject({ ok: false });
  });
});
