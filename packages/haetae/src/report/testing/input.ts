import { madeIncident } from '../../../../../tests/incidents.ts';
import { parseZone } from '../../locale/index.ts';
import { NO_FACTS } from '../case/facts.ts';
import { NO_RECORD } from '../case/record.ts';
import type { ReportedIncident, ReportInput, ReportOptions } from '../contract.ts';

/** What a log may hold to be more than text somewhere. */
export const HOSTILE: readonly string[] = [
  '#read("/etc/passwd") $x^2$ = heading `raw` *bold* _it_ @ref <label> \\ ~',
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '[link](https://evil.example) ![x](https://evil.example/x.png) | cell | `code` ```fence',
  '=HYPERLINK("https://evil.example","x")',
  '\u202eexe.fdp\u202c \u2066rtl\u2069 \u200b\u00ad',
  'nul\u0000 bell\u0007 esc\u001b[31m \u0001 \ud800 half',
  'one\nline\r\nand\tanother',
  '漢字 你好 ไทย 😀 홍길동 뷁',
];

const base = madeIncident({
  processes: [
    { key: 'a', image: 'C:\\Windows\\explorer.exe', time: '09:00' },
    {
      ...{ key: 'b', image: 'C:\\Users\\홍길동\\Downloads\\급여명세서.exe', time: '09:01', parent: 'a' },
      command: `"C:\\Users\\홍길동\\Downloads\\급여명세서.exe" ${HOSTILE.join(' ')}`,
    },
    { key: 'c', image: 'C:\\Windows\\System32\\cmd.exe', host: 'PC-2', time: '09:20' },
  ],
  findings: [
    {
      ...{ title: 'Encoded command', titleKo: '인코딩된 명령 실행', level: 'high', process: 'b', time: '09:01' },
      ...{ tactics: ['execution'], techniques: ['T1059.001'], decoded: HOSTILE.join('\n') },
    },
    { title: 'Unusual', anomaly: true, process: 'b', time: '09:02', fields: { Image: 'C:\\x\\급여명세서.exe' } },
    {
      ...{
        title: 'Archive sent',
        titleKo: '압축 파일 전송',
        level: 'critical',
        process: 'c',
        host: 'PC-2',
        time: '09:21',
      },
      ...{ tactics: ['exfiltration'], techniques: ['T1041', 'T9999'] },
    },
    ...HOSTILE.map((title) => ({ title, process: 'b', time: '09:05', level: 'low' as const })),
  ],
  links: [{ kind: 'hop', from: 0, to: 2, by: 'SMB' }],
  blind: [
    {
      kind: 'cleared',
      host: 'PC-1',
      channel: 'Security',
      from: Date.parse('2026-03-17T09:10:00Z'),
      to: Date.parse('2026-03-17T09:11:00Z'),
    },
  ],
});

export const reported: ReportedIncident = {
  incident: base,
  unusual: new Map([
    [
      1,
      {
        ...{
          kind: 'unusual',
          family: 'process',
          familyName: { en: 'Process creation', ko: '프로세스 생성' },
          score: 0.71,
        },
        ...{ threshold: 0.6, p: 0.0004, among: 2500, expected: 9, pathLength: 5, baseline: 'this-data' },
        parts: [
          {
            feature: 'length',
            name: { en: 'command line length', ko: '명령줄 길이' },
            unit: 'characters',
            value: 900,
            contribution: 2,
          },
        ],
        ordinaryIf: [{ feature: 'length', op: '<=', value: 180 }],
        equal: { count: 1, first: '', last: '' },
      },
    ],
  ]),
};

/** The same incident so many times, each with an id of its own. */
export const many = (n: number): ReportedIncident[] =>
  Array.from({ length: n }, (_, i) => ({
    ...reported,
    incident: { ...base, id: i.toString(16).padStart(16, '0'), rank: i + 1 },
  }));

export const inputOf = (incidents: readonly ReportedIncident[], more: Partial<ReportInput> = {}): ReportInput => ({
  ...{ incidents, otherIncidents: 0, looseFindings: 2, source: { kind: 'logs' } },
  evidence: [
    {
      ...{ path: 'logs/made.evtx', sha256: 'ab'.repeat(32), bytes: 69_632, format: 'evtx', events: 40, lost: 0 },
      ...{ firstMs: Date.parse('2026-03-17T09:00:00Z'), lastMs: Date.parse('2026-03-17T09:30:00Z') },
    },
  ],
  packs: [{ name: 'builtin', files: 185, sha256: 'cd'.repeat(32) }],
  ...{
    rulesInForce: 185,
    version: '0.1.0',
    zone: parseZone('Asia/Seoul')!,
    facts: NO_FACTS,
    record: NO_RECORD,
    issuedMs: undefined,
  },
  ...more,
});

export const optionsOf = (more: Partial<ReportOptions> = {}): ReportOptions => ({
  ...{ template: 'analyst', format: 'pdf', languages: ['ko'] },
  ...more,
});
