import {
  type As,
  account,
  base,
  direction,
  domain,
  extension,
  flag,
  folder,
  hash,
  hive,
  ip,
  ips,
  key,
  logon,
  one,
  onlyFile,
  onlyRegistry,
  pid,
  port,
  text,
  transport,
} from './values.ts';

/** Where a value is taken from: one of Microsoft's names, of any event or of some. */
export interface From {
  readonly field: string;
  /** `sysmon/1`; undefined for all. */
  readonly of?: readonly string[];
  /** In place of the row's. */
  readonly as?: As;
}
/** A field of ECS, what becomes of a text, and the fields that fill it: the first that says something. */
export interface Row {
  readonly ecs: string;
  readonly as: As;
  readonly from: readonly From[];
}

const row = (ecs: string, as: As, ...from: readonly (string | From)[]): Row => ({
  ecs,
  as,
  from: from.map((one) => (typeof one === 'string' ? { field: one } : one)),
});
/** Of some events: `on('security/4688,4689', 'NewProcessId')`. */
function on(events: string, field: string, as?: As): From {
  const [module, ids = ''] = events.split('/');
  return { field, of: ids.split(',').map((id) => `${module}/${id}`), ...(as !== undefined && { as }) };
}

/** Whom a logon is of stands in `Target…`; of everything else who did it in `Subject…`. */
const LOGON = 'security/4624,4625,4634,4647,4768,4769,4770,4771,4776,4778,4779';
const EXECUTABLE = ['Image', 'NewProcessName', 'SourceImage', 'ProcessName', 'Application', 'CallerProcessName'];
const PARENT = ['ParentImage', 'ParentProcessName'];
const LOADED = 'sysmon/6,7';
const FILES = ['TargetFilename', on(LOADED, 'ImageLoaded'), on('security/5145', 'RelativeTargetName')] as const;
const OPENED = (as: As): From => ({ field: 'ObjectName', as: onlyFile(as) });
const KEYS = (as: As): readonly From[] => [
  { field: 'TargetObject', as: onlyRegistry(as) },
  { field: 'ObjectName', as: onlyRegistry(as) },
];
const OF_FILES = 'sysmon/6,15,23,26,29';

/** Sources: elastic.co/guide/en/ecs/8.17; Sysmon's and Windows' own names. */
export const TABLE: readonly Row[] = [
  row('process.executable', text, ...EXECUTABLE),
  row('process.name', base, ...EXECUTABLE),
  row('process.pid', pid, on('security/4688', 'NewProcessId'), 'ProcessId', 'SourceProcessId', 'ProcessID'),
  row('process.entity_id', text, 'ProcessGuid', 'SourceProcessGUID', 'SourceProcessGuid'),
  row('process.command_line', text, 'CommandLine', 'ProcessCommandLine'),
  row('process.working_directory', text, 'CurrentDirectory'),
  row('process.hash.md5', hash('MD5'), on('sysmon/1', 'Hashes')),
  row('process.hash.sha1', hash('SHA1'), on('sysmon/1', 'Hashes')),
  row('process.hash.sha256', hash('SHA256'), on('sysmon/1', 'Hashes')),
  row('process.pe.imphash', hash('IMPHASH'), on('sysmon/1', 'Hashes')),
  row('process.pe.original_file_name', text, on('sysmon/1', 'OriginalFileName')),
  row('process.pe.company', text, on('sysmon/1', 'Company')),
  row('process.pe.product', text, on('sysmon/1', 'Product')),
  row('process.pe.description', text, on('sysmon/1', 'Description')),
  row('process.pe.file_version', text, on('sysmon/1', 'FileVersion')),
  row('process.parent.executable', text, ...PARENT),
  row('process.parent.name', base, ...PARENT),
  row('process.parent.pid', pid, on('security/4688', 'ProcessId'), 'ParentProcessId'),
  row('process.parent.entity_id', text, 'ParentProcessGuid'),
  row('process.parent.command_line', text, 'ParentCommandLine'),
  row(
    'user.name',
    account,
    'User',
    'SourceUser',
    on(LOGON, 'TargetUserName'),
    'SubjectUserName',
    'TargetUserName',
    'AccountName',
  ),
  row(
    'user.domain',
    text,
    { field: 'User', as: domain },
    { field: 'SourceUser', as: domain },
    on(LOGON, 'TargetDomainName'),
    'SubjectDomainName',
    'TargetDomainName',
  ),
  row('user.id', text, on(LOGON, 'TargetUserSid'), 'SubjectUserSid'),
  row(
    'user.target.name',
    account,
    on('security/4648,4672,4697,4720,4722,4723,4724,4725,4726,4738,4740', 'TargetUserName'),
    'TargetUser',
  ),
  row('source.ip', ip, 'SourceIp', 'IpAddress', 'SourceAddress', 'ClientAddress'),
  row('source.port', port, 'SourcePort', 'IpPort'),
  row('source.domain', text, 'SourceHostname', 'WorkstationName', 'Workstation'),
  row('destination.ip', ip, 'DestinationIp', 'DestAddress', 'DestinationAddress'),
  row('destination.port', port, 'DestinationPort', 'DestPort'),
  row('destination.domain', text, 'DestinationHostname', 'TargetServerName'),
  row('network.transport', transport, 'Protocol'),
  row('network.direction', direction, 'Initiated'),
  row('dns.question.name', text, 'QueryName'),
  row('dns.resolved_ip', ips, 'QueryResults'),
  row('file.path', text, ...FILES, OPENED(text), on('powershell/4104', 'Path')),
  row('file.name', base, ...FILES, OPENED(base), on('powershell/4104', 'Path')),
  row('file.directory', folder, ...FILES, OPENED(folder), on('powershell/4104', 'Path')),
  row('file.extension', extension, ...FILES, OPENED(extension), on('powershell/4104', 'Path')),
  row('file.hash.md5', hash('MD5'), on(OF_FILES, 'Hashes'), on(OF_FILES, 'Hash')),
  row('file.hash.sha1', hash('SHA1'), on(OF_FILES, 'Hashes'), on(OF_FILES, 'Hash')),
  row('file.hash.sha256', hash('SHA256'), on(OF_FILES, 'Hashes'), on(OF_FILES, 'Hash')),
  row('file.code_signature.signed', flag, on('sysmon/6', 'Signed')),
  row('file.code_signature.subject_name', text, on('sysmon/6', 'Signature')),
  row('file.code_signature.status', text, on('sysmon/6', 'SignatureStatus')),
  row('dll.path', text, on('sysmon/7', 'ImageLoaded')),
  row('dll.name', base, on('sysmon/7', 'ImageLoaded')),
  row('dll.hash.md5', hash('MD5'), on('sysmon/7', 'Hashes')),
  row('dll.hash.sha1', hash('SHA1'), on('sysmon/7', 'Hashes')),
  row('dll.hash.sha256', hash('SHA256'), on('sysmon/7', 'Hashes')),
  row('dll.pe.original_file_name', text, on('sysmon/7', 'OriginalFileName')),
  row('dll.code_signature.signed', flag, on('sysmon/7', 'Signed')),
  row('dll.code_signature.subject_name', text, on('sysmon/7', 'Signature')),
  row('dll.code_signature.status', text, on('sysmon/7', 'SignatureStatus')),
  row('registry.path', text, ...KEYS(text)),
  row('registry.hive', hive, ...KEYS(hive)),
  row('registry.key', key, ...KEYS(key)),
  row('registry.value', text, on('sysmon/13', 'TargetObject', base), on('security/4657', 'ObjectValueName')),
  row('registry.data.strings', one, on('sysmon/13', 'Details'), on('security/4657', 'NewValue')),
  row('service.name', text, 'ServiceName'),
  row('powershell.file.script_block_text', text, 'ScriptBlockText'),
  row('powershell.file.script_block_id', text, 'ScriptBlockId'),
  row('winlog.logon.type', logon, 'LogonType'),
  row('winlog.logon.id', text, 'LogonId', 'TargetLogonId', 'SubjectLogonId'),
  row('message', text, 'Message'),
];

/** What stands together in `related`, so that one question finds it wherever it stands. */
export const RELATED = {
  user: ['user.name', 'user.target.name'],
  ip: ['source.ip', 'destination.ip', 'dns.resolved_ip'],
  hosts: ['host.name', 'source.domain', 'destination.domain', 'dns.question.name'],
  hash: ['process', 'file', 'dll']
    .flatMap((of) => [`${of}.hash.md5`, `${of}.hash.sha1`, `${of}.hash.sha256`])
    .concat('process.pe.imphash'),
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What an event is in ECS's own words: `category`, `type`, `action`. */
export const KINDS: Readonly<
  Record<string, readonly [category: string, type: string, action: string, outcome?: 'success' | 'failure']>
> = {
  'sysmon/1': ['process', 'start', 'process-creation'],
  'sysmon/2': ['file', 'change', 'file-creation-time-changed'],
  'sysmon/3': ['network', 'connection', 'network-connection'],
  'sysmon/4': ['host', 'change', 'sysmon-state-changed'],
  'sysmon/5': ['process', 'end', 'process-terminated'],
  'sysmon/6': ['driver', 'start', 'driver-loaded'],
  'sysmon/7': ['library', 'start', 'image-loaded'],
  'sysmon/8': ['process', 'change', 'remote-thread'],
  'sysmon/9': ['process', 'access', 'raw-access-read'],
  'sysmon/10': ['process', 'access', 'process-access'],
  'sysmon/11': ['file', 'creation', 'file-created'],
  'sysmon/12': ['registry', 'change', 'registry-object-added-or-deleted'],
  'sysmon/13': ['registry', 'change', 'registry-value-set'],
  'sysmon/14': ['registry', 'change', 'registry-object-renamed'],
  'sysmon/15': ['file', 'access', 'file-stream-created'],
  'sysmon/16': ['configuration', 'change', 'sysmon-config-changed'],
  'sysmon/17': ['file', 'creation', 'pipe-created'],
  'sysmon/18': ['file', 'access', 'pipe-connected'],
  'sysmon/19': ['process', 'creation', 'wmi-filter'],
  'sysmon/20': ['process', 'creation', 'wmi-consumer'],
  'sysmon/21': ['process', 'creation', 'wmi-binding'],
  'sysmon/22': ['network', 'protocol', 'dns-query'],
  'sysmon/23': ['file', 'deletion', 'file-deleted'],
  'sysmon/25': ['process', 'change', 'process-tampering'],
  'sysmon/26': ['file', 'deletion', 'file-deleted'],
  'sysmon/29': ['file', 'creation', 'executable-created'],
  'security/1102': ['iam', 'admin', 'audit-log-cleared', 'success'],
  'security/4624': ['authentication', 'start', 'logged-in', 'success'],
  'security/4625': ['authentication', 'start', 'logon-failed', 'failure'],
  'security/4634': ['authentication', 'end', 'logged-out', 'success'],
  'security/4647': ['authentication', 'end', 'logged-out', 'success'],
  'security/4648': ['authentication', 'start', 'logged-in-explicit', 'success'],
  'security/4657': ['registry', 'change', 'registry-value-modified'],
  'security/4663': ['file', 'access', 'object-accessed'],
  'security/4672': ['iam', 'admin', 'special-privileges-assigned', 'success'],
  'security/4688': ['process', 'start', 'created-process', 'success'],
  'security/4689': ['process', 'end', 'exited-process', 'success'],
  'security/4697': ['configuration', 'change', 'service-installed', 'success'],
  'security/4698': ['configuration', 'creation', 'scheduled-task-created', 'success'],
  'security/4720': ['iam', 'creation', 'added-user-account', 'success'],
  'security/4726': ['iam', 'deletion', 'deleted-user-account', 'success'],
  'security/4732': ['iam', 'change', 'added-member-to-group', 'success'],
  'security/4768': ['authentication', 'start', 'kerberos-authentication-ticket-requested'],
  'security/4769': ['authentication', 'start', 'kerberos-service-ticket-requested'],
  'security/4776': ['authentication', 'start', 'credential-validated'],
  'security/5140': ['network', 'access', 'network-share-object-accessed'],
  'security/5145': ['network', 'access', 'network-share-object-checked'],
  'security/5156': ['network', 'connection', 'windows-firewall-connection', 'success'],
  'powershell/4103': ['process', 'info', 'pipeline-executed'],
  'powershell/4104': ['process', 'info', 'script-block-logged'],
  'system/104': ['iam', 'admin', 'event-log-cleared', 'success'],
  'system/7045': ['configuration', 'change', 'service-installed', 'success'],
};
