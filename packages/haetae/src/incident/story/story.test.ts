import { describe, expect, test } from 'vitest';
import { madeIncident } from '../testing/incident.ts';
import { storyOf } from './story.ts';

const S32 = 'C:\\Windows\\System32\\';
const WORD = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
type Made = Parameters<typeof madeIncident>[0];

const told = (made: Made, language: 'ko' | 'en'): string[] =>
  storyOf(madeIncident(made), language).sentences.map(({ text }) => text);

/** What is told, in both languages. */
const rows: readonly (readonly [string, Made, readonly string[], readonly string[]])[] = [
  [
    'a program that a document started, what was hidden in its command, and where it went',
    {
      processes: [
        { key: 'w', image: WORD },
        {
          ...{ key: 'p', image: POWERSHELL, parent: 'w', time: '09:00:00', command: 'powershell -enc SQBFAFgA' },
          acts: [
            { kind: 'connection', what: '203.0.113.5:443', time: '09:00:40' },
            { kind: 'file', what: 'C:\\Users\\kim\\AppData\\Local\\Temp\\a.exe', time: '09:00:43' },
          ],
        },
      ],
      findings: [{ title: 'Office starts a shell', level: 'high', process: 'p', decoded: 'IEX\r\n(New-Object …)' }],
    },
    [
      'PC-1에서 WINWORD.EXE가 powershell.exe를 실행했고(해독: IEX (New-Object …)), 이 프로세스가 40초 뒤 203.0.113.5:443에 접속했고, C:\\Users\\kim\\AppData\\Local\\Temp\\a.exe 파일을 만들었습니다.',
    ],
    [
      'On PC-1, WINWORD.EXE ran powershell.exe (decoded: IEX (New-Object …)), which 40 seconds later connected to 203.0.113.5:443 and wrote C:\\Users\\kim\\AppData\\Local\\Temp\\a.exe.',
    ],
  ],
  [
    'commands one after the other are a list; net1 is net',
    {
      processes: [
        { key: 'c', image: `${S32}cmd.exe` },
        { key: '1', image: `${S32}whoami.exe`, parent: 'c', time: '09:00:00', command: 'whoami  /all' },
        { key: '2', image: `${S32}net.exe`, parent: 'c', time: '09:00:05', command: 'net  user /domain' },
        { key: '3', image: `${S32}net1.exe`, parent: '2', time: '09:00:05', command: 'net1  user /domain' },
        { key: '4', image: `${S32}systeminfo.exe`, parent: 'c', time: '09:00:20', command: 'systeminfo' },
      ],
      findings: [
        { title: 'whoami', level: 'low', process: '1' },
        { title: 'net', level: 'low', process: '3' },
      ],
    },
    ['PC-1에서 cmd.exe가 whoami /all, net user /domain, systeminfo를 실행했습니다.'],
    ['On PC-1, cmd.exe ran whoami /all, net user /domain and systeminfo.'],
  ],
  [
    'pauses and changes of the host are told, and the way from one to the other',
    {
      processes: [
        { key: 'a', image: 'C:\\Temp\\agent.exe', host: 'PC-1.corp.example', time: '09:00:00' },
        { key: 'b', image: `${S32}cmd.exe`, host: 'SRV-FILE01', time: '12:00:10', command: 'cmd /c whoami' },
      ],
      findings: [
        { title: 'one', process: 'a' },
        { title: 'two', process: 'b' },
      ],
      links: [
        {
          kind: 'hop',
          from: 0,
          to: 1,
          shownBy: [{ file: 'made.evtx', record: 99, line: null, timeMs: Date.UTC(2026, 2, 17, 12) }],
        },
      ],
    },
    [
      'PC-1에서 agent.exe가 실행되었습니다(경로: C:\\Temp\\agent.exe).',
      'PC-1에서 SRV-FILE01로 옮겨 갔습니다.',
      '3시간 뒤 cmd.exe가 실행되었습니다(명령: cmd /c whoami).',
    ],
    [
      'On PC-1, agent.exe was started (from C:\\Temp\\agent.exe).',
      'The attack moved from PC-1 to SRV-FILE01.',
      '3 hours later, cmd.exe was started (command: cmd /c whoami).',
    ],
  ],
  [
    'events of accounts, logons and logs',
    {
      findings: [
        {
          title: 'x',
          time: '09:00:00',
          channel: 'Security',
          eventId: 4625,
          times: 27,
          fields: { TargetUserName: '관리자', IpAddress: '10.20.30.41', LogonType: '3' },
        },
        {
          title: 'x2',
          time: '09:10:00',
          channel: 'Security',
          eventId: 4624,
          fields: {
            TargetUserName: 'svc-backup',
            TargetDomainName: 'CORP',
            IpAddress: '::ffff:10.20.30.41',
            LogonType: '10',
          },
        },
        {
          title: 'y',
          time: '09:11:00',
          channel: 'Security',
          eventId: 4720,
          fields: { SubjectUserName: 'svc-backup', SubjectDomainName: 'CORP', TargetUserName: 'helpdesk2' },
        },
        {
          title: 'z',
          time: '09:12:00',
          channel: 'Security',
          eventId: 4732,
          fields: {
            SubjectUserName: 'svc-backup',
            SubjectDomainName: 'CORP',
            TargetUserName: 'Administrators',
            MemberName: 'CN=helpdesk2,DC=corp',
          },
        },
        { title: 'q', time: '09:13:00', channel: 'Microsoft-Windows-Windows Defender/Operational', eventId: 5001 },
        { title: 'c', time: '09:14:00', channel: 'Security', eventId: 1102, fields: { SubjectUserName: 'svc-backup' } },
        { title: 'Odd thing', titleKo: '이상한 일', time: '09:15:00', channel: 'Application', eventId: 77 },
      ],
    },
    [
      'PC-1에서 관리자가 10.20.30.41에서 로그온에 27회 실패했습니다(유형 3, 네트워크).',
      '10분 뒤 CORP\\svc-backup이 10.20.30.41에서 로그온했고(유형 10, 원격 데스크톱), 1분 뒤 계정 helpdesk2를 만들었고, 1분 뒤 helpdesk2를 Administrators 그룹에 추가했습니다.',
      'Defender 실시간 보호가 꺼졌습니다.',
      'svc-backup이 Security 로그를 지웠습니다.',
      '‘이상한 일’에 해당하는 기록이 남았습니다(Application 77).',
    ],
    [
      'On PC-1, 관리자 failed to log on 27 times from 10.20.30.41 (type 3, network).',
      '10 minutes later, CORP\\svc-backup logged on from 10.20.30.41 (type 10, remote desktop), 1 minute later made the account helpdesk2 and 1 minute later added helpdesk2 to the group Administrators.',
      'Defender’s real-time protection was switched off.',
      'svc-backup cleared the Security log.',
      'An event matched “Odd thing” (Application 77).',
    ],
  ],
  [
    'blind bands',
    {
      findings: [
        { title: 'x', time: '13:00:00', channel: 'Security', eventId: 1102, fields: { SubjectUserName: 'kim' } },
      ],
      blind: [
        { kind: 'silence' },
        { kind: 'gap', channel: 'Security', missing: 1234 },
        { kind: 'sysmon-stopped', at: { file: 'made.evtx', record: 50, line: null, timeMs: null } },
        { kind: 'cleared', channel: 'Security', at: { file: 'made.evtx', record: 1, line: null, timeMs: null } },
      ],
    },
    [
      'PC-1에서 Sysmon이 중지되었습니다.',
      '이 사이 2시간 14분 동안 PC-1에 Sysmon 기록이 없습니다.',
      'PC-1의 Security 로그에서 2시간 14분 사이 레코드 1,234개가 빠져 있습니다.',
      'PC-1에서 kim이 Security 로그를 지웠습니다.',
    ],
    [
      'Sysmon was stopped on PC-1.',
      'For 2 hours 14 minutes in between, PC-1 has no Sysmon records.',
      '1,234 records are missing from the Security log of PC-1, within 2 hours 14 minutes.',
      'On PC-1, kim cleared the Security log.',
    ],
  ],
  [
    'text of a log stays text',
    {
      processes: [
        { key: 'a', image: 'C:\\x\\\u001b[2Jevil\u202eexe', time: '09:00:00', command: 'evil "\u0007a\nb" <script>' },
      ],
      findings: [{ title: 'one', process: 'a' }],
    },
    ['PC-1에서 \\x1b[2Jevil\\u{202e}exe가 실행되었습니다(명령: evil "\\x07a b" <script>).'],
    ['On PC-1, \\x1b[2Jevil\\u{202e}exe was started (command: evil "\\x07a b" <script>).'],
  ],
];

test.each(rows)('%s', (_what, made, ko, en) => {
  expect(told(made, 'ko')).toEqual(ko);
  expect(told(made, 'en')).toEqual(en);
});

describe('references', () => {
  test('each sentence names its events and findings, its worst level and its tactics', () => {
    const { sentences, title } = storyOf(
      madeIncident({
        processes: [
          { key: 'w', image: WORD },
          {
            key: 'p',
            image: POWERSHELL,
            parent: 'w',
            time: '09:00:00',
            acts: [{ kind: 'thread', what: `${S32}lsass.exe`, time: '09:00:01' }],
          },
        ],
        findings: [
          { title: 'Low', level: 'low', process: 'p', tactics: ['execution'] },
          {
            title: 'Thread',
            titleKo: '스레드',
            level: 'critical',
            process: 'p',
            time: '09:00:01',
            eventId: 8,
            fields: { TargetImage: `${S32}lsass.exe` },
            tactics: ['credential-access'],
          },
        ],
      }),
      'ko',
    );
    expect(title).toBe('Low (PC-1)');
    expect(sentences).toMatchObject([
      {
        kind: 'deed',
        text: 'PC-1에서 WINWORD.EXE가 powershell.exe를 실행했고, 이 프로세스가 lsass.exe 안에 스레드를 만들었습니다.',
        level: 'critical',
        tactics: ['execution', 'credential-access'],
        findings: [0, 1],
        main: true,
      },
    ]);
    expect(sentences[0]!.events.map(({ record }) => record)).toEqual([3, 1, 2, 4]);
  });

  test('a long campaign is told in stages, its grave sentences as they are', () => {
    const tactics = ['execution', 'discovery', 'collection'] as const;
    const { sentences } = storyOf(
      madeIncident({
        findings: Array.from({ length: 90 }, (_, i) => ({
          title: `Rule ${i}`,
          level: i % 30 === 29 ? ('critical' as const) : ('low' as const),
          time: `${String(Math.floor(i / 6)).padStart(2, '0')}:${(i % 6) * 10}:00`.replace(/:0:/, ':00:'),
          channel: 'Application',
          eventId: 1000 + i,
          tactics: [tactics[i % 3]!],
        })),
      }),
      'en',
    );
    expect(sentences.map(({ kind }) => kind)).toEqual(['deed', 'stage', 'deed', 'stage', 'deed', 'stage', 'deed']);
    expect(sentences.flatMap(({ findings }) => findings).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 90 }, (_, i) => i),
    );
    expect(sentences[1]!.text).toBe(
      'Execution·Discovery·Collection: on PC-1, Rule 1, Rule 2, Rule 3 and 25 more (28 deeds).',
    );
  });
});
