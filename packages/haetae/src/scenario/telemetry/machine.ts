/** A host with its logs and with what runs on it from the start; what happens leaves its trace in every log that would have it. */
import type { Role } from '../campaign/campaign.ts';
import { Channels } from './channels.ts';
import { Host, type Logon, type Process, type ProcessDraft } from './host.ts';
import { PROGRAMS, type Program } from './programs.ts';
import { Security } from './security.ts';
import { type Peer, Sysmon } from './sysmon.ts';

const POWERSHELL = /\\(powershell|powershell_ise)\.exe$/i;

export class Machine {
  readonly name: string;
  readonly role: Role;
  readonly host: Host;
  readonly sysmon: Sysmon;
  readonly security: Security;
  readonly channels: Channels;
  /** Who sits at it, or administers it. */
  readonly user: Logon;
  /** By the name that campaigns and habits call them. */
  readonly residents: ReadonlyMap<string, Process>;
  /** Whether Windows' own audit tells of processes: it does where administrators set it, on servers. */
  readonly audited: boolean;

  constructor(name: string, role: Role, user: string, seed: number, bootedMs: number) {
    this.name = name;
    this.role = role;
    this.audited = role === 'server' || role === 'domain-controller';
    const host = new Host(name, seed, bootedMs);
    this.host = host;
    this.user = host.logon({ user, ms: bootedMs + 540_000, integrity: this.audited ? 'High' : 'Medium' });
    const residents = new Map<string, Process>();
    for (const program of PROGRAMS) {
      if (program.on === undefined || program.on.includes(role))
        residents.set(program.name, this.#resident(program, residents));
    }
    this.residents = residents;
    this.sysmon = new Sysmon(host);
    this.security = new Security(host, residents.get('lsass')!);
    this.channels = new Channels(host, residents.get('services')!, residents.get('schedule')!);
  }

  #resident(program: Program, among: ReadonlyMap<string, Process>): Process {
    const { image, command, parent, pid, byUser = false } = program;
    const logon = byUser ? this.user : this.host.system;
    const started = this.host.bootedMs + (byUser ? 545_000 : 2000) + 350 * among.size;
    const home = `C:\\Users\\${this.user.user}`;
    return this.host.process(started, {
      image: image.replace('%USERPROFILE%', home),
      ...(command !== undefined && { command: command.replace('%USERPROFILE%', home) }),
      ...(parent !== undefined && { parent: among.get(parent) }),
      ...(pid !== undefined && { pid }),
      logon,
    });
  }

  resident(name: string): Process {
    const found = this.residents.get(name);
    if (found === undefined) throw new Error(`${this.name} (${this.role}) runs no ${name}`);
    return found;
  }

  /** Starts a process; with `lastsMs` it ends after that. */
  start(ms: number, draft: ProcessDraft & { readonly parent: Process }, lastsMs?: number): Process {
    const process = this.sysmon.start(ms, draft);
    if (this.audited) this.security.created(ms, process);
    if (POWERSHELL.test(process.image)) this.channels.powershellStarted(ms + 240, process);
    if (lastsMs !== undefined) this.end(ms + Math.max(1, Math.round(lastsMs)), process);
    return process;
  }

  end(ms: number, process: Process): void {
    if (POWERSHELL.test(process.image)) this.channels.powershellEnded(ms, process);
    this.sysmon.end(ms, process);
    if (this.audited) this.security.ended(ms, process);
  }

  connect(ms: number, process: Process, peer: Peer): void {
    const localPort = peer.localPort ?? this.host.chance.int(49_700, 65_400);
    this.sysmon.connect(ms, process, { ...peer, localPort });
    if (this.audited) this.security.connected(ms, process, localPort, peer.ip, peer.port, peer.incoming ?? false);
  }
}
