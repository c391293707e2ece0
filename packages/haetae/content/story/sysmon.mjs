/** Sysmon 15 events of a host: field names and types as its manifest has them, titles as Event Viewer prints them. */
import { hashesOf, resourceOf } from './world.mjs';

const PROVIDER = { name: 'Microsoft-Windows-Sysmon', guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' };
const fields = (text) =>
  text
    .trim()
    .split(/\s+/)
    .map((field) => field.split(':'));

/** Event id → version, title, task, fields (name:type; a string where no type stands). */
export const SYSMON = {
  1: [
    5,
    'Process Create',
    'Process Create (rule: ProcessCreate)',
    fields(`RuleName UtcTime ProcessGuid:guid ProcessId:uint32 Image
    FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid:guid LogonId:hexInt64
    TerminalSessionId:uint32 IntegrityLevel Hashes ParentProcessGuid:guid ParentProcessId:uint32 ParentImage ParentCommandLine ParentUser`),
  ],
  2: [
    5,
    'File creation time changed',
    'File creation time changed (rule: FileCreateTime)',
    fields(`RuleName UtcTime ProcessGuid:guid
    ProcessId:uint32 Image TargetFilename CreationUtcTime PreviousCreationUtcTime User`),
  ],
  3: [
    5,
    'Network connection detected',
    'Network connection detected (rule: NetworkConnect)',
    fields(`RuleName UtcTime ProcessGuid:guid
    ProcessId:uint32 Image User Protocol Initiated:boolean SourceIsIpv6:boolean SourceIp SourceHostname SourcePort:uint16 SourcePortName
    DestinationIsIpv6:boolean DestinationIp DestinationHostname DestinationPort:uint16 DestinationPortName`),
  ],
  4: [3, 'Sysmon service state changed', 'Sysmon service state changed', fields('UtcTime State Version SchemaVersion')],
  5: [
    3,
    'Process terminated',
    'Process terminated (rule: ProcessTerminate)',
    fields('RuleName UtcTime ProcessGuid:guid ProcessId:uint32 Image User'),
  ],
  10: [
    3,
    'Process accessed',
    'Process accessed (rule: ProcessAccess)',
    fields(`RuleName UtcTime SourceProcessGUID:guid SourceProcessId:uint32
    SourceThreadId:uint32 SourceImage TargetProcessGUID:guid TargetProcessId:uint32 TargetImage GrantedAccess:hexInt32 CallTrace SourceUser TargetUser`),
  ],
  11: [
    2,
    'File created',
    'File created (rule: FileCreate)',
    fields('RuleName UtcTime ProcessGuid:guid ProcessId:uint32 Image TargetFilename CreationUtcTime User'),
  ],
  13: [
    2,
    'Registry value set',
    'Registry value set (rule: RegistryEvent)',
    fields('RuleName EventType UtcTime ProcessGuid:guid ProcessId:uint32 Image TargetObject Details User'),
  ],
  15: [
    2,
    'File stream created',
    'File stream created (rule: FileCreateStreamHash)',
    fields(
      'RuleName UtcTime ProcessGuid:guid ProcessId:uint32 Image TargetFilename CreationUtcTime Hash Contents User',
    ),
  ],
  16: [
    3,
    'Sysmon config state changed',
    'Sysmon config state changed',
    fields('UtcTime Configuration ConfigurationFileHash'),
  ],
  22: [
    5,
    'Dns query',
    'Dns query (rule: DnsQuery)',
    fields('RuleName UtcTime ProcessGuid:guid ProcessId:uint32 QueryName QueryStatus QueryResults Image User'),
  ],
};

const utc = (ms) => new Date(ms).toISOString().replace('T', ' ').slice(0, 23);

/** What Sysmon on one host writes. Every method takes the process and the time in milliseconds first. */
export class Sysmon {
  constructor(host) {
    this.host = host;
    this.service = host.process({ image: 'C:\\Windows\\Sysmon64.exe' });
  }

  write(eventId, ms, values) {
    const [version, title, category, schema] = SYSMON[eventId];
    const { random, computer } = this.host;
    const all = { RuleName: '-', UtcTime: utc(ms), ...values };
    this.host.events.push({
      ...{ channel: 'Microsoft-Windows-Sysmon/Operational', provider: PROVIDER, computer, eventId, version, level: 4 },
      ...{ task: eventId, opcode: 0, keywords: 0x8000000000000000n, userSid: 'S-1-5-18', title, category },
      ...{
        processId: this.service.pid,
        threadId: 4 * random.int(700, 900),
        ms: ms + random.int(1, 4),
        ticks: random.int(0, 9999),
      },
      fields: schema.map(([name, type = 'string']) => {
        if (all[name] === undefined) throw new Error(`Sysmon ${eventId} needs ${name}`);
        return [name, type, all[name]];
      }),
    });
  }

  /** Starts a process; with `seconds` it ends after that. Returns it. */
  start(ms, what, seconds) {
    const process = this.host.process({ ...what, ms });
    const { parent, logon, image } = process;
    const [FileVersion, Description, Product, Company, OriginalFileName] = resourceOf(image);
    this.write(1, ms, {
      ...{
        ProcessGuid: process.guid,
        ProcessId: process.pid,
        Image: image,
        FileVersion,
        Description,
        Product,
        Company,
        OriginalFileName,
      },
      ...{
        CommandLine: process.command,
        CurrentDirectory: process.cwd,
        User: logon.account,
        LogonGuid: logon.guid,
        LogonId: logon.logonId,
      },
      ...{ TerminalSessionId: logon.session, IntegrityLevel: process.integrity, Hashes: hashesOf(image) },
      ...{ ParentProcessGuid: parent.guid, ParentProcessId: parent.pid, ParentImage: parent.image },
      ...{ ParentCommandLine: parent.command, ParentUser: parent.logon.account },
    });
    this.onStart?.(ms, process);
    if (seconds !== undefined) this.end(ms + Math.round(seconds * 1000), process);
    return process;
  }

  end(ms, process) {
    this.write(5, ms, this.actor(process));
  }

  actor(process) {
    return { ProcessGuid: process.guid, ProcessId: process.pid, Image: process.image, User: process.logon.account };
  }

  connect(ms, process, ip, port, { name = '-', protocol = 'tcp', service = '-' } = {}) {
    this.write(3, ms, {
      ...{ ...this.actor(process), Protocol: protocol, Initiated: true, SourceIsIpv6: false, SourceIp: this.host.ip },
      ...{ SourceHostname: this.host.computer, SourcePort: this.host.random.int(49_700, 61_000), SourcePortName: '-' },
      ...{
        DestinationIsIpv6: false,
        DestinationIp: ip,
        DestinationHostname: name,
        DestinationPort: port,
        DestinationPortName: service,
      },
    });
  }

  query(ms, process, name, ...addresses) {
    const QueryResults = addresses.map((address) => `::ffff:${address};`).join('');
    this.write(22, ms, { ...this.actor(process), QueryName: name, QueryStatus: '0', QueryResults });
  }

  file(ms, process, path) {
    this.write(11, ms, { ...this.actor(process), TargetFilename: path, CreationUtcTime: utc(ms) });
  }

  stream(ms, process, path, contents) {
    this.write(15, ms, {
      ...this.actor(process),
      TargetFilename: path,
      CreationUtcTime: utc(ms),
      Hash: hashesOf(path),
      Contents: contents,
    });
  }

  fileTime(ms, process, path, before) {
    this.write(2, ms, {
      ...this.actor(process),
      TargetFilename: path,
      CreationUtcTime: before,
      PreviousCreationUtcTime: utc(ms - 480_000),
    });
  }

  registry(ms, process, key, details) {
    this.write(13, ms, { ...this.actor(process), EventType: 'SetValue', TargetObject: key, Details: details });
  }

  access(ms, source, target, granted, trace) {
    this.write(10, ms, {
      ...{
        SourceProcessGUID: source.guid,
        SourceProcessId: source.pid,
        SourceThreadId: 4 * this.host.random.int(500, 3000),
        SourceImage: source.image,
      },
      ...{
        TargetProcessGUID: target.guid,
        TargetProcessId: target.pid,
        TargetImage: target.image,
        GrantedAccess: granted,
        CallTrace: trace,
      },
      ...{ SourceUser: source.logon.account, TargetUser: target.logon.account },
    });
  }
}
