import { describe, expect, test } from 'vitest';
import type { FindingRow, IncidentRow, Json, StoredEvent } from '../../store/index.ts';
import { FIELDS } from '../template.ts';
import { alertDoc, incidentDoc } from './alert.ts';
import { type Doc, eventDoc, take } from './event.ts';
import { KINDS, TABLE } from './table.ts';

const T = Date.UTC(2026, 9, 1, 9, 30);
const NOW = T + 5000;
const SYSMON = { channel: 'Microsoft-Windows-Sysmon/Operational', provider: 'Microsoft-Windows-Sysmon' } as const;
const SECURITY = { channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing' } as const;

const event = (change: Partial<StoredEvent> & Pick<StoredEvent, 'eventId' | 'fields'>): StoredEvent =>
  ({
    ...{ id: 7, seq: 3, timeMs: T, timeTicks: 1234, receivedMs: T + 1000, host: 'PC-1', ...SYSMON, recordId: '42' },
    ...{ origin: 'token-1', flags: 0, decoded: '', system: { Computer: 'pc-1.corp.example', Level: '4' } },
    ...change,
  }) as StoredEvent;
/** What a document says at each of these places. */
const says = (doc: Doc, ...paths: readonly string[]): unknown[] => paths.map((path) => take(doc, path));
/** Paths of all values. */
const pathsOf = (doc: Doc, before = ''): string[] =>
  Object.entries(doc).flatMap(([name, value]) => {
    const path = `${before}${name}`;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !FIELDS.has(path) ? pathsOf(value as Doc, `${path}.`) : [path];
  });

const SHA1 = 'A'.repeat(40);
const PROCESS = event({
  eventId: 1,
  fields: {
    UtcTime: '2026-10-01 09:30:00.000',
    ProcessGuid: '{0a}',
    ProcessId: '4711',
    Image: 'C:\\Windows\\System32\\vssadmin.exe',
    OriginalFileName: 'VSSADMIN.EXE',
    CommandLine: 'vssadmin delete shadows /all',
    CurrentDirectory: 'C:\\Users\\',
    User: 'CORP\\alice',
    LogonId: '0x3e7',
    Hashes: `SHA1=${SHA1},IMPHASH=${'B'.repeat(32)}`,
    ParentProcessGuid: '{0b}',
    ParentProcessId: '99',
    ParentImage: 'C:\\Windows\\explorer.exe',
    ParentCommandLine: '-',
    Description: '',
  },
});
const FAILED = event({
  ...{ ...SECURITY, eventId: 4625 },
  fields: {
    SubjectUserName: 'SVC$',
    TargetUserName: 'bob',
    TargetDomainName: 'CORP',
    TargetUserSid: 'S-1-0-0',
    LogonType: '3',
    IpAddress: '::ffff:10.1.2.3',
    IpPort: '50123',
    WorkstationName: 'KALI',
    ProcessId: '0x1f4',
  },
});

describe('an event in the words of ECS', () => {
  test('Sysmon 1: a process, its parent, its user', () => {
    expect(eventDoc(PROCESS, NOW)).toEqual({
      '@timestamp': '2026-10-01T09:30:00.0001234Z',
      ecs: { version: '8.17.0' },
      host: { name: 'PC-1', hostname: 'pc-1.corp.example', os: { type: 'windows' } },
      process: {
        executable: 'C:\\Windows\\System32\\vssadmin.exe',
        name: 'vssadmin.exe',
        pid: 4711,
        entity_id: '{0a}',
        command_line: 'vssadmin delete shadows /all',
        working_directory: 'C:\\Users\\',
        hash: { sha1: SHA1.toLowerCase() },
        pe: { imphash: 'b'.repeat(32), original_file_name: 'VSSADMIN.EXE' },
        parent: { executable: 'C:\\Windows\\explorer.exe', name: 'explorer.exe', pid: 99, entity_id: '{0b}' },
      },
      user: { name: 'alice', domain: 'CORP' },
      event: {
        ...{ kind: 'event', category: ['process'], type: ['start'], action: 'process-creation' },
        ...{ code: '1', provider: SYSMON.provider, module: 'sysmon' },
        ...{ created: '2026-10-01T09:30:01.000Z', ingested: '2026-10-01T09:30:05.000Z' },
      },
      related: { user: ['alice'], hosts: ['PC-1'], hash: [SHA1.toLowerCase(), 'b'.repeat(32)] },
      log: { level: 'information' },
      winlog: {
        ...{ channel: SYSMON.channel, provider_name: SYSMON.provider, event_id: '1', record_id: '42' },
        ...{ computer_name: 'pc-1.corp.example', logon: { id: '0x3e7' }, event_data: PROCESS.fields },
      },
      haetae: { event: { id: 7 }, origin: 'token-1' },
    });
  });

  test('Security 4625: whose logon it was, from where', () => {
    const doc = eventDoc(FAILED, NOW);
    expect(doc.user).toEqual({ name: 'bob', domain: 'CORP', id: 'S-1-0-0' });
    expect(doc.source).toEqual({ ip: '10.1.2.3', port: 50_123, domain: 'KALI' });
    expect(doc.related).toEqual({ user: ['bob'], ip: ['10.1.2.3'], hosts: ['PC-1', 'KALI'] });
    expect(says(doc, 'event.outcome', 'event.category', 'winlog.logon.type', 'process.pid')).toEqual([
      ...['failure', ['authentication'], 'Network', 500],
    ]);
  });

  test.each([
    [
      'Security 4688: its process id is the parent’s',
      { ...SECURITY, eventId: 4688 },
      {
        NewProcessId: '0x10',
        ProcessId: '0x20',
        NewProcessName: 'C:\\a.exe',
        ParentProcessName: 'C:\\b.exe',
        SubjectUserName: 'eve',
      },
      {
        'process.pid': 16,
        'process.parent.pid': 32,
        'process.executable': 'C:\\a.exe',
        'process.parent.name': 'b.exe',
        'user.name': 'eve',
      },
    ],
    [
      'Sysmon 3: a connection',
      { eventId: 3 },
      {
        Protocol: 'tcp',
        Initiated: 'true',
        SourceIp: '10.0.0.1',
        SourcePort: '1',
        DestinationIp: 'fe80::1%4',
        DestinationPort: '65536',
        DestinationHostname: 'c2.example',
      },
      {
        'network.transport': 'tcp',
        'network.direction': 'egress',
        'source.ip': '10.0.0.1',
        'source.port': 1,
        'destination.ip': 'fe80::1',
        'destination.port': undefined,
        'destination.domain': 'c2.example',
      },
    ],
    [
      'Security 5156: a protocol by its number',
      { ...SECURITY, eventId: 5156 },
      { Protocol: '17', Application: '\\device\\a.exe', DestAddress: '10.0.0.9', DestPort: '53' },
      { 'network.transport': 'udp', 'process.name': 'a.exe', 'destination.ip': '10.0.0.9', 'destination.port': 53 },
    ],
    [
      'Sysmon 22: a name and its addresses',
      { eventId: 22 },
      { QueryName: 'evil.example', QueryResults: 'type:  5 x.example;::ffff:10.9.9.9;10.9.9.9;' },
      {
        'dns.question.name': 'evil.example',
        'dns.resolved_ip': ['10.9.9.9'],
        'related.hosts': ['PC-1', 'evil.example'],
      },
    ],
    [
      'Sysmon 11: a file',
      { eventId: 11 },
      { TargetFilename: 'C:\\Users\\bob\\평가.DOCX.exe' },
      {
        'file.path': 'C:\\Users\\bob\\평가.DOCX.exe',
        'file.name': '평가.DOCX.exe',
        'file.directory': 'C:\\Users\\bob',
        'file.extension': 'exe',
      },
    ],
    [
      'Sysmon 7: a library, whose hash is not the process’s',
      { eventId: 7 },
      { Image: 'C:\\p.exe', ImageLoaded: 'C:\\x.dll', Hashes: `SHA1=${SHA1}`, Signed: 'false' },
      {
        'process.name': 'p.exe',
        'process.hash': undefined,
        'dll.name': 'x.dll',
        'dll.hash.sha1': SHA1.toLowerCase(),
        'dll.code_signature.signed': false,
        'file.path': 'C:\\x.dll',
      },
    ],
    [
      'Sysmon 13: a value of the registry',
      { eventId: 13 },
      { TargetObject: 'HKLM\\Software\\Run\\Evil', Details: 'cmd' },
      {
        'registry.hive': 'HKLM',
        'registry.key': 'Software\\Run\\Evil',
        'registry.value': 'Evil',
        'registry.data.strings': ['cmd'],
        'file.path': undefined,
      },
    ],
    [
      'Security 4663: what was opened is what its name says',
      { ...SECURITY, eventId: 4663 },
      { ObjectName: 'C:\\secret.txt', ProcessName: 'C:\\p.exe' },
      { 'file.path': 'C:\\secret.txt', 'registry.path': undefined, 'process.name': 'p.exe' },
    ],
    [
      'PowerShell 4104: a script',
      { channel: 'Microsoft-Windows-PowerShell/Operational', provider: 'Microsoft-Windows-PowerShell', eventId: 4104 },
      { ScriptBlockText: 'whoami', Path: 'C:\\a.ps1' },
      { 'powershell.file.script_block_text': 'whoami', 'file.name': 'a.ps1', 'event.module': 'powershell' },
    ],
    [
      'System 7045: a service',
      { channel: 'System', provider: 'Service Control Manager', eventId: 7045 },
      { ServiceName: 'evil' },
      { 'service.name': 'evil', 'event.action': 'service-installed' },
    ],
    [
      'a log of others: its own words alone',
      { channel: 'Other', provider: 'Other', eventId: 5 },
      { param1: 'x' },
      { 'event.module': undefined, 'event.category': undefined, 'winlog.event_data': { param1: 'x' } },
    ],
    [
      'what says nothing of the kind stands in its own words only',
      { eventId: 3 },
      { SourceIp: 'LOCAL', SourcePort: 'http', ProcessId: '0xffffffffff', DestinationIp: '-' },
      { source: undefined, process: undefined, destination: undefined, 'winlog.event_data.SourceIp': 'LOCAL' },
    ],
  ] as const)('%s', (_, head, fields, expected) => {
    const doc = eventDoc(event({ ...head, fields: fields as unknown as StoredEvent['fields'] }), NOW);
    expect(Object.fromEntries(Object.keys(expected).map((path) => [path, take(doc, path)]))).toEqual(expected);
  });

  test('its message is the message, and no field beside it; a long value is cut, and kept whole', () => {
    const script = '한'.repeat(20_000);
    const doc = eventDoc(
      event({ eventId: 1, fields: { Message: 'Process Create:', CommandLine: script, '': 'x' } }),
      NOW,
    );
    expect(says(doc, 'message', 'haetae.whole', 'process.command_line')).toEqual([
      ...['Process Create:', { CommandLine: script }, script],
    ]);
    expect(take(doc, 'winlog.event_data')).toEqual({ CommandLine: `${script.slice(0, 8000)}…`, '': 'x' });
  });

  test('how it came: its marks, what was decoded, a time that no calendar has', () => {
    const odd = event({ eventId: 1, fields: {}, flags: 2 | 8, decoded: 'IEX', timeMs: Date.UTC(12_000, 0) as never });
    const doc = eventDoc(odd, NOW);
    expect(says(doc, '@timestamp', 'haetae.marks', 'haetae.decoded')).toEqual([
      ...['2026-10-01T09:30:01.000Z', ['ahead', 'foreignHost', 'timeBeyond'], 'IEX'],
    ]);
  });
});

const FINDING: FindingRow = {
  ...{ id: 5, seq: 9, timeMs: T as never, host: 'PC-1', detector: 'sigma', ruleId: 'r-1', title: 'Shadows deleted' },
  ...{ level: 'high', eventIds: [7, 8], incidentId: 'abc', techniques: ['T1490', 'T1059.001'] },
  body: {
    ...{ detector: 'sigma', level: 'high', why: [{ kind: 'held', field: 'Image' }], fields: PROCESS.fields },
    rule: { id: 'r-1', title: 'Shadows deleted', path: 'rules/shadows.yml' },
    attack: { tactics: ['execution', 'impact'], techniques: ['T1490', 'T1059.001'] },
    event: { timeMs: T, timeTicks: 1234, computer: 'pc-1', ...SYSMON, eventId: 1, eventRecordId: 42, position: {} },
  } as unknown as Json,
};
const INCIDENT: IncidentRow = {
  ...{
    seq: 9,
    id: 'abc',
    firstMs: T as never,
    lastMs: (T + 60_000) as never,
    risk: 61,
    level: 'high',
    title: 'Shadows',
  },
  ...{ hosts: ['PC-1', 'PC-2'], users: ['CORP\\alice'], findings: 3, mergedInto: null },
  listed: { titles: { ko: '섀도', en: 'Shadows' }, tactics: ['impact'], techniques: ['T1490'], blind: [] } as never,
  ...{ status: 'closed', assignee: 'kim', verdict: 'benign', tags: ['x'], version: 4 },
  ...{ createdMs: T as never, updatedMs: (T + 1) as never },
};

describe('alerts and incidents', () => {
  test('a finding is an alert about its event: the rule, ATT&CK, why', () => {
    const doc = alertDoc(FINDING, NOW);
    expect(doc.rule).toEqual({
      ...{ id: 'r-1', name: 'Shadows deleted', level: 'high', category: 'sigma', reference: 'rules/shadows.yml' },
    });
    expect(doc.threat).toEqual({
      framework: 'MITRE ATT&CK',
      tactic: { id: ['TA0002', 'TA0040'], name: ['Execution', 'Impact'] },
      technique: {
        id: ['T1490', 'T1059'],
        name: ['Inhibit System Recovery', 'Command and Scripting Interpreter'],
        reference: ['https://attack.mitre.org/techniques/T1490', 'https://attack.mitre.org/techniques/T1059'],
        subtechnique: {
          ...{ id: ['T1059.001'], name: ['PowerShell'] },
          reference: ['https://attack.mitre.org/techniques/T1059/001'],
        },
      },
    });
    expect(
      says(doc, '@timestamp', 'event.kind', 'event.severity', 'event.code', 'process.name', 'haetae.incident.id'),
    ).toEqual(['2026-10-01T09:30:00.0001234Z', 'alert', 73, '1', 'vssadmin.exe', 'abc']);
    expect(says(doc, 'haetae.finding', 'haetae.why')).toEqual([
      ...[{ id: 5, events: [7, 8] }, [{ kind: 'held', field: 'Image' }]],
    ]);
  });

  test('a score has no rule, and names none', () => {
    const body = { ...(FINDING.body as Doc), rule: null, attack: { tactics: [], techniques: [] } } as unknown as Json;
    const doc = alertDoc({ ...FINDING, ruleId: '', detector: 'anomaly', title: 'Unusual: logon', body }, NOW);
    expect([doc.rule, doc.threat]).toEqual([{ name: 'Unusual: logon', level: 'high', category: 'anomaly' }, undefined]);
  });

  test('an incident is what it is now: its risk, its span, what people made of it', () => {
    const doc = incidentDoc(INCIDENT, NOW);
    expect(says(doc, '@timestamp', 'event.start', 'event.risk_score', 'rule.level', 'host.name')).toEqual([
      ...['2026-10-01T09:31:00.000Z', '2026-10-01T09:30:00.000Z', 61, 'high', ['PC-1', 'PC-2']],
    ]);
    expect(take(doc, 'haetae.incident')).toEqual({
      ...{ id: 'abc', title: 'Shadows', title_ko: '섀도', status: 'closed', verdict: 'benign', assignee: 'kim' },
      ...{ tags: ['x'], findings: 3, version: 4, updated: '2026-10-01T09:30:00.001Z' },
    });
  });
});

describe('the contract of the table', () => {
  test('every field of a document is one of the template, so that it can be asked for', () => {
    const docs = [
      eventDoc(event({ ...PROCESS, flags: 1, decoded: 'x', system: { ...PROCESS.system, ...SYSTEM } }), NOW),
      eventDoc(FAILED, NOW),
      alertDoc(FINDING, NOW),
      incidentDoc({ ...INCIDENT, mergedInto: 'abd' }, NOW),
    ];
    const unknown = docs.flatMap((doc) => pathsOf(doc)).filter((path) => !FIELDS.has(path));
    expect(unknown).toEqual([]);
  });
  test('no field stands twice, none is above another', () => {
    const names = TABLE.map(({ ecs }) => ecs);
    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))).toEqual([]);
  });
  test('every kind is in the words that ECS allows', () => {
    const words = Object.values(KINDS).flatMap(([category, type]) => [category, type]);
    expect(words.filter((word) => !ALLOWED.has(word))).toEqual([]);
  });
});

const SYSTEM = {
  Execution_ProcessID: '1',
  Execution_ThreadID: '2',
  Task: '1',
  Opcode: '0',
  Keywords: '0x1',
  Version: '5',
};
/** Of `event.category` and `event.type`. Source: elastic.co/guide/en/ecs/8.17. */
const ALLOWED = new Set(
  `api authentication configuration database driver email file host iam intrusion_detection library malware network package process
   registry session threat vulnerability web access admin allowed change connection creation deletion denied end error group indicator
   info installation protocol start user`.split(/\s+/),
);
