import { auditpol, guidOf, subcategoriesOf } from './audit.ts';
import { HASH_FIELDS } from './readings.ts';

/** What must be set on a computer for it to write an event or a field. Plain data; `source` is where Microsoft says so. */
export type Setting =
  | {
      readonly kind: 'sysmon';
      /** The event filter of Sysmon's configuration, as in `ProcessCreate`; '' where Sysmon logs it unasked. */
      readonly element: string;
      /** What to put into the configuration; load it with `sysmon64 -c config.xml`. */
      readonly config: string;
      /** The first Sysmon that has it; undefined for what Sysmon 6 had already. */
      readonly since: string | undefined;
      readonly source: string;
    }
  | {
      readonly kind: 'audit';
      readonly subcategory: string;
      /** Below Computer Configuration › Windows Settings › Security Settings › Advanced Audit Policy Configuration. */
      readonly category: string;
      readonly guid: string;
      readonly command: string;
      /** The objects that need an auditing entry of their own; undefined where the policy is enough. */
      readonly sacl: string | undefined;
      readonly source: string;
    }
  | {
      readonly kind: 'policy';
      readonly name: string;
      /** Its place in the Group Policy editor. */
      readonly path: string;
      /** The same without Group Policy. */
      readonly commands: readonly string[];
      readonly source: string;
    }
  | {
      readonly kind: 'channel';
      readonly channel: string;
      /** Whether Windows writes it without being told to. If so and the log has none, it was not collected. */
      readonly byDefault: boolean;
      readonly command: string;
      /** The role, feature or product that has this log; undefined where every Windows has it. */
      readonly role: string | undefined;
      readonly source: string;
    };

const SYSMON_SOURCE = 'learn.microsoft.com/sysinternals/downloads/sysmon';

/** The event filters of Sysmon's configuration by event id; 4, 16 and 255 are logged unasked. */
export const SYSMON_ELEMENTS: Readonly<Record<number, readonly [element: string, since?: string]>> = {
  1: ['ProcessCreate'],
  2: ['FileCreateTime'],
  3: ['NetworkConnect'],
  4: [''],
  5: ['ProcessTerminate'],
  6: ['DriverLoad'],
  7: ['ImageLoad'],
  8: ['CreateRemoteThread'],
  9: ['RawAccessRead'],
  10: ['ProcessAccess'],
  11: ['FileCreate'],
  12: ['RegistryEvent'],
  13: ['RegistryEvent'],
  14: ['RegistryEvent'],
  15: ['FileCreateStreamHash'],
  16: [''],
  17: ['PipeEvent'],
  18: ['PipeEvent'],
  19: ['WmiEvent', '6.10'],
  20: ['WmiEvent', '6.10'],
  21: ['WmiEvent', '6.10'],
  22: ['DnsQuery', '10'],
  23: ['FileDelete', '11'],
  24: ['ClipboardChange', '12'],
  25: ['ProcessTampering', '13'],
  26: ['FileDeleteDetected', '13.10'],
  27: ['FileBlockExecutable', '14'],
  28: ['FileBlockShredding', '14.1'],
  29: ['FileExecutableDetected', '15'],
  255: [''],
};

function sysmon(eventId: number): Setting[] {
  const row = SYSMON_ELEMENTS[eventId];
  if (row === undefined) return [];
  const [element, since] = row;
  // An exclusion of nothing logs all; what is too much for a network is then excluded by its own words.
  const config = element === '' ? '' : `<RuleGroup groupRelation="or"><${element} onmatch="exclude"/></RuleGroup>`;
  return [{ kind: 'sysmon', element, config, since, source: SYSMON_SOURCE }];
}

const AUDIT_SOURCE = 'learn.microsoft.com/windows/security/threat-protection/auditing';

/** Pages that are not called as their subcategory is. */
const PAGES: Readonly<Record<string, string>> = {
  'Plug and Play Events': 'pnp-activity',
  'Token Right Adjusted Events': 'token-right-adjusted',
};
const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\/| \/ /g, '')
    .replaceAll(' ', '-');

function audit(eventId: number): Setting[] {
  return subcategoriesOf(eventId).map((subcategory) => ({
    kind: 'audit',
    subcategory: subcategory.name,
    category: subcategory.category,
    guid: guidOf(subcategory),
    command: auditpol(subcategory),
    sacl: subcategory.sacl,
    source: `${AUDIT_SOURCE}/audit-${PAGES[subcategory.name] ?? slug(subcategory.name)}`,
  }));
}

const POWERSHELL_PATH = 'Computer Configuration › Administrative Templates › Windows Components › Windows PowerShell';
const POWERSHELL_KEY = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell';
const CORE_KEY = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\PowerShellCore';
const POWERSHELL_SOURCE =
  'learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_group_policy_settings';

const reg = (key: string, value: string, type: 'REG_DWORD' | 'REG_SZ', data: string): string =>
  `reg add "${key}" /v ${value} /t ${type} /d ${data} /f`;

const scriptBlocks = (key: string): Setting => ({
  kind: 'policy',
  name: 'Turn on PowerShell Script Block Logging',
  path: POWERSHELL_PATH,
  commands: [reg(`${key}\\ScriptBlockLogging`, 'EnableScriptBlockLogging', 'REG_DWORD', '1')],
  source: POWERSHELL_SOURCE,
});

const modules = (key: string): Setting => ({
  kind: 'policy',
  name: 'Turn on Module Logging',
  path: POWERSHELL_PATH,
  commands: [
    reg(`${key}\\ModuleLogging`, 'EnableModuleLogging', 'REG_DWORD', '1'),
    reg(`${key}\\ModuleLogging\\ModuleNames`, '*', 'REG_SZ', '*'),
  ],
  source: POWERSHELL_SOURCE,
});

/** The policy without which 4688 has an empty CommandLine. */
export const COMMAND_LINE_POLICY: Setting = {
  kind: 'policy',
  name: 'Include command line in process creation events',
  path: 'Computer Configuration › Administrative Templates › System › Audit Process Creation',
  commands: [
    reg(
      'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit',
      'ProcessCreationIncludeCmdLine_Enabled',
      'REG_DWORD',
      '1',
    ),
  ],
  source: 'learn.microsoft.com/windows-server/identity/ad-ds/manage/component-updates/command-line-process-auditing',
};

/** Which hashes Sysmon computes. */
const HASH_ALGORITHMS: Setting = {
  kind: 'sysmon',
  element: 'HashAlgorithms',
  config: '<HashAlgorithms>MD5,SHA256,IMPHASH</HashAlgorithms>',
  since: undefined,
  source: SYSMON_SOURCE,
};

const APPLOCKER: Setting = {
  kind: 'policy',
  name: 'AppLocker rules, enforced or audited only',
  path: 'Computer Configuration › Windows Settings › Security Settings › Application Control Policies › AppLocker',
  commands: ['sc config AppIDSvc start=auto', 'sc start AppIDSvc'],
  source:
    'learn.microsoft.com/windows/security/application-security/application-control/app-control-for-business/applocker/applocker-overview',
};

const NTLM: Setting = {
  kind: 'policy',
  name: 'Network security: Restrict NTLM: Audit Incoming NTLM Traffic; … Audit NTLM authentication in this domain',
  path: 'Computer Configuration › Windows Settings › Security Settings › Local Policies › Security Options',
  commands: [
    reg('HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'AuditReceivingNTLMTraffic', 'REG_DWORD', '2'),
    reg('HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon\\Parameters', 'AuditNTLMInDomain', 'REG_DWORD', '7'),
  ],
  source:
    'learn.microsoft.com/windows/security/threat-protection/security-policy-settings/network-security-restrict-ntlm-audit-incoming-ntlm-traffic',
};

const WEVTUTIL_SOURCE = 'learn.microsoft.com/windows-server/administration/windows-commands/wevtutil';

interface ChannelRow {
  readonly byDefault: boolean;
  readonly role?: string;
  readonly more?: readonly Setting[];
}

const ON: ChannelRow = { byDefault: true };
const OFF: ChannelRow = { byDefault: false };
const roleOf = (role: string, byDefault = true): ChannelRow => ({ byDefault, role });
const appLocker: ChannelRow = { byDefault: true, more: [APPLOCKER] };
const DNS_SERVER = 'DNS Server';
const HYPER_V = 'Hyper-V';
const SERVICE_BUS = 'Service Bus for Windows Server';

/** Every channel of the log sources, as a fresh Windows 10, 11 or Server 2019 and later has it. Names in lower case. */
const CHANNELS: Readonly<Record<string, ChannelRow>> = {
  application: ON,
  system: ON,
  'windows powershell': ON,
  'microsoft-windows-powershell/operational': ON,
  'powershellcore/operational': roleOf('PowerShell 7'),
  'microsoft-windows-application-experience/program-telemetry': ON,
  'microsoft-windows-application-experience/program-compatibility-assistant': ON,
  'microsoft-windows-applocker/exe and dll': appLocker,
  'microsoft-windows-applocker/msi and script': appLocker,
  'microsoft-windows-applocker/packaged app-deployment': appLocker,
  'microsoft-windows-applocker/packaged app-execution': appLocker,
  'microsoft-windows-appmodel-runtime/admin': ON,
  'microsoft-windows-appxdeploymentserver/operational': ON,
  'microsoft-windows-appxpackaging/operational': ON,
  'microsoft-windows-bitlocker/bitlocker management': ON,
  'microsoft-windows-bits-client/operational': ON,
  'microsoft-windows-capi2/operational': OFF,
  'microsoft-windows-certificateservicesclient-lifecycle-system/operational': ON,
  'microsoft-windows-codeintegrity/operational': ON,
  'microsoft-windows-dhcp-server/operational': roleOf('DHCP Server'),
  'microsoft-windows-diagnosis-scripted/operational': ON,
  'microsoft-windows-dns client events/operational': OFF,
  'dns server': roleOf(DNS_SERVER),
  'microsoft-windows-dns-server/analytical': roleOf(DNS_SERVER, false),
  'microsoft-windows-dnsserver/analytical': roleOf(DNS_SERVER, false),
  'microsoft-windows-dns-server/audit': roleOf(DNS_SERVER),
  'microsoft-windows-dnsserver/audit': roleOf(DNS_SERVER),
  'microsoft-windows-driverframeworks-usermode/operational': OFF,
  'microsoft-windows-windows firewall with advanced security/firewall': ON,
  'microsoft-windows-hyper-v-worker': roleOf(HYPER_V),
  'microsoft-windows-hyper-v-worker-admin': roleOf(HYPER_V),
  'microsoft-windows-hyper-v-worker-operational': roleOf(HYPER_V),
  'microsoft-iis-configuration/operational': roleOf('Web Server (IIS)', false),
  'microsoft-windows-kernel-eventtracing': ON,
  'microsoft-windows-kernel-eventtracing/admin': ON,
  'microsoft-windows-kernel-eventtracing/analytic': OFF,
  'microsoft-windows-kernel-shimengine/operational': ON,
  'microsoft-windows-kernel-shimengine/diagnostic': OFF,
  'microsoft-windows-ldap-client/debug': OFF,
  'microsoft-windows-lsa/operational': ON,
  'microsoft-servicebus-client': roleOf(SERVICE_BUS),
  'microsoft-servicebus-client/operational': roleOf(SERVICE_BUS),
  'microsoft-servicebus-client/admin': roleOf(SERVICE_BUS),
  'msexchange management': roleOf('Exchange Server'),
  'microsoft-windows-ntfs/operational': ON,
  'microsoft-windows-ntlm/operational': { byDefault: true, more: [NTLM] },
  'openssh/operational': roleOf('OpenSSH Server'),
  'microsoft-windows-printservice/admin': ON,
  'microsoft-windows-printservice/operational': OFF,
  'microsoft-windows-security-mitigations/kernel mode': ON,
  'microsoft-windows-security-mitigations/kernelmode': ON,
  'microsoft-windows-security-mitigations/user mode': ON,
  'microsoft-windows-security-mitigations/usermode': ON,
  'microsoft-windows-sense/operational': roleOf('Microsoft Defender for Endpoint'),
  'microsoft-windows-shell-core/operational': ON,
  'microsoft-windows-smbclient/connectivity': ON,
  'microsoft-windows-smbclient/security': ON,
  'microsoft-windows-smbserver/connectivity': ON,
  'microsoft-windows-smbserver/security': ON,
  'microsoft-windows-taskscheduler/operational': OFF,
  'microsoft-windows-terminalservices-localsessionmanager/operational': ON,
  'microsoft-windows-vhdmp/operational': ON,
  'microsoft-windows-windows defender/operational': ON,
  'microsoft-windows-wmi-activity/operational': ON,
};

/** Every channel with a row of its own, in lower case. */
export const KNOWN_CHANNELS: readonly string[] = Object.keys(CHANNELS);

const SYSMON = 'microsoft-windows-sysmon/operational';
const OPERATIONAL = 'microsoft-windows-powershell/operational';
const CORE = 'powershellcore/operational';
const CLASSIC = 'windows powershell';

/**
 * What must be set for events of this channel and id to be written; all of them where there are several, save that any one
 * audit policy will do. `eventId` undefined: any event of the channel. [] for an event of Security that no policy governs.
 */
export function settingsFor(channel: string, eventId: number | undefined): readonly Setting[] {
  const name = channel.toLowerCase();
  if (name === SYSMON) return eventId === undefined ? sysmon(1) : sysmon(eventId);
  if (name === 'security') return eventId === undefined ? [] : audit(eventId);
  const row = CHANNELS[name];
  const powershell =
    name === CORE || name === OPERATIONAL
      ? powershellSettings(name === CORE ? CORE_KEY : POWERSHELL_KEY, eventId)
      : name === CLASSIC && eventId === 800
        ? [modules(POWERSHELL_KEY)]
        : [];
  return [
    {
      kind: 'channel',
      channel,
      byDefault: row?.byDefault ?? false,
      command: `wevtutil sl "${channel}" /e:true /q:true`,
      role: row?.role,
      source: WEVTUTIL_SOURCE,
    },
    ...(row?.more ?? []),
    ...powershell,
  ];
}

const powershellSettings = (key: string, eventId: number | undefined): Setting[] =>
  eventId === 4103 ? [modules(key)] : eventId === 4104 ? [scriptBlocks(key)] : [];

/** What must be set for a field of an event to hold something; [] where it is there, or no setting gives it. */
export function fieldSettings(channel: string, eventId: number | undefined, field: string): readonly Setting[] {
  const name = channel.toLowerCase();
  if (name === 'security' && eventId === 4688 && field === 'CommandLine') return [COMMAND_LINE_POLICY];
  if (name === SYSMON && (field === 'Hashes' || HASH_FIELDS.includes(field))) return [HASH_ALGORITHMS];
  return [];
}
