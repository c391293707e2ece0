import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readText } from '../../text/testing/read-text.ts';
import { csvEventViewer } from './csv-event-viewer.ts';

const KO = '수준,날짜 및 시간,원본,이벤트 ID,작업 범주';
const EN = 'Level,Date and Time,Source,Event ID,Task Category';
const SYSMON = 'Microsoft-Windows-Sysmon';
const GUID = '{0a1b2c3d-da08-69a4-0100-000000001200}';
const terminated = (utc: string, user = 'DESKTOP-HAETAE1\\kim', end = '\n') =>
  [
    'Process terminated:',
    'RuleName: -',
    `UtcTime: ${utc}`,
    `ProcessGuid: ${GUID}`,
    'ProcessId: 7',
    'Image: C:\\a.exe',
    `User: ${user}`,
  ].join(end);
const read = (content: string | Uint8Array, options = {}) => readText(csvEventViewer, content, options);
const iso = (ms: number) => (Number.isNaN(ms) ? '' : new Date(ms).toISOString());
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('the languages and shapes of the export', () => {
  const one = quoted(terminated('2026-03-02 12:27:33.462'));
  test.each([
    { what: 'Korean', text: `${KO}\n정보,2026-03-02 오후 9:27:33,${SYSMON},5,Process terminated,${one}\n` },
    { what: 'English', text: `${EN}\r\nInformation,3/2/2026 9:27:33 PM,${SYSMON},5,Process terminated,${one}\r\n` },
    {
      what: 'Japanese',
      text: `レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\n情報,2026/03/02 21:27:33,${SYSMON},5,Process terminated,${one}`,
    },
    {
      what: 'tab separated',
      text: `${KO.replaceAll(',', '\t')}\n정보\t2026-03-02 오후 9:27:33\t${SYSMON}\t5\tProcess terminated\t${one}\n`,
    },
    {
      what: 'other order of columns, a named message',
      text: `이벤트 ID,메시지,원본,날짜 및 시간,작업 범주,수준\n5,${one},${SYSMON},2026-03-02 오후 9:27:33,Process terminated,정보\n`,
    },
    {
      what: 'a spreadsheet that appended empty columns and dropped seconds',
      text: `${KO},,,\n정보,2026-03-02 21:27,${SYSMON},5,Process terminated,${one},,\n`,
    },
    {
      what: 'a short name of the source',
      text: `${KO}\n정보,2026-03-02 오후 9:27:33,Sysmon,5,Process terminated,${one}\n`,
    },
    { what: 'no header', text: `정보,2026-03-02 오후 9:27:33,${SYSMON},5,Process terminated,${one}\n` },
  ])('$what', async ({ text }) => {
    for (const piece of [65_536, 5]) {
      const { events, notices, sniffed } = await read(text, { piece });
      expect(sniffed).toBe(true);
      expect(events).toHaveLength(1);
      const [event] = events;
      expect(iso(event!.timeMs)).toBe('2026-03-02T12:27:33.462Z');
      expect(event).toMatchObject({
        computer: 'DESKTOP-HAETAE1',
        channel: 'Microsoft-Windows-Sysmon/Operational',
        provider: SYSMON,
        eventId: 5,
      });
      expect([event!.get('Image'), event!.system('Level'), event!.system('TaskCategory')]).toEqual([
        'C:\\a.exe',
        '4',
        'Process terminated',
      ]);
      expect(notices.filter((notice) => !notice.startsWith('inferred'))).toEqual([]);
      expect(notices).toContain('inferred time-offset: +09:00, vouched for by 1 of 1 rows');
    }
  });

  test('CP949 and UTF-16', async () => {
    const text = `${KO}\r\n정보,2026-03-02 오후 9:27:33,${SYSMON},5,없음,${quoted(terminated('2026-03-02 12:27:33.462', '한글컴퓨터\\똠방', '\r\n'))}\r\n`;
    for (const bytes of [iconv.encode(text, 'cp949'), iconv.encode(text, 'utf16-le', { addBOM: true })]) {
      const { events, sniffed } = await read(bytes);
      expect(sniffed).toBe(true);
      expect(events[0]!.get('User')).toBe('한글컴퓨터\\똠방');
      expect(events[0]!.system('TaskCategory')).toBe('없음');
    }
  });

  test('Security: keywords in the first column, sections in Korean, the zone that was given', async () => {
    const message =
      '계정을 로그온하지 못했습니다.\n\n주체:\n\t보안 ID:\t\tSYSTEM\n\t계정 이름:\t\tWS07$\n\t계정 도메인:\t\tCORP\n\t로그온 ID:\t\t0x3E7\n\n' +
      '로그온 유형:\t\t\t10\n\n로그온을 실패한 계정:\n\t보안 ID:\t\tNULL SID\n\t계정 이름:\t\tadmin\n\t계정 도메인:\t\tCORP\n\n' +
      '네트워크 정보:\n\t워크스테이션 이름:\tWS07\n\t원본 네트워크 주소:\t192.0.2.66\n\t원본 포트:\t\t0\n\n이 이벤트는 로그온 요청이 실패했을 때 생성됩니다.';
    const { events, notices } = await read(
      `키워드,날짜 및 시간,원본,이벤트 ID,작업 범주\n감사 실패,2026-03-02 오전 12:05:00,Microsoft-Windows-Security-Auditing,4625,Logon,${quoted(message)}\n`,
    );
    const [event] = events;
    expect(event).toMatchObject({ channel: 'Security', computer: 'WS07', eventId: 4625 });
    expect(iso(event!.timeMs)).toBe('2026-03-01T15:05:00.000Z');
    expect(event!.system('Keywords')).toBe('0x8010000000000000');
    const names = [
      'SubjectUserSid',
      'SubjectUserName',
      'TargetUserSid',
      'TargetUserName',
      'LogonType',
      'IpAddress',
      'IpPort',
    ];
    expect(names.map((name) => event!.get(name))).toEqual([
      'S-1-5-18',
      'WS07$',
      'S-1-0-0',
      'admin',
      '10',
      '192.0.2.66',
      '0',
    ]);
    expect(notices).toContain('inferred time-zone-assumed: Asia/Seoul, 1 rows');
    expect(notices).toContain('inferred host: WS07, from the account of the machine');
  });

  test('files that were joined', async () => {
    const row = `정보,2026-03-02 오후 9:27:33,${SYSMON},5,없음,${quoted(terminated('2026-03-02 12:27:33.462'))}\n`;
    const { events, notices } = await read(`\uFEFF${KO}\n${row}\uFEFF${KO}\n${row}`);
    expect(events.map(({ position }) => position)).toEqual([
      { kind: 'line', line: 2 },
      { kind: 'line', line: 10 },
    ]);
    expect(notices.filter((notice) => !notice.startsWith('inferred'))).toEqual([]);
  });
});

describe('damage', () => {
  const rows = ['12:00:01.100', '12:00:02.100', '12:00:03.100'].map(
    (time) => `정보,2026-03-02 오후 9:${time.slice(3, 8)},${SYSMON},5,없음,${quoted(terminated(`2026-03-02 ${time}`))}`,
  );

  test('a closing quote that is lost costs nothing', async () => {
    const { events, notices } = await read(`${KO}\n${rows[0]!.slice(0, -1)}\n${rows[1]}\n${rows[2]}\n`);
    expect(events.map((event) => [event.position, event.get('User')])).toEqual([
      [{ kind: 'line', line: 2 }, 'DESKTOP-HAETAE1\\kim'],
      [{ kind: 'line', line: 9 }, 'DESKTOP-HAETAE1\\kim'],
      [{ kind: 'line', line: 16 }, 'DESKTOP-HAETAE1\\kim'],
    ]);
    expect(notices).toContain('repaired csv-quote: the cell is not closed; it was ended before the next row');
  });

  test('messages without any quotes', async () => {
    const { events } = await read(`${KO}\n${rows.map((row) => row.replaceAll('"', '')).join('\n')}\n`);
    expect(events.map((event) => event.get('User'))).toEqual(Array(3).fill('DESKTOP-HAETAE1\\kim'));
  });

  test('dates that a spreadsheet could not show, ids that are none, lines that are no rows', async () => {
    const { events, notices } = await read(
      `${KO}\n정보,########,${SYSMON},5,없음,${quoted(terminated('2026-03-02 12:00:01.100'))}\n${rows[1]!.replace(',5,', ',?,')}\nend of report\n`,
    );
    expect(events.map(({ timeMs, eventId }) => [iso(timeMs), eventId])).toEqual([
      ['2026-03-02T12:00:01.100Z', 5],
      ['2026-03-02T12:00:02.000Z', 0],
    ]);
    expect(notices.filter((notice) => !notice.startsWith('inferred')).sort()).toEqual([
      'lost csv-columns: 1 cells: end of report',
      'lost event-id-unreadable: ?',
      'repaired time-unreadable: ######## (UtcTime was taken)',
    ]);
  });

  test('a header alone, and half a header', async () => {
    expect((await read(`${KO}\n`)).notices).toEqual(['inferred empty-file: no row below the header']);
    expect((await read('수준,날짜 및')).notices).toEqual(['lost csv-columns: the header is incomplete']);
  });

  test('an event whose layout is not known keeps its message whole', async () => {
    const { events, notices } = await read(`${EN}\nWarning,3/2/2026 9:27:33 PM,Some-Product,17,(3),"All: is\nlost"\n`);
    expect([...events[0]!.fields()]).toEqual([['Message', 'All: is\nlost']]);
    expect([events[0]!.channel, events[0]!.computer, events[0]!.system('Level'), events[0]!.system('Task')]).toEqual([
      '',
      '',
      '3',
      '3',
    ]);
    expect(notices).toContain('inferred message-unknown: Some-Product 17');
    expect(notices).toContain('inferred host: not told by the log');
  });
});

test('fuzz: no command line forges a field, a row or a line number', async () => {
  let seed = 5;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % n;
  };
  const bits = [
    'Image: C:\\forged.exe',
    'User: NT AUTHORITY\\SYSTEM',
    'UtcTime: 2001-01-01 00:00:00.000',
    'ParentImage: C:\\forged.exe',
    'CommandLine: notepad.exe',
    'ParentUser: x',
    '"',
    '",',
    `정보,2026-03-02 오후 9:27:33,${SYSMON},1,없음,"Process Create:`,
    KO,
    '',
    'plain',
  ];
  const real = (command: string): [string, string][] => [
    ['RuleName', '-'],
    ['UtcTime', '2026-03-02 12:00:01.100'],
    ['ProcessGuid', GUID],
    ['ProcessId', '7'],
    ['Image', 'C:\\a.exe'],
    ['CommandLine', command],
    ['CurrentDirectory', 'C:\\'],
    ['User', 'DESKTOP-HAETAE1\\kim'],
    ['ParentProcessGuid', GUID],
    ['ParentProcessId', '1'],
    ['ParentImage', 'C:\\b.exe'],
    ['ParentCommandLine', 'b.exe'],
    ['ParentUser', 'DESKTOP-HAETAE1\\kim'],
  ];
  let line = 2;
  let text = `${KO}\n`;
  const expected: [number, [string, string][]][] = [];
  for (let i = 0; i < 400; i++) {
    const parts = Array.from({ length: 1 + random(8) }, () => bits[random(bits.length)]!);
    const fields = real(`cmd ${parts.join(['\n', '\r\n'][random(2)])} end`);
    const row = `정보,2026-03-02 오후 9:00:01,${SYSMON},1,없음,${quoted(`Process Create:\n${fields.map(([n, v]) => `${n}: ${v}`).join('\n')}`)}\n`;
    text += row;
    expected.push([line, fields]);
    line += row.split('\n').length - 1;
  }
  for (const piece of [65_536, 1000]) {
    const { events, notices } = await read(text, { piece });
    expect(events.map((event) => [event.position.kind === 'line' && event.position.line, [...event.fields()]])).toEqual(
      expected,
    );
    expect(notices.some((notice) => notice.startsWith('repaired message-label'))).toBe(true);
    expect(notices.some((notice) => /csv-|lost/.test(notice.replace('csv-header-names', '')))).toBe(false);
  }
});
