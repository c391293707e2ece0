import type { LogSourceTable, Source } from '../logsource.ts';
import type { FieldMapping } from '../mapping.ts';
import { NETWORK_5156, PROCESS_4688, PROCESS_4688_VALUES, REGISTRY_4657 } from './mappings.ts';
import { CLASSIC_MESSAGE, HASHES, POWERSHELL_CONTEXT } from './readings.ts';
import { REGISTRY_CHANGE } from './values.ts';

const sysmonOnly = (...eventIds: number[]): readonly Source[] => [{ channels: [SYSMON], eventIds }];
const on = (...channels: string[]): readonly Source[] => [{ channels }];

/**
 * Who writes the audit events. Other programs can register themselves to write to Security too. Exports tell the provider's title,
 * which is `Microsoft Windows security auditing.` or the same in the language of the computer; before Vista it was `Security`.
 */
const AUDITING = ['Microsoft-Windows-Security-Auditing', 'Microsoft Windows *', 'Security'];

/** Security events read under Sysmon's names. `more`: what the source asks beyond channel, id and provider. */
const audited = (eventId: number, mapping: FieldMapping, more: Pick<Source, 'when' | 'naming'> = {}): Source => ({
  channels: ['Security'],
  eventIds: [eventId],
  providers: AUDITING,
  mapping,
  ...more,
});

const { created, modified, deleted } = REGISTRY_CHANGE;

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL = ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'];
const CLASSIC = ['Windows PowerShell'];
const SERVICE_BUS = on(
  'Microsoft-ServiceBus-Client',
  'Microsoft-ServiceBus-Client/Operational',
  'Microsoft-ServiceBus-Client/Admin',
);

const reading = (channels: readonly string[], mapping: FieldMapping, eventIds?: readonly number[]): Source => ({
  channels,
  ...(eventIds && { eventIds }),
  naming: Object.keys(mapping.derived ?? {}),
  mapping,
});

const SYSMON_FOR_LINUX = 'Linux-Sysmon/Operational';
const linuxSysmon = (...eventIds: number[]): readonly Source[] => [{ channels: [SYSMON_FOR_LINUX], eventIds }];

/**
 * Sigma's log sources of Linux, as far as Sysmon for Linux has them: its events bear the same fields as Sysmon's
 * (https://github.com/microsoft/SysmonForLinux). What other programs of Linux log (auditd, sshd, cron) is no event of ours.
 */
export const LINUX: LogSourceTable = {
  product: 'linux',
  categories: {
    process_creation: linuxSysmon(1),
    network_connection: linuxSysmon(3),
    sysmon_status: linuxSysmon(4, 16),
    process_termination: linuxSysmon(5),
    raw_access_thread: linuxSysmon(9),
    file_event: linuxSysmon(11),
    file_delete: linuxSysmon(23),
    sysmon_error: linuxSysmon(255),
  },
  services: { sysmon: on(SYSMON_FOR_LINUX) },
  alone: on(SYSMON_FOR_LINUX),
};

/**
 * Sigma's log sources of Windows. Categories are events of Sysmon
 * (https://learn.microsoft.com/sysinternals/downloads/sysmon) and PowerShell, services are channels. Names:
 * https://sigmahq.io/sigma-specification/specification/sigma-appendix-taxonomy.html. An empty list: no Windows log has it.
 */
export const WINDOWS: LogSourceTable = {
  product: 'windows',
  categories: {
    process_creation: [
      ...sysmonOnly(1),
      audited(4688, PROCESS_4688),
      audited(4688, PROCESS_4688_VALUES, { naming: Object.keys(PROCESS_4688_VALUES.derived ?? {}) }),
    ],
    file_change: sysmonOnly(2),
    network_connection: [...sysmonOnly(3), audited(5156, NETWORK_5156)],
    sysmon_status: sysmonOnly(4, 16),
    process_termination: sysmonOnly(5),
    driver_load: sysmonOnly(6),
    image_load: sysmonOnly(7),
    create_remote_thread: sysmonOnly(8),
    raw_access_thread: sysmonOnly(9),
    process_access: sysmonOnly(10),
    file_event: sysmonOnly(11),
    // 4657 tells of values only. A value made or changed is Sysmon's 13, a value deleted its 12; keys have no counterpart.
    registry_add: sysmonOnly(12),
    registry_delete: [...sysmonOnly(12), audited(4657, REGISTRY_4657, { when: { OperationType: deleted } })],
    registry_set: [
      ...sysmonOnly(13),
      audited(4657, REGISTRY_4657, { when: { OperationType: [...created, ...modified] } }),
    ],
    registry_rename: sysmonOnly(14),
    registry_event: [...sysmonOnly(12, 13, 14), audited(4657, REGISTRY_4657)],
    create_stream_hash: sysmonOnly(15),
    pipe_created: sysmonOnly(17, 18),
    wmi_event: sysmonOnly(19, 20, 21),
    dns_query: sysmonOnly(22),
    file_delete: sysmonOnly(23, 26),
    clipboard_capture: sysmonOnly(24),
    process_tampering: sysmonOnly(25),
    file_delete_detected: sysmonOnly(26),
    file_block_executable: sysmonOnly(27),
    file_block_shredding: sysmonOnly(28),
    file_executable_detected: sysmonOnly(29),
    sysmon_error: sysmonOnly(255),
    file_access: [],
    file_rename: [],
    ps_module: [{ channels: POWERSHELL, eventIds: [4103] }],
    ps_script: [{ channels: POWERSHELL, eventIds: [4104] }],
    ps_classic_start: [{ channels: CLASSIC, eventIds: [400] }],
    ps_classic_provider_start: [{ channels: CLASSIC, eventIds: [600] }],
    ps_classic_script: [{ channels: CLASSIC, eventIds: [800] }],
  },
  services: {
    application: on('Application'),
    security: on('Security'),
    system: on('System'),
    sysmon: on(SYSMON),
    powershell: on(...POWERSHELL),
    'powershell-classic': on(...CLASSIC),
    'application-experience': on(
      'Microsoft-Windows-Application-Experience/Program-Telemetry',
      'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant',
    ),
    applocker: on(
      'Microsoft-Windows-AppLocker/EXE and DLL',
      'Microsoft-Windows-AppLocker/MSI and Script',
      'Microsoft-Windows-AppLocker/Packaged app-Deployment',
      'Microsoft-Windows-AppLocker/Packaged app-Execution',
    ),
    'appmodel-runtime': on('Microsoft-Windows-AppModel-Runtime/Admin'),
    'appxdeployment-server': on('Microsoft-Windows-AppXDeploymentServer/Operational'),
    'appxpackaging-om': on('Microsoft-Windows-AppxPackaging/Operational'),
    bitlocker: on('Microsoft-Windows-BitLocker/BitLocker Management'),
    'bits-client': on('Microsoft-Windows-Bits-Client/Operational'),
    capi2: on('Microsoft-Windows-CAPI2/Operational'),
    'certificateservicesclient-lifecycle-system': on(
      'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational',
    ),
    'codeintegrity-operational': on('Microsoft-Windows-CodeIntegrity/Operational'),
    dhcp: on('Microsoft-Windows-DHCP-Server/Operational'),
    'diagnosis-scripted': on('Microsoft-Windows-Diagnosis-Scripted/Operational'),
    'dns-client': on('Microsoft-Windows-DNS Client Events/Operational'),
    'dns-server': on('DNS Server'),
    'dns-server-analytic': on('Microsoft-Windows-DNS-Server/Analytical', 'Microsoft-Windows-DNSServer/Analytical'),
    'dns-server-audit': on('Microsoft-Windows-DNS-Server/Audit', 'Microsoft-Windows-DNSServer/Audit'),
    'driver-framework': on('Microsoft-Windows-DriverFrameworks-UserMode/Operational'),
    'firewall-as': on('Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'),
    // The taxonomy gives the provider's name; these are its channels.
    'hyper-v-worker': on(
      'Microsoft-Windows-Hyper-V-Worker',
      'Microsoft-Windows-Hyper-V-Worker-Admin',
      'Microsoft-Windows-Hyper-V-Worker-Operational',
    ),
    'iis-configuration': on('Microsoft-IIS-Configuration/Operational'),
    'kernel-event-tracing': on(
      'Microsoft-Windows-Kernel-EventTracing',
      'Microsoft-Windows-Kernel-EventTracing/Admin',
      'Microsoft-Windows-Kernel-EventTracing/Analytic',
    ),
    'kernel-shimengine': on(
      'Microsoft-Windows-Kernel-ShimEngine/Operational',
      'Microsoft-Windows-Kernel-ShimEngine/Diagnostic',
    ),
    ldap: on('Microsoft-Windows-LDAP-Client/Debug'),
    // The name of pySigma before the taxonomy had one.
    ldap_debug: on('Microsoft-Windows-LDAP-Client/Debug'),
    'lsa-server': on('Microsoft-Windows-LSA/Operational'),
    // The name in rules; the taxonomy calls it servicebus-client.
    'microsoft-servicebus-client': SERVICE_BUS,
    'msexchange-management': on('MSExchange Management'),
    ntfs: on('Microsoft-Windows-Ntfs/Operational'),
    ntlm: on('Microsoft-Windows-NTLM/Operational'),
    openssh: on('OpenSSH/Operational'),
    'printservice-admin': on('Microsoft-Windows-PrintService/Admin'),
    'printservice-operational': on('Microsoft-Windows-PrintService/Operational'),
    'security-mitigations': on(
      'Microsoft-Windows-Security-Mitigations/Kernel Mode',
      'Microsoft-Windows-Security-Mitigations/KernelMode',
      'Microsoft-Windows-Security-Mitigations/User Mode',
      'Microsoft-Windows-Security-Mitigations/UserMode',
    ),
    sense: on('Microsoft-Windows-SENSE/Operational'),
    'servicebus-client': SERVICE_BUS,
    'shell-core': on('Microsoft-Windows-Shell-Core/Operational'),
    'smbclient-connectivity': on('Microsoft-Windows-SmbClient/Connectivity'),
    'smbclient-security': on('Microsoft-Windows-SmbClient/Security'),
    'smbserver-connectivity': on('Microsoft-Windows-SMBServer/Connectivity'),
    'smbserver-security': on('Microsoft-Windows-SMBServer/Security'),
    taskscheduler: on('Microsoft-Windows-TaskScheduler/Operational'),
    'terminalservices-localsessionmanager': on('Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'),
    vhdmp: on('Microsoft-Windows-VHDMP/Operational'),
    windefend: on('Microsoft-Windows-Windows Defender/Operational'),
    wmi: on('Microsoft-Windows-WMI-Activity/Operational'),
  },
  readings: [
    reading([SYSMON], HASHES),
    reading(CLASSIC, POWERSHELL_CONTEXT),
    { channels: CLASSIC, naming: ['Data'], without: ['Data'], mapping: CLASSIC_MESSAGE },
    reading(POWERSHELL, POWERSHELL_CONTEXT, [4100, 4101, 4102, 4103]),
  ],
  others: [LINUX],
};

/** What a match may be made through under `strict`. */
const PLAIN_MAPPING = PROCESS_4688;

/**
 * The log sources as the record has them: channel and event id, and process_creation on Security 4688 by its field names.
 * No other mapping, nothing cut out of texts, no provider asked.
 */
export const WINDOWS_STRICT: LogSourceTable = {
  product: WINDOWS.product,
  categories: strictly(WINDOWS.categories),
  services: strictly(WINDOWS.services),
  others: [LINUX],
};

function strictly(rows: Readonly<Record<string, readonly Source[]>>): Record<string, readonly Source[]> {
  const plain = ({ mapping }: Source): boolean => mapping === undefined || mapping === PLAIN_MAPPING;
  const strict = ({ channels, eventIds, mapping }: Source): Source => ({
    ...(channels && { channels }),
    ...(eventIds && { eventIds }),
    ...(mapping && { mapping }),
  });
  return Object.fromEntries(Object.entries(rows).map(([name, sources]) => [name, sources.filter(plain).map(strict)]));
}
