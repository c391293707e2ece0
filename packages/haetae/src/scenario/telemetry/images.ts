/** What programs say of themselves in their version resource, and hashes that are no real file's. */
const SYSTEM = 'Microsoft® Windows® Operating System';
const MICROSOFT = 'Microsoft Corporation';

/** FileVersion, Description, Product, Company, OriginalFileName. */
export type Resource = readonly [string, string, string, string, string];
const NONE: Resource = ['-', '-', '-', '-', '-'];
const windows = (description: string, original: string): Resource => [
  '10.0.19041.4239 (WinBuild.160101.0800)',
  description,
  SYSTEM,
  MICROSOFT,
  original,
];
const office = (description: string, original: string): Resource => [
  '16.0.18526.20168',
  description,
  'Microsoft Office',
  MICROSOFT,
  original,
];

/** By file name in lower case. */
const RESOURCES: Readonly<Record<string, Resource>> = {
  'cmd.exe': windows('Windows Command Processor', 'Cmd.Exe'),
  'powershell.exe': windows('Windows PowerShell', 'PowerShell.EXE'),
  'certutil.exe': windows('CertUtil.exe', 'CertUtil.exe'),
  'bitsadmin.exe': windows('BITS administration utility', 'bitsadmin.exe'),
  'schtasks.exe': windows('Task Scheduler Configuration Tool', 'schtasks.exe'),
  'reg.exe': windows('Registry Console Tool', 'reg.exe'),
  'whoami.exe': windows('whoami - displays logged on user information', 'whoami.exe'),
  'net.exe': windows('Net Command', 'net.exe'),
  'net1.exe': windows('Net Command', 'net1.exe'),
  'nltest.exe': windows('Microsoft® Logon Server Test Utility', 'nltestrk.exe'),
  'systeminfo.exe': windows('Displays system information', 'sysinfo.exe'),
  'ipconfig.exe': windows('IP Configuration Utility', 'ipconfig.exe'),
  'tasklist.exe': windows('Lists the current running tasks', 'tasklist.exe'),
  'quser.exe': windows('Query User Utility', 'quser.exe'),
  'netstat.exe': windows('TCP/IP Netstat Command', 'netstat.exe'),
  'rundll32.exe': windows('Windows host process (Rundll32)', 'RUNDLL32.EXE'),
  'regsvr32.exe': windows('Microsoft(C) Register Server', 'REGSVR32.EXE'),
  'mshta.exe': windows('Microsoft (R) HTML Application host', 'MSHTA.EXE'),
  'wscript.exe': windows('Microsoft ® Windows Based Script Host', 'wscript.exe'),
  'cscript.exe': windows('Microsoft ® Console Based Script Host', 'cscript.exe'),
  'wmic.exe': windows('WMI Commandline Utility', 'wmic.exe'),
  'vssadmin.exe': windows('Command Line Interface for Microsoft® Volume Shadow Copy Service', 'VSSADMIN.EXE'),
  'wbadmin.exe': windows('Command Line Interface for Microsoft® BLB Backup', 'WBADMIN.EXE'),
  'bcdedit.exe': windows('Boot Configuration Data Editor', 'bcdedit.exe'),
  'wevtutil.exe': windows('Eventing Command Line Utility', 'wevtutil.exe'),
  'sc.exe': windows('Service Control Manager Configuration Tool', 'sc.exe'),
  'netsh.exe': windows('Network Command Shell', 'netsh.exe'),
  'hh.exe': windows('Microsoft® HTML Help Executable', 'HH.exe'),
  'msbuild.exe': ['4.8.9037.0', 'MSBuild.exe', 'Microsoft® .NET Framework', MICROSOFT, 'MSBuild.exe'],
  'fodhelper.exe': windows('Features On Demand Helper', 'FodHelper.EXE'),
  'mstsc.exe': windows('Remote Desktop Connection', 'mstsc.exe'),
  'svchost.exe': windows('Host Process for Windows Services', 'svchost.exe'),
  'services.exe': windows('Services and Controller app', 'services.exe'),
  'lsass.exe': windows('Local Security Authority Process', 'lsass.exe'),
  'explorer.exe': windows('Windows Explorer', 'EXPLORER.EXE'),
  'conhost.exe': windows('Console Window Host', 'CONHOST.EXE'),
  'taskhostw.exe': windows('Host Process for Windows Tasks', 'taskhostw.exe'),
  'backgroundtaskhost.exe': windows('Background Task Host', 'backgroundTaskHost.exe'),
  'runtimebroker.exe': windows('Runtime Broker', 'RuntimeBroker.exe'),
  'searchprotocolhost.exe': windows('Microsoft Windows Search Protocol Host', 'SearchProtocolHost.exe'),
  'searchfilterhost.exe': windows('Microsoft Windows Search Filter Host', 'SearchFilterHost.exe'),
  'dllhost.exe': windows('COM Surrogate', 'dllhost.exe'),
  'notepad.exe': windows('Notepad', 'NOTEPAD.EXE'),
  'mmc.exe': windows('Microsoft Management Console', 'mmc.exe'),
  'smartscreen.exe': windows('Windows Defender SmartScreen', 'smartscreen.exe'),
  'sppsvc.exe': windows('Microsoft Software Protection Platform Service', 'sppsvc.exe'),
  'wmiprvse.exe': windows('WMI Provider Host', 'Wmiprvse.exe'),
  'wsmprovhost.exe': windows('Host process for WinRM plug-ins', 'wsmprovhost.exe'),
  'usocoreworker.exe': windows('USO Core Worker Process', 'UsoCoreWorker.exe'),
  'tiworker.exe': windows('Windows Modules Installer Worker', 'TiWorker.exe'),
  'msiexec.exe': windows('Windows® installer', 'msiexec.exe'),
  'gpupdate.exe': windows('Microsoft® Group Policy Update Utility', 'GPUpdate.exe'),
  'robocopy.exe': windows('Microsoft Robocopy', 'robocopy.exe'),
  'ntdsutil.exe': windows('NT5DS', 'ntdsutil.exe'),
  'dfrgui.exe': windows('Microsoft® Drive Optimizer', 'dfrgui.exe'),
  'makecab.exe': windows('Microsoft® Cabinet Maker', 'makecab.exe'),
  'clip.exe': windows('Clip - copies the data into clipboard', 'clip.exe'),
  'werfault.exe': windows('Windows Problem Reporting', 'WerFault.exe'),
  'ctfmon.exe': windows('CTF Loader', 'CTFMON.EXE'),
  'curl.exe': ['8.4.0', 'The curl executable', 'The curl executable', 'curl, https://curl.se/', 'curl.exe'],
  'tar.exe': ['3.5.2 (WinBuild.160101.0800)', 'bsdtar archive tool', SYSTEM, MICROSOFT, 'bsdtar'],
  'chrome.exe': ['134.0.6998.89', 'Google Chrome', 'Google Chrome', 'Google LLC', 'chrome.exe'],
  'googleupdate.exe': ['1.3.36.372', 'Google Installer', 'Google Update', 'Google LLC', 'GoogleUpdate.exe'],
  'msedge.exe': ['134.0.3124.66', 'Microsoft Edge', 'Microsoft Edge', MICROSOFT, 'msedge.exe'],
  'msedgewebview2.exe': [
    '134.0.3124.66',
    'Microsoft Edge WebView2',
    'Microsoft Edge WebView2',
    MICROSOFT,
    'msedgewebview2.exe',
  ],
  'onedrive.exe': ['25.031.0217.0003', 'Microsoft OneDrive', 'Microsoft OneDrive', MICROSOFT, 'OneDrive.exe'],
  'teams.exe': ['24.295.605', 'Microsoft Teams', 'Microsoft Teams', MICROSOFT, 'ms-teams.exe'],
  'hwp.exe': ['12.0.0.4605', 'HWP', '한글', '한글과컴퓨터', 'Hwp.exe'],
  'hcell.exe': ['12.0.0.4605', 'HCell', '한셀', '한글과컴퓨터', 'HCell.exe'],
  'hncupdate.exe': ['12.0.0.4605', 'HncUpdate', '한컴 자동 업데이트', '한글과컴퓨터', 'HncUpdate.exe'],
  'bandizip.exe': ['7.36.0.1', 'Bandizip', 'Bandizip', 'Bandisoft', 'Bandizip.exe'],
  'kakaotalk.exe': ['25.2.1.4581', 'KakaoTalk', 'KakaoTalk', 'Kakao Corp.', 'KakaoTalk.exe'],
  'acrobat.exe': ['25.1.20435.0', 'Adobe Acrobat', 'Adobe Acrobat', 'Adobe Inc.', 'Acrobat.exe'],
  'rar.exe': ['7.10.0', 'Command line RAR', 'WinRAR', 'Alexander Roshal', 'rar.exe'],
  '7z.exe': ['24.09', '7-Zip Console', '7-Zip', 'Igor Pavlov', '7z.exe'],
  'rclone.exe': ['1.69.1', 'Rclone', 'Rclone', 'https://rclone.org', 'rclone.exe'],
  'psexesvc.exe': ['2.43', 'PsExec Service', 'Sysinternals PsExec', 'Sysinternals', 'psexesvc.exe'],
  'psexec64.exe': [
    '2.43',
    'Execute processes remotely',
    'Sysinternals PsExec',
    'Sysinternals - www.sysinternals.com',
    'psexec.c',
  ],
  'outlook.exe': office('Microsoft Outlook', 'Outlook.exe'),
  'excel.exe': office('Microsoft Excel', 'Excel.exe'),
  'winword.exe': office('Microsoft Word', 'WinWord.exe'),
  'powerpnt.exe': office('Microsoft PowerPoint', 'POWERPNT.EXE'),
  'code.exe': ['1.98.2', 'Visual Studio Code', 'Visual Studio Code', MICROSOFT, 'electron.exe'],
  'git.exe': ['2.48.1.1', 'Git for Windows', 'Git', 'The Git Development Community', 'git.exe'],
  'node.exe': ['22.14.0', 'Node.js JavaScript Runtime', 'Node.js', 'Node.js', 'node.exe'],
  'python.exe': ['3.12.9', 'Python', 'Python', 'Python Software Foundation', 'python.exe'],
  'idea64.exe': ['243.25659.39', 'IntelliJ IDEA', 'IntelliJ IDEA', 'JetBrains s.r.o.', 'idea64.exe'],
  'java.exe': ['17.0.14.0', 'OpenJDK Platform binary', 'OpenJDK Platform 17', 'Eclipse Adoptium', 'java.exe'],
  'msmpeng.exe': ['4.18.25010.11', 'Antimalware Service Executable', SYSTEM, MICROSOFT, 'MsMpEng.exe'],
  'sqlservr.exe': ['16.0.4175.1', 'SQL Server Windows NT - 64 Bit', 'Microsoft SQL Server', MICROSOFT, 'SQLSERVR.EXE'],
  'w3wp.exe': windows('IIS Worker Process', 'w3wp.exe'),
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);

/** Of the name of the file, or of `original` where a program was renamed and still says what it was. */
export const resourceOf = (image: string, original?: string): Resource =>
  RESOURCES[(original ?? baseName(image)).toLowerCase()] ?? NONE;

const known = new Map<string, string>();

/** `MD5=…,SHA256=…,IMPHASH=…` of a path's text: the same program has the same hashes on every host. Not the hash of any file. */
export function hashesOf(what: string): string {
  const key = what.toLowerCase();
  let hashes = known.get(key);
  if (hashes === undefined) {
    hashes = `MD5=${digits(key, 32)},SHA256=${digits(`sha256 ${key}`, 64)},IMPHASH=${digits(`imphash ${key}`, 32)}`;
    if (known.size > 20_000) known.clear();
    known.set(key, hashes);
  }
  return hashes;
}

/** Upper-case hex digits that follow from a text (FNV-1a, stirred for each eight of them): cheap and well spread. */
function digits(text: string, count: number): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  let out = '';
  for (let i = 0; out.length < count; i++) {
    let x = (hash + Math.imul(i + 1, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    out += ((x ^ (x >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }
  return out.toUpperCase();
}
