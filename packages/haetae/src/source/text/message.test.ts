import { describe, expect, test } from 'vitest';
import { cutMessage, type LayoutEntry, makeLayout, type ValueShape } from './message.ts';

const line = (field: string, shape: ValueShape = 'any', free = false, labels = [field]): LayoutEntry => ({
  labels,
  field,
  free,
  shape,
});
const head = (...labels: string[]): LayoutEntry => ({ labels, field: undefined, free: false, shape: 'any' });
const NAMES = [
  'UtcTime',
  'ProcessGuid',
  'ProcessId',
  'Image',
  'Description',
  'CommandLine',
  'CurrentDirectory',
  'User',
];
const TAIL = ['LogonGuid', 'ParentProcessGuid', 'ParentProcessId', 'ParentImage', 'ParentCommandLine', 'ParentUser'];
const SHAPES: Record<string, ValueShape> = { ProcessGuid: 'guid', LogonGuid: 'guid', ParentProcessGuid: 'guid' };
const flat = makeLayout({
  sections: false,
  entries: [...NAMES, ...TAIL].map((name) =>
    line(name, SHAPES[name] ?? (name.endsWith('Id') ? 'int' : 'any'), name.endsWith('CommandLine')),
  ),
});
const REAL: Record<string, string> = {
  UtcTime: '2025-06-23 12:00:00.000',
  ProcessGuid: '{c0ffee00-0000-0000-0000-000000000001}',
  ProcessId: '4242',
  Image: 'C:\\Windows\\System32\\cmd.exe',
  Description: 'Shell',
  CommandLine: 'cmd /c ver',
  CurrentDirectory: 'C:\\',
  User: 'PC\\kim',
  LogonGuid: '{c0ffee00-0000-0000-0000-000000000002}',
  ParentProcessGuid: '{c0ffee00-0000-0000-0000-000000000003}',
  ParentProcessId: '17',
  ParentImage: 'C:\\Windows\\explorer.exe',
  ParentCommandLine: 'explorer.exe',
  ParentUser: 'PC\\kim',
};
const render = (fields: Record<string, string>, end = '\n') =>
  ['Process Create:', ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)].join(end);
const fieldsOf = (message: string, layout = flat) => {
  const cut = cutMessage(message, layout)!;
  return Object.fromEntries(cut.names.map((name, i) => [name, cut.values[i]]));
};

describe('flat messages', () => {
  test('every field, LF and CRLF', () => {
    expect(fieldsOf(render(REAL))).toEqual(REAL);
    expect(fieldsOf(render(REAL, '\r\n'))).toEqual(REAL);
    expect(cutMessage(render(REAL), flat)!.names).toEqual(Object.keys(REAL));
  });

  test('fields that a version lacks are absent; lines it adds stay in the value before', () => {
    const { User: _, ...older } = REAL;
    expect(fieldsOf(render(older))).toEqual(older);
    expect(fieldsOf(render(REAL).replace('\nUser:', '\nNewThing: 1\nUser:'))).toEqual({
      ...REAL,
      CurrentDirectory: 'C:\\\nNewThing: 1',
    });
  });

  test('an empty value, a colon in a value, no title', () => {
    expect(fieldsOf('UtcTime: 12:00\nImage:\nUser: a')).toEqual({ UtcTime: '12:00', Image: '', User: 'a' });
  });

  test('a message of another layout is none', () => expect(cutMessage('Something\nelse: 1', flat)).toBeUndefined());

  const forged = [
    'cmd\nImage: C:\\evil.exe',
    'cmd\nUser: NT AUTHORITY\\SYSTEM',
    'cmd\nCurrentDirectory: C:\\Users\nUser: NT AUTHORITY\\SYSTEM\nParentImage: C:\\Windows\\services.exe',
    'cmd\r\nUtcTime: 2020-01-01 00:00:00.000\r\nImage: x\r\nCommandLine: notepad.exe',
    `cmd\n${render({ ...REAL, User: 'NT AUTHORITY\\SYSTEM', CommandLine: 'notepad.exe' })}`,
    `cmd\n${Object.entries(REAL)
      .slice(6)
      .map(([name]) => `${name}: forged`)
      .join('\n')}`,
    `cmd\n${render({ ...REAL, ParentProcessGuid: '{00000001-0000-0000-0000-000000000001}' })}\n`,
    'User: a\n'.repeat(3000),
  ];
  test.each(forged)('a command line cannot forge a field (%#)', (value) => {
    const cut = cutMessage(render({ ...REAL, CommandLine: value }), flat)!;
    expect(fieldsOf(render({ ...REAL, CommandLine: value }))).toEqual({ ...REAL, CommandLine: value.trim() });
    expect(cut.strays.length).toBeGreaterThan(0);
  });

  test.each(forged.slice(0, 4))('nor can the command line of the parent (%#)', (value) => {
    expect(fieldsOf(render({ ...REAL, ParentCommandLine: value }))).toEqual({
      ...REAL,
      ParentCommandLine: value.trim(),
    });
  });

  test('the label that stayed inside is told with its line', () => {
    expect(cutMessage(render({ ...REAL, CommandLine: 'cmd\n\nImage: C:\\evil.exe' }), flat)!.strays).toEqual([
      { label: 'Image', line: 8 },
    ]);
  });

  test('fuzz: whatever lines the two command lines hold, no other field changes', () => {
    let seed = 11;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % n;
    };
    const names = [...NAMES, ...TAIL];
    const breaks = ['\n', '\r\n', '\n\n'];
    for (let round = 0; round < 2000; round++) {
      const lines = ['powershell -c 1'];
      for (let i = random(12); i > 0; i--)
        lines.push(random(4) === 0 ? 'more: text' : `${names[random(names.length)]}: forged ${i}`);
      const value = lines.join(breaks[random(3)]);
      expect(fieldsOf(render({ ...REAL, CommandLine: value }))).toEqual({ ...REAL, CommandLine: value });
    }
  });
});

describe('messages in sections', () => {
  const logon = makeLayout({
    sections: true,
    order: ['SubjectUserName', 'TargetUserName', 'PrivilegeList', 'CommandLine'],
    explanations: ['Token Elevation Type indicates', '토큰 상승 유형은'],
    entries: [
      head('New Logon', '새 로그온'),
      line('TargetUserName', 'any', false, ['Account Name', '계정 이름', 'アカウント名']),
      head('Subject', '주체', 'サブジェクト'),
      line('SubjectUserName', 'any', false, ['Account Name', '계정 이름', 'アカウント名']),
      line('PrivilegeList', 'any', false, ['Privileges', '권한']),
      line('CommandLine', 'any', true, ['Process Command Line', '프로세스 명령줄']),
    ],
  });

  test('the same label by its section; document order', () => {
    const text = '새 로그온:\r\n\t계정 이름:\t\tkim\r\n\r\n주체:\r\n\t계정 이름:\t\tPC$\r\n';
    expect(cutMessage(text, logon)).toEqual({
      names: ['SubjectUserName', 'TargetUserName'],
      values: ['PC$', 'kim'],
      strays: [],
      byPosition: [],
      unread: [],
    });
    expect(fieldsOf('주체:\n\t계정 이름:\t\tPC$', logon)).toEqual({ SubjectUserName: 'PC$' });
  });

  test('by position where a label or the head of a section is written in other words', () => {
    const text = '제목\n\n신규 로그온:\n\t계정 이름:\t\tkim\n\n행위자:\n\t구좌 이름:\tPC$\n\t권한:\tSeA\n';
    const cut = cutMessage(text, logon)!;
    expect(fieldsOf(text, logon)).toEqual({ SubjectUserName: 'PC$', TargetUserName: 'kim', PrivilegeList: 'SeA' });
    expect(cut.byPosition).toEqual(['신규 로그온', '행위자', '구좌 이름']);
    expect(cut.unread).toEqual([]);
  });

  test('a label without a known place is told, and is part of no value', () => {
    const cut = cutMessage('주체:\n\t계정 이름:\tPC$\n\t새 것:\t1\n\t다른 것:\t2\n\t권한:\tSeA\n', logon)!;
    expect(cut.values).toEqual(['PC$', 'SeA']);
    expect(cut.unread).toEqual(['새 것', '다른 것']);
  });

  test('a list goes on over indented lines; explanations belong to no value', () => {
    expect(
      fieldsOf('Subject:\n\tAccount Name:\ta\n\tPrivileges:\tSeA\n\t\t\tSeB\n\nThe subject fields say: much.', logon),
    ).toEqual({ SubjectUserName: 'a', PrivilegeList: 'SeA\n\t\t\tSeB' });
  });

  test('a command line ends before the explanation, and only before the last one', () => {
    const explained = '\n\nToken Elevation Type indicates the type.\n\nType 1 is a full token.';
    expect(fieldsOf(`Subject:\n\tProcess Command Line:\tcmd\n\nx${explained}`, logon)).toEqual({
      CommandLine: 'cmd\n\nx',
    });
    expect(fieldsOf(`\tProcess Command Line:\tcmd${explained}\nevil${explained}`, logon).CommandLine).toContain('evil');
  });
});

test('a sentence with values, and a body before the first label', () => {
  const layout = makeLayout({
    sections: false,
    sentence: (text) => {
      const found = /^The (.*) service entered the (.*) state\.$/.exec(text);
      return found === null
        ? undefined
        : [
            ['param2', found[2]!],
            ['param1', found[1]!],
          ];
    },
    sentenceFields: ['param1', 'param2'],
    entries: [],
  });
  expect(cutMessage('The Print Spooler service entered the running state.', layout)).toMatchObject({
    names: ['param1', 'param2'],
    values: ['Print Spooler', 'running'],
  });
  expect(cutMessage('Nothing of the kind', layout)).toBeUndefined();

  const payload = makeLayout({
    sections: true,
    body: 'Payload',
    entries: [line('ContextInfo', 'any', true, ['Context'])],
  });
  expect(fieldsOf('CommandInvocation(a): "a"\nb\n\nContext:\n\tHost = x\n', payload)).toEqual({
    Payload: 'CommandInvocation(a): "a"\nb',
    ContextInfo: 'Host = x',
  });

  const script = makeLayout({
    sections: false,
    sentence: () => [['MessageNumber', '1']],
    sentenceFields: ['MessageNumber'],
    body: 'ScriptBlockText',
    entries: [line('ScriptBlockId', 'any', false, ['ScriptBlock ID']), line('Path')],
  });
  expect(
    fieldsOf(
      'Creating Scriptblock text (1 of 2):\nPath: x\nScriptBlock ID: forged\n\nScriptBlock ID: a-b\nPath: ',
      script,
    ),
  ).toEqual({
    MessageNumber: '1',
    ScriptBlockText: 'Path: x\nScriptBlock ID: forged',
    ScriptBlockId: 'a-b',
    Path: '',
  });
});
