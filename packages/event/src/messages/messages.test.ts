import { describe, expect, test } from 'vitest';
import { findEvent } from '../lookup.ts';
import { knownLayouts, LABELS, LANGUAGES, type LayoutLine, messageLayout, readSentence } from './index.ts';

const lines = (source: string, id: number): LayoutLine[] =>
  messageLayout(source, id)!.items.flatMap((item) => (item.kind === 'line' ? [item] : item.lines));

test.each([
  ...[4624, 4625, 4634, 4648, 4672, 4688, 4689, 4697, 4698, 4702, 4720, 4722, 4724, 4725, 4726, 4728, 4732, 4738, 4740],
  ...[4756, 4768, 4769, 4771, 4776, 5140, 5145, 5156, 1102],
])('Security %i has a layout', (id) => expect(messageLayout('Security', id)).toBeDefined());

test.each([
  ['System', 7045],
  ['System', 7036],
  ['System', 7040],
  ['System', 104],
  ['Microsoft-Windows-PowerShell/Operational', 4103],
  ['Microsoft-Windows-PowerShell/Operational', 4104],
  ['PowerShellCore/Operational', 4104],
] as const)('%s %i has a layout', (channel, id) => expect(messageLayout(channel, id)).toBeDefined());

test('every layout is of a known event, and names only fields that the event has', () => {
  const strays: string[] = [];
  for (const [provider, id] of knownLayouts()) {
    const known = findEvent(provider, id);
    if (known === undefined) continue; // PowerShellCore lacks a few of Windows PowerShell's
    const layout = messageLayout(provider, id)!;
    const fields = lines(provider, id).map((line) => line.field);
    if (layout.body !== undefined) fields.push(layout.body);
    for (const language of LANGUAGES) {
      for (const template of layout.sentence[language]) {
        fields.push(...[...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!));
      }
    }
    for (const field of fields) if (!Object.hasOwn(known.fields, field)) strays.push(`${provider} ${id}: ${field}`);
  }
  expect(strays).toEqual([]);
});

test('labels have a spelling in each language, without colons', () => {
  for (const [key, row] of Object.entries(LABELS)) {
    for (const spelling of [key, ...row.ko, ...row.ja]) expect(spelling, key).toMatch(/^[^:\s](?:[^:]*[^:\s])?$/);
  }
});

describe('Security 4688', () => {
  const layout = messageLayout('Security', 4688)!;

  test('tells the creator from the target by position', () => {
    expect(
      layout.items.map((item) =>
        item.kind === 'section' ? [item.label.ko[0], item.lines.map((line) => line.field)] : item,
      ),
    ).toEqual([
      ['생성자 주체', ['SubjectUserSid', 'SubjectUserName', 'SubjectDomainName', 'SubjectLogonId']],
      ['대상 주체', ['TargetUserSid', 'TargetUserName', 'TargetDomainName', 'TargetLogonId']],
      [
        '프로세스 정보',
        'NewProcessId NewProcessName TokenElevationType MandatoryLabel ProcessId ParentProcessName CommandLine'.split(
          ' ',
        ),
      ],
    ]);
  });

  test('has the labels of Windows in three languages', () => {
    expect(layout.items[0]!.label).toMatchObject({ en: ['Creator Subject', 'Subject'] });
    expect(lines('Security', 4688).at(-1)!).toMatchObject({
      label: { en: ['Process Command Line'], ko: ['프로세스 명령줄'], ja: ['プロセスのコマンド ライン'] },
      block: true,
    });
    expect(layout.trailer.ko[0]).toBe('토큰 상승 유형은');
  });
});

test('Sysmon is rendered with its field names in every language', () => {
  expect(lines('Microsoft-Windows-Sysmon', 5).map((line) => line.label.ko[0])).toEqual(
    'RuleName UtcTime ProcessGuid ProcessId Image User'.split(' '),
  );
});

test.each([
  { of: 'an unknown channel', source: 'Nowhere', id: 4688 },
  { of: 'an event without a layout', source: 'Security', id: 4608 },
])('$of has no layout', ({ source, id }) => expect(messageLayout(source, id)).toBeUndefined());

describe('sentences', () => {
  test.each([
    { id: 7036, text: 'The WinRM service entered the stopped state.', values: { param1: 'WinRM', param2: 'stopped' } },
    {
      id: 7036,
      text: 'Windows Update 서비스가 실행 상태로 들어갔습니다.',
      values: { param1: 'Windows Update', param2: '실행' },
    },
    { id: 7036, text: 'Sysmon サービスは 実行中 状態に移行しました。', values: { param1: 'Sysmon', param2: '実行中' } },
    {
      id: 7040,
      text: 'The start type of the BITS service was changed from demand start to disabled.',
      values: { param1: 'BITS', param2: 'demand start', param3: 'disabled' },
    },
    { id: 104, text: 'The System log file was cleared.', values: { Channel: 'System' } },
    { id: 7036, text: 'The WinRM service entered', values: undefined },
    { id: 7036, text: '', values: undefined },
  ])('$id: $text', ({ id, text, values }) => {
    const found = readSentence(messageLayout('System', id)!, text);
    expect(found === undefined ? undefined : Object.fromEntries(found)).toEqual(values);
  });

  test('a script block tells its number, line breaks and blanks notwithstanding', () => {
    const layout = messageLayout('Microsoft-Windows-PowerShell', 4104)!;
    expect(readSentence(layout, 'Creating Scriptblock text (2 of 3):\r\n')).toEqual([
      ['MessageNumber', '2'],
      ['MessageTotal', '3'],
    ]);
    expect(layout.body).toBe('ScriptBlockText');
  });

  test('a value that repeats the literals costs no time', () => {
    const text = `The ${' service entered the '.repeat(20_000)} state`;
    expect(readSentence(messageLayout('System', 7036)!, text)).toBeUndefined();
  });
});
