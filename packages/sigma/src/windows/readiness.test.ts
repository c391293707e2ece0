import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet, readiness, type SeenKind, type WindowsOptions } from './index.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

function ready(logsource: string, detection: string, seen: readonly SeenKind[], options: WindowsOptions = {}) {
  const { rules, problems } = parseRules(`title: t\nlogsource: {${logsource}}\ndetection: {${detection}}\n`);
  if (problems.length > 0) throw problems[0];
  return readiness(createWindowsRuleSet(rules, options), seen);
}

const fields = (...names: string[]): ReadonlySet<string> => new Set(names);

test.each([
  [
    'its own log was seen',
    'category: process_creation',
    's: {Image: a}, condition: s',
    [{ channel: SYSMON, eventId: 1 }],
  ],
  [
    'a mapped log was seen',
    'category: network_connection',
    's: {DestinationPort: 1}, condition: s',
    [{ channel: 'Security', eventId: 5156 }],
  ],
  [
    'the field was seen',
    'category: process_creation',
    's: {Image: a}, condition: s',
    [{ channel: SYSMON, eventId: 1, fields: fields('Image') }],
  ],
  [
    'the mapped field was seen',
    'category: process_creation',
    's: {Image: a}, condition: s',
    [{ channel: 'Security', eventId: 4688, fields: fields('NewProcessName') }],
  ],
  [
    'an alternative was seen',
    'category: process_creation',
    's: [{Hashes: a}, {Image: a}], condition: s',
    [{ channel: 'Security', eventId: 4688 }],
  ],
  [
    'absence is asked for',
    'category: process_creation',
    's: {Image: a}, f: {Hashes: b}, condition: s and not f',
    [{ channel: 'Security', eventId: 4688 }],
  ],
  [
    'null is asked for',
    'category: process_creation',
    's: {Image: a, Hashes: null}, condition: s',
    [{ channel: 'Security', eventId: 4688 }],
  ],
  [
    'keywords look everywhere',
    'service: system',
    's: [a], condition: s',
    [{ channel: 'System', eventId: 9, fields: fields() }],
  ],
  [
    'a member of System',
    'service: system',
    's: {Provider_Name: a, EventID: 9}, condition: s',
    [{ channel: 'System', eventId: 9, fields: fields() }],
  ],
  [
    'a hash out of Hashes',
    'category: image_load',
    's: {Imphash: a}, condition: s',
    [{ channel: SYSMON, eventId: 7, fields: fields('Hashes') }],
  ],
] as const)('a rule can fire: %s', (_what, logsource, detection, seen) => {
  expect(ready(logsource, detection, seen)).toMatchObject({ canFire: [{ title: 't' }], blind: [] });
});

test('a log that was not seen: each place and its setting', () => {
  const { canFire, blind } = ready('category: process_creation', 's: {CommandLine: a}, condition: s', [
    { channel: SYSMON, eventId: 5 },
  ]);
  expect(canFire).toEqual([]);
  expect(blind).toMatchObject([
    {
      missing: { kind: 'source' },
      settings: [],
      sources: [
        {
          via: 'field',
          channel: SYSMON,
          eventIds: [1],
          settings: [
            {
              kind: 'sysmon',
              element: 'ProcessCreate',
              config: expect.stringContaining('<ProcessCreate onmatch="exclude"/>'),
            },
          ],
        },
        {
          via: 'mapped:4688',
          channel: 'Security',
          eventIds: [4688],
          settings: [
            {
              kind: 'audit',
              subcategory: 'Process Creation',
              guid: '{0CCE922B-69AE-11D9-BED3-505054503030}',
              command: 'auditpol /set /subcategory:"{0CCE922B-69AE-11D9-BED3-505054503030}" /success:enable',
            },
            { kind: 'policy', name: 'Include command line in process creation events' },
          ],
        },
      ],
    },
  ]);
});

test('a field that the log seen never has: the fewest that are needed, and the log that has them', () => {
  const detection = 's: {Image: a, Hashes: b}, o: {OriginalFileName: c}, condition: s or (s and o)';
  const { blind } = ready('category: process_creation', detection, [{ channel: 'Security', eventId: 4688 }]);
  expect(blind).toMatchObject([
    { missing: { kind: 'fields', fields: ['Hashes'] }, settings: [], sources: [{ channel: SYSMON }] },
  ]);
});

test('a command line that no event has: the policy', () => {
  const { blind } = ready('category: process_creation', 's: {CommandLine: a}, condition: s', [
    { channel: 'Security', eventId: 4688, fields: fields('NewProcessName') },
  ]);
  expect(blind).toMatchObject([
    {
      missing: { kind: 'fields', fields: ['CommandLine'] },
      settings: [{ kind: 'policy' }],
      sources: [{ channel: SYSMON }],
    },
  ]);
});

test.each([
  ['service: security', 's: {EventID: [4624, 4625], x: y}, condition: s', [4624, 4625], ['Logon', 'Account Lockout']],
  ['service: security', 's: {EventID: 1102}, condition: s', [1102], []],
  [
    'service: taskscheduler',
    's: {EventID: 106}, condition: s',
    [106],
    ['wevtutil sl "Microsoft-Windows-TaskScheduler/Operational" /e:true /q:true'],
  ],
  [
    'service: taskscheduler',
    's: {a: b}, condition: s',
    [],
    ['wevtutil sl "Microsoft-Windows-TaskScheduler/Operational" /e:true /q:true'],
  ],
])('%s, {%s} looks at %j and needs %j', (logsource, detection, ids, names) => {
  const [first] = ready(logsource, detection, []).blind;
  const source = first!.sources[0]!;
  expect(source.eventIds).toEqual(ids);
  expect(
    source.settings.map((s) => (s.kind === 'audit' ? s.subcategory : s.kind === 'channel' ? s.command : s.kind)),
  ).toEqual(names);
});

test('script blocks: the policy of each PowerShell', () => {
  const [first] = ready('category: ps_script', 's: {ScriptBlockText: a}, condition: s', []).blind;
  const policies = first!.sources.flatMap(({ settings }) =>
    settings.flatMap((s) => (s.kind === 'policy' ? s.commands : [])),
  );
  expect(policies).toEqual([
    'reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell\\ScriptBlockLogging" /v EnableScriptBlockLogging /t REG_DWORD /d 1 /f',
    'reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\PowerShellCore\\ScriptBlockLogging" /v EnableScriptBlockLogging /t REG_DWORD /d 1 /f',
  ]);
});

test('under strict a mapped log does not count, save 4688', () => {
  const seen = [{ channel: 'Security', eventId: 5156 }];
  expect(
    ready('category: network_connection', 's: {DestinationPort: 1}, condition: s', seen, { strict: true }),
  ).toMatchObject({
    canFire: [],
    blind: [{ sources: [{ via: 'field' }] }],
  });
});
