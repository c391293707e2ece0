import { describe, expect, test } from 'vitest';
import { canonicalLine, documentLine } from '../../canonical.ts';
import { makeHead } from '../../encoding/index.ts';
import { Ledger } from '../../ledger.ts';
import { json } from './json.ts';

interface Read {
  rows: string[];
  system: Record<string, string>[];
  notices: string[];
}

async function read(text: string, timeZone = 'UTC'): Promise<Read> {
  const bytes = Buffer.from(text);
  const head = makeHead(bytes);
  const ledger = new Ledger();
  const rows: string[] = [];
  const system: Record<string, string>[] = [];
  const input = {
    path: 'x',
    size: bytes.length,
    head: bytes,
    async *bytes() {
      yield bytes;
    },
  };
  for await (const batch of json.read(input, head, { timeZone }, ledger))
    for (const event of batch.events) {
      rows.push(canonicalLine(event));
      system.push(Object.fromEntries(event.systemFields()));
    }
  const notices = ledger
    .notices()
    .map(({ kind, code, count, examples }) => `${kind} ${code} ×${count}: ${examples[0]!.detail}`);
  return { rows, system, notices };
}

const lines = (...objects: object[]): string => objects.map((one) => JSON.stringify(one)).join('\n');
const times = (rows: string[]): string[] => rows.map((row) => (JSON.parse(row) as { time: string }).time);
const data = (rows: string[]): unknown[] => rows.map((row) => (JSON.parse(row) as { data: unknown }).data);

describe('sniff', () => {
  test.each([
    ['{"EventID":1}', true],
    [' [\n {"a":1}]', true],
    ['[]', true],
    ['{}', true],
    ['Nov 22 09:00:00 host app: {"EventID":1}\n', true],
    ['[Version]\nSignature=x', false],
    ['{Name} is no JSON', false],
    ['a,b\n1,{"x"\n', false],
    ['<Event>{"a":1}</Event>', false],
  ])('%j: %s', (text, is) => expect(json.sniff(makeHead(Buffer.from(text)))).toBe(is));

  test('macOS attributes glued before the first line', () => {
    const junk = Buffer.concat([Buffer.from([0, 5, 22, 7, 0, 2, 0, 0]), Buffer.from('Mac OS X'), Buffer.alloc(300)]);
    expect(json.sniff(makeHead(Buffer.concat([junk, Buffer.from('{"EventID":1}')])))).toBe(true);
    expect(json.sniff(makeHead(junk))).toBe(false);
  });
});

describe('times of flat events', () => {
  const event = (more: object): object => ({ EventID: 1, Channel: 'C', SourceName: 'S', Hostname: 'H', ...more });

  test('a local time by UtcTime, carried over to events before and behind it', async () => {
    const { rows, notices } = await read(
      lines(
        event({ EventTime: '2026-11-22 18:00:00' }),
        event({ EventTime: '2026-11-22 18:00:01', UtcTime: '2026-11-22 09:00:00.900' }),
        event({ EventTime: '2026-11-22 18:00:02' }),
      ),
    );
    expect(times(rows)).toEqual([
      '2026-11-22T09:00:00.000000Z',
      '2026-11-22T09:00:00.900000Z',
      '2026-11-22T09:00:02.000000Z',
    ]);
    expect(notices).toEqual(['inferred time-offset ×1: EventTime is +09:00 by UtcTime']);
  });

  test('a Z that is not true, on a 12-hour clock', async () => {
    const { rows, notices } = await read(
      lines(
        event({ TimeCreated: '2026-11-22T10:00:00.500Z', UtcTime: '2026-11-23 02:00:00.500' }),
        event({ TimeCreated: '2026-11-22T10:00:01.500Z' }),
      ),
    );
    expect(times(rows)).toEqual(['2026-11-23T02:00:00.500000Z', '2026-11-23T02:00:01.500000Z']);
    expect(notices).toEqual([
      'inferred time-offset ×1: TimeCreated is -16:00 by UtcTime, although TimeCreated says that it is UTC',
    ]);
  });

  test('a UtcTime that went stale while the machine slept is not taken', async () => {
    const { rows } = await read(
      lines(
        event({ TimeCreated: '2026-11-22T10:00:00.500Z', UtcTime: '2026-11-22 10:00:00.400' }),
        event({ EventID: 3, TimeCreated: '2026-11-22T10:00:01.500Z', UtcTime: '2026-11-22 03:17:21.100' }),
      ),
    );
    expect(times(rows)).toEqual(['2026-11-22T10:00:00.500000Z', '2026-11-22T10:00:01.500000Z']);
  });

  test('by the time of receipt, though it came late', async () => {
    const { rows, notices } = await read(
      lines(
        event({
          EventTime: '2026-11-22 18:00:00',
          EventReceivedTime: '2026-11-22 20:31:00',
          '@timestamp': '2026-11-22T11:31:02.100Z',
        }),
      ),
    );
    expect(times(rows)).toEqual(['2026-11-22T09:00:00.000000Z']);
    expect(notices).toEqual(['inferred time-offset ×1: EventTime is +09:00 by @timestamp']);
  });

  test('by the zone that was given, and said so', async () => {
    const { rows, notices } = await read(lines(event({ EventTime: '2026-11-22 18:00:00' })), 'Asia/Seoul');
    expect(times(rows)).toEqual(['2026-11-22T09:00:00.000000Z']);
    expect(notices).toEqual(['inferred time-zone-assumed ×1: Asia/Seoul']);
  });

  test.each([
    { time: { TimeCreated: '/Date(1795338000123)/' }, is: '2026-11-22T09:00:00.123000Z' },
    { time: { timestamp: 1795338000 }, is: '2026-11-22T09:00:00.000000Z' },
    { time: { '@timestamp': '2026-11-22T18:00:00.5+09:00' }, is: '2026-11-22T09:00:00.500000Z' },
    { time: { EventTime: '2026-11-22T18:00:00.1234567+09:00' }, is: '2026-11-22T09:00:00.123456Z' },
  ])('$is', async ({ time, is }) => expect(times((await read(lines(event(time)))).rows)).toEqual([is]));

  test('none, or one that cannot be read', async () => {
    const { rows, notices } = await read(lines(event({}), event({ EventTime: 'yesterday' })));
    expect(times(rows)).toEqual(['', '']);
    expect(notices).toEqual([
      'repaired time-missing ×1: no member holds one',
      'repaired time-unreadable ×1: EventTime "yesterday"',
    ]);
  });
});

describe('values', () => {
  const text =
    '{"EventID":"13","Channel":"C","SourceName":"S","Hostname":"H","TimeCreated":"2026-11-22T09:00:00Z","Keywords":-9223372036854775808,' +
    '"RecordNumber":18446744073709551615,"Big":12345678901234567890,"Half":0.5,"No":null,"Yes":true,"List":["a",1,null],' +
    '"Deep":{"x":{"y":[1,2]}},"__proto__":"p","constructor":"c","Level":"4","Message":"m","ThreadID":7,"ProcessID":8}';

  test('numbers keep their digits, null is empty, arrays are several values', async () => {
    const { rows, system } = await read(text);
    expect(rows).toEqual([
      '{"eventRecordId":18446744073709551615,"channel":"C","provider":"S","eventId":13,"time":"2026-11-22T09:00:00.000000Z","computer":"H",' +
        '"data":{"Big":"12345678901234567890","Deep.x.y":"1","Deep.x.y[2]":"2","Half":"0.5","List":"a","List[2]":"1","List[3]":"",' +
        '"Message":"m","No":"","ProcessID":"8","Yes":"true","__proto__":"p","constructor":"c"}}',
    ]);
    expect(system).toEqual([
      {
        Level: '4',
        Keywords: '-9223372036854775808',
        Execution_ProcessID: '8',
        Execution_ThreadID: '7',
        TimeCreated_SystemTime: '2026-11-22T09:00:00Z',
      },
    ]);
  });

  test('get tells what fields tells, and nothing of what an object inherits', async () => {
    const bytes = Buffer.from(text.replace('"constructor":"c",', '').replace('"__proto__":"p",', ''));
    const input = {
      path: 'x',
      size: bytes.length,
      head: bytes,
      async *bytes() {
        yield bytes;
      },
    };
    let seen = 0;
    for await (const batch of json.read(input, makeHead(bytes), { timeZone: 'UTC' }, new Ledger()))
      for (const event of batch.events) {
        seen++;
        const fields = new Map<string, string[]>();
        for (const [name, value] of event.fields()) fields.set(name, [...(fields.get(name) ?? []), value]);
        for (const [name, values] of fields) {
          expect(event.getAll(name), name).toEqual(values);
          expect(event.get(name), name).toBe(values[0]);
        }
        for (const name of [
          'constructor',
          '__proto__',
          'toString',
          'EventID',
          'Channel',
          'Level',
          'Deep',
          'Deep.x',
          'nothing',
        ]) {
          expect(event.get(name), name).toBeUndefined();
          expect(event.getAll(name), name).toEqual([]);
        }
        expect(documentLine(event, 'f')).toContain('{"file":"f","line":1,"eventRecordId":18446744073709551615,');
      }
    expect(seen).toBe(1);
  });
});

describe('nested events', () => {
  const system = {
    Provider: { '#attributes': { Name: 'P' } },
    EventID: 1,
    TimeCreated: { '#attributes': { SystemTime: '2026-11-22T09:00:00Z' } },
    Channel: 'C',
    Computer: 'H',
  };

  test.each([
    { name: 'EventData null', event: { EventData: null }, is: {} },
    {
      name: 'repeated names',
      event: { EventData: { A: 'x', A_1: 'y', A_2: 'z', B_1: 'w' } },
      is: { A: 'x', 'A[2]': 'y', 'A[3]': 'z', B_1: 'w' },
    },
    {
      name: 'unnamed data',
      event: { EventData: { Data: ['x', '', 'z'] } },
      is: { Data: 'x', 'Data[2]': '', 'Data[3]': 'z' },
    },
    { name: 'one unnamed', event: { EventData: { Data: { '#text': 'x' } } }, is: { Data: 'x' } },
    { name: 'text alone', event: { EventData: 'x' }, is: { EventData: 'x' } },
    {
      name: 'UserData at any depth',
      event: { UserData: { E: { '#attributes': { xmlns: 'n' }, A: { B: { C: 1 } }, D: null } } },
      is: { C: '1', D: '' },
    },
    {
      name: 'xmltodict',
      event: { EventData: { Data: [{ '@Name': 'A', '#text': 'x' }, { '@Name': 'B' }] } },
      is: { A: 'x', B: '' },
    },
    { name: 'RenderingInfo', event: { EventData: { A: '1' }, RenderingInfo: { Message: 'm' } }, is: { A: '1' } },
  ])('$name', async ({ event, is }) => {
    const { rows, notices } = await read(lines({ Event: { System: system, ...event } }));
    expect(data(rows)).toEqual([is]);
    expect(notices).toEqual([]);
  });

  test('as Velociraptor and Chainsaw write them', async () => {
    const plain = {
      System: {
        Provider: { Name: 'P', Guid: 'G' },
        EventID: { Value: 4624 },
        TimeCreated: { SystemTime: 1795338000.25 },
        Execution: { ProcessID: 4, ThreadID: 8 },
        Channel: 'Security',
        Computer: 'H',
      },
      EventData: { LogonType: 3 },
    };
    const { rows, system: members } = await read(lines(plain, { document: { kind: 'evtx', data: { Event: plain } } }));
    const row =
      '{"eventRecordId":0,"channel":"Security","provider":"P","eventId":4624,"time":"2026-11-22T09:00:00.250000Z","computer":"H","data":{"LogonType":"3"}}';
    expect(rows).toEqual([row, row]);
    expect(members[0]).toEqual({ Provider_Guid: 'G', Execution_ProcessID: '4', Execution_ThreadID: '8' });
  });
});

describe('Winlogbeat', () => {
  test('6, dotted, and as Kibana exports', async () => {
    const six = {
      '@timestamp': '2026-11-22T09:00:00.000Z',
      log_name: 'Security',
      source_name: 'P',
      computer_name: 'H',
      event_id: 4624,
      record_number: '7',
      event_data: { LogonType: '3' },
    };
    const dotted = {
      '@timestamp': '2026-11-22T09:00:00.000Z',
      'winlog.channel': 'Security',
      'winlog.provider_name': 'P',
      'winlog.computer_name': 'H',
      'winlog.event_id': 4624,
      'winlog.record_id': 7,
      'winlog.event_data.LogonType': '3',
    };
    const kibana = { fields: Object.fromEntries(Object.entries(dotted).map(([name, value]) => [name, [value]])) };
    const { rows, notices } = await read(lines(six, dotted, kibana));
    const row =
      '{"eventRecordId":7,"channel":"Security","provider":"P","eventId":4624,"time":"2026-11-22T09:00:00.000000Z","computer":"H","data":{"LogonType":"3"}}';
    expect(rows).toEqual([row, row, row]);
    expect(notices).toEqual([]);
  });

  test('Sysmon fields that were renamed to ECS come back under their own names', async () => {
    const { rows } = await read(
      lines({
        '@timestamp': '2026-11-22T09:00:00.000Z',
        winlog: {
          channel: 'Microsoft-Windows-Sysmon/Operational',
          provider_name: 'Microsoft-Windows-Sysmon',
          event_id: '1',
          computer_name: 'H',
          event_data: { LogonId: '0x1' },
        },
        process: {
          entity_id: '{g}',
          pid: 5,
          executable: 'C:\\a.exe',
          command_line: 'a',
          args: ['a'],
          parent: { executable: 'C:\\p.exe' },
          hash: { md5: 'ab', sha256: 'cd' },
        },
        user: { domain: 'D', name: 'u' },
      }),
    );
    expect(data(rows)).toEqual([
      {
        CommandLine: 'a',
        Hashes: 'MD5=AB,SHA256=CD',
        Image: 'C:\\a.exe',
        LogonId: '0x1',
        ParentImage: 'C:\\p.exe',
        ProcessGuid: '{g}',
        ProcessId: '5',
        User: 'D\\u',
      },
    ]);
  });
});

test('Wazuh: names and backslashes as Microsoft has them', async () => {
  const { rows } = await read(
    lines({
      data: {
        win: {
          system: {
            providerName: 'P',
            eventID: '1',
            systemTime: '2026-11-22T09:00:00.1Z',
            eventRecordID: '9',
            channel: 'C',
            computer: 'H',
          },
          eventdata: { image: 'C:\\\\a\\\\b.exe', share: '\\\\server\\x', one: '\\\\server' },
        },
      },
    }),
  );
  expect(data(rows)).toEqual([{ Image: 'C:\\a\\b.exe', One: '\\\\server', Share: '\\\\server\\x' }]);
});

test('what is no event is told with its line', async () => {
  const { rows, notices } = await read(
    `${lines({ a: 1 }, {}, { EventID: 'x', Channel: 'C', SourceName: 'S', UtcTime: '2026-11-22 09:00:00.000' })}\nnot JSON\n`,
  );
  expect(rows).toHaveLength(1);
  expect(notices).toEqual([
    'lost not-an-event ×2: members a',
    'repaired event-id-unreadable ×1: "x"',
    'lost json-syntax ×1: "not JSON"',
  ]);
});

test('nesting without end is told, not followed', async () => {
  const deep = `{"EventID":1,"Channel":"C","SourceName":"S","UtcTime":"2026-11-22 09:00:00.000","x":${'[1,'.repeat(5000)}1${']'.repeat(5000)}}`;
  const { rows, notices } = await read(deep);
  expect(rows).toHaveLength(1);
  expect(notices).toEqual(['repaired nesting-too-deep ×1: x']);
});
