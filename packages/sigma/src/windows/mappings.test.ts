import { PlainEvent } from '@haetae/event';
import { describe, expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet, type WindowsMatch, type WindowsOptions } from './index.ts';

type Fields = Readonly<Record<string, string>>;

const event = (channel: string, eventId: number, fields: Fields, provider: string): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel,
    provider,
    eventId,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

const AUDITING = 'Microsoft-Windows-Security-Auditing';

interface Case {
  readonly category: string;
  readonly search: string;
  readonly channel?: string;
  readonly id: number;
  readonly fields: Fields;
  readonly provider?: string;
  readonly options?: WindowsOptions;
}

/** The match of a rule with one search (or `detection`) on one event. */
function match({
  category,
  search,
  channel = 'Security',
  id,
  fields,
  provider = AUDITING,
  options,
}: Case): WindowsMatch | undefined {
  const detection = search.includes('condition:') ? search : `{s: {${search}}, condition: s}`;
  const { rules, problems } = parseRules(`title: t\nlogsource: {${category}}\ndetection: ${detection}\n`);
  for (const problem of problems) throw problem;
  const set = createWindowsRuleSet(rules, options);
  for (const problem of set.problems) throw problem;
  const found = set.matchEvent(event(channel, id, fields, provider));
  expect(found.length).toBeLessThan(2);
  return found[0];
}

const VALUE = {
  ObjectName: '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x',
  ObjectValueName: 'ImagePath',
  OperationType: '%%1905',
  NewValueType: '%%1873',
  NewValue: 'C:\\evil.exe',
  ProcessId: '0x1f4',
  ProcessName: 'C:\\Windows\\regedit.exe',
  SubjectUserSid: 'S-1-5-18',
  SubjectUserName: 'PC$',
  SubjectDomainName: 'CORP',
};
const key = 'TargetObject: HKLM\\SYSTEM\\CurrentControlSet\\Services\\x\\ImagePath';

describe('registry on 4657', () => {
  test.each([
    ['registry_set', key, {}, 'mapped:4657'],
    ['registry_event', key, {}, 'mapped:4657'],
    ['registry_delete', key, {}, undefined],
    ['registry_add', key, {}, undefined],
    ['registry_set', key, { OperationType: '%%1906' }, undefined],
    ['registry_delete', key, { OperationType: '%%1906' }, 'mapped:4657'],
    ['registry_event', `${key}, EventType: DeleteValue`, { OperationType: '%%1906' }, 'mapped:4657'],
    ['registry_set', `${key}, EventType: SetValue`, { OperationType: '%%1904' }, 'mapped:4657'],
    [
      'registry_set',
      `${key}, EventType: SetValue`,
      { OperationType: '기존 레지스트리 값을 수정했습니다.' },
      'mapped:4657',
    ],
    ['registry_set', 'Image|endswith: \\regedit.exe, ProcessId: 500, User: NT AUTHORITY\\SYSTEM', {}, 'mapped:4657'],
    ['registry_set', 'Details|endswith: .exe', {}, 'mapped:4657'],
    ['registry_set', 'Details: DWORD (0x00000001)', { NewValueType: '%%1876', NewValue: '1' }, 'mapped:4657'],
    ['registry_set', 'Details: (Empty)', { NewValue: '' }, 'mapped:4657'],
    ['registry_set', 'TargetObject|endswith: \\x\\(Default)', { ObjectValueName: '' }, 'mapped:4657'],
    [
      'registry_set',
      'TargetObject|startswith: HKU\\S-1-5-21-1\\Software',
      { ObjectName: '\\REGISTRY\\USER\\S-1-5-21-1\\Software' },
      'mapped:4657',
    ],
    ['registry_set', 'EventType: AUDIT_SUCCESS', { EventType: 'AUDIT_SUCCESS' }, undefined],
    ['registry_event', 'NewName: a', { NewName: 'a' }, undefined],
  ])('%s, %s on %j: %s', (category, search, more, via) => {
    expect(match({ category: `category: ${category}`, search, id: 4657, fields: { ...VALUE, ...more } })?.via).toBe(
      via,
    );
  });

  test('not from another provider, and not under strict', () => {
    const one = { category: 'category: registry_set', search: key, id: 4657, fields: VALUE };
    expect(match({ ...one, provider: 'ADFS Auditing' })).toBeUndefined();
    expect(match({ ...one, provider: '' })?.via).toBe('mapped:4657');
    expect(match({ ...one, options: { strict: true } })).toBeUndefined();
  });
});

const CONNECTION = {
  ProcessID: '820',
  Application: '\\device\\harddiskvolume3\\windows\\system32\\svchost.exe',
  Direction: '%%14593',
  SourceAddress: '10.0.0.5',
  SourcePort: '49200',
  DestAddress: '203.0.113.9',
  DestPort: '443',
  Protocol: '6',
};

describe('network_connection on 5156', () => {
  test.each([
    ['Image: C:\\Windows\\System32\\svchost.exe, Initiated: "true", Protocol: tcp', {}, true],
    ['Initiated: true, DestinationIp|cidr: 203.0.113.0/24, DestinationPort: 443, SourcePort: 49200', {}, true],
    ['Initiated: "false", ProcessId: 820, SourceIp: 10.0.0.5', { Direction: '%%14592' }, true],
    ['Initiated: "false"', { Direction: '인바운드' }, true],
    ['Initiated: "true"', { Direction: '%%1' }, false],
    ['SourceIsIpv6: "true", DestinationIsIpv6: "false"', { SourceAddress: 'fe80::1' }, true],
    ['Protocol: udp', { Protocol: '17' }, true],
    ['Image|startswith: C:\\Tools', { Application: '\\device\\harddiskvolume5\\tools\\x.exe' }, false],
    ['Image|endswith: \\tools\\x.exe', { Application: '\\device\\harddiskvolume5\\tools\\x.exe' }, true],
    ['Image: System', { Application: 'System' }, true],
    ['Image: "-"', { Application: '-' }, false],
    ['DestinationHostname|endswith: .example', {}, false],
    ['User: SYSTEM', { User: 'SYSTEM' }, false],
  ])('%s on %j: %s', (search, more, is) => {
    const found = match({
      category: 'category: network_connection',
      search,
      id: 5156,
      fields: { ...CONNECTION, ...more },
    });
    expect(found?.via).toBe(is ? 'mapped:5156' : undefined);
  });
});

const PROCESS = {
  SubjectUserSid: 'S-1-5-21-1',
  SubjectUserName: 'bob',
  SubjectDomainName: 'CORP',
  NewProcessId: '0x2a',
  NewProcessName: 'C:\\a.exe',
  ProcessId: '0x10',
  CommandLine: 'a.exe -x',
  TargetUserSid: 'S-1-0-0',
  TargetUserName: '-',
  TargetDomainName: '-',
  ParentProcessName: 'C:\\p.exe',
  MandatoryLabel: 'S-1-16-12288',
};

describe('process_creation on 4688', () => {
  test.each([
    ['User: bob', {}, {}, []],
    ['User: CORP\\bob, ProcessId: 42, ParentProcessId: 16', {}, {}, []],
    ['User: NT AUTHORITY\\SYSTEM, ParentUser: CORP\\bob', { TargetUserSid: 'S-1-5-18', TargetUserName: 'PC$' }, {}, []],
    ['User: CORP\\bob', {}, { strict: true }, undefined],
    ['ProcessId: "0x2a"', {}, { strict: true }, []],
    ['Image: C:\\a.exe, Hashes: null', {}, {}, ['Hashes']],
    ['Image: C:\\a.exe, Imphash: null', {}, {}, ['Imphash']],
  ])('%s on %j, %j', (search, more, options, degraded) => {
    const found = match({
      category: 'category: process_creation',
      search,
      id: 4688,
      fields: { ...PROCESS, ...more },
      options,
    });
    expect(found?.degraded).toEqual(degraded);
    if (found !== undefined) expect([found.via, found.mapping]).toEqual(['mapped:4688', 'mapped:4688']);
  });

  test.each([
    ['{s: {Image: C:\\a.exe}, condition: s}', {}, [], 1],
    ['{s: [{Image: C:\\a.exe}, {OriginalFileName: b}], condition: s}', {}, ['OriginalFileName'], 0.8],
    [
      '{s: {Image: C:\\a.exe}, f: {OriginalFileName: b, Hashes: c}, condition: s and not f}',
      {},
      ['OriginalFileName', 'Hashes'],
      0.5,
    ],
    ['{s: {Image: C:\\a.exe}, f: {CommandLine: b}, condition: s and not f}', {}, [], 1],
    ['{s: {Image: C:\\a.exe}, f: {CommandLine: b}, condition: s and not f}', { CommandLine: '' }, ['CommandLine'], 0.5],
    ['{s: {Image: C:\\a.exe}, f: {Hashes: b}, condition: not (not s or f)}', {}, ['Hashes'], 0.5],
    ['{s: {Image: C:\\a.exe}, f: {Hashes: b}, condition: s or not (not f)}', {}, ['Hashes'], 0.8],
    ['{s: {Image: C:\\a.exe}, f: {Hashes|neq: b}, condition: s or not f}', {}, ['Hashes'], 0.8],
    ['{s: {Image: C:\\a.exe, Company|exists: false}, condition: s}', {}, ['Company'], 0.5],
  ])('degraded: %s on %j', (search, more, degraded, confidence) => {
    const found = match({ category: 'category: process_creation', search, id: 4688, fields: { ...PROCESS, ...more } });
    expect([found?.degraded, found?.confidence]).toEqual([degraded, confidence]);
  });

  test.each([
    [AUDITING, {}, 'mapped:4688'],
    ['Microsoft Windows 보안 감사.', {}, 'mapped:4688'],
    ['', {}, 'mapped:4688'],
    ['Some Other Application', {}, undefined],
    ['Some Other Application', { strict: true }, 'mapped:4688'],
  ])('from the provider %j, %j: %s', (provider, options, via) => {
    const category = 'category: process_creation';
    expect(match({ category, search: 'Image: C:\\a.exe', id: 4688, fields: PROCESS, provider, options })?.via).toBe(
      via,
    );
  });

  test('a match of its own log is never degraded', () => {
    const found = match({
      category: 'category: process_creation',
      search: '{s: {Image: a}, f: {Hashes: b}, condition: s and not f}',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      id: 1,
      fields: { Image: 'a' },
    });
    expect(found).toMatchObject({ via: 'field', mapping: undefined, degraded: [], confidence: 1 });
  });
});

const SHA256 = 'a'.repeat(64);
const CONTEXT = [
  '\tDetailSequence=1',
  '\tHostName=ConsoleHost',
  '\tHostApplication=powershell -c x=1',
  '\tEngineVersion=5.1',
  '\tScriptName=C:\\a.ps1',
  '\tCommandLine=$a = 1',
  'HostX=2',
].join('\r\n');

describe('fields cut out of texts', () => {
  test.each([
    [
      'category: image_load',
      `sha256: ${SHA256}`,
      'Microsoft-Windows-Sysmon/Operational',
      7,
      { Hashes: `MD5=${'b'.repeat(32)},SHA256=${SHA256.toUpperCase()}` },
      'extracted',
    ],
    [
      'category: image_load',
      `Hashes|contains: SHA256=${SHA256}`,
      'Microsoft-Windows-Sysmon/Operational',
      7,
      { Hashes: `SHA256=${SHA256}` },
      'field',
    ],
    [
      'service: sysmon',
      `Imphash: ${'b'.repeat(32)}`,
      'Microsoft-Windows-Sysmon/Operational',
      1,
      { Hashes: `IMPHASH=${'b'.repeat(32)}` },
      'extracted',
    ],
    [
      'category: image_load',
      'Imphash: x',
      'Microsoft-Windows-Sysmon/Operational',
      7,
      { Hashes: 'IMPHASH=x', Imphash: 'x' },
      'field',
    ],
    [
      'category: image_load',
      'Imphash: x',
      'Microsoft-Windows-Sysmon/Operational',
      7,
      { Hashes: 'IMPHASH=x' },
      undefined,
    ],
    [
      'category: ps_classic_script',
      'HostApplication: powershell -c x=1, EngineVersion: 5.1',
      'Windows PowerShell',
      800,
      { Data: CONTEXT },
      'extracted',
    ],
    [
      'category: ps_classic_start',
      'ScriptName|endswith: .ps1',
      'Windows PowerShell',
      400,
      { Data: CONTEXT },
      'extracted',
    ],
    [
      'category: ps_classic_script',
      'CommandLine|contains: HostX=2',
      'Windows PowerShell',
      800,
      { Data: CONTEXT },
      'extracted',
    ],
    [
      'category: ps_classic_script',
      'Data|contains: HostName=ConsoleHost',
      'Windows PowerShell',
      800,
      { Data: CONTEXT },
      'field',
    ],
    [
      'category: ps_classic_script',
      'Data|contains: HostName=ConsoleHost',
      'Windows PowerShell',
      800,
      { Message: `Text: .\r\n${CONTEXT}` },
      'extracted',
    ],
    [
      'category: ps_module',
      'HostApplication|contains: powershell',
      'Microsoft-Windows-PowerShell/Operational',
      4103,
      {
        ContextInfo:
          '        Severity = Informational\r\n        Host Name = ConsoleHost\r\n        Host Application = powershell.exe -x\r\n',
      },
      'extracted',
    ],
  ])('%s, %s of %s %i', (category, search, channel, id, fields, via) => {
    const one = { category, search, channel, id, fields: fields as Fields, provider: 'P' };
    expect(match(one)?.via).toBe(via);
    expect(match({ ...one, options: { strict: true } })?.via).toBe(via === 'field' ? 'field' : undefined);
  });

  test('the message stands for data only where the event has none', () => {
    const one = {
      category: 'category: ps_classic_script',
      search: '{s: {Data|contains: x}, condition: not s}',
      provider: 'P',
    };
    const classic = { ...one, channel: 'Windows PowerShell', id: 800 };
    expect(match({ ...classic, fields: { Data: 'x', Message: 'y' } })).toBeUndefined();
    expect(match({ ...classic, fields: { Data: 'y', Message: 'x' } })?.via).toBe('field');
  });

  test('what follows a context in a rendered message is no part of its last value', () => {
    const message = 'x: .\r\n\tScriptName=\r\n\tCommandLine=a \r\n\r\nDetails: \r\nCommandInvocation(b): "b"';
    const one = { channel: 'Windows PowerShell', id: 800, fields: { Message: message }, provider: 'P' };
    expect(match({ category: 'category: ps_classic_script', search: 'CommandLine: a', ...one })?.via).toBe('extracted');
    expect(match({ category: 'category: ps_classic_script', search: "ScriptName: ''", ...one })?.via).toBe('extracted');
  });
});

describe('overlays', () => {
  const { rules } = parseRules(`title: a
logsource: {category: ps_script}
detection: {s: {ScriptBlockText|contains: one}, f: {ScriptBlockText|contains: two}, condition: s and not f}
---
title: b
logsource: {category: ps_script}
detection: {s: {ScriptBlockText|contains: two}, condition: s}
---
title: c
logsource: {category: ps_script}
detection: {s: {ScriptBlockText|contains|all: [two, three]}, condition: s}
`);
  const script = event('PowerShellCore/Operational', 4104, { ScriptBlockText: 'one' }, 'PowerShellCore');
  const run = (options: WindowsOptions, ...overlays: (Record<string, string[]> | undefined)[]) =>
    createWindowsRuleSet(rules, options)
      .matchEvent(script, ...overlays)
      .map(({ rule, via }) => `${rule.title} ${via}`);

  test.each([
    ['they add matches and take none', [{ ScriptBlockText: ['two'] }], ['a field', 'b decoded']],
    [
      'joined text goes before decoded text',
      [{ ScriptBlockText: ['three'] }, { ScriptBlockText: ['two'] }],
      ['a field', 'b extracted', 'c decoded'],
    ],
    ['joined text alone', [undefined, { ScriptBlockText: ['two three'] }], ['a field', 'b extracted', 'c extracted']],
    ['none', [], ['a field']],
  ])('%s', (_what, overlays, found) => {
    expect(run({}, ...overlays)).toEqual(found);
    expect(run({ strict: true }, ...overlays)).toEqual(['a field']);
  });
});
