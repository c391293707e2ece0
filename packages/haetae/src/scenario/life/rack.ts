/** What servers and domain controllers do: logons of the whole house, shares, tickets, backups, administrators' scripts. */

import { addressOf, sidOf } from '../telemetry/host.ts';
import type { Chance } from '../telemetry/random.ts';
import type { Habit } from './desk.ts';
import { DESKTOPS, DOCUMENTS, PEOPLE, SHEETS } from './world.ts';

const S32 = 'C:\\Windows\\System32\\';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
const FOLDERS = ['총무팀', '영업팀', '연구소', '공용', '전산팀'];

/** Somebody and his computer: the n-th sits at the n-th. */
const someone = (chance: Chance): { user: string; desk: string } => {
  const user = chance.common(PEOPLE);
  return { user, desk: DESKTOPS[PEOPLE.indexOf(user)]! };
};

const visit: Habit = (machine, ms, chance) => {
  const { user, desk } = someone(chance);
  const from = { ip: addressOf(desk), port: chance.int(49_700, 65_400) };
  const logon = machine.host.logon({ user, ms, session: 0 });
  machine.security.loggedOn(ms, logon, 3, from);
  machine.security.shareOpened(ms + 30, logon, from, '업무자료', '\\??\\D:\\업무자료');
  const count = chance.int(1, 5);
  for (let i = 0; i < count; i++) {
    const file = `${chance.common(FOLDERS)}\\${chance.common([...DOCUMENTS, ...SHEETS])}`;
    machine.security.shareChecked(
      ms + 60 + 40 * i,
      logon,
      from,
      '업무자료',
      '\\??\\D:\\업무자료',
      file,
      chance.next() < 0.25 ? 0x2 : 0x1,
    );
  }
  machine.connect(ms + 5, machine.resident('system'), { ip: from.ip, port: from.port, incoming: true, localPort: 445 });
  machine.security.loggedOff(ms + 1000 * chance.int(9, 600), logon, 3);
};

const mistyped: Habit = (machine, ms, chance) => {
  const { user, desk } = someone(chance);
  machine.security.failed(ms, user, 3, { ip: addressOf(desk), workstation: desk });
};

const request: Habit = (machine, ms, chance) => {
  const iis = machine.resident('iis');
  machine.connect(ms, iis, { ip: '127.0.0.1', port: 1433, service: 'ms-sql-s' });
  if (chance.next() < 0.2)
    machine.sysmon.file(
      ms + 60,
      iis,
      `C:\\inetpub\\logs\\LogFiles\\W3SVC1\\u_ex${new Date(ms).toISOString().slice(2, 10).replaceAll('-', '')}.log`,
    );
};

/** An administrator's script, run by the scheduler: every server has a few of its own. */
const SCRIPTS: readonly (readonly [name: string, lines: readonly string[]])[] = [
  [
    'Check-Health.ps1',
    [
      "Get-Service | Where-Object { $_.StartType -eq 'Automatic' -and $_.Status -ne 'Running' } | Select-Object Name, Status",
      'Get-PSDrive -PSProvider FileSystem | ForEach-Object { "{0} {1:N1} GB" -f $_.Name, ($_.Free / 1GB) }',
    ],
  ],
  [
    'Rotate-Logs.ps1',
    [
      'Get-ChildItem D:\\Logs -Filter *.log | Where-Object LastWriteTime -lt (Get-Date).AddDays(-30) | Remove-Item',
      'Compress-Archive -Path D:\\Logs\\*.log -DestinationPath D:\\Logs\\old.zip -Update',
    ],
  ],
  [
    'Sync-Inventory.ps1',
    [
      'Get-CimInstance Win32_OperatingSystem | Select-Object CSName, Version, LastBootUpTime',
      'Invoke-RestMethod -Uri https://assets.haetae.example/api/hosts -Method Post -Body $body',
    ],
  ],
  [
    'Test-Backup.ps1',
    [
      "Get-WinEvent -LogName Application -MaxEvents 50 | Where-Object ProviderName -eq 'SafeBackup'",
      'Send-MailMessage -To it@haetae.example -From srv@haetae.example -Subject "Backup report" -SmtpServer mail.haetae.example',
    ],
  ],
];

const script: Habit = (machine, ms, chance) => {
  const [name, lines] = chance.common(SCRIPTS);
  const path = `C:\\Tools\\${name}`;
  const command = `"${POWERSHELL}" -NoProfile -NonInteractive -File ${path}`;
  const process = machine.start(
    ms,
    { image: POWERSHELL, command, parent: machine.resident('schedule'), logon: machine.host.system },
    25_000,
  );
  lines.forEach((line, i) => {
    const at = ms + 900 + 1500 * i;
    const [verb = 'Get-Item'] = /^[A-Z][a-z]+-\w+/.exec(line) ?? [];
    machine.channels.script(at, process, line, path, false);
    machine.channels.command(at + 40, process, verb, 'Name=*', path);
    machine.channels.pipeline(at + 45, process, line, verb, 'Name=*', path);
  });
};

const backup: Habit = (machine, ms, chance) => {
  const parent = machine.resident('backup');
  const image = 'C:\\Program Files\\Haneul IT\\SafeBackup\\sbjob.exe';
  const job = machine.start(
    ms,
    { image, command: `"${image}" /job:${chance.int(100, 130)} /incremental`, parent },
    120_000,
  );
  machine.connect(ms + 900, job, { ip: '10.20.30.12', port: 9102, name: 'srv-backup01.haetae.example' });
  machine.sysmon.file(
    ms + 1500,
    job,
    `D:\\Backup\\inc_${new Date(ms).toISOString().slice(0, 10)}_${chance.hex(4)}.sbk`,
  );
};

const administrator: Habit = (machine, ms, chance) => {
  const logon = machine.host.logon({ user: machine.user.user, ms, session: 2, integrity: 'High' });
  machine.security.loggedOn(ms, logon, 10, { ip: '10.20.31.21' });
  machine.channels.remoteSession(ms + 200, logon, '10.20.31.21');
  const parent = machine.host.process(ms + 1500, {
    image: 'C:\\Windows\\explorer.exe',
    command: 'C:\\Windows\\Explorer.EXE',
    logon,
  });
  const [image, command] = chance.common([
    [`${S32}mmc.exe`, `"${S32}mmc.exe" "${S32}services.msc"`],
    [`${S32}ServerManager.exe`, `"${S32}ServerManager.exe"`],
    [`${S32}mmc.exe`, `"${S32}mmc.exe" "${S32}eventvwr.msc" /s`],
    [`${S32}Taskmgr.exe`, `"${S32}Taskmgr.exe" /4`],
  ] as const);
  machine.start(ms + 20_000, { image, command, parent, logon }, 300_000);
  machine.security.loggedOff(ms + 1_200_000, logon, 10);
};

const tickets: Habit = (machine, ms, chance) => {
  const { user, desk } = someone(chance);
  const ip = addressOf(desk);
  if (chance.next() < 0.3) machine.security.ticket(ms, user, sidOf(user), ip);
  const count = chance.int(1, 3);
  for (let i = 0; i < count; i++) {
    const service = chance.common(['SRV-FILE01$', 'krbtgt', `${desk}$`, 'SRV-DC01$', 'SRV-WEB01$']);
    machine.security.serviceTicket(ms + 20 * i, user, service, sidOf(service), ip);
  }
};

const domainLogon: Habit = (machine, ms, chance) => {
  const desk = chance.common(DESKTOPS);
  const user = chance.next() < 0.6 ? `${desk}$` : PEOPLE[DESKTOPS.indexOf(desk)]!;
  const logon = machine.host.logon({ user, ms, session: 0 });
  const from = { ip: addressOf(desk), port: chance.int(49_700, 65_400) };
  machine.security.loggedOn(ms, logon, 3, from);
  machine.security.shareOpened(ms + 20, logon, from, 'SYSVOL', '\\??\\C:\\Windows\\SYSVOL\\sysvol');
  machine.security.shareChecked(
    ms + 40,
    logon,
    from,
    'SYSVOL',
    '\\??\\C:\\Windows\\SYSVOL\\sysvol',
    'haetae.example\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}\\gpt.ini',
    0x1,
  );
  machine.security.loggedOff(ms + 1000 * chance.int(5, 40), logon, 3);
};

const validation: Habit = (machine, ms, chance) => {
  const { user, desk } = someone(chance);
  machine.security.validated(ms, user, desk);
};

const names: Habit = (machine, ms, chance) => {
  const dns = machine.resident('dns');
  machine.connect(ms, dns, {
    ip: addressOf(chance.common(DESKTOPS)),
    port: chance.int(49_700, 65_400),
    protocol: 'udp',
    incoming: true,
    localPort: 53,
  });
};

const wrongPassword: Habit = (machine, ms, chance) => {
  const { user, desk } = someone(chance);
  machine.security.ticketRefused(ms, user, sidOf(user), addressOf(desk));
};

export const SERVER: readonly (readonly [weight: number, habit: Habit])[] = [
  ...([
    [30, visit],
    [20, request],
    [1.2, script],
    [0.5, backup],
    [0.4, mistyped],
    [0.1, administrator],
  ] as const),
];
export const CONTROLLER: readonly (readonly [weight: number, habit: Habit])[] = [
  ...([
    [34, tickets],
    [20, domainLogon],
    [10, validation],
    [10, names],
    [1, script],
    [0.5, wrongPassword],
    [0.3, backup],
  ] as const),
  ...([[0.08, administrator]] as const),
];
