/**
 * Elastic's modules rename the fields of some events to ECS and leave `winlog.event_data` without them. These tables give
 * them their own names back: per event, the ECS member of each field. Source: the Winlogbeat modules' documentation of
 * exported fields (elastic.co/docs/reference/beats/winlogbeat) and Microsoft's manifests.
 */
type Fields = Readonly<Record<string, string>>;

const PROCESS: Fields = { ProcessGuid: 'process.entity_id', ProcessId: 'process.pid', Image: 'process.executable' };
const FILE: Fields = { ...PROCESS, TargetFilename: 'file.path' };
const REGISTRY: Fields = { ...PROCESS, TargetObject: 'registry.path', Details: 'registry.data.strings' };
const PIPE: Fields = { ...PROCESS, PipeName: 'file.name' };
const SOURCE_TARGET: Fields = {
  SourceProcessGUID: 'process.entity_id',
  SourceProcessId: 'process.pid',
  SourceThreadId: 'process.thread.id',
  SourceImage: 'process.executable',
};

const SYSMON: Readonly<Record<number, Fields>> = {
  1: {
    ...PROCESS,
    FileVersion: 'process.pe.file_version',
    Description: 'process.pe.description',
    Product: 'process.pe.product',
    Company: 'process.pe.company',
    OriginalFileName: 'process.pe.original_file_name',
    CommandLine: 'process.command_line',
    CurrentDirectory: 'process.working_directory',
    ParentProcessGuid: 'process.parent.entity_id',
    ParentProcessId: 'process.parent.pid',
    ParentImage: 'process.parent.executable',
    ParentCommandLine: 'process.parent.command_line',
  },
  2: FILE,
  3: {
    ...PROCESS,
    Protocol: 'network.transport',
    SourceIp: 'source.ip',
    SourceHostname: 'source.domain',
    SourcePort: 'source.port',
    DestinationIp: 'destination.ip',
    DestinationHostname: 'destination.domain',
    DestinationPort: 'destination.port',
    DestinationPortName: 'network.protocol',
  },
  5: PROCESS,
  6: { ImageLoaded: 'file.path' },
  7: { ...PROCESS, ImageLoaded: 'file.path', OriginalFileName: 'file.pe.original_file_name' },
  8: SOURCE_TARGET,
  9: PROCESS,
  10: SOURCE_TARGET,
  11: FILE,
  12: REGISTRY,
  13: REGISTRY,
  14: REGISTRY,
  15: FILE,
  17: PIPE,
  18: PIPE,
  22: { ...PROCESS, QueryName: 'dns.question.name' },
  23: FILE,
  24: PROCESS,
  25: PROCESS,
  26: FILE,
  27: FILE,
  28: FILE,
  29: FILE,
};

const SECURITY: Readonly<Record<number, Fields>> = {
  4688: {
    NewProcessName: 'process.executable',
    CommandLine: 'process.command_line',
    ParentProcessName: 'process.parent.executable',
  },
  4689: { ProcessName: 'process.executable' },
};

const NONE: Fields = {};

/** The ECS members that hold fields of this event. */
export function ecsFields(provider: string, eventId: number): Fields {
  if (provider === 'Microsoft-Windows-Sysmon') return SYSMON[eventId] ?? NONE;
  return provider === 'Microsoft-Windows-Security-Auditing' ? (SECURITY[eventId] ?? NONE) : NONE;
}

/** In which order Sysmon writes the hashes that ECS keeps apart, and under which names. */
export const HASHES: readonly (readonly [ecs: string, sysmon: string])[] = [
  ['sha1', 'SHA1'],
  ['md5', 'MD5'],
  ['sha256', 'SHA256'],
  ['imphash', 'IMPHASH'],
];
