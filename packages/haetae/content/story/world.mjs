/**
 * The made-up world of the samples: a seeded chance, a clock, hosts and their processes. A process remembers the GUID
 * that Sysmon would give it (host id, start time in seconds, counter), so that trees hold together over all files.
 */
import { createHash } from 'node:crypto';

/** mulberry32: the same numbers on every run. */
export function chance(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from, to) => from + Math.floor(next() * (to - from + 1));
  return { int, pick: (list) => list[int(0, list.length - 1)] };
}

/** Tuesday 17 March 2026 in Korea (+09:00): `at('14:03:08.214')` is milliseconds since 1970. */
export const at = (time) => Date.parse(`2026-03-17T${time.padEnd(12, time.includes('.') ? '0' : '.000')}+09:00`);

export const DOMAIN = 'HAETAE';
export const DOMAIN_SID = 'S-1-5-21-3071284915-1420386721-2910774538';
const SYSTEM_TEXT = 'Microsoft® Windows® Operating System';
const MICROSOFT = 'Microsoft Corporation';
const WINDOWS = (description, original) => [
  '10.0.19041.4239 (WinBuild.160101.0800)',
  description,
  SYSTEM_TEXT,
  MICROSOFT,
  original,
];
const OTHER = (version, description, product, company, original) => [version, description, product, company, original];

/** What the version resource of an image says: version, description, product, company, original name. '-' elsewhere. */
const RESOURCES = {
  'cmd.exe': WINDOWS('Windows Command Processor', 'Cmd.Exe'),
  'powershell.exe': WINDOWS('Windows PowerShell', 'PowerShell.EXE'),
  'certutil.exe': WINDOWS('CertUtil.exe', 'CertUtil.exe'),
  'bitsadmin.exe': WINDOWS('BITS administration utility', 'bitsadmin.exe'),
  'curl.exe': OTHER('8.4.0', 'The curl executable', 'The curl executable', 'curl, https://curl.se/', 'curl.exe'),
  'schtasks.exe': WINDOWS('Task Scheduler Configuration Tool', 'schtasks.exe'),
  'reg.exe': WINDOWS('Registry Console Tool', 'reg.exe'),
  'whoami.exe': WINDOWS('whoami - displays logged on user information', 'whoami.exe'),
  'net.exe': WINDOWS('Net Command', 'net.exe'),
  'net1.exe': WINDOWS('Net Command', 'net1.exe'),
  'nltest.exe': WINDOWS('Microsoft® Logon Server Test Utility', 'nltestrk.exe'),
  'systeminfo.exe': WINDOWS('Displays system information', 'sysinfo.exe'),
  'rundll32.exe': WINDOWS('Windows host process (Rundll32)', 'RUNDLL32.EXE'),
  'fodhelper.exe': WINDOWS('Features On Demand Helper', 'FodHelper.EXE'),
  'wevtutil.exe': WINDOWS('Eventing Command Line Utility', 'wevtutil.exe'),
  'mstsc.exe': WINDOWS('Remote Desktop Connection', 'mstsc.exe'),
  'svchost.exe': WINDOWS('Host Process for Windows Services', 'svchost.exe'),
  'conhost.exe': WINDOWS('Console Window Host', 'CONHOST.EXE'),
  'taskhostw.exe': WINDOWS('Host Process for Windows Tasks', 'taskhostw.exe'),
  'backgroundTaskHost.exe': WINDOWS('Background Task Host', 'backgroundTaskHost.exe'),
  'RuntimeBroker.exe': WINDOWS('Runtime Broker', 'RuntimeBroker.exe'),
  'SearchProtocolHost.exe': WINDOWS('Microsoft Windows Search Protocol Host', 'SearchProtocolHost.exe'),
  'dllhost.exe': WINDOWS('COM Surrogate', 'dllhost.exe'),
  'notepad.exe': WINDOWS('Notepad', 'NOTEPAD.EXE'),
  'smartscreen.exe': WINDOWS('Windows Defender SmartScreen', 'smartscreen.exe'),
  'sppsvc.exe': WINDOWS('Microsoft Software Protection Platform Service', 'sppsvc.exe'),
  'WmiPrvSE.exe': WINDOWS('WMI Provider Host', 'Wmiprvse.exe'),
  'mshta.exe': WINDOWS('Microsoft (R) HTML Application host', 'MSHTA.EXE'),
  'chrome.exe': OTHER('134.0.6998.89', 'Google Chrome', 'Google Chrome', 'Google LLC', 'chrome.exe'),
  'msedge.exe': OTHER('134.0.3124.66', 'Microsoft Edge', 'Microsoft Edge', MICROSOFT, 'msedge.exe'),
  'Hwp.exe': OTHER('12.0.0.4605', 'HWP', '한글', '한글과컴퓨터', 'Hwp.exe'),
  'Bandizip.exe': OTHER('7.36.0.1', 'Bandizip', 'Bandizip', 'Bandisoft', 'Bandizip.exe'),
  'Acrobat.exe': OTHER('25.1.20435.0', 'Adobe Acrobat', 'Adobe Acrobat', 'Adobe Inc.', 'Acrobat.exe'),
  'OUTLOOK.EXE': OTHER('16.0.18526.20168', 'Microsoft Outlook', 'Microsoft Office', MICROSOFT, 'Outlook.exe'),
  'EXCEL.EXE': OTHER('16.0.18526.20168', 'Microsoft Excel', 'Microsoft Office', MICROSOFT, 'Excel.exe'),
};
const NO_RESOURCE = ['-', '-', '-', '-', '-'];

export const baseName = (path) => path.slice(path.lastIndexOf('\\') + 1);
export const resourceOf = (image) => RESOURCES[baseName(image)] ?? NO_RESOURCE;
/** Not the hash of any real file: that of the path. */
export const hashesOf = (image) =>
  `SHA256=${createHash('sha256').update(`haetae sample ${image}`).digest('hex').toUpperCase()}`;

/** `{hhhhhhhh-ssss-ssss-cccc-00000000bbbb}`: host id, seconds (low word first), counter, boot. */
function sysmonGuid(hostId, ms, counter) {
  const seconds = Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0');
  const low = (counter & 0xff).toString(16).padStart(2, '0') + (counter >> 8).toString(16).padStart(2, '0');
  return `{${hostId}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${low}-000000006900}`;
}

/** `{hhhhhhhh-ssss-ssss-llll-llll00000000}`: host id, logon time, logon id in little-endian bytes. */
function logonGuid(hostId, ms, logonId) {
  const seconds = Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0');
  const bytes = [0, 8, 16, 24].map((shift) => ((logonId >>> shift) & 0xff).toString(16).padStart(2, '0')).join('');
  return `{${hostId}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${bytes.slice(0, 4)}-${bytes.slice(4)}00000000}`;
}

export class Host {
  /** `events` collects what happens here, in any order; `id` is the first eight digits of its GUIDs. */
  constructor({ name, id, ip, seed, booted }) {
    Object.assign(this, { name, id, ip, booted, computer: `${name}.haetae.example` });
    this.random = chance(seed);
    this.events = [];
    this.counter = 0x2100;
    this.pids = new Set();
    this.system = this.logon({
      user: 'SYSTEM',
      domain: 'NT AUTHORITY',
      sid: 'S-1-5-18',
      logonId: 0x3e7,
      ms: booted,
      session: 0,
      integrity: 'System',
    });
  }

  logon({ user, domain = DOMAIN, sid, logonId, ms, session = 1, integrity = 'Medium' }) {
    return {
      user,
      domain,
      account: `${domain}\\${user}`,
      sid,
      logonId,
      guid: logonGuid(this.id, ms, logonId),
      session,
      integrity,
    };
  }

  /** A process that is there, without an event of its creation. */
  process({
    image,
    command = image,
    logon = this.system,
    ms = this.booted,
    parent,
    pid,
    integrity = logon.integrity,
    cwd,
  }) {
    return {
      ...{ image, command, logon, ms, parent, integrity },
      pid: pid ?? this.pid(),
      guid: sysmonGuid(this.id, ms, this.counter++),
      cwd: cwd ?? (logon.sid.startsWith('S-1-5-21') ? `C:\\Users\\${logon.user}\\` : 'C:\\Windows\\system32\\'),
    };
  }

  pid() {
    for (;;) {
      const pid = 4 * this.random.int(250, 4000);
      if (this.pids.has(pid)) continue;
      this.pids.add(pid);
      return pid;
    }
  }
}
