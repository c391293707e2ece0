import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import type { Source } from '../logsource.ts';
import { parseRules } from '../parse.ts';
import { createRuleSet } from '../ruleset.ts';
import { windowsEvent } from './event.ts';
import { WINDOWS, WINDOWS_STRICT } from './logsources.ts';
import { createWindowsRuleSet } from './ruleset.ts';

const SYSMON = ['Microsoft-Windows-Sysmon/Operational'];
const POWERSHELL = ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'];
const CLASSIC = ['Windows PowerShell'];

/** The categories of the taxonomy, version 2.1.0 (2025-08-02), "Windows Folder". */
const CATEGORIES: Readonly<Record<string, readonly [channels: readonly string[], ids: readonly number[]]>> = {
  process_creation: [SYSMON, [1]],
  file_change: [SYSMON, [2]],
  network_connection: [SYSMON, [3]],
  sysmon_status: [SYSMON, [4, 16]],
  process_termination: [SYSMON, [5]],
  driver_load: [SYSMON, [6]],
  image_load: [SYSMON, [7]],
  create_remote_thread: [SYSMON, [8]],
  raw_access_thread: [SYSMON, [9]],
  process_access: [SYSMON, [10]],
  file_event: [SYSMON, [11]],
  registry_event: [SYSMON, [12, 13, 14]],
  registry_add: [SYSMON, [12]],
  registry_delete: [SYSMON, [12]],
  registry_set: [SYSMON, [13]],
  registry_rename: [SYSMON, [14]],
  create_stream_hash: [SYSMON, [15]],
  pipe_created: [SYSMON, [17, 18]],
  wmi_event: [SYSMON, [19, 20, 21]],
  dns_query: [SYSMON, [22]],
  // Sysmon 26 is a deletion too, of a file that was not kept.
  file_delete: [SYSMON, [23, 26]],
  clipboard_capture: [SYSMON, [24]],
  process_tampering: [SYSMON, [25]],
  file_delete_detected: [SYSMON, [26]],
  file_block_executable: [SYSMON, [27]],
  file_block_shredding: [SYSMON, [28]],
  file_executable_detected: [SYSMON, [29]],
  sysmon_error: [SYSMON, [255]],
  ps_classic_start: [CLASSIC, [400]],
  ps_classic_provider_start: [CLASSIC, [600]],
  ps_classic_script: [CLASSIC, [800]],
  ps_module: [POWERSHELL, [4103]],
  ps_script: [POWERSHELL, [4104]],
};

/** Of an ETW provider that writes to no channel. */
const NO_LOG = ['file_access', 'file_rename'];

const operational = (provider: string): readonly string[] => [`Microsoft-Windows-${provider}/Operational`];

/** The services of the taxonomy; what rules, pySigma and Windows call otherwise stands beside them in the table of the product. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  application: ['Application'],
  'application-experience': [
    'Microsoft-Windows-Application-Experience/Program-Telemetry',
    'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant',
  ],
  applocker: [
    'Microsoft-Windows-AppLocker/MSI and Script',
    'Microsoft-Windows-AppLocker/EXE and DLL',
    'Microsoft-Windows-AppLocker/Packaged app-Deployment',
    'Microsoft-Windows-AppLocker/Packaged app-Execution',
  ],
  'appmodel-runtime': ['Microsoft-Windows-AppModel-Runtime/Admin'],
  'appxdeployment-server': operational('AppXDeploymentServer'),
  'appxpackaging-om': operational('AppxPackaging'),
  bitlocker: ['Microsoft-Windows-BitLocker/BitLocker Management'],
  'bits-client': operational('Bits-Client'),
  capi2: operational('CAPI2'),
  'certificateservicesclient-lifecycle-system': operational('CertificateServicesClient-Lifecycle-System'),
  'codeintegrity-operational': operational('CodeIntegrity'),
  dhcp: operational('DHCP-Server'),
  'diagnosis-scripted': operational('Diagnosis-Scripted'),
  'dns-client': operational('DNS Client Events'),
  'dns-server': ['DNS Server'],
  'dns-server-analytic': ['Microsoft-Windows-DNS-Server/Analytical'],
  'dns-server-audit': ['Microsoft-Windows-DNS-Server/Audit'],
  'driver-framework': operational('DriverFrameworks-UserMode'),
  'firewall-as': ['Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'],
  'hyper-v-worker': ['Microsoft-Windows-Hyper-V-Worker'],
  'iis-configuration': ['Microsoft-IIS-Configuration/Operational'],
  'kernel-event-tracing': ['Microsoft-Windows-Kernel-EventTracing'],
  'kernel-shimengine': [
    'Microsoft-Windows-Kernel-ShimEngine/Operational',
    'Microsoft-Windows-Kernel-ShimEngine/Diagnostic',
  ],
  ldap: ['Microsoft-Windows-LDAP-Client/Debug'],
  'lsa-server': operational('LSA'),
  'msexchange-management': ['MSExchange Management'],
  ntfs: operational('Ntfs'),
  ntlm: operational('NTLM'),
  openssh: ['OpenSSH/Operational'],
  powershell: operational('PowerShell'),
  'powershell-classic': CLASSIC,
  'printservice-admin': ['Microsoft-Windows-PrintService/Admin'],
  'printservice-operational': operational('PrintService'),
  security: ['Security'],
  'security-mitigations': [
    'Microsoft-Windows-Security-Mitigations/Kernel Mode',
    'Microsoft-Windows-Security-Mitigations/User Mode',
  ],
  sense: operational('SENSE'),
  'servicebus-client': ['Microsoft-ServiceBus-Client/Operational', 'Microsoft-ServiceBus-Client/Admin'],
  'shell-core': operational('Shell-Core'),
  'smbclient-security': ['Microsoft-Windows-SmbClient/Security'],
  sysmon: SYSMON,
  system: ['System'],
  taskscheduler: operational('TaskScheduler'),
  'terminalservices-localsessionmanager': operational('TerminalServices-LocalSessionManager'),
  vhdmp: operational('VHDMP'),
  windefend: operational('Windows Defender'),
  wmi: operational('WMI-Activity'),
};

const plain = (sources: readonly Source[] = []): readonly Source[] => sources.filter((s) => s.mapping === undefined);

describe.each([
  ['by default', WINDOWS],
  ['strict', WINDOWS_STRICT],
])('the taxonomy, %s', (_what, table) => {
  test.each(Object.entries(CATEGORIES))('category %s', (name, [channels, ids]) => {
    expect(plain(table.categories[name])).toEqual([{ channels, eventIds: ids }]);
  });

  test.each(NO_LOG)('category %s has no log', (name) => {
    expect(table.categories[name]).toEqual([]);
  });

  test.each(Object.entries(SERVICES))('service %s', (name, channels) => {
    const [source, ...more] = plain(table.services[name]);
    expect(more).toEqual([]);
    expect(source!.eventIds).toBeUndefined();
    expect(source!.channels).toEqual(expect.arrayContaining([...channels]));
  });
});

test('no category is unknown to the taxonomy', () => {
  expect(Object.keys(WINDOWS.categories).sort()).toEqual([...Object.keys(CATEGORIES), ...NO_LOG].sort());
});

test('a rule is a candidate for the events of its own log and for no other', () => {
  const names = [
    ...Object.entries(WINDOWS.categories).map(([name, sources]) => ['category', name, sources] as const),
    ...Object.entries(WINDOWS.services).map(([name, sources]) => ['service', name, sources] as const),
  ].filter(([, , sources]) => sources.length > 0);
  const text = names.map(
    ([kind, name]) => `title: ${kind} ${name}\nlogsource: {${kind}: ${name}}\ndetection: {s: {f: 1}, condition: s}\n`,
  );
  const set = createRuleSet(parseRules(text.join('---\n')).rules, { logSources: WINDOWS });
  const wrong: string[] = [];
  for (const { channels = [], eventIds = [9] } of names.flatMap(([, , sources]) => sources))
    for (const channel of channels)
      for (const id of eventIds) {
        const found = new Set(set.candidates(channel.toUpperCase(), id).map(({ matcher }) => matcher.rule.title));
        for (const [kind, name, sources] of names) {
          const stands = sources.some(
            (s) => s.naming === undefined && s.channels!.includes(channel) && (s.eventIds?.includes(id) ?? true),
          );
          if (found.has(`${kind} ${name}`) !== stands) wrong.push(`${kind} ${name} at ${channel} ${id}`);
        }
      }
  expect(wrong).toEqual([]);
});

test('what strict leaves out', () => {
  const vias = (rows: typeof WINDOWS.categories): string[] =>
    Object.entries(rows).flatMap(([name, sources]) =>
      sources.flatMap(({ mapping }) => (mapping ? `${name} ${mapping.name}` : [])),
    );
  expect([...vias(WINDOWS_STRICT.categories), ...vias(WINDOWS_STRICT.services)]).toEqual([
    'process_creation mapped:4688',
  ]);
  expect(WINDOWS_STRICT.readings).toBeUndefined();
  expect(new Set(vias(WINDOWS.categories))).toEqual(
    new Set([
      'process_creation mapped:4688',
      'network_connection mapped:5156',
      'registry_set mapped:4657',
      'registry_delete mapped:4657',
      'registry_event mapped:4657',
    ]),
  );
});

test('category and service together are where both stand, with the mapping of either', () => {
  const [rule] = parseRules(
    'title: t\nlogsource: {category: network_connection, service: security}\ndetection: {s: {f: 1}, condition: s}\n',
  ).rules;
  expect(compile(rule!, { logSources: WINDOWS }).sources).toMatchObject([
    { channels: ['Security'], eventIds: [5156], mapping: { name: 'mapped:5156' } },
  ]);
});

describe('Linux', () => {
  const event = (channel: string) => windowsEvent({ channel, eventId: 1, fields: { Image: '/usr/bin/nc' } });
  const [linux, windows] = [event('Linux-Sysmon/Operational'), event(SYSMON[0]!)];
  test.each([
    ['{product: linux, category: process_creation}', true, false],
    ['{product: linux, service: sysmon}', true, false],
    ['{product: linux}', true, false],
    ['{product: windows, category: process_creation}', false, true],
    ['{category: process_creation}', false, true],
    ['{product: windows}', true, true],
  ])('%s', (logsource, onLinux, onWindows) => {
    const { rules } = parseRules(
      `title: t\nlogsource: ${logsource}\ndetection: {s: {Image|endswith: /nc}, condition: s}`,
    );
    const set = createWindowsRuleSet(rules);
    expect([set.problems, set.matchEvent(linux).length > 0, set.matchEvent(windows).length > 0]).toEqual([
      [],
      onLinux,
      onWindows,
    ]);
  });
});
