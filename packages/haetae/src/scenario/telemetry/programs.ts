/** What runs on a host of each role all day: the processes that others are children of. */
import type { Role } from '../campaign/campaign.ts';

export interface Program {
  /** How campaigns and habits call it. */
  readonly name: string;
  readonly image: string;
  readonly command?: string;
  /** A program above. */
  readonly parent?: string;
  readonly pid?: number;
  /** Runs in the session of who sits there; otherwise as SYSTEM. */
  readonly byUser?: boolean;
  /** Every role, where none is given. */
  readonly on?: readonly Role[];
}

const S32 = 'C:\\Windows\\System32\\';
const X86 = 'C:\\Program Files (x86)\\';
const FILES = 'C:\\Program Files\\';
const OFFICE16 = `${FILES}Microsoft Office\\root\\Office16\\`;
const DESKS: readonly Role[] = ['office', 'developer'];

const svchost = (name: string, group: string, service?: string): Program => ({
  ...{ name, image: `${S32}svchost.exe`, parent: 'services' },
  command: `${S32}svchost.exe -k ${group} -p${service === undefined ? '' : ` -s ${service}`}`,
});
const service = (name: string, image: string, command?: string, on?: readonly Role[]): Program => ({
  ...{ name, image, parent: 'services' },
  ...(command !== undefined && { command }),
  ...(on !== undefined && { on }),
});
const desk = (name: string, image: string, command = `"${image}"`, parent = 'explorer', on = DESKS): Program => ({
  ...{ name, image, command, parent, byUser: true, on },
});

export const PROGRAMS: readonly Program[] = [
  { name: 'system', image: 'System', command: 'System', pid: 4 },
  { name: 'smss', image: `${S32}smss.exe`, command: '\\SystemRoot\\System32\\smss.exe', parent: 'system' },
  {
    name: 'csrss',
    image: `${S32}csrss.exe`,
    command: `%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows`,
    parent: 'smss',
  },
  { name: 'wininit', image: `${S32}wininit.exe`, command: 'wininit.exe', parent: 'smss' },
  { name: 'winlogon', image: `${S32}winlogon.exe`, command: 'winlogon.exe', parent: 'smss' },
  { name: 'services', image: `${S32}services.exe`, command: 'C:\\Windows\\system32\\services.exe', parent: 'wininit' },
  { name: 'lsass', image: `${S32}lsass.exe`, command: 'C:\\Windows\\system32\\lsass.exe', parent: 'wininit', pid: 684 },
  svchost('dcom', 'DcomLaunch'),
  svchost('rpcss', 'RPCSS'),
  svchost('schedule', 'netsvcs', 'Schedule'),
  svchost('winmgmt', 'netsvcs', 'Winmgmt'),
  svchost('update', 'netsvcs', 'wuauserv'),
  svchost('bits', 'netsvcs', 'BITS'),
  svchost('eventlog', 'LocalServiceNetworkRestricted', 'EventLog'),
  svchost('dnscache', 'NetworkService', 'Dnscache'),
  svchost('termservice', 'termsvcs', 'TermService'),
  svchost('cryptsvc', 'NetworkService', 'CryptSvc'),
  svchost('sysmain', 'LocalSystemNetworkRestricted', 'SysMain'),
  svchost('firewall', 'LocalServiceNoNetworkFirewall', 'mpssvc'),
  service('spooler', `${S32}spoolsv.exe`),
  service('searchindexer', `${S32}SearchIndexer.exe`, `${S32}SearchIndexer.exe /Embedding`, DESKS),
  service('defender', 'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25010.11-0\\MsMpEng.exe'),
  {
    name: 'wmiprvse',
    image: `${S32}wbem\\WmiPrvSE.exe`,
    command: `${S32}wbem\\wmiprvse.exe -secured -Embedding`,
    parent: 'dcom',
  },
  service(
    'assets',
    `${FILES}Haneul IT\\AssetKeeper\\akagent.exe`,
    `"${FILES}Haneul IT\\AssetKeeper\\akagent.exe" -service`,
  ),
  service('patch', `${FILES}Haneul IT\\PatchLink\\plsvc.exe`, `"${FILES}Haneul IT\\PatchLink\\plsvc.exe"`),
  // Security programs that Korean banks and offices ask for.
  service('v3', `${FILES}AhnLab\\V3IS90\\V3Svc.exe`, undefined, DESKS),
  service('crossex', `${X86}INITECH\\INISAFE Web EX Client\\INISAFECrossWebEXSvc.exe`, undefined, DESKS),
  service(
    'nos',
    `${X86}INCAInternet\\nProtect Online Security\\nossvc.exe`,
    `"${X86}INCAInternet\\nProtect Online Security\\nossvc.exe" -service`,
    ['office'],
  ),
  service('touchen', `${X86}RaonSecure\\TouchEn nxKey\\TKMain.exe`, undefined, ['office']),
  service('veraport', `${X86}Wizvera\\Veraport20\\veraport-x64.exe`, undefined, ['office']),
  service('innorix', 'C:\\Innorix_Agent\\innorixas.exe', 'C:\\Innorix_Agent\\innorixas.exe /svc', ['office']),
  service(
    'sql',
    `${FILES}Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe`,
    `"${FILES}Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\Binn\\sqlservr.exe" -sMSSQLSERVER`,
    ['server'],
  ),
  service('backup', `${FILES}Haneul IT\\SafeBackup\\sbagent.exe`, undefined, ['server', 'domain-controller']),
  {
    name: 'iis',
    image: `${S32}inetsrv\\w3wp.exe`,
    command: `c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "Intranet" -v "v4.0" -l "webengine4.dll"`,
    parent: 'services',
    on: ['server'],
  },
  service('dns', `${S32}dns.exe`, undefined, ['domain-controller']),
  service('dfsr', `${S32}DFSRs.exe`, undefined, ['domain-controller']),
  service('adws', 'C:\\Windows\\ADWS\\Microsoft.ActiveDirectory.WebServices.exe', undefined, ['domain-controller']),
  { name: 'sihost', image: `${S32}sihost.exe`, command: 'sihost.exe', parent: 'dcom', byUser: true },
  { name: 'explorer', image: 'C:\\Windows\\explorer.exe', command: 'C:\\Windows\\Explorer.EXE', byUser: true },
  {
    name: 'runtimebroker',
    image: `${S32}RuntimeBroker.exe`,
    command: `${S32}RuntimeBroker.exe -Embedding`,
    parent: 'dcom',
    byUser: true,
  },
  { name: 'ctfmon', image: `${S32}ctfmon.exe`, command: '"ctfmon.exe"', parent: 'dcom', byUser: true },
  desk('chrome', `${FILES}Google\\Chrome\\Application\\chrome.exe`),
  desk(
    'edge',
    `${X86}Microsoft\\Edge\\Application\\msedge.exe`,
    `"${X86}Microsoft\\Edge\\Application\\msedge.exe" --profile-directory=Default`,
  ),
  desk('outlook', `${OFFICE16}OUTLOOK.EXE`),
  desk('kakaotalk', `${X86}Kakao\\KakaoTalk\\KakaoTalk.exe`, `"${X86}Kakao\\KakaoTalk\\KakaoTalk.exe" -bystartup`),
  desk(
    'onedrive',
    `${FILES}Microsoft OneDrive\\OneDrive.exe`,
    `"${FILES}Microsoft OneDrive\\OneDrive.exe" /background`,
  ),
  desk('magicline', `${X86}DreamSecurity\\MagicLine4NX\\MagicLine4NX.exe`, undefined, 'explorer', ['office']),
  desk('code', '%USERPROFILE%\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe', undefined, 'explorer', [
    'developer',
  ]),
  desk('idea', `${FILES}JetBrains\\IntelliJ IDEA 2024.3\\bin\\idea64.exe`, undefined, 'explorer', ['developer']),
];
