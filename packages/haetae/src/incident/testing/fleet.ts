import type { Level } from '../incident.ts';
import { Log, ms, SYSTEM32 } from './log.ts';

/** Something that happens on a fleet: what, on which of few hosts, about which of few things, by how many seconds later. */
export type Step = readonly [what: number, host: number, thing: number, seconds: number];

const HOSTS = ['PC1.corp.example', 'PC2.corp.example', 'PC3', 'SRV1.corp.example', 'SRV1'] as const;
const IPS = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.4'] as const;
const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const IMAGES = [
  `${SYSTEM32}cmd.exe`,
  `${SYSTEM32}WindowsPowerShell\\v1.0\\powershell.exe`,
  `${SYSTEM32}svchost.exe`,
  'C:\\ProgramData\\5.exe',
  `${SYSTEM32}services.exe`,
  'C:\\Users\\Public\\a.exe',
] as const;

const guidOf = (host: number, n: number): string =>
  `{aabbccd${host}-4c40-69b9-${n.toString(16).padStart(4, '0')}-000000000100}`;

/**
 * Events on a fleet of few hosts, whose processes, files, sessions, services, addresses, hashes and names are so few that they
 * often meet; about half of them are found by a rule. The same steps give the same log.
 */
export function fleetLog(steps: readonly Step[]): Log {
  const log = new Log();
  let now = ms('08:00');
  for (const [what, host, thing, seconds] of steps) {
    now += seconds * 1000 + 250;
    happen(log.on(HOSTS[host % HOSTS.length]!), new Date(now).toISOString(), what, host % HOSTS.length, thing);
    const rule = thing % 7;
    if ((what + thing) % 2 === 0)
      log.flag(`R${rule}`, LEVELS[rule % 5]!, [
        ['execution', 'persistence', 'lateral-movement', 'discovery'][rule % 4]!,
      ]);
  }
  return log;
}

function happen(log: Log, at: string, what: number, h: number, n: number): void {
  const own = h >= 3 ? 3 : h;
  const other = (h + 1 + (n % 3)) % HOSTS.length;
  const of = { ProcessGuid: guidOf(own, n % 6), ProcessId: String(1000 + (n % 6)), Image: IMAGES[n % 6]! };
  const logonId = `0x${(0x5a000 + (n % 3)).toString(16)}`;
  switch (what % 16) {
    case 0:
    case 1:
      log.add('sysmon', 1, at, {
        ...of,
        CommandLine:
          n % 5 === 0
            ? `"${IMAGES[n % 6]}" \\\\${HOSTS[other]!.split('.')[0]} C:\\ProgramData\\${n % 4}.dll`
            : `${IMAGES[n % 6]} /c ${n}`,
        User: `CORP\\u${n % 3}`,
        LogonId: logonId,
        Hashes: `SHA256=${String(n % 9).repeat(64)}`,
        ParentProcessGuid: guidOf(own, (n + 1) % 6),
        ParentProcessId: String(1000 + ((n + 1) % 6)),
        ParentImage: IMAGES[(n + 1) % 6]!,
      });
      break;
    case 2:
      log.add('security', 4688, at, {
        NewProcessId: `0x${(1000 + (n % 8)).toString(16)}`,
        NewProcessName: IMAGES[n % 6]!,
        CommandLine: `${IMAGES[n % 6]} /c ${n}`,
        ProcessId: `0x${(1000 + ((n + 1) % 8)).toString(16)}`,
        ParentProcessName: IMAGES[(n + 1) % 6]!,
        SubjectUserName: `u${n % 3}`,
        SubjectDomainName: 'CORP',
        SubjectLogonId: logonId,
      });
      break;
    case 3:
      log.add('sysmon', 3, at, {
        ...of,
        SourceIp: IPS[h]!,
        SourcePort: String(50_000 + (n % 4)),
        DestinationIp: n % 4 === 0 ? '203.0.113.9' : IPS[other]!,
        DestinationPort: ['445', '5985', '443', '3389'][n % 4]!,
        Initiated: 'true',
        User: `CORP\\u${n % 3}`,
      });
      break;
    case 4:
      log.add('security', 4624, at, {
        TargetLogonId: logonId,
        TargetUserName: `u${n % 3}`,
        TargetDomainName: 'CORP',
        LogonType: ['3', '3', '10', '9', '2'][n % 5]!,
        IpAddress: IPS[other]!,
        IpPort: String(50_000 + (n % 4)),
        ...(n % 4 === 1 && { LogonGuid: guidOf(9, n % 3) }),
      });
      break;
    case 5:
      log.add('security', 4648, at, {
        SubjectLogonId: logonId,
        TargetUserName: `u${n % 3}`,
        TargetDomainName: 'CORP',
        TargetServerName: HOSTS[other]!,
        TargetLogonGuid: guidOf(9, n % 3),
        ProcessId: `0x${(1000 + (n % 8)).toString(16)}`,
        ProcessName: IMAGES[n % 6]!,
      });
      break;
    case 6:
    case 7:
      log.add('sysmon', 11, at, { ...of, TargetFilename: `C:\\ProgramData\\${n % 4}.dll` });
      break;
    case 8:
      log.add('sysmon', 7, at, { ...of, ImageLoaded: `C:\\ProgramData\\${n % 4}.dll` });
      break;
    case 9:
      log.add('sysmon', 8, at, {
        SourceProcessGuid: of.ProcessGuid,
        SourceProcessId: of.ProcessId,
        SourceImage: of.Image,
        TargetProcessGuid: guidOf(own, (n + 2) % 6),
        TargetProcessId: String(1000 + ((n + 2) % 6)),
        TargetImage: IMAGES[(n + 2) % 6]!,
      });
      break;
    case 10:
      log.add('system', 7045, at, { ServiceName: `svc${n % 3}`, ImagePath: `${IMAGES[n % 6]} /c ${n}` });
      break;
    case 11:
      log.add('sysmon', 22, at, { ...of, QueryName: `c${n % 3}.evil.example` });
      break;
    case 12:
      log.add(
        'powershell',
        4104,
        at,
        { ScriptBlockText: `Invoke-Thing ${n}`, ScriptBlockId: String(n % 5) },
        { Execution_ProcessID: String(1000 + (n % 8)) },
      );
      break;
    case 13:
      log.add('security', n % 3 === 0 ? 1102 : 4672, at, { SubjectUserName: `u${n % 3}`, SubjectLogonId: logonId });
      break;
    case 14:
      log.add('sysmon', n % 5 === 0 ? 16 : 5, at, { ...of, Configuration: 'C:\\c.xml' });
      break;
    default:
      log.add('sysmon', 13, at, {
        ...of,
        TargetObject: `HKLM\\SYSTEM\\CurrentControlSet\\Services\\svc${n % 3}\\ImagePath`,
        Details: `${IMAGES[n % 6]} /c ${n}`,
      });
  }
}
