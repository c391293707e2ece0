import { parseRules } from '@haetae/sigma';
import { describe, expect, test } from 'vitest';
import type { FiledFinding } from '../detect/index.ts';
import { createJudge, HiddenTally, isoWeek, positivesOf, propose, readExceptions } from './index.ts';

const NOW = Date.UTC(2026, 2, 17);
const RULE = `
title: Encoded PowerShell
id: 11111111-1111-4111-8111-111111111111
name: encoded_powershell
logsource: { product: windows, category: process_creation }
detection:
  s: { Image|endswith: '\\powershell.exe', CommandLine|contains: ' -enc ' }
  condition: s
`;
const ID = '11111111-1111-4111-8111-111111111111';

function exception(more = '', filter = 'rules: [encoded_powershell]'): string {
  return `
title: Backup agent
id: 22222222-2222-4222-8222-222222222222
logsource: { product: windows, category: process_creation }
filter:
  ${filter}
  s: { ParentImage|endswith: '\\agent.exe' }
  condition: s
haetae: { owner: kim, reason: nightly backup, ${more}expires: 2026-12-31 }
`;
}

let record = 0;
function finding(fields: Record<string, string>, more: Partial<FiledFinding> = {}): FiledFinding {
  return {
    detector: 'sigma',
    rule: { id: ID, title: 'Encoded PowerShell', path: 'r.yml' },
    level: 'medium',
    attack: { tactics: ['execution'], techniques: ['T1059.001'] },
    via: 'field',
    why: [
      {
        kind: 'held',
        selection: 's',
        field: 'CommandLine',
        op: 'contains',
        pattern: ' -enc ',
        value: fields.CommandLine,
        negated: false,
      },
    ],
    event: {
      timeMs: NOW,
      timeTicks: 0,
      computer: 'SRV',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      provider: 'Microsoft-Windows-Sysmon',
      eventId: 1,
      eventRecordId: ++record,
      position: { kind: 'record', record },
    },
    fields: { Image: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`, ...fields },
    file: 'a.evtx',
    ...more,
  };
}

const backup = () => finding({ CommandLine: 'powershell -enc QQBC', ParentImage: String.raw`C:\Backup\agent.exe` });
const attack = () =>
  finding({ CommandLine: 'powershell -enc RVZJTA==', ParentImage: String.raw`C:\Windows\explorer.exe` });
const security = {
  ...finding({}).event,
  ...{ channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688 },
};

describe('reading', () => {
  test.each([
    ['whole', exception(), 'in-force', []],
    ['expired', exception().replace('2026-12-31', '2026-03-15'), 'expired', []],
    ['on its last day, wherever that is', exception().replace('2026-12-31', '2026-03-16'), 'in-force', []],
    ['quoted day', exception().replace('2026-12-31', "'2026-12-31'"), 'in-force', []],
    ['no owner', exception().replace('owner: kim, ', ''), 'incomplete', ['owner']],
    ['no such day', exception().replace('2026-12-31', '2026-02-31'), 'incomplete', ['expires']],
    ['nothing', exception().replace(/haetae:.*/, ''), 'incomplete', ['owner', 'reason', 'expires']],
  ])('%s', (_what, text, state, lacks) => {
    const { exceptions, problems } = readExceptions([{ path: 'e.yml', text }], NOW);
    expect(problems).toEqual([]);
    expect(exceptions.map((e) => [e.state, e.lacks])).toEqual([[state, lacks]]);
  });

  test('a broken file is a problem with its place', () => {
    const { problems } = readExceptions([{ path: 'e.yml', text: exception('', 'rulez: [x]') }], NOW);
    expect(problems.map(({ message }) => message)).toEqual(['e.yml:6:3: no rules; did you mean it by rulez?']);
  });
});

describe('judging', () => {
  const names = new Map([[ID, 'encoded_powershell']]);
  const judged = (text: string, one: FiledFinding): string | undefined =>
    createJudge(readExceptions([{ path: 'e.yml', text }], NOW).exceptions, names).find(one)?.title;

  test.each<[string, string, FiledFinding, string | undefined]>([
    ['by name', exception(), backup(), 'Backup agent'],
    ['by id, in any case', exception('', `rules: [${ID.toUpperCase()}]`), backup(), 'Backup agent'],
    ['any rule of the log source', exception('', 'rules: any'), backup(), 'Backup agent'],
    ['another rule', exception('', 'rules: [other]'), backup(), undefined],
    ['another event', exception(), attack(), undefined],
    [
      'Security 4688 under Sysmon’s names',
      exception(),
      finding({ ParentProcessName: String.raw`C:\Backup\agent.exe` }, { event: security, via: 'mapped:4688' }),
      'Backup agent',
    ],
    ['of another detector', exception(), { ...backup(), detector: 'anomaly', rule: null as never }, undefined],
    [
      'for another detector',
      exception('detector: anomaly, ', 'rules: any'),
      { ...backup(), detector: 'anomaly', rule: null as never },
      'Backup agent',
    ],
  ])('%s', (_what, text, one, expected) => {
    expect(judged(text, one)).toBe(expected);
  });

  test('decoded text counts where the rule needed it', () => {
    const text = exception().replace("ParentImage|endswith: '\\agent.exe'", 'CommandLine|contains: Get-Backup');
    const decoded = [
      { field: 'CommandLine', kind: 'base64-utf16le', parent: -1, from: { start: 0, end: 4 }, text: 'Get-Backup' },
    ] as const;
    expect(judged(text, { ...backup(), decoded })).toBe(undefined);
    expect(judged(text, { ...backup(), decoded, via: 'decoded' })).toBe('Backup agent');
  });
});

describe('proposing', () => {
  const about = { title: "Kim's backup", owner: 'kim', reason: 'nightly', expires: '2026-12-31', date: '2026-03-17' };
  const { rules } = parseRules(RULE, { file: 'r.yml' });
  const ask = (targets: FiledFinding[], others: FiledFinding[], tests = '') =>
    propose({
      targets,
      others,
      rules,
      knownBad: tests === '' ? [] : positivesOf([{ path: 't.yml', text: tests }]),
      about,
    });

  test('the file that is written hides the targets and nothing else', () => {
    const targets = [backup(), backup()];
    const { text, test: tested, unproposed } = ask(targets, [attack()]);
    expect(text).toBe(String.raw`title: 'Kim''s backup'
id: ${/^id: (.*)$/m.exec(text)![1]}
author: 'kim'
date: 2026-03-17
logsource:
  product: windows
  category: process_creation
filter:
  rules:
    - 11111111-1111-4111-8111-111111111111 # Encoded PowerShell
  selection:
    CommandLine: 'powershell -enc QQBC'
    ParentImage: 'C:\Backup\agent.exe'
  condition: selection
haetae:
  owner: 'kim'
  reason: 'nightly'
  expires: '2026-12-31'
`);
    expect(unproposed).toEqual([]);
    expect(tested).toMatchObject({ covered: 2, targets: 2, alsoHidden: [], refusals: [] });
    const { exceptions, problems } = readExceptions([{ path: 'e.yml', text }], NOW);
    expect(problems).toEqual([]);
    expect(exceptions[0]).toMatchObject({ title: "Kim's backup", state: 'in-force', expires: '2026-12-31' });
  });

  test('what looks the same as another finding is not excepted', () => {
    const { text, unproposed } = ask([backup()], [backup()]);
    expect(text).toBe('');
    expect(unproposed).toMatchObject([{ kind: 'inseparable', title: 'Encoded PowerShell', findings: 1, alike: 1 }]);
  });

  test('nor what looks the same as a positive test of the rule', () => {
    const tests = `rule: ${ID}
positive:
  - channel: Microsoft-Windows-Sysmon/Operational
    provider: Microsoft-Windows-Sysmon
    eventId: 1
    fields: { Image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', CommandLine: 'powershell -enc QQBC', ParentImage: 'C:\\Backup\\agent.exe' }
`;
    const { unproposed } = ask([backup()], [], tests);
    expect(unproposed).toMatchObject([{ kind: 'inseparable', like: { at: 't.yml:3' } }]);
  });

  test('a correlation and a rule without an id are told', () => {
    const other = (more: Partial<FiledFinding>) => ({ ...backup(), ...more });
    const correlated = { kind: 'correlated' } as never;
    const { unproposed } = ask(
      [
        other({ rule: { id: 'c', title: 'Spray', path: 'c.yml' }, why: [correlated] }),
        other({ rule: { id: '', title: 'No id', path: 'n.yml' } }),
      ],
      [],
    );
    expect(unproposed).toEqual([
      { kind: 'correlation', title: 'Spray', findings: 1 },
      { kind: 'no-id', title: 'No id', findings: 1 },
    ]);
  });

  test('findings of a score: by the kind of event, for that detector alone', () => {
    const odd = { ...backup(), detector: 'anomaly', rule: null as never, why: [] };
    const { text, test: tested } = ask([odd], [{ ...attack(), detector: 'anomaly', rule: null as never, why: [] }]);
    expect(text).toContain('  category: process_creation\nfilter:\n  rules: any\n');
    expect(text).toContain('haetae:\n  detector: anomaly\n');
    expect(tested).toMatchObject({ covered: 1, alsoHidden: [], refusals: [] });
  });

  test('a log’s own text stays text', () => {
    const nasty = 'x: y\n# "\'\u001b[2J\u202e*?';
    const one = finding({ CommandLine: nasty, ParentImage: '%x%' });
    const { text, test: tested } = ask([one], []);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(tested).toMatchObject({ covered: 1, refusals: [] });
  });
});

test('what was hidden is counted by week', () => {
  const [only] = readExceptions([{ path: 'e.yml', text: exception() }], NOW).exceptions;
  const tally = new HiddenTally();
  const at = (iso: string) => ({ ...backup(), event: { ...backup().event, timeMs: Date.parse(iso) } });
  for (const iso of ['2026-03-17T01:00:00Z', '2026-03-16T00:00:00Z', '2026-03-15T23:59:59Z']) tally.add(only!, at(iso));
  expect(tally.size).toBe(3);
  expect(
    tally.list().map(({ findings, weeks }) => [findings, weeks.map((w) => [w.week, w.findings, w.rules])]),
  ).toEqual([
    [
      3,
      [
        ['2026-W11', 1, [{ title: 'Encoded PowerShell', findings: 1 }]],
        ['2026-W12', 2, [{ title: 'Encoded PowerShell', findings: 2 }]],
      ],
    ],
  ]);
});

test.each([
  ['2026-01-01T00:00:00Z', '2026-W01'],
  ['2021-01-03T23:59:59Z', '2020-W53'],
  ['2024-12-30T00:00:00Z', '2025-W01'],
  ['1969-12-31T00:00:00Z', '1970-W01'],
])('%s lies in %s', (iso, week) => {
  expect(isoWeek(Date.parse(iso))).toBe(week);
});
