/** What a step of a campaign can do, by verb: each leaves the traces that such an act leaves in the logs of the host. */
import type { Arguments } from '../campaign/campaign.ts';
import { taskXml } from './channels.ts';
import { DOMAIN, type Integrity, type Logon, type Process, sidOf } from './host.ts';
import type { Machine } from './machine.ts';
import { seedOf } from './random.ts';
import type { Account } from './security.ts';
import { utc } from './sysmon.ts';

/** The hosts of a campaign and what its steps have named so far. */
export interface Stage {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly processes: Map<string, Process>;
  readonly logons: Map<string, Logon>;
}

/** The arguments of one action; asking for a name that nothing has is an error of the campaign. */
export class Given {
  readonly machine: Machine;
  readonly stage: Stage;
  readonly #values: Arguments;

  constructor(stage: Stage, machine: Machine, values: Arguments) {
    this.stage = stage;
    this.machine = machine;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  text(name: string, otherwise = ''): string {
    const value = this.#values[name];
    return value === undefined ? otherwise : String(value);
  }

  number(name: string, otherwise: number): number {
    const value = this.#values[name];
    return value === undefined ? otherwise : Number(value);
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#values[name];
    return value === undefined ? otherwise : value === true;
  }

  /** Milliseconds of `90s`, `5m`, `2h`, `300ms`; undefined without. */
  span(name: string): number | undefined {
    const value = this.#values[name];
    return value === undefined ? undefined : spanMs(String(value));
  }

  /** One that the campaign started under that name, or that runs on the host from the start. */
  process(name: string): Process {
    const called = this.text(name);
    return this.stage.processes.get(called) ?? this.machine.resident(called);
  }

  logon(name: string): Logon {
    const called = this.text(name, 'user');
    const { host, user } = this.machine;
    const found = called === 'user' ? user : called === 'system' ? host.system : this.stage.logons.get(called);
    if (found === undefined) throw new Error(`no logon is called ${called}`);
    return found;
  }

  /** The host's address where the name is that of a host of the campaign; what was given otherwise. */
  address(name: string): string {
    const called = this.text(name);
    return this.stage.machines.get(called)?.host.ip ?? called;
  }
}

export interface Verb {
  readonly needs: readonly string[];
  readonly may: readonly string[];
  /** Milliseconds that pass until the next action can begin, beyond the usual. */
  run(given: Given, ms: number): void;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export function spanMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2]!]!;
}

const verb = (needs: string, may: string, run: Verb['run']): Verb => {
  const list = (names: string): string[] => names.split(' ').filter((name) => name !== '');
  return { needs: list(needs), may: list(may), run };
};

const RIGHTS_TRACE =
  'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|UNKNOWN(0000021D5B1E0000)';
const TASK_TREE = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree';
const MICROSOFT_RESOURCE = [
  '10.0.19041.4239 (WinBuild.160101.0800)',
  '-',
  'Microsoft® Windows® Operating System',
  'Microsoft Corporation',
  '-',
];
const NO_RESOURCE = ['-', '-', '-', '-', '-'];

const TRIGGERS: Readonly<Record<string, string>> = {
  logon: '<LogonTrigger><Enabled>true</Enabled></LogonTrigger>',
  boot: '<BootTrigger><Enabled>true</Enabled></BootTrigger>',
  daily:
    '<CalendarTrigger><StartBoundary>2026-01-01T09:00:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger>',
  minute:
    '<TimeTrigger><Repetition><Interval>PT5M</Interval></Repetition><StartBoundary>2026-01-01T00:00:00</StartBoundary></TimeTrigger>',
};

export const VERBS: Readonly<Record<string, Verb>> = {
  /** A process: 1, and 4688 where it is audited; its end after `for`. */
  start: verb('by image', 'as command logon integrity cwd original for', (a, ms) => {
    const image = a.text('image');
    const process = a.machine.start(
      ms,
      {
        image,
        parent: a.process('by'),
        command: a.text('command', image),
        ...(a.has('logon') && { logon: a.logon('logon') }),
        ...(a.has('integrity') && { integrity: a.text('integrity') as Integrity }),
        ...(a.has('cwd') && { cwd: a.text('cwd') }),
        ...(a.has('original') && { original: a.text('original') }),
      },
      a.span('for'),
    );
    if (a.has('as')) a.stage.processes.set(a.text('as'), process);
  }),
  end: verb('process', '', (a, ms) => a.machine.end(ms, a.process('process'))),
  connect: verb('by to port', 'name protocol service incoming', (a, ms) =>
    a.machine.connect(ms, a.process('by'), {
      ip: a.address('to'),
      port: a.number('port', 443),
      ...(a.has('name') && { name: a.text('name') }),
      ...(a.has('service') && { service: a.text('service') }),
      protocol: a.text('protocol', 'tcp') as 'tcp' | 'udp',
      incoming: a.flag('incoming'),
    }),
  ),
  query: verb('by name', 'answer status', (a, ms) => {
    const answers = a
      .text('answer')
      .split(' ')
      .filter((one) => one !== '');
    const results = answers.map((one) => `::ffff:${one};`).join('');
    a.machine.sysmon.query(
      ms,
      a.process('by'),
      a.text('name'),
      results,
      a.text('status', answers.length > 0 ? '0' : '9003'),
    );
  }),
  file: verb('by path', 'executable', (a, ms) => {
    const process = a.process('by');
    a.machine.sysmon.file(ms, process, a.text('path'));
    if (a.flag('executable')) a.machine.sysmon.executable(ms + 12, process, a.text('path'));
  }),
  /** Mark of the web. */
  downloaded: verb('by path url', 'referrer', (a, ms) => {
    const referrer = a.has('referrer') ? `  ReferrerUrl=${a.text('referrer')}` : '';
    const zone = `[ZoneTransfer]  ZoneId=3${referrer}  HostUrl=${a.text('url')} `;
    a.machine.sysmon.file(ms, a.process('by'), a.text('path'));
    a.machine.sysmon.stream(ms + 60, a.process('by'), `${a.text('path')}:Zone.Identifier`, zone);
  }),
  stream: verb('by path contents', '', (a, ms) =>
    a.machine.sysmon.stream(ms, a.process('by'), a.text('path'), a.text('contents')),
  ),
  'file-time': verb('by path created', '', (a, ms) =>
    a.machine.sysmon.fileTime(ms, a.process('by'), a.text('path'), a.text('created'), utc(ms - 480_000)),
  ),
  delete: verb('by path', 'kept executable', (a, ms) =>
    a.machine.sysmon.remove(ms, a.process('by'), a.text('path'), a.flag('kept', true), a.flag('executable')),
  ),
  value: verb('by key details', '', (a, ms) =>
    a.machine.sysmon.registryValue(
      ms,
      a.process('by'),
      a.text('key').replace('%SID%', a.process('by').logon.sid),
      a.text('details'),
    ),
  ),
  key: verb('by key', 'what', (a, ms) =>
    a.machine.sysmon.registryKey(ms, a.process('by'), a.text('what', 'CreateKey') as 'CreateKey', a.text('key')),
  ),
  'rename-key': verb('by key name', '', (a, ms) =>
    a.machine.sysmon.registryRename(ms, a.process('by'), a.text('key'), a.text('name')),
  ),
  load: verb('by path', 'signer', (a, ms) => {
    const signer = a.has('signer') ? a.text('signer') : undefined;
    const resource = signer === 'Microsoft Windows' ? MICROSOFT_RESOURCE : NO_RESOURCE;
    a.machine.sysmon.load(ms, a.process('by'), a.text('path'), signer, resource);
  }),
  driver: verb('path', 'signer', (a, ms) =>
    a.machine.sysmon.driver(ms, a.text('path'), a.has('signer') ? a.text('signer') : undefined),
  ),
  thread: verb('by into', 'module call', (a, ms) =>
    a.machine.sysmon.thread(ms, a.process('by'), a.process('into'), {
      module: a.text('module', '-'),
      call: a.text('call', '-'),
    }),
  ),
  access: verb('by to rights', 'trace', (a, ms) =>
    a.machine.sysmon.access(
      ms,
      a.process('by'),
      a.process('to'),
      Number(a.text('rights')),
      a.text('trace', RIGHTS_TRACE),
    ),
  ),
  'raw-read': verb('by device', '', (a, ms) => a.machine.sysmon.rawRead(ms, a.process('by'), a.text('device'))),
  pipe: verb('by name', 'connected', (a, ms) =>
    a.machine.sysmon.pipe(ms, a.process('by'), a.text('name'), a.flag('connected')),
  ),
  clipboard: verb('by', '', (a, ms) => a.machine.sysmon.clipboard(ms, a.process('by'), a.machine.name)),
  tamper: verb('process', 'type', (a, ms) =>
    a.machine.sysmon.tampering(ms, a.process('process'), a.text('type', 'Image is replaced')),
  ),
  blocked: verb('by path', 'what', (a, ms) =>
    a.machine.sysmon.blocked(ms, a.process('by'), a.text('path'), a.text('what', 'executable') as 'executable'),
  ),
  'sysmon-state': verb('state', '', (a, ms) => a.machine.sysmon.status(ms, a.text('state'))),
  'sysmon-config': verb('path', '', (a, ms) => a.machine.sysmon.configured(ms, a.text('path'))),
  /** A permanent WMI subscription: 19, 20, 21, and 5861. */
  subscription: verb('name query run', 'type logon', (a, ms) => {
    const { machine } = a;
    const [name, logon] = [a.text('name'), a.logon('logon')];
    machine.sysmon.subscription(
      ms,
      logon.account,
      name,
      a.text('query'),
      a.text('type', 'Command Line'),
      a.text('run'),
    );
    machine.channels.wmiBound(ms + 120, logon, name, 'CommandLineEventConsumer', a.text('run'));
  }),
  script: verb('by text', 'path warned', (a, ms) =>
    a.machine.channels.script(ms, a.process('by'), a.text('text'), a.text('path'), a.flag('warned')),
  ),
  command: verb('by name', 'parameters path', (a, ms) =>
    a.machine.channels.command(ms, a.process('by'), a.text('name'), a.text('parameters'), a.text('path')),
  ),
  /** 4624 and 4672; by Remote Desktop also 1149, 21, 22. What it is called can be the `logon` of a process. */
  logon: verb('as user type', 'from elevated workstation', (a, ms) => {
    const type = a.number('type', 3);
    const integrity: Integrity = a.flag('elevated') ? 'High' : 'Medium';
    const session = type === 10 ? 2 : type === 2 || type === 11 ? 1 : 0;
    const logon = a.machine.host.logon({ user: a.text('user'), ms, session, integrity });
    a.stage.logons.set(a.text('as'), logon);
    const from = a.has('from')
      ? { ip: a.address('from'), ...(a.has('workstation') && { workstation: a.text('workstation') }) }
      : undefined;
    a.machine.security.loggedOn(ms, logon, type, from);
    if (type === 10) a.machine.channels.remoteSession(ms + 300, logon, a.address('from'));
  }),
  logoff: verb('logon', 'type', (a, ms) => a.machine.security.loggedOff(ms, a.logon('logon'), a.number('type', 3))),
  /** 4625, again and again. */
  failed: verb('user from', 'times every type unknown workstation', (a, ms) => {
    const times = a.number('times', 1);
    const every = a.span('every') ?? 700;
    const from = { ip: a.address('from'), workstation: a.text('workstation', '-') };
    for (let i = 0; i < times; i++) {
      const at = ms + Math.round(i * every + a.machine.host.chance.int(0, 200));
      a.machine.security.failed(at, a.text('user'), a.number('type', 3), from, a.flag('unknown'));
    }
  }),
  explicit: verb('by user server', '', (a, ms) =>
    a.machine.security.explicit(
      ms,
      a.process('by'),
      a.text('user'),
      a.stage.machines.get(a.text('server'))?.name ?? a.text('server'),
    ),
  ),
  'open-file': verb('by path', 'write', (a, ms) =>
    a.flag('write')
      ? a.machine.security.opened(ms, a.process('by'), a.text('path'), 0x2, '%%4417\n\t\t\t\t')
      : a.machine.security.opened(ms, a.process('by'), a.text('path'), 0x1, '%%4416\n\t\t\t\t'),
  ),
  /** 4662: replication rights are what DCSync asks for. */
  directory: verb('logon object properties', 'type mask', (a, ms) =>
    a.machine.security.directory(
      ms,
      a.logon('logon'),
      a.text('object'),
      a.text('type', '%{19195a5b-6da0-11d0-afd3-00c04fd930c9}'),
      a.text('properties'),
      Number(a.text('mask', '0x100')),
    ),
  ),
  /** 7045, 4697, and the values below Services. */
  service: verb('by name path', 'account logon', (a, ms) => {
    const { machine } = a;
    const by = a.process('by');
    // Over the network it is the caller's session that the log tells, and services.exe that did it.
    const client = a.has('logon') ? { ...by, logon: a.logon('logon') } : by;
    const services = machine.resident('services');
    const [name, path, account] = [a.text('name'), a.text('path'), a.text('account', 'LocalSystem')];
    const key = `HKLM\\System\\CurrentControlSet\\Services\\${name}`;
    machine.sysmon.registryValue(ms, services, `${key}\\Start`, 'DWORD (0x00000003)');
    machine.sysmon.registryValue(ms + 3, services, `${key}\\ImagePath`, path);
    machine.channels.serviceInstalled(ms + 8, client.logon, name, path, account);
    if (machine.audited) machine.security.serviceInstalled(ms + 9, client, name, path, account);
  }),
  'service-state': verb('name state', '', (a, ms) =>
    a.machine.channels.serviceState(ms, a.text('name'), a.text('state')),
  ),
  'service-start': verb('name service before now', 'logon', (a, ms) =>
    a.machine.channels.serviceStartType(
      ms,
      a.logon('logon'),
      a.text('name'),
      a.text('before'),
      a.text('now'),
      a.text('service'),
    ),
  ),
  /** A scheduled task: 106, 4698, its file and its keys. */
  task: verb('by name command', 'arguments trigger hidden', (a, ms) => {
    const client = a.process('by');
    const { machine } = a;
    const name = `\\${a.text('name')}`;
    const content = taskXml({
      ...{
        author: client.logon.account,
        user: client.logon.account,
        command: a.text('command'),
        arguments: a.text('arguments'),
      },
      ...{ trigger: TRIGGERS[a.text('trigger', 'daily')] ?? '', hidden: a.flag('hidden') },
    });
    const schedule = machine.resident('schedule');
    machine.sysmon.file(ms, schedule, `C:\\Windows\\System32\\Tasks${name}`);
    machine.sysmon.registryKey(ms + 2, schedule, 'CreateKey', `${TASK_TREE}${name}`);
    machine.sysmon.registryValue(ms + 4, schedule, `${TASK_TREE}${name}\\Id`, machine.host.chance.guid().toUpperCase());
    machine.channels.taskRegistered(ms + 6, name, client.logon);
    machine.security.task(ms + 7, client, 'created', name, content);
  }),
  'task-deleted': verb('by name', '', (a, ms) => {
    const name = `\\${a.text('name')}`;
    a.machine.sysmon.registryKey(ms, a.machine.resident('schedule'), 'DeleteKey', `${TASK_TREE}${name}`);
    a.machine.channels.taskChanged(ms + 2, 'deleted', name, a.process('by').logon);
    a.machine.security.task(ms + 4, a.process('by'), 'deleted', name, '');
  }),
  /** The service's record of a run whose process `start` made. */
  'task-run': verb('name process', 'for', (a, ms) =>
    a.machine.channels.taskRun(ms, `\\${a.text('name')}`, a.process('process'), a.span('for') ?? 2000),
  ),
  share: verb('logon from share', 'path file write', (a, ms) => {
    const from = { ip: a.address('from') };
    const local = a.text('path', '\\??\\C:\\Windows');
    a.machine.security.shareOpened(ms, a.logon('logon'), from, a.text('share'), local);
    if (a.has('file'))
      a.machine.security.shareChecked(
        ms + 4,
        a.logon('logon'),
        from,
        a.text('share'),
        local,
        a.text('file'),
        a.flag('write') ? 0x2 : 0x1,
      );
  }),
  'user-added': verb('by name', '', (a, ms) => a.machine.security.userAdded(ms, a.process('by').logon, accountOf(a))),
  'user-deleted': verb('by name', '', (a, ms) =>
    a.machine.security.userDeleted(ms, a.process('by').logon, accountOf(a)),
  ),
  'member-added': verb('by name group', 'group_sid global', (a, ms) =>
    a.machine.security.memberAdded(
      ms,
      a.process('by').logon,
      accountOf(a),
      a.text('group'),
      a.text('group_sid', 'S-1-5-32-544'),
      a.flag('global'),
    ),
  ),
  'audit-policy': verb('logon subcategory', 'guid changes', (a, ms) =>
    a.machine.security.auditPolicy(
      ms,
      a.logon('logon'),
      a.text('subcategory'),
      a.text('guid', '{0CCE922B-69AE-11D9-BED3-505054503030}'),
      a.text('changes', '%%8448'),
    ),
  ),
  /** On a domain controller: 4768, 4769. */
  ticket: verb('user from', 'encryption preauth', (a, ms) =>
    a.machine.security.ticket(ms, a.text('user'), sidOf(a.text('user')), a.address('from'), {
      encryption: Number(a.text('encryption', '0x12')),
      preauth: a.text('preauth', '2'),
    }),
  ),
  'service-ticket': verb('user service from', 'encryption', (a, ms) =>
    a.machine.security.serviceTicket(
      ms,
      a.text('user'),
      a.text('service'),
      sidOf(a.text('service')),
      a.address('from'),
      Number(a.text('encryption', '0x12')),
    ),
  ),
  validated: verb('user workstation', '', (a, ms) =>
    a.machine.security.validated(ms, a.text('user'), a.text('workstation')),
  ),
  'members-read': verb('by group', 'group_sid', (a, ms) =>
    a.machine.security.membershipRead(ms, a.process('by'), a.text('group'), a.text('group_sid', 'S-1-5-32-544')),
  ),
  clear: verb('log', 'logon', (a, ms) => {
    if (a.text('log') === 'Security') a.machine.security.cleared(ms, a.logon('logon'));
    else a.machine.channels.logCleared(ms, a.logon('logon'), a.text('log'));
  }),
  'defender-off': verb('', '', (a, ms) => a.machine.channels.protectionOff(ms)),
  'defender-setting': verb('now', 'before', (a, ms) =>
    a.machine.channels.defenderConfigured(ms, a.text('before'), a.text('now')),
  ),
  'firewall-rule': verb('by name program', 'port', (a, ms) =>
    a.machine.channels.firewallRule(ms, a.process('by'), a.text('name'), a.text('program'), a.text('port', '*')),
  ),
  transfer: verb('by name url', '', (a, ms) =>
    a.machine.channels.transfer(ms, a.process('by'), a.text('name'), a.text('url'), a.process('by').logon.account),
  ),
  update: verb('title', '', (a, ms) => a.machine.channels.updateInstalled(ms, a.text('title'))),
};

/** One of the domain on a domain controller, one of its own on any other host. */
function accountOf(a: Given): Account {
  const { machine } = a;
  const name = a.text('name');
  if (machine.role === 'domain-controller') return { name, domain: DOMAIN, sid: sidOf(name) };
  const host = seedOf(13, machine.name) >>> 0;
  const parts = [host, (host ^ 0x5a5a5a5a) >>> 0, (host ^ 0x1234567) >>> 0, 1001 + ((seedOf(17, name) >>> 0) % 90)];
  return { name, domain: machine.name, sid: `S-1-5-21-${parts.join('-')}` };
}
