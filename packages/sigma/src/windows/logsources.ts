import type { FieldMapping, LogSourceTable, Source } from '../logsource.ts';

const sysmonOnly = (...eventIds: number[]): readonly Source[] => [{ channels: [SYSMON], eventIds }];
const on = (...channels: string[]): readonly Source[] => [{ channels }];

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL = ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'];
const CLASSIC = ['Windows PowerShell'];

/**
 * Security 4688 "A new process has been created" under the names of Sysmon 1. Its ProcessId is the creator's.
 * Source: https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4688
 */
export const PROCESS_4688: FieldMapping = {
  name: 'mapped:4688',
  fields: {
    Image: 'NewProcessName',
    ParentImage: 'ParentProcessName',
    ProcessId: 'NewProcessId',
    ParentProcessId: 'ProcessId',
    User: 'SubjectUserName',
    LogonId: 'SubjectLogonId',
    IntegrityLevel: 'MandatoryLabel',
  },
  values: {
    // Mandatory label SIDs: https://learn.microsoft.com/windows/win32/secauthz/well-known-sids
    IntegrityLevel: {
      'S-1-16-0': 'Untrusted',
      'S-1-16-4096': 'Low',
      'S-1-16-8192': 'Medium',
      'S-1-16-8448': 'MediumPlus',
      'S-1-16-12288': 'High',
      'S-1-16-16384': 'System',
    },
  },
};

/**
 * Sigma's log sources of Windows. Categories are events of Sysmon
 * (https://learn.microsoft.com/sysinternals/downloads/sysmon) and PowerShell, services are channels. Names:
 * https://sigmahq.io/sigma-specification/specification/sigma-appendix-taxonomy.html. An empty list: no Windows log has it.
 */
export const WINDOWS: LogSourceTable = {
  product: 'windows',
  categories: {
    process_creation: [...sysmonOnly(1), { channels: ['Security'], eventIds: [4688], mapping: PROCESS_4688 }],
    file_change: sysmonOnly(2),
    network_connection: sysmonOnly(3),
    sysmon_status: sysmonOnly(4, 16),
    process_termination: sysmonOnly(5),
    driver_load: sysmonOnly(6),
    image_load: sysmonOnly(7),
    create_remote_thread: sysmonOnly(8),
    raw_access_thread: sysmonOnly(9),
    process_access: sysmonOnly(10),
    file_event: sysmonOnly(11),
    registry_add: sysmonOnly(12),
    registry_delete: sysmonOnly(12),
    registry_set: sysmonOnly(13),
    registry_rename: sysmonOnly(14),
    registry_event: sysmonOnly(12, 13, 14),
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
    'dns-server-analytic': on('Microsoft-Windows-DNS-Server/Analytical'),
    'dns-server-audit': on('Microsoft-Windows-DNS-Server/Audit'),
    'driver-framework': on('Microsoft-Windows-DriverFrameworks-UserMode/Operational'),
    'firewall-as': on('Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'),
    'iis-configuration': on('Microsoft-IIS-Configuration/Operational'),
    ldap: on('Microsoft-Windows-LDAP-Client/Debug'),
    'lsa-server': on('Microsoft-Windows-LSA/Operational'),
    'microsoft-servicebus-client': on('Microsoft-ServiceBus-Client'),
    'msexchange-management': on('MSExchange Management'),
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
    'shell-core': on('Microsoft-Windows-Shell-Core/Operational'),
    'smbclient-connectivity': on('Microsoft-Windows-SmbClient/Connectivity'),
    'smbclient-security': on('Microsoft-Windows-SmbClient/Security'),
    'smbserver-connectivity': on('Microsoft-Windows-SMBServer/Connectivity'),
    taskscheduler: on('Microsoft-Windows-TaskScheduler/Operational'),
    'terminalservices-localsessionmanager': on('Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'),
    vhdmp: on('Microsoft-Windows-VHDMP/Operational'),
    windefend: on('Microsoft-Windows-Windows Defender/Operational'),
    wmi: on('Microsoft-Windows-WMI-Activity/Operational'),
  },
};
