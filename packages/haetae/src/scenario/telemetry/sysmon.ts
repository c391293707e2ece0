/** What Sysmon on one host writes: every id from 1 to 29, with the fields and types of its manifest (schema 4.90). */
import { SYSMON_EVENTS } from '@haetae/event';
import type { Host, Process, ProcessDraft } from './host.ts';
import { hashesOf } from './images.ts';
import { type EventShape, shapeOf, type Value, type ValueType } from './shape.ts';

export const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';
const PROVIDER = { name: 'Microsoft-Windows-Sysmon', guid: '{5770385F-C22A-43E0-BF4C-06F5698FFBD9}' };

type Id = Exclude<keyof typeof SYSMON_EVENTS, 255>;

/** The rule that Event Viewer names behind the task; an event without stands for itself. */
const RULES: Readonly<Partial<Record<Id, string>>> = {
  ...{ 1: 'ProcessCreate', 2: 'FileCreateTime', 3: 'NetworkConnect', 5: 'ProcessTerminate', 6: 'DriverLoad' },
  ...{ 7: 'ImageLoad', 8: 'CreateRemoteThread', 9: 'RawAccessRead', 10: 'ProcessAccess', 11: 'FileCreate' },
  ...{ 12: 'RegistryEvent', 13: 'RegistryEvent', 14: 'RegistryEvent', 15: 'FileCreateStreamHash', 17: 'PipeEvent' },
  ...{ 18: 'PipeEvent', 19: 'WmiEvent', 20: 'WmiEvent', 21: 'WmiEvent', 22: 'DnsQuery', 23: 'FileDelete' },
  ...{ 24: 'ClipboardChange', 25: 'ProcessTampering', 26: 'FileDeleteDetected', 27: 'FileBlockExecutable' },
  ...{ 28: 'FileBlockShredding', 29: 'FileExecutableDetected' },
};
const VERSIONS: Readonly<Partial<Record<Id, number>>> = {
  1: 5,
  2: 5,
  3: 5,
  6: 4,
  22: 5,
  23: 5,
  24: 5,
  25: 5,
  26: 5,
  27: 5,
};

function typeOf(name: string, type: string): ValueType {
  if (type === 'guid') return 'guid';
  if (type === 'bool') return 'boolean';
  if (type === 'port') return 'uint16';
  if (name === 'LogonId') return 'hexInt64';
  if (name === 'GrantedAccess') return 'hexInt32';
  return type === 'int' && name !== 'QueryStatus' ? 'uint32' : 'string';
}

export const SYSMON_SHAPES = Object.fromEntries(
  Object.entries(SYSMON_EVENTS).map(([key, row]) => {
    const eventId = Number(key) as Id;
    const rule = RULES[eventId];
    const category = rule === undefined ? row.en : `${row.en} (rule: ${rule})`;
    const fields = Object.entries(row.fields).map(([name, type]) => `${name}:${typeOf(name, type)}`);
    const draft = { channel: SYSMON_CHANNEL, provider: PROVIDER, eventId, fields: fields.join(' '), task: eventId };
    const shape = shapeOf({ ...draft, version: VERSIONS[eventId] ?? 3, category });
    // Sysmon's texts are English in every language of Windows.
    return [eventId, { ...shape, title: { ko: row.en, en: row.en } }];
  }),
) as Readonly<Record<Id | 255, EventShape>>;

let lastMs = Number.NaN;
let lastUtc = '';

/** `2026-03-17 05:03:08.214` */
export function utc(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastUtc = new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
  }
  return lastUtc;
}

/** What a connection is to. */
export interface Peer {
  readonly ip: string;
  readonly port: number;
  readonly name?: string;
  readonly service?: string;
  readonly protocol?: 'tcp' | 'udp';
  /** Whether the other side came to us. */
  readonly incoming?: boolean;
  /** Our port; by chance otherwise. */
  readonly localPort?: number;
}

/** Methods take the time in milliseconds and the process that acts first. */
export class Sysmon {
  readonly #host: Host;
  readonly #service: Process;

  constructor(host: Host) {
    this.#host = host;
    this.#service = host.process(host.bootedMs, { image: 'C:\\Windows\\Sysmon64.exe' });
  }

  #write(id: Id | 255, ms: number, values: Value[]): void {
    const { chance } = this.#host;
    this.#host.write(
      SYSMON_SHAPES[id],
      ms + chance.int(0, 3),
      this.#service.pid,
      4 * chance.int(700, 900),
      'S-1-5-18',
      values,
    );
  }

  start(ms: number, draft: ProcessDraft & { readonly parent: Process }): Process {
    const process = this.#host.process(ms, draft);
    const { parent } = draft;
    const { logon, resource } = process;
    this.#write(1, ms, [
      ...['-', utc(ms), process.guid, process.pid, process.image, ...resource, process.command, process.cwd],
      ...[
        logon.account,
        logon.guid,
        logon.logonId,
        logon.session,
        process.integrity,
        hashesOf(process.resource[4] === '-' ? process.image : resource[4]),
      ],
      ...[parent.guid, parent.pid, parent.image, parent.command, parent.logon.account],
    ]);
    return process;
  }

  fileTime(ms: number, { guid, pid, image, logon }: Process, path: string, created: string, before: string): void {
    this.#write(2, ms, ['-', utc(ms), guid, pid, image, path, created, before, logon.account]);
  }

  connect(ms: number, { guid, pid, image, logon }: Process, peer: Peer): void {
    const { chance, ip, computer } = this.#host;
    const { port, name = '-', service = '-', protocol = 'tcp', incoming = false } = peer;
    const v6 = peer.ip.includes(':');
    const ours = [v6, v6 ? 'fe80:0:0:0:0:0:0:1' : ip, computer, peer.localPort ?? chance.int(49_700, 65_400), '-'];
    const theirs = [v6, peer.ip, name, port, service];
    const ends = incoming ? [...theirs, ...ours] : [...ours, ...theirs];
    this.#write(3, ms, ['-', utc(ms), guid, pid, image, logon.account, protocol, !incoming, ...ends]);
  }

  status(ms: number, state: string): void {
    this.#write(4, ms, [utc(ms), state, '15.15', '4.90']);
  }

  end(ms: number, process: Process): void {
    this.#write(5, ms, ['-', utc(ms), process.guid, process.pid, process.image, process.logon.account]);
    this.#host.ended(process);
  }

  driver(ms: number, path: string, signer: string | undefined): void {
    const signature = signer === undefined ? ['false', '-', 'Unavailable'] : ['true', signer, 'Valid'];
    this.#write(6, ms, ['-', utc(ms), path, hashesOf(path), ...signature]);
  }

  load(
    ms: number,
    { guid, pid, image, logon }: Process,
    path: string,
    signer: string | undefined,
    resource: readonly string[],
  ): void {
    const signature = signer === undefined ? ['false', '-', 'Unavailable'] : ['true', signer, 'Valid'];
    this.#write(7, ms, [
      '-',
      utc(ms),
      guid,
      pid,
      image,
      path,
      ...resource,
      hashesOf(path),
      ...signature,
      logon.account,
    ]);
  }

  thread(ms: number, source: Process, target: Process, where: { module?: string; call?: string } = {}): void {
    const { chance } = this.#host;
    this.#write(8, ms, [
      ...['-', utc(ms), source.guid, source.pid, source.image, target.guid, target.pid, target.image],
      ...[4 * chance.int(400, 4000), `0x00007FF${chance.hex(9).toUpperCase()}`, where.module ?? '-', where.call ?? '-'],
      ...[source.logon.account, target.logon.account],
    ]);
  }

  rawRead(ms: number, { guid, pid, image, logon }: Process, device: string): void {
    this.#write(9, ms, ['-', utc(ms), guid, pid, image, device, logon.account]);
  }

  access(ms: number, source: Process, target: Process, rights: number, trace: string): void {
    this.#write(10, ms, [
      ...['-', utc(ms), source.guid, source.pid, 4 * this.#host.chance.int(500, 3000), source.image],
      ...[target.guid, target.pid, target.image, rights, trace, source.logon.account, target.logon.account],
    ]);
  }

  file(ms: number, { guid, pid, image, logon }: Process, path: string): void {
    this.#write(11, ms, ['-', utc(ms), guid, pid, image, path, utc(ms), logon.account]);
  }

  registryKey(
    ms: number,
    { guid, pid, image, logon }: Process,
    what: 'CreateKey' | 'DeleteKey' | 'DeleteValue',
    key: string,
  ): void {
    this.#write(12, ms, ['-', what, utc(ms), guid, pid, image, key, logon.account]);
  }

  registryValue(ms: number, { guid, pid, image, logon }: Process, key: string, details: string): void {
    this.#write(13, ms, ['-', 'SetValue', utc(ms), guid, pid, image, key, details, logon.account]);
  }

  registryRename(ms: number, { guid, pid, image, logon }: Process, key: string, name: string): void {
    this.#write(14, ms, ['-', 'RenameKey', utc(ms), guid, pid, image, key, name, logon.account]);
  }

  stream(ms: number, { guid, pid, image, logon }: Process, path: string, contents: string): void {
    this.#write(15, ms, ['-', utc(ms), guid, pid, image, path, utc(ms), hashesOf(path), contents, logon.account]);
  }

  configured(ms: number, configuration: string): void {
    const hash = hashesOf(configuration);
    this.#write(16, ms, [utc(ms), configuration, hash.slice(hash.indexOf('SHA256='), hash.indexOf(',IMPHASH'))]);
  }

  pipe(ms: number, { guid, pid, image, logon }: Process, name: string, connected = false): void {
    const id = connected ? 18 : 17;
    this.#write(id, ms, [
      '-',
      connected ? 'ConnectPipe' : 'CreatePipe',
      utc(ms),
      guid,
      pid,
      name,
      image,
      logon.account,
    ]);
  }

  /** Filter, consumer and their binding: how WMI is made to run something. */
  subscription(ms: number, user: string, name: string, query: string, type: string, destination: string): void {
    const at = utc(ms);
    const quoted = (text: string): string => `"${text}"`;
    this.#write(19, ms, [
      '-',
      'WmiFilterEvent',
      at,
      'Created',
      user,
      quoted('root\\CimV2'),
      quoted(name),
      quoted(query),
    ]);
    this.#write(20, ms + 40, [
      '-',
      'WmiConsumerEvent',
      utc(ms + 40),
      'Created',
      user,
      quoted(name),
      type,
      quoted(destination),
    ]);
    const consumer = `"\\\\.\\ROOT\\subscription:${type === 'Script' ? 'ActiveScriptEventConsumer' : 'CommandLineEventConsumer'}.Name=\\"${name}\\""`;
    const filter = `"\\\\.\\ROOT\\subscription:__EventFilter.Name=\\"${name}\\""`;
    this.#write(21, ms + 80, ['-', 'WmiBindingEvent', utc(ms + 80), 'Created', user, consumer, filter]);
  }

  query(ms: number, { guid, pid, image, logon }: Process, name: string, results: string, status = '0'): void {
    this.#write(22, ms, ['-', utc(ms), guid, pid, name, status, results, image, logon.account]);
  }

  /** `kept`: Sysmon's own archive has a copy. */
  remove(ms: number, { guid, pid, image, logon }: Process, path: string, kept: boolean, executable: boolean): void {
    const values = ['-', utc(ms), guid, pid, logon.account, image, path, hashesOf(path), executable];
    this.#write(kept ? 23 : 26, ms, kept ? [...values, 'true'] : values);
  }

  clipboard(ms: number, { guid, pid, image, logon }: Process, host: string): void {
    const client = `user: ${logon.account} hostname: ${host}`;
    this.#write(24, ms, [
      '-',
      utc(ms),
      guid,
      pid,
      image,
      logon.session,
      client,
      hashesOf(`clipboard ${ms}`),
      'true',
      logon.account,
    ]);
  }

  tampering(ms: number, { guid, pid, image, logon }: Process, type: string): void {
    this.#write(25, ms, ['-', utc(ms), guid, pid, image, type, logon.account]);
  }

  blocked(ms: number, { guid, pid, image, logon }: Process, path: string, what: 'executable' | 'shredding'): void {
    const values = ['-', utc(ms), guid, pid, logon.account, image, path, hashesOf(path)];
    if (what === 'executable') this.#write(27, ms, values);
    else this.#write(28, ms, [...values, /\.(exe|dll|sys)$/i.test(path)]);
  }

  executable(ms: number, { guid, pid, image, logon }: Process, path: string): void {
    this.#write(29, ms, ['-', utc(ms), guid, pid, logon.account, image, path, hashesOf(path)]);
  }
}
