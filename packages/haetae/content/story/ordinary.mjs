/** The working days before the story: what is ordinary at these desks and on their server, and nothing else. */
import { desktopBasics, everyday } from './background.mjs';
import { Security } from './security.mjs';
import { Sysmon } from './sysmon.mjs';
import { at, DOMAIN_SID, Host } from './world.mjs';

const S32 = 'C:\\Windows\\System32\\';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;
const DAY = 86_400_000;
/** Days before the story that were working days: Monday 9 to Monday 16 March. */
const DAYS = [8, 7, 6, 5, 4, 1];

/** Who sits where: the n-th at DESKTOP-HT0n, 10.20.30.4n. */
const DESKS = [
  { user: '김해태', rid: 1104, id: 'a3f1c2d4', audited: true },
  { user: '이서연', rid: 1107, id: 'c45d8e02', audited: false },
];

function desk({ user: name, rid, id, audited }, seat, days) {
  const when = (time) => at(time) - days * DAY;
  const host = new Host({
    ...{ name: `DESKTOP-HT0${seat}`, id, ip: `10.20.30.4${seat}` },
    ...{ seed: 31_000 + 100 * seat + days, booted: when('08:41:00') },
  });
  const sysmon = new Sysmon(host);
  const security = new Security(host);
  if (audited) sysmon.onStart = (ms, process) => security.created(ms + 2, process);
  const start = when('08:50:00') + host.random.int(0, 900_000);
  const user = host.logon({
    ...{ user: name, sid: `${DOMAIN_SID}-${rid}`, ms: start, logonId: 0x300000 + host.random.int(0, 0xfffff) },
  });
  const basics = desktopBasics(host, user, start + 1000);
  everyday(sysmon, basics, user, { from: start + 120_000, to: when('18:05:00'), count: 110 });
  if (audited) {
    security.loggedOn(start, user, 2, { workstation: host.name });
    for (const time of ['09:52:00', '11:52:00', '13:52:00', '15:52:00'])
      security.loggedOn(when(time) + host.random.int(0, 60_000), host.system, 5, { elevated: true });
  }
  // The administrator's health check of every afternoon.
  sysmon.start(
    when('13:55:00'),
    {
      ...{ image: POWERSHELL, parent: basics.svchost, logon: host.system },
      command: `"${POWERSHELL}" -NoProfile -File C:\\Tools\\Check-Health.ps1`,
    },
    20,
  );
  return host.events;
}

function files(days) {
  const when = (time) => at(time) - days * DAY;
  const host = new Host({
    ...{ name: 'SRV-FILE01', id: '5be07719', ip: '10.20.30.10', seed: 32_000 + days, booted: when('00:12:40') },
  });
  const sysmon = new Sysmon(host);
  const security = new Security(host);
  sysmon.onStart = (ms, process) => security.created(ms + 2, process);
  const { random } = host;
  const services = host.process({ image: `${S32}services.exe` });
  const schedule = host.process({
    ...{ image: `${S32}svchost.exe`, command: `${S32}svchost.exe -k netsvcs -p -s Schedule`, parent: services },
  });
  const people = ['김해태', '이서연', '박도윤', '최지우', '정하늘'];
  for (let ms = when('08:45:00'); ms < when('18:20:00'); ms += random.int(90_000, 420_000)) {
    const seat = random.int(1, people.length);
    const logon = host.logon({
      ...{
        user: people[seat - 1],
        sid: `${DOMAIN_SID}-${1101 + 3 * seat}`,
        logonId: random.int(0x400000, 0x9fffff),
        ms,
      },
    });
    const from = { ip: `10.20.30.4${seat}`, port: random.int(49_700, 61_000), workstation: `DESKTOP-HT0${seat}` };
    security.loggedOn(ms, logon, 3, from);
    security.loggedOff(ms + random.int(8_000, 90_000), logon, 3);
  }
  for (let ms = when('08:05:00'); ms < when('18:44:00'); ms += 1_200_000) {
    security.loggedOn(ms + 120, host.system, 5, { elevated: true });
    const task = { image: `${S32}taskhostw.exe`, command: 'taskhostw.exe', parent: schedule };
    sysmon.start(ms + 400, task, random.int(4, 40));
    const wmi = `${S32}wbem\\WmiPrvSE.exe`;
    sysmon.start(
      ms + 90_400,
      { image: wmi, command: `${wmi.toLowerCase()} -secured -Embedding`, parent: schedule },
      random.int(60, 90),
    );
  }
  return host.events;
}

export const ordinary = () =>
  DAYS.flatMap((days) => [...DESKS.flatMap((who, i) => desk(who, i + 1, days)), ...files(days)]);
