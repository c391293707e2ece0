import { describe, expect, test } from 'vitest';
import type { Shell } from '../atomic.ts';
import { type Harm, refusalsOf } from './refuse.ts';

/** Texts that are looked at, and never run by anybody. */
const harms = (text: string, shell: Shell): Harm[] => [...new Set(refusalsOf(text, shell).map(({ harm }) => harm))];
const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');

describe('what no flag makes this program do', () => {
  test.each([
    'rm -rf /',
    'rm -rf / --no-preserve-root > /dev/null 2> /dev/null',
    'rm -r -f -- /',
    'rm  -fr   /*',
    'rm -rf //',
    'rm -rf /./',
    'rm -rf /tmp/../',
    'rm -rf "/"',
    "r''m -rf '/'",
    'r\\m -rf /',
    'sudo rm -rf /etc',
    '/bin/rm --recursive --force /usr/',
    'busybox rm -rf /var/*',
    'rm -rf /{bin,etc,usr}',
    'cd / && rm -rf ./* /home',
    'X=/; rm -rf $X',
    'D="/usr"; E="$D/lib"; rm -rf "$\u007bE}"',
    'rm -rf "$UNSET/"*',
    'rm$\u007bIFS}-rf$\u007bIFS}/',
    "sh -c 'rm -rf /'",
    'bash -c "sudo sh -c \'rm -rf /\'"',
    'echo "rm -rf /" | sh',
    'true || rm -rf \\\n  /',
    'find / -delete',
    'find /etc -type f -exec rm -f {} \\;',
    'find / -print0 | xargs -0 rm -rf /',
    'rm -f /etc/passwd',
    'unlink /etc/shadow',
    'rm -rf ~',
    'rm -rf $HOME/*',
    'shred -u /etc/shadow',
    'python3 -c "import shutil; shutil.rmtree(\'/\')"',
    'python -c \'import os; os.system("rm -rf /")\'',
    `echo ${Buffer.from('rm -rf / --no-preserve-root').toString('base64')} | base64 -d | sh`,
  ])('sh deletes the system: %s', (text) => expect(harms(text, 'sh')).toContain('deletes-system'));

  test.each([
    'del /f /s /q C:\\*',
    'del /s /q %SystemRoot%\\*.*',
    'erase /s c:\\windows\\system32',
    'rd /s /q C:\\',
    'rmdir /S /Q "C:\\Windows"',
    'rd /s /q %SystemDrive%\\Users',
    'r^d /s /q C:\\Windows',
    'del /q \\\\?\\C:\\Windows\\System32\\*',
    'rd /s /q \\\\localhost\\c$\\Windows',
    'rd /s /q C:\\PROGRA~1',
    'set D=C:\\Windows& rd /s /q %D%',
    'cmd /c "rd /s /q C:\\"',
    'powershell -Command "Remove-Item -Recurse -Force C:\\Windows"',
    'reg delete HKLM\\SYSTEM /f',
    'reg delete HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft /f',
    'forfiles /p C:\\Windows /s /c "cmd /c del @path"',
    'del C:\\bootmgr',
  ])('cmd deletes the system: %s', (text) => expect(harms(text, 'command_prompt')).toContain('deletes-system'));

  test.each([
    'Remove-Item -Recurse -Force C:\\',
    'Remove-Item C:\\* -Recurse',
    'ri -r -fo $env:SystemRoot',
    'Remove-Item -LiteralPath "$\u007benv:ProgramFiles}" -Recurse',
    'rm -r /',
    'Get-ChildItem C:\\Windows -Recurse | Remove-Item -Recurse C:\\Windows',
    '$p = "C:\\Program Files"; Remove-Item $p -Recurse -Force',
    'Remove`-Item C:\\Windows -Recurse',
    '& "Remove-Item" C:\\Users -Recurse',
    '[IO.Directory]::Delete("C:\\Windows", $true)',
    'Remove-Item HKLM:\\SYSTEM -Recurse',
    'Remove-Item -Path:C:\\Windows\\System32 -Recurse',
    `powershell -enc ${utf16('Remove-Item -Recurse C:\\Windows')}`,
  ])('PowerShell deletes the system: %s', (text) => expect(harms(text, 'powershell')).toContain('deletes-system'));

  test.each<[Shell, string]>([
    ['sh', 'dd if=/dev/zero of=/dev/sda bs=1M'],
    ['sh', 'dd of=/dev/nvme0n1 if=/dev/urandom'],
    ['sh', 'cat /dev/urandom > /dev/sda1'],
    ['sh', 'echo x >/dev/vda'],
    ['sh', 'head -c 512 /dev/zero | tee /dev/sda'],
    ['sh', 'mkfs.ext4 /dev/sdb1'],
    ['sh', 'mkfs -t xfs /dev/sdb'],
    ['sh', 'wipefs -a /dev/sda'],
    ['sh', 'shred -n 3 /dev/sda'],
    ['sh', 'cp /dev/zero /dev/mapper/root'],
    ['sh', 'blkdiscard /dev/nvme0n1'],
    ['sh', 'cryptsetup luksFormat /dev/sda2'],
    ['sh', 'D=/dev/sda; dd if=/dev/zero of=$D'],
    ['command_prompt', 'format C: /q /y'],
    ['command_prompt', 'format.com d: /fs:ntfs'],
    ['command_prompt', 'diskpart /s wipe.txt'],
    ['command_prompt', 'sdelete.exe -z \\\\.\\PhysicalDrive0'],
    ['powershell', 'Clear-Disk -Number 0 -RemoveData'],
    ['powershell', 'Format-Volume -DriveLetter C'],
    ['powershell', '[IO.File]::OpenWrite("\\\\.\\PhysicalDrive0")'],
  ])('%s overwrites a device: %s', (shell, text) => expect(harms(text, shell)).toContain('overwrites-device'));

  test.each<[Shell, string]>([
    ['sh', 'echo "" > /etc/passwd'],
    ['sh', ': > /etc/shadow'],
    ['sh', 'cp /tmp/x /etc/sudoers'],
    ['sh', 'mv /etc /tmp/etc'],
    ['sh', 'ln -sf /dev/null /etc/passwd'],
    ['sh', "sed -i 's/x//' /etc/shadow"],
    ['sh', 'chmod -R 000 /'],
    ['sh', 'chown -R nobody /usr'],
    ['sh', 'dd of=/var/log/syslog if=/dev/zero'],
    ['command_prompt', 'move C:\\Windows C:\\W'],
    ['command_prompt', 'ren C:\\Windows\\System32\\winlogon.exe x'],
    ['command_prompt', 'icacls C:\\Windows /deny Everyone:F /T'],
    ['command_prompt', 'takeown /f C:\\ /r /d y'],
    ['command_prompt', 'bcdedit /delete {current}'],
    ['powershell', 'Rename-Item C:\\Windows\\System32 old'],
  ])('%s overwrites the system: %s', (shell, text) => expect(harms(text, shell)).toContain('overwrites-system'));

  test.each<[Shell, string]>([
    ['sh', 'shutdown -h now'],
    ['sh', 'sudo /sbin/reboot'],
    ['sh', 'poweroff -f'],
    ['sh', 'init 0'],
    ['sh', 'telinit 6'],
    ['sh', 'systemctl --force reboot'],
    ['sh', 'systemctl isolate rescue.target'],
    ['sh', 'echo b > /proc/sysrq-trigger'],
    ['sh', 'kill -9 1'],
    ['sh', 'kill -9 -1'],
    ['sh', 'echo "/sbin/reboot" | at now'],
    ['sh', "sh -c 'sleep 5; halt'"],
    ['command_prompt', 'shutdown /s /t 1'],
    ['command_prompt', 's^h^u^t^d^o^w^n -r'],
    ['command_prompt', '"C:\\Windows\\System32\\shutdown.exe" /r'],
    ['command_prompt', 'wmic os where primary=true call shutdown'],
    ['command_prompt', 'rundll32 user32.dll,ExitWindowsEx 0x12'],
    ['command_prompt', 'taskkill /f /im csrss.exe'],
    ['command_prompt', 'schtasks /create /tn x /tr "shutdown /s" /sc once /st 00:00'],
    ['powershell', 'Stop-Computer -Force'],
    ['powershell', 'Restart-Computer'],
    ['powershell', '(Get-WmiObject Win32_OperatingSystem).Win32Shutdown(6)'],
    ['powershell', 'Stop-Process -Name winlogon -Force'],
    [
      'powershell',
      `iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('${utf16('Stop-Computer')}')))`,
    ],
  ])('%s shuts down: %s', (shell, text) => expect(harms(text, shell)).toContain('shuts-down'));

  test.each<[Shell, string]>([
    ['sh', 'passwd -l root'],
    ['sh', 'usermod -L root'],
    ['sh', 'usermod --expiredate 1 root'],
    ['sh', 'usermod -s /sbin/nologin root'],
    ['sh', 'userdel -f root'],
    ['sh', 'chage -E 0 root'],
    ['sh', 'userdel $(whoami)'],
    ['sh', 'echo "root:secret" | chpasswd'],
    ['command_prompt', 'net user administrator /active:no'],
    ['command_prompt', 'net.exe user Administrator N3w-Passw0rd'],
    ['command_prompt', 'net user %USERNAME% /delete'],
    ['command_prompt', 'net1 user 관리자 /active:no'],
    ['command_prompt', 'net localgroup administrators administrator /delete'],
    ['command_prompt', 'wmic useraccount where sid like "%-500" set disabled=true'],
    ['powershell', 'Disable-LocalUser -Name Administrator'],
    ['powershell', 'Get-LocalUser | Disable-LocalUser'],
    ['powershell', 'Remove-LocalUser $env:USERNAME'],
    ['powershell', "Disable-LocalUser -SID 'S-1-5-21-1-2-3-500'"],
  ])('%s locks out the last account: %s', (shell, text) => expect(harms(text, shell)).toContain('locks-out'));

  test.each<[Shell, string]>([
    ['sh', ':(){ :|:& };:'],
    ['bash', 'bomb() { bomb | bomb & }; bomb'],
    ['command_prompt', '%0|%0'],
  ])('%s never ends: %s', (shell, text) => expect(harms(text, shell)).toEqual(['exhausts']));
});

describe('what is refused for nothing would never be tried', () => {
  test.each<[Shell, string]>([
    ['sh', 'rm -rf /tmp/victim-folder'],
    ['sh', 'rm -f $HOME/.../sh'],
    ['sh', 'rm -rf "$DIR"'],
    ['sh', 'cat /etc/passwd > /tmp/T1087.txt'],
    ['sh', 'cp /etc/passwd /tmp/passwd'],
    ['sh', 'dd if=/dev/urandom of=/tmp/x bs=1 count=1'],
    ['sh', 'find / -name id_rsa 2>/dev/null >> /tmp/keys.txt'],
    ['sh', 'find / -name id_rsa -exec cp --parents {} /tmp/art \\;'],
    ['sh', 'echo done # then rm -rf / by hand'],
    ['sh', 'userdel art-test'],
    ['sh', 'kill -9 1234'],
    ['command_prompt', 'del C:\\Windows\\Temp\\art.txt'],
    ['command_prompt', 'rd /s /q %TEMP%\\art'],
    [
      'command_prompt',
      'copy \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Windows\\NTDS\\NTDS.dit C:\\Windows\\Temp\\n.dit',
    ],
    ['command_prompt', 'shutdown /a'],
    ['command_prompt', 'net user art-test /delete'],
    ['command_prompt', 'reg delete HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run /v art /f'],
    ['command_prompt', 'AdvancedRun.exe /EXEFilename %SystemRoot%\\System32\\sc.exe /Run'],
    ['powershell', 'Write-Host "you have to Restart-Computer to undo this"'],
    ['powershell', '$f = "C:\\Users\\" + $env:username + "\\Desktop\\x.exe"; Remove-Item $f'],
    [
      'powershell',
      '$k = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SilentProcessExit\\x.exe"; Remove-Item $k',
    ],
    ['powershell', 'Stop-Process -Name notepad'],
    ['powershell', 'Disable-LocalUser -Name art-test'],
  ])('%s: %s', (shell, text) => expect(harms(text, shell)).toEqual([]));

  test('names the words for which it refuses, in short', () =>
    expect(refusalsOf(`echo ok; rm -rf / ${'x'.repeat(200)}`, 'sh')).toEqual([
      { harm: 'deletes-system', text: `rm -rf / ${'x'.repeat(111)}…` },
    ]));
});
