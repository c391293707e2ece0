/** Values of the Security log in the words of Sysmon, which are those that rules know. Pure; undefined where nothing is told. */

/** `0x1f4` → `500`; any other text as it is. Security writes process ids in hexadecimal, Sysmon in decimal. */
export function decimal(value: string): string {
  return /^0x[0-9a-f]{1,13}$/i.test(value) ? String(Number.parseInt(value.slice(2), 16)) : value;
}

/** Empty, `-` and absent say nothing. */
export const told = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && value !== '-';

/** Source: learn.microsoft.com/windows/win32/secauthz/well-known-sids; spelled as an English Windows prints them. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  'S-1-5-7': 'NT AUTHORITY\\ANONYMOUS LOGON',
  'S-1-5-18': 'NT AUTHORITY\\SYSTEM',
  'S-1-5-19': 'NT AUTHORITY\\LOCAL SERVICE',
  'S-1-5-20': 'NT AUTHORITY\\NETWORK SERVICE',
};

/** An account as Sysmon's `User` has it: `DOMAIN\name`, the well-known ones by their SID whatever the computer calls itself. */
export function account(
  sid: string | undefined,
  domain: string | undefined,
  name: string | undefined,
): string | undefined {
  const known = WELL_KNOWN[sid?.toUpperCase() ?? ''];
  if (known !== undefined) return known;
  if (!told(name)) return undefined;
  return told(domain) ? `${domain}\\${name}` : name;
}

/** Folders that stand at the root of the volume Windows runs from, and seldom on another. */
const SYSTEM_ROOTS = new Set([
  'windows',
  'users',
  'program files',
  'program files (x86)',
  'programdata',
  'perflogs',
  'packages',
  'windowsazure',
  'documents and settings',
  'inetpub',
  'intel',
  'temp',
  'tmp',
]);

/**
 * `\device\harddiskvolume3\windows\system32\svchost.exe` → `C:\windows\system32\svchost.exe`. The filtering platform writes the
 * kernel's name of the volume, and no event tells its drive letter. Below a folder of {@link SYSTEM_ROOTS} the volume is
 * taken for the system's, `C:`. Elsewhere the path stays as it is: what asks for its end or its middle still holds, and
 * no drive is made up. `\device\mup\server\share\x` is the network path `\\server\share\x`.
 */
export function drivePath(path: string): string {
  const volume = /^(?:\\\\\?)?\\device\\harddiskvolume\d+\\/i.exec(path);
  if (volume !== null) {
    const rest = path.slice(volume[0].length);
    const root = rest.split('\\', 1)[0]!.toLowerCase();
    return SYSTEM_ROOTS.has(root) && rest.includes('\\') ? `C:\\${rest}` : path;
  }
  const share = /^\\device\\(?:mup|lanmanredirector)\\(?:;[^\\]*\\)*/i.exec(path);
  return share === null ? path : `\\\\${path.slice(share[0].length)}`;
}

/**
 * A kernel registry path in the spellings of Sysmon: `\REGISTRY\MACHINE\…` is `HKLM\…`, `\REGISTRY\USER\<SID>\…` is
 * `HKU\<SID>\…`; `HKLM\System\ControlSet00n` also `…\CurrentControlSet`, `HKLM\Software\Classes` also `HKCR`. Both are given,
 * Sysmon's own first. Source: learn.microsoft.com/sysinternals/downloads/sysmon, "Event ID 12".
 */
export function registryPaths(path: string): readonly string[] {
  const root = /^\\registry\\(machine|user)(?=\\|$)/i.exec(path);
  if (root === null) return [path];
  const named = `${root[1]!.toLowerCase() === 'user' ? 'HKU' : 'HKLM'}${path.slice(root[0].length)}`;
  const short = named
    .replace(/^(HKLM\\SYSTEM\\)ControlSet\d{3}(?=\\|$)/i, '$1CurrentControlSet')
    .replace(/^HKLM\\SOFTWARE\\Classes(?=\\|$)/i, 'HKCR');
  return short === named ? [named] : [short, named];
}

/**
 * Messages of msobjs.dll that Security writes as `%%` numbers, and the words of a rendered event (English, Korean, Japanese).
 * Source: learn.microsoft.com/windows/security/threat-protection/auditing/event-4657, event-5156.
 */
export const REGISTRY_CHANGE = {
  created: [
    '%%1904',
    'New registry value created',
    '새 레지스트리 값을 만들었습니다.',
    '新しいレジストリ値が作成されました',
  ],
  modified: [
    '%%1905',
    'Existing registry value modified',
    '기존 레지스트리 값을 수정했습니다.',
    '既存のレジストリ値が変更されました',
  ],
  deleted: ['%%1906', 'Registry value deleted', '레지스트리 값을 삭제했습니다.', 'レジストリ値が削除されました'],
} as const;

export const DIRECTION = {
  inbound: ['%%14592', 'Inbound', '인바운드', '着信', '受信'],
  outbound: ['%%14593', 'Outbound', '아웃바운드', '送信'],
} as const;

/** Whether `value` is one of the spellings of a `%%` message. */
export const isMessage = (spellings: readonly string[], value: string): boolean => {
  const wanted = value.trim().toLowerCase();
  return spellings.some((s) => s.toLowerCase() === wanted);
};

/** `%%1873` … `%%1883` of msobjs.dll. Source: event-4657, "Old Value Type". */
const VALUE_TYPES: Readonly<Record<string, string>> = {
  '%%1872': 'REG_NONE',
  '%%1873': 'REG_SZ',
  '%%1874': 'REG_EXPAND_SZ',
  '%%1875': 'REG_BINARY',
  '%%1876': 'REG_DWORD',
  '%%1877': 'REG_DWORD_BIG_ENDIAN',
  '%%1878': 'REG_LINK',
  '%%1879': 'REG_MULTI_SZ',
  '%%1880': 'REG_RESOURCE_LIST',
  '%%1881': 'REG_FULL_RESOURCE_DESCRIPTOR',
  '%%1882': 'REG_RESOURCE_REQUIREMENTS_LIST',
  '%%1883': 'REG_QWORD',
};

/**
 * A registry value as Sysmon's `Details` prints it: `DWORD (0x00000001)`, `QWORD (0x00000000-0x00000001)`, `Binary Data`,
 * `(Empty)`, texts as they are. Security writes numbers in decimal, or in hexadecimal with `0x`.
 */
export function details(type: string | undefined, value: string | undefined): string | undefined {
  const kind = VALUE_TYPES[type?.trim() ?? ''] ?? type?.trim().toUpperCase();
  if (value === undefined) return undefined;
  if (kind === 'REG_BINARY' || kind === 'REG_NONE') return 'Binary Data';
  if (kind === 'REG_DWORD' || kind === 'REG_QWORD') {
    if (!/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value)) return value === '-' || value === '' ? undefined : value;
    const hex = BigInt.asUintN(64, BigInt(value)).toString(16);
    if (kind === 'REG_DWORD') return `DWORD (0x${hex.padStart(8, '0')})`;
    const wide = hex.padStart(16, '0');
    return `QWORD (0x${wide.slice(0, 8)}-0x${wide.slice(8)})`;
  }
  if (value === '') return '(Empty)';
  // `-` with a type is a value of one dash; without one there is no value, as after a deletion.
  return value === '-' && !told(kind) ? undefined : value;
}

/** IP protocol numbers as Sysmon names them. Source: iana.org/assignments/protocol-numbers. */
const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'ipv6-icmp' };

/** `6` → `tcp`; a name or an unknown number as it is. */
export const protocol = (value: string): string => PROTOCOLS[value.trim()] ?? value;
