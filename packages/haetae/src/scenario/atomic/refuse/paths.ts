/**
 * Paths whose loss costs a machine: themselves, and all directly below them. What lies deeper is a file like another, but for
 * those without which nobody logs on or nothing boots.
 */
const UNIX = new Set(
  [
    '/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /media /mnt /opt /proc /root /run /sbin /srv /sys /usr /var',
    '/usr/bin /usr/lib /usr/lib32 /usr/lib64 /usr/libexec /usr/local /usr/sbin /usr/share',
    '/var/lib /var/log /var/spool /var/cache /boot/efi /boot/grub /etc/pam.d /etc/ssh /etc/systemd /lib/modules',
    '/users /system /library /applications /private /private/etc /private/var',
  ]
    .join(' ')
    .split(' '),
);
const UNIX_FILES =
  /^\/(?:private\/)?(?:etc\/(?:passwd|shadow|group|gshadow|sudoers|fstab|pam\.conf|pam\.d\/.*|nsswitch\.conf|ld\.so\.\w+|inittab)|boot\/.+|(?:usr\/)?(?:bin|sbin)\/(?:sh|bash|init|login|su|sudo|systemd)|(?:usr\/)?lib(?:64)?\/(?:systemd\/systemd|ld-[^/]+|libc\.so[^/]*))$/;
const WINDOWS = new Set(
  [
    [
      'c:',
      'c:\\boot',
      'c:\\efi',
      'c:\\program files',
      'c:\\program files (x86)',
      'c:\\programdata',
      'c:\\recovery',
      'c:\\users',
    ],
    ['c:\\system volume information', 'c:\\windows', 'c:\\windows\\boot', 'c:\\windows\\fonts', 'c:\\windows\\inf'],
    [
      'c:\\windows\\servicing',
      'c:\\windows\\system32',
      'c:\\windows\\syswow64',
      'c:\\windows\\winsxs',
      'c:\\windows\\assembly',
    ],
    ['c:\\windows\\system32\\config', 'c:\\windows\\system32\\drivers', 'c:\\windows\\system32\\drivers\\etc'],
    ['c:\\windows\\system32\\boot', 'c:\\windows\\ntds', 'c:\\windows\\sysvol', 'c:\\windows\\system32\\winevt'],
    ['c:\\windows\\system32\\winevt\\logs'],
  ].flat(),
);
const WINDOWS_FILES =
  /^c:\\(?:bootmgr|boot\\bcd|windows\\(?:explorer\.exe|ntds\\ntds\.dit|system32\\(?:config\\(?:sam|system|software|security|default)|(?:ntoskrnl|winload|winlogon|wininit|services|lsass|csrss|smss|svchost|logonui|userinit)\.(?:exe|efi)|(?:hal|ntdll|kernel32|user32)\.dll)))$/;

/** Whose words they are: of cmd.exe and PowerShell, or of a shell of Unix. */
export type Where = 'windows' | 'unix';

const ENVIRONMENT: Readonly<Record<string, string>> = {
  systemroot: 'c:\\windows',
  windir: 'c:\\windows',
  systemdrive: 'c:',
  homedrive: 'c:',
  programfiles: 'c:\\program files',
  'programfiles(x86)': 'c:\\program files (x86)',
  programw6432: 'c:\\program files',
  programdata: 'c:\\programdata',
  allusersprofile: 'c:\\programdata',
  public: 'c:\\users\\public',
  userprofile: 'c:\\users\\~',
};
const SHORT: Readonly<Record<string, string>> = {
  'progra~1': 'program files',
  'progra~2': 'program files (x86)',
  'progra~3': 'programdata',
  'docume~1': 'users',
};

/** A path as it would be found, in lower case and without what changes nothing: `C:\x\..\WINDOWS\.` → `c:\windows`. */
export function canonical(word: string, where: Where = 'unix'): string {
  const plain = expanded(word.trim().toLowerCase()).replace(/^(?:microsoft\.powershell\.core\\)?filesystem::/, '');
  // What begins with a slash is of the drive one stands on, or a switch.
  const rooted =
    where === 'windows' && /^(?:[\\/]\*?$|\\(?!\\)|\/(?:windows|users|program ?files|boot)(?:\/|$))/.test(plain);
  const text = rooted ? `c:${plain}` : plain;
  const windows = /^(?:\\\\[?.]\\|\/\/\?\/)?([a-z]:)(.*)$/s.exec(text) ?? /^\\\\[^\\]+\\([a-z])\$(.*)$/s.exec(text);
  if (windows !== null) {
    const drive = windows[1]!.length === 1 ? `${windows[1]}:` : windows[1]!;
    const parts = folded(windows[2]!.split(/[\\/]+/)).map((part) => SHORT[part] ?? part.replace(/[. ]+$/, ''));
    return [drive, ...parts].join('\\');
  }
  if (/^(?:~|\$home|\$\{home\}|\$env:home)(?:\/|$)/.test(text))
    return text.replace(/^[^/]+/, '/home/~').replace(/\/+$/, '');
  if (where === 'windows') return text;
  if (text.startsWith('/')) return `/${folded(text.split('/')).join('/')}`;
  return text;
}

const expanded = (text: string): string =>
  text
    .replace(/%([\w()]+)%/g, (whole, name: string) => ENVIRONMENT[name] ?? whole)
    .replace(
      /\$\{env:([\w()]+)\}|\$env:(\w+)(?:\(x86\))?/g,
      (whole, a?: string, b?: string) => ENVIRONMENT[a ?? b!] ?? whole,
    );

function folded(parts: readonly string[]): string[] {
  const out: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return out;
}

/** Whether to lose it, or everything in it, would harm the machine. */
export function isSystemPath(word: string, where: Where = 'unix'): boolean {
  const path = canonical(word, where);
  const isWindows = /^[a-z]:/.test(path);
  const cut = path.replace(isWindows ? /\\(?:\*|\*\.\*|\.\*|\?+|%\w+)$/ : /\/(?=[^/]*[*?{])(?:[.*?]|\{[^}]*\})+$/, '');
  if (isWindows) {
    // Another drive's root is somebody's data; what lies on it is not known.
    if (/^[a-z]:$/.test(cut)) return true;
    return WINDOWS.has(cut) || WINDOWS_FILES.test(path) || /^c:\\users\\[^\\]+$/.test(cut);
  }
  if (path.startsWith('/'))
    return UNIX.has(cut === '' ? '/' : cut) || UNIX_FILES.test(path) || /^\/home\/[^/]+$/.test(cut);
  // An unset variable leaves the root behind it.
  return /^(?:\$\w+|\$\{\w+\}|%\w+%)[\\/](?:\*|\.\*)?$/.test(path);
}

/** Keys without which Windows does not start or nobody logs on. */
export function isSystemKey(word: string): boolean {
  const key = word
    .trim()
    .toLowerCase()
    .replace(/^(?:microsoft\.powershell\.core\\)?registry::/, '')
    .replace(/^hkey_local_machine/, 'hklm')
    .replace(/^hklm:/, 'hklm')
    .replace(/[\\/]+/g, '\\')
    .replace(/\\\*?$/, '');
  return /^hklm(?:\\(?:system|software|sam|security|bcd00000000)(?:\\(?:currentcontrolset|controlset\d+|microsoft|domains)(?:\\(?:control|services|enum|windows|windows nt)(?:\\currentversion)?)?)?)?$/.test(
    key,
  );
}

/** A disk, a partition, memory: what lies below the file system. */
export function isDevice(word: string): boolean {
  const path = word.trim().toLowerCase().replace(/\/+/g, '/');
  return (
    /^\/dev\/(?:r?disk|[shv]d[a-z*?]|xvd|nvme|mmcblk|dm-|md\d|mapper\/|disk\/|vg|loop\d|mem$|kmem|port$|sr\d|block\/|mtd|\*)/.test(
      path,
    ) || /^\\\\[.?]\\(?:physicaldrive|harddisk|globalroot\\device\\harddisk\d|[a-z]:$)/.test(word.trim().toLowerCase())
  );
}
