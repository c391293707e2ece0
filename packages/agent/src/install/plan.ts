/** What `install` would do: files and commands, in order. Pure; `apply.ts` does it. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly mode: number }
  /** A file, or a folder with all that is in it. */
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly why: Why };

/** Why a command is there, in words of `words/`. */
export type Why =
  | 'rights'
  | 'restart'
  | 'folder'
  | 'own-folder'
  | 'inherit-nothing'
  | 'admins-only'
  | 'task'
  | 'start'
  | 'reload'
  | 'enable';

export interface InstallOptions {
  readonly platform: string;
  /** Absolute: Node, and the agent's own program, one file. */
  readonly node: string;
  readonly program: string;
  /** Packages that the program looks for beside itself: koffi, where it is installed. By the names under which it does. */
  readonly packages: readonly { readonly name: string; readonly path: string }[];
  /** Of keys, spool and state, and of the copy. */
  readonly folder: string;
  /** haetae-respond.ps1, where Windows is to have it; '' for none. */
  readonly script: string;
  /** Whether the service gets the rights that responses need. What is done with them the host's own policy says. */
  readonly respond: boolean;
  /** Whether others than administrators may write where Node and the program are: they are copied to where none may. */
  readonly copy: boolean;
  readonly unitFolder?: string;
}

export const SERVICE = 'haetae-agent';

/** Throws a RangeError for a path that cannot be quoted safely. */
export function installPlan(options: InstallOptions): readonly Step[] {
  for (const path of [options.node, options.program, options.folder]) if (!isQuotable(path)) throw new RangeError(path);
  return options.platform === 'win32' ? windows(options) : linux(options);
}

/** Where they run from, and how they come there. */
function placed(options: InstallOptions, separator: string): { node: string; program: string; steps: Step[] } {
  const { node, program, folder, copy, packages, script } = options;
  if (!copy) return { node, program, steps: [] };
  const at = (...names: string[]): string => [folder, 'program', ...names].join(separator);
  const own = { node: at(separator === '\\' ? 'node.exe' : 'node'), program: at('haetae-agent.js') };
  return {
    ...own,
    steps: [
      { kind: 'copy', from: node, to: own.node },
      { kind: 'copy', from: program, to: own.program },
      ...packages.map(
        ({ name, path }): Step => ({ kind: 'copy', from: path, to: at('node_modules', ...name.split('/')) }),
      ),
      ...(script === '' ? [] : [{ kind: 'copy', from: script, to: at('haetae-respond.ps1') } satisfies Step]),
      { kind: 'file', path: at('package.json'), text: '{ "type": "module" }\n', mode: 0o644 },
    ],
  };
}

/** No quotes, no line ends, nothing that a shell, systemd or XML reads as anything but itself between quotes. */
const isQuotable = (path: string): boolean => path.length > 0 && !/["'\r\n\0%$`<>|&^!]/.test(path);

function linux(options: InstallOptions): Step[] {
  const { folder, respond, unitFolder = '/etc/systemd/system' } = options;
  const { node, program, steps } = placed({ ...options, script: '' }, '/');
  const dropIn = `${unitFolder}/${SERVICE}.service.d`;
  const rights: Step[] = respond
    ? [
        { kind: 'run', argv: ['install', '-d', '-m', '0755', dropIn], why: 'rights' },
        { kind: 'file', path: `${dropIn}/respond.conf`, text: RESPOND, mode: 0o644 },
      ]
    : [];
  return [
    { kind: 'run', argv: ['install', '-d', '-m', '0700', '-o', 'root', '-g', 'root', folder], why: 'folder' },
    ...steps,
    { kind: 'file', path: `${unitFolder}/${SERVICE}.service`, text: unit(node, program, folder), mode: 0o644 },
    ...rights,
    { kind: 'run', argv: ['systemctl', 'daemon-reload'], why: 'reload' },
    { kind: 'run', argv: ['systemctl', 'enable', '--now', `${SERVICE}.service`], why: 'enable' },
    // One that ran before has the rights of before.
    ...(respond
      ? [{ kind: 'run', argv: ['systemctl', 'restart', `${SERVICE}.service`], why: 'restart' } satisfies Step]
      : []),
  ];
}

/**
 * What responses need besides reading, for programs that they start too: signals, nftables, files of any owner with their attributes,
 * chage. Lists of systemd add to those of the unit. Source: systemd.exec(5).
 */
const RESPOND = `# Written by haetae-agent install --respond. Without this file the agent reads, and does nothing.
[Service]
CapabilityBoundingSet=CAP_KILL CAP_NET_ADMIN CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_SETFCAP CAP_SETUID CAP_SETGID
ProtectSystem=no
ProtectHome=no
PrivateTmp=no
RestrictSUIDSGID=no
SystemCallFilter=@chown @setuid
`;

/** It reads all logs of the machine, and may do nothing else: no new rights, no writing but in its own folder. */
function unit(node: string, program: string, folder: string): string {
  return `[Unit]
Description=Haetae agent: collects this host's events and forwards them
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart="${node}" "${program}" run --dir "${folder}"
Restart=always
RestartSec=5
TimeoutStopSec=20
User=root
UMask=0077
Nice=5
CPUQuota=50%
MemoryMax=512M
OOMScoreAdjust=-500
NoNewPrivileges=yes
# To read the logs of every user, and to see which program a process is; nothing else of what root may.
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths="${folder}"
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** Administrators and SYSTEM by their SIDs: their names are translated. */
const ADMINISTRATORS = '*S-1-5-32-544';
const SYSTEM = '*S-1-5-18';

/**
 * node.exe is no service and answers no service control: a task that starts with the machine, as SYSTEM, and again when it ends. What SYSTEM
 * runs is copied to where administrators alone may write: whoever may change it is SYSTEM.
 */
function windows(options: InstallOptions): Step[] {
  const { folder } = options;
  const { node, program, steps } = placed({ ...options, copy: true }, '\\');
  const xml = `${folder}\\task.xml`;
  return [
    { kind: 'run', argv: ['cmd.exe', '/d', '/c', `if not exist "${folder}" mkdir "${folder}"`], why: 'folder' },
    { kind: 'run', argv: ['icacls.exe', folder, '/setowner', ADMINISTRATORS, '/T', '/C', '/Q'], why: 'own-folder' },
    {
      kind: 'run',
      argv: ['icacls.exe', folder, '/grant:r', `${ADMINISTRATORS}:(OI)(CI)F`, `${SYSTEM}:(OI)(CI)F`],
      why: 'admins-only',
    },
    { kind: 'run', argv: ['icacls.exe', folder, '/inheritance:r'], why: 'inherit-nothing' },
    ...steps,
    { kind: 'file', path: xml, text: task(node, program, folder), mode: 0o600 },
    { kind: 'run', argv: ['schtasks.exe', '/Create', '/TN', '\\Haetae\\Agent', '/XML', xml, '/F'], why: 'task' },
    { kind: 'run', argv: ['schtasks.exe', '/Run', '/TN', '\\Haetae\\Agent'], why: 'start' },
  ];
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Source: learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema. */
function task(node: string, program: string, folder: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Haetae agent: collects this host's events and forwards them</Description>
    <URI>\\Haetae\\Agent</URI>
    <SecurityDescriptor>D:P(A;;FA;;;BA)(A;;FA;;;SY)</SecurityDescriptor>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger><Enabled>true</Enabled></BootTrigger>
    <TimeTrigger>
      <Repetition><Interval>PT5M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="System"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>255</Count></RestartOnFailure>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="System">
    <Exec>
      <Command>"${escaped(node)}"</Command>
      <Arguments>"${escaped(program)}" run --dir "${escaped(folder)}"</Arguments>
      <WorkingDirectory>${escaped(folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}
