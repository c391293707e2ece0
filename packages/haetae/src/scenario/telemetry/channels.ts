/** What other providers write: PowerShell, services, tasks, WMI, Defender, Remote Desktop, firewall, BITS, event log. */
import type { Host, Logon, Process } from './host.ts';
import { type EventShape, type Provider, shapeOf, type Value } from './shape.ts';

const POWERSHELL: Provider = { name: 'Microsoft-Windows-PowerShell', guid: '{A0C1853B-5C40-4B15-8766-3CF1C58F985A}' };
const POWERSHELL_LOG = 'Microsoft-Windows-PowerShell/Operational';
const TASKS: Provider = { name: 'Microsoft-Windows-TaskScheduler', guid: '{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}' };
const TASKS_LOG = 'Microsoft-Windows-TaskScheduler/Operational';
const SCM: Provider = { name: 'Service Control Manager', guid: '{555908d1-a6d7-4695-8e1e-26931d2012f4}' };
const EVENTLOG: Provider = { name: 'Microsoft-Windows-Eventlog', guid: '{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}' };
const WMI: Provider = { name: 'Microsoft-Windows-WMI-Activity', guid: '{1418EF04-B0B4-4623-BF7E-D74AB47BBDAA}' };
const DEFENDER: Provider = {
  name: 'Microsoft-Windows-Windows Defender',
  guid: '{11CD958A-C507-4EF3-B3F2-5FD9DFBD2C78}',
};
const DEFENDER_LOG = 'Microsoft-Windows-Windows Defender/Operational';
const SESSIONS: Provider = {
  name: 'Microsoft-Windows-TerminalServices-LocalSessionManager',
  guid: '{5D896912-022D-40AA-A3A8-4FA5515C76D7}',
};
const CONNECTIONS: Provider = {
  name: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager',
  guid: '{C76BAA63-AE81-421C-B425-340B4B24157F}',
};
const FIREWALL: Provider = {
  name: 'Microsoft-Windows-Windows Firewall With Advanced Security',
  guid: '{D1BC9AFF-2ABF-4D71-9146-ECB2A986EB85}',
};
const BITS: Provider = { name: 'Microsoft-Windows-Bits-Client', guid: '{EF1CC15B-46C1-414E-BB95-E76B077BD51E}' };
const UPDATE: Provider = {
  name: 'Microsoft-Windows-WindowsUpdateClient',
  guid: '{945A8954-C147-4ACD-923F-40C45405A658}',
};
const EVENT_NS = { name: 'EventXML', xmlns: 'Event_NS' };
const CLASSIC = 0x80000000000000n;

const powershell = (eventId: number, fields: string, more: object): EventShape =>
  shapeOf({ channel: POWERSHELL_LOG, provider: POWERSHELL, eventId, version: 1, keywords: 0n, fields, ...more });
const tasks = (eventId: number, fields: string, task = eventId): EventShape =>
  shapeOf({ channel: TASKS_LOG, provider: TASKS, eventId, task, fields });
const defender = (eventId: number, fields: string, level = 4): EventShape =>
  shapeOf({ channel: DEFENDER_LOG, provider: DEFENDER, eventId, fields, level });
const sessions = (eventId: number): EventShape =>
  shapeOf({
    ...{ channel: `${SESSIONS.name}/Operational`, provider: SESSIONS, eventId, keywords: 0x1000000000000000n },
    ...{ fields: 'User SessionID:uint32 Address', userData: EVENT_NS },
  });
const bits = (eventId: number, fields: string): EventShape =>
  shapeOf({ channel: 'Microsoft-Windows-Bits-Client/Operational', provider: BITS, eventId, version: 1, fields });

const S = {
  block: powershell(4104, 'MessageNumber:int32 MessageTotal:int32 ScriptBlockText ScriptBlockId Path', {
    level: 5,
    task: 2,
    opcode: 15,
  }),
  warnedBlock: powershell(4104, 'MessageNumber:int32 MessageTotal:int32 ScriptBlockText ScriptBlockId Path', {
    level: 3,
    task: 2,
    opcode: 15,
  }),
  command: powershell(4103, 'ContextInfo UserData Payload', { task: 106, opcode: 20 }),
  console: powershell(40961, '', { task: 4, opcode: 1 }),
  channel: powershell(53504, 'param1 param2', { task: 111, opcode: 10 }),
  ready: powershell(40962, '', { task: 4, opcode: 2 }),
  engine: shapeOf({
    channel: 'Windows PowerShell',
    provider: { name: 'PowerShell' },
    eventId: 400,
    task: 4,
    keywords: CLASSIC,
    fields: 'Data Data Data',
  }),
  engineStopped: shapeOf({
    channel: 'Windows PowerShell',
    provider: { name: 'PowerShell' },
    eventId: 403,
    task: 4,
    keywords: CLASSIC,
    fields: 'Data Data Data',
  }),
  pipeline: shapeOf({
    channel: 'Windows PowerShell',
    provider: { name: 'PowerShell' },
    eventId: 800,
    task: 8,
    keywords: CLASSIC,
    fields: 'Data Data Data',
  }),
  registered: tasks(106, 'TaskName UserContext'),
  updated: tasks(140, 'TaskName UserName'),
  deleted: tasks(141, 'TaskName UserName'),
  triggered: tasks(107, 'TaskName InstanceId:guid'),
  launched: tasks(129, 'TaskName Path ProcessID:uint32 Priority:uint32'),
  began: tasks(100, 'TaskName UserContext InstanceId:guid'),
  action: tasks(200, 'TaskName ActionName TaskInstanceId:guid EnginePID:uint32'),
  actionDone: tasks(201, 'TaskName TaskInstanceId:guid ActionName ResultCode:uint32 EnginePID:uint32'),
  finished: tasks(102, 'TaskName UserContext InstanceId:guid'),
  service: shapeOf({
    channel: 'System',
    provider: SCM,
    eventId: 7045,
    keywords: 0x8080000000000000n,
    fields: 'ServiceName ImagePath ServiceType StartType AccountName',
  }),
  serviceState: shapeOf({
    channel: 'System',
    provider: SCM,
    eventId: 7036,
    keywords: 0x8080000000000000n,
    fields: 'param1 param2',
  }),
  startType: shapeOf({
    channel: 'System',
    provider: SCM,
    eventId: 7040,
    keywords: 0x8080000000000000n,
    fields: 'param1 param2 param3 param4',
  }),
  cleared: shapeOf({
    ...{
      channel: 'System',
      provider: EVENTLOG,
      eventId: 104,
      task: 104,
      fields: 'SubjectUserName SubjectDomainName Channel BackupPath',
    },
    userData: { name: 'LogFileCleared', xmlns: 'http://manifests.microsoft.com/win/2004/08/windows/eventlog' },
  }),
  updateInstalled: shapeOf({
    channel: 'System',
    provider: UPDATE,
    eventId: 19,
    version: 1,
    task: 1,
    opcode: 13,
    fields: 'updateTitle updateGuid:guid updateRevisionNumber:uint32 serviceGuid:guid',
  }),
  wmiProvider: shapeOf({
    ...{
      channel: 'Microsoft-Windows-WMI-Activity/Operational',
      provider: WMI,
      eventId: 5857,
      level: 0,
      keywords: 0x4000000000000000n,
    },
    ...{ fields: 'ProviderName Code HostProcess ProcessID:uint32 ProviderPath' },
    userData: { name: 'Operation_StartedOperational', xmlns: 'http://manifests.microsoft.com/win/2006/windows/WMI' },
  }),
  wmiBound: shapeOf({
    ...{
      channel: 'Microsoft-Windows-WMI-Activity/Operational',
      provider: WMI,
      eventId: 5861,
      level: 0,
      keywords: 0x4000000000000000n,
    },
    ...{ fields: 'Namespace ESS CONSUMER PossibleCause' },
    userData: { name: 'Operation_ESStoConsumerBinding', xmlns: 'http://manifests.microsoft.com/win/2006/windows/WMI' },
  }),
  protectionOff: defender(5001, 'Product+Name Product+Version'),
  configuration: defender(5007, 'Product+Name Product+Version Old+Value New+Value'),
  healthy: defender(1150, 'Product+Name Platformversion Unused Engineversion Security+intelligence+version'),
  session: sessions(21),
  shell: sessions(22),
  left: sessions(24),
  returned: sessions(25),
  authenticated: shapeOf({
    ...{
      channel: `${CONNECTIONS.name}/Operational`,
      provider: CONNECTIONS,
      eventId: 1149,
      keywords: 0x1000000000000000n,
    },
    ...{ fields: 'Param1 Param2 Param3', userData: EVENT_NS },
  }),
  firewallRule: shapeOf({
    ...{
      channel: 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
      provider: FIREWALL,
      eventId: 2004,
    },
    ...{ keywords: 0x8000020000000000n },
    fields: `RuleId RuleName Origin:uint32 ApplicationPath ServiceName Direction:uint32 Protocol:uint32 LocalPorts RemotePorts Action:uint32
      Profiles:uint32 LocalAddresses RemoteAddresses ModifyingUser:sid ModifyingApplication`,
  }),
  transfer: bits(
    59,
    'transferId:guid name Id:guid url peer fileTime:filetime fileLength:uint64 bytesTotal:uint64 bytesTransferred:uint64',
  ),
  job: bits(3, 'string string2 string3'),
} as const;

/** Longer script blocks are cut, as PowerShell cuts them. */
const BLOCK = 10_000;
const HOST_VERSION = '5.1.19041.4291';

/** A task's definition as it is stored. */
export function taskXml(draft: {
  author: string;
  command: string;
  arguments: string;
  trigger: string;
  hidden: boolean;
  user: string;
}): string {
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>${escaped(draft.author)}</Author>
  </RegistrationInfo>
  <Triggers>
    ${draft.trigger}
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escaped(draft.user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
    </Principal>
  </Principals>
  <Settings>
    <Hidden>${draft.hidden}</Hidden>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escaped(draft.command)}</Command>
      <Arguments>${escaped(draft.arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>`;
}

export class Channels {
  readonly #host: Host;
  readonly #services: Process;
  readonly #schedule: Process;

  constructor(host: Host, services: Process, schedule: Process) {
    this.#host = host;
    this.#services = services;
    this.#schedule = schedule;
  }

  #write(shape: EventShape, ms: number, by: { readonly pid: number }, userSid: string, values: Value[]): void {
    this.#host.write(shape, ms, by.pid, 4 * this.#host.chance.int(300, 2000), userSid, values);
  }

  /** 400, 40961, 53504, 40962: what every Windows PowerShell writes when it starts. */
  powershellStarted(ms: number, process: Process): void {
    const { sid } = process.logon;
    this.#write(S.engine, ms, process, '', ['Available', 'None', this.#engine(process, 'Available', 'None')]);
    this.#write(S.console, ms + 30, process, sid, []);
    this.#write(S.channel, ms + 90, process, sid, [`${process.pid}`, 'DefaultAppDomain']);
    this.#write(S.ready, ms + 160, process, sid, []);
  }

  powershellEnded(ms: number, process: Process): void {
    this.#write(S.engineStopped, ms, process, '', [
      'Stopped',
      'Available',
      this.#engine(process, 'Stopped', 'Available'),
    ]);
  }

  #engine(process: Process, now: string, before: string): string {
    const lines = [
      ...[
        `NewEngineState=${now}`,
        `PreviousEngineState=${before}`,
        '',
        'SequenceNumber=13',
        '',
        'HostName=ConsoleHost',
      ],
      ...[`HostVersion=${HOST_VERSION}`, `HostId=${this.#host.chance.guid().slice(1, -1)}`],
      ...[`HostApplication=${process.command}`, `EngineVersion=${HOST_VERSION}`],
      ...[
        `RunspaceId=${this.#host.chance.guid().slice(1, -1)}`,
        'PipelineId=',
        'CommandName=',
        'CommandType=',
        'ScriptName=',
        'CommandPath=',
        'CommandLine=',
      ],
    ];
    return lines.map((line) => `\t${line}`).join('\n');
  }

  /** 4104; `warned`: PowerShell's own list of suspicious words made it a warning. */
  script(ms: number, process: Process, text: string, path: string, warned: boolean): void {
    const id = this.#host.chance.guid().slice(1, -1);
    const total = Math.max(1, Math.ceil(text.length / BLOCK));
    for (let i = 0; i < total; i++) {
      const part = text.slice(i * BLOCK, (i + 1) * BLOCK);
      this.#write(warned ? S.warnedBlock : S.block, ms + i, process, process.logon.sid, [i + 1, total, part, id, path]);
    }
  }

  /** 4103: one command of a pipeline with its parameters, `Name=value` each. */
  command(ms: number, process: Process, name: string, parameters: string, script: string): void {
    this.#write(S.command, ms, process, process.logon.sid, [
      this.#context(process, name, script),
      '',
      invocation(name, parameters),
    ]);
  }

  /** 800: the same in the classic log. */
  pipeline(ms: number, process: Process, line: string, name: string, parameters: string, script: string): void {
    const context = `DetailSequence=1\n\tDetailTotal=1\n\n\tSequenceNumber=${this.#host.chance.int(15, 900)}\n\n\tUserId=${process.logon.account}\n\tHostName=ConsoleHost\n\tHostVersion=${HOST_VERSION}\n\tHostApplication=${process.command}\n\tScriptName=${script}\n\tCommandLine=${line}`;
    this.#write(S.pipeline, ms, process, '', [line, context, invocation(name, parameters)]);
  }

  #context(process: Process, name: string, script: string): string {
    return `        Severity = Informational\n        Host Name = ConsoleHost\n        Host Version = ${HOST_VERSION}\n        Host Application = ${process.command}\n        Engine Version = ${HOST_VERSION}\n        Command Name = ${name}\n        Command Type = Cmdlet\n        Script Name = ${script}\n        Command Path = \n        Sequence Number = ${this.#host.chance.int(15, 900)}\n        User = ${process.logon.account}\n        Connected User = \n        Shell ID = Microsoft.PowerShell\n`;
  }

  taskRegistered(ms: number, name: string, logon: Logon): void {
    this.#write(S.registered, ms, this.#schedule, 'S-1-5-18', [name, logon.account]);
  }

  taskChanged(ms: number, what: 'updated' | 'deleted', name: string, logon: Logon): void {
    this.#write(S[what], ms, this.#schedule, 'S-1-5-18', [name, logon.account]);
  }

  /** 107, 129, 100, 200 … 201, 102: one run of a task, by its process. */
  taskRun(ms: number, name: string, process: Process, lastedMs: number): void {
    const id = this.#host.chance.guid();
    const write = (shape: EventShape, after: number, values: Value[]): void =>
      this.#write(shape, ms + after, this.#schedule, 'S-1-5-18', values);
    write(S.triggered, 0, [name, id]);
    write(S.launched, 8, [name, process.image, process.pid, 32_768]);
    write(S.began, 12, [name, process.logon.account, id]);
    write(S.action, 15, [name, process.image, id, process.pid]);
    write(S.actionDone, lastedMs, [name, id, process.image, 0, process.pid]);
    write(S.finished, lastedMs + 3, [name, process.logon.account, id]);
  }

  serviceInstalled(ms: number, logon: Logon, name: string, path: string, account: string): void {
    this.#write(S.service, ms, this.#services, logon.sid, [name, path, 'user mode service', 'demand start', account]);
  }

  serviceState(ms: number, name: string, state: string): void {
    this.#write(S.serviceState, ms, this.#services, '', [name, state]);
  }

  serviceStartType(ms: number, logon: Logon, name: string, before: string, now: string, service: string): void {
    this.#write(S.startType, ms, this.#services, logon.sid, [name, before, now, service]);
  }

  logCleared(ms: number, logon: Logon, log: string): void {
    this.#write(S.cleared, ms, { pid: 1340 }, logon.sid, [logon.user, logon.domain, log, '']);
  }

  updateInstalled(ms: number, title: string): void {
    const { chance } = this.#host;
    const values = [title, chance.guid(), 200, '{9482F4B4-E343-43B6-B170-9A65BC822C77}'];
    this.#write(S.updateInstalled, ms, { pid: 5120 }, 'S-1-5-18', values);
  }

  wmiProvider(ms: number, process: Process, name: string, path: string): void {
    this.#write(S.wmiProvider, ms, process, process.logon.sid, [name, '0x0', 'wmiprvse.exe', process.pid, path]);
  }

  wmiBound(ms: number, logon: Logon, name: string, kind: string, run: string): void {
    const filter = `instance of __EventFilter\n{\n\tName = "${name}";\n};`;
    const consumer = `instance of ${kind}\n{\n\tCommandLineTemplate = "${run}";\n\tName = "${name}";\n};`;
    const cause = `Binding EventFilter: \n${filter}\nPerm. Consumer: \n${consumer}\n`;
    this.#write(S.wmiBound, ms, { pid: 1500 }, logon.sid, ['//./ROOT/subscription', name, `${kind}="${name}"`, cause]);
  }

  protectionOff(ms: number): void {
    this.#write(S.protectionOff, ms, { pid: 3320 }, 'S-1-5-18', ['Microsoft Defender Antivirus', '4.18.25010.11']);
  }

  defenderConfigured(ms: number, before: string, now: string): void {
    this.#write(S.configuration, ms, { pid: 3320 }, 'S-1-5-18', [
      'Microsoft Defender Antivirus',
      '4.18.25010.11',
      before,
      now,
    ]);
  }

  defenderHealthy(ms: number, version: string): void {
    const versions = ['4.18.25010.11', '', '1.1.25010.7', version];
    this.#write(S.healthy, ms, { pid: 3320 }, 'S-1-5-18', ['Microsoft Defender Antivirus', ...versions]);
  }

  /** 1149, 21, 22: somebody came by Remote Desktop. */
  remoteSession(ms: number, logon: Logon, ip: string): void {
    this.#write(S.authenticated, ms, { pid: 1208 }, 'S-1-5-20', [logon.user, logon.domain, ip]);
    this.#write(S.session, ms + 900, { pid: 1100 }, 'S-1-5-18', [logon.account, logon.session, ip]);
    this.#write(S.shell, ms + 1400, { pid: 1100 }, 'S-1-5-18', [logon.account, logon.session, ip]);
  }

  sessionChanged(ms: number, logon: Logon, what: 'left' | 'returned', ip: string): void {
    this.#write(S[what], ms, { pid: 1100 }, 'S-1-5-18', [logon.account, logon.session, ip]);
  }

  firewallRule(ms: number, process: Process, name: string, program: string, port: string): void {
    const rule = [this.#host.chance.guid(), name, 1, program, '', 1, 6, port, '*', 3, 2_147_483_647, '*', '*'];
    this.#write(S.firewallRule, ms, { pid: 2012 }, 'S-1-5-19', [...rule, process.logon.sid, process.image]);
  }

  transfer(ms: number, process: Process, name: string, url: string, user: string): void {
    const { chance } = this.#host;
    this.#write(S.job, ms, { pid: 2644 }, process.logon.sid, [name, user, `${process.image}`]);
    const unknown = 18_446_744_073_709_551_615n;
    const values = [chance.guid(), name, chance.guid(), url, '', 0, unknown, unknown, 0];
    this.#write(S.transfer, ms + 400, { pid: 2644 }, process.logon.sid, values);
  }
}

const invocation = (name: string, parameters: string): string =>
  [`CommandInvocation(${name}): "${name}"`, ...parameterLines(name, parameters)].join('\n');

function parameterLines(command: string, parameters: string): string[] {
  if (parameters === '') return [];
  return parameters.split(';').map((pair) => {
    const at = pair.indexOf('=');
    return `ParameterBinding(${command}): name="${pair.slice(0, at).trim()}"; value="${pair.slice(at + 1).trim()}"`;
  });
}
