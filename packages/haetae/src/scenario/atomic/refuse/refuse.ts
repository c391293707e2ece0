import type { Shell } from '../atomic.ts';
import { accountHarm } from './accounts.ts';
import { commandsOf } from './commands.ts';
import { decodedIn } from './decoded.ts';
import { isDevice, isSystemPath as isSystem, isSystemKey, type Where } from './paths.ts';

/** What no flag makes this program do. */
export type Harm =
  | 'deletes-system'
  | 'overwrites-device'
  | 'overwrites-system'
  | 'shuts-down'
  | 'locks-out'
  | 'exhausts';

export interface Refusal {
  readonly harm: Harm;
  /** The words for which it is refused. */
  readonly text: string;
}

const SHOWN = 120;

/**
 * What in a script would cost the machine, whatever the user allows: by its words alone, so that a script that only prints such words
 * is refused too. What is encoded in it is looked at as it decodes.
 */
export function refusalsOf(text: string, shell: Shell): Refusal[] {
  const found = new Map<string, Refusal>();
  const texts = [text, ...decodedIn(text)];
  for (const one of texts) {
    const add = (harm: Harm, what: string): void => {
      const shown = what.replace(/\s+/g, ' ').trim();
      const cut = shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
      found.set(`${harm} ${cut}`, { harm, text: cut });
    };
    for (const [harm, pattern] of PHRASES) {
      const match = pattern.exec(one);
      if (match !== null) add(harm, match[0]);
    }
    for (const command of commandsOf(one, shell)) {
      if (command.talks) continue;
      const harm = harmOf(command.words, shell === 'command_prompt' || shell === 'powershell' ? 'windows' : 'unix');
      if (harm !== undefined) add(harm, command.words.join(' '));
    }
  }
  return [...found.values()];
}

/** What shows in no single command: calls of programming languages, and programs that never end. */
const PHRASES: readonly (readonly [Harm, RegExp])[] = [
  ['exhausts', /(?<![\w.:])([\w.:]{1,30})\s{0,5}\(\)\s*\{\s*\1\s*\|\s*\1\s*&/],
  ['exhausts', /%0\s*\|\s*%0/],
  [
    'shuts-down',
    /\/proc\/sysrq-trigger|\bNtRaiseHardError\b|\bRtlSetProcessIsCritical\b|\bExitWindowsEx\b|\bInitiateSystemShutdown/i,
  ],
  ['shuts-down', /\bwin32shutdown\b|\bos\s+where\b.*\bcall\s+(?:shutdown|reboot)\b/i],
  [
    'deletes-system',
    /\b(?:rmtree|removedirs|rmSync|rmdirSync|rm_rf|rm_r|remove_entry_secure|Directory\]?::Delete|deleteDirectory)\b\s*\(?\s*(?:r|@)?["'](?:\/(?:\w+\/?)?|[a-z]:[\\/]*(?:\w+[\\/]*)?)["']/i,
  ],
  [
    'deletes-system',
    /\b(?:unlink|os\.remove|unlinkSync|File\]?::Delete|File\.delete)\b\s*\(?\s*["']\/etc\/(?:passwd|shadow|fstab)["']/i,
  ],
  [
    'overwrites-device',
    /\b(?:OpenWrite|WriteAllBytes|WriteAllText)\b\s*\(\s*(?:r|@)?["'](?:\/dev\/(?:[shv]d|nvme|mem)|\\{2,4}\.\\{1,2}PhysicalDrive)/i,
  ],
  [
    'overwrites-device',
    /\b(?:open|CreateFile\w*)\b\s*\(\s*(?:r|@)?["'](?:\/dev\/(?:[shv]d|nvme|mem)|\\{2,4}\.\\{1,2}PhysicalDrive)[^)]*(?:["'][^)"']*w|write)/i,
  ],
];

const DELETERS = new Set([
  'rm',
  'unlink',
  'rmdir',
  'shred',
  'srm',
  'wipe',
  'del',
  'erase',
  'rd',
  'remove-item',
  'ri',
  'clear-item',
  'sdelete',
  'sdelete64',
]);
const OVERWRITERS = new Set([
  'cp',
  'mv',
  'tee',
  'install',
  'truncate',
  'copy',
  'xcopy',
  'move',
  'move-item',
  'mi',
  'copy-item',
  'set-content',
  'sc',
  'clear-content',
  'clc',
  'out-file',
  'ln',
  'rename-item',
  'ren',
  'rename',
  'robocopy',
  'rsync',
  'dd',
]);
const FORMATTERS = new Set(
  'wipefs blkdiscard sgdisk sfdisk fdisk parted badblocks mkswap pvcreate vgremove lvremove luksformat clear-disk initialize-disk format-volume remove-partition set-partition reset-physicaldisk diskpart mbrwiz'.split(
    ' ',
  ),
);
const PERMISSIONS = new Set([
  'chmod',
  'chown',
  'chgrp',
  'chattr',
  'setfacl',
  'icacls',
  'cacls',
  'takeown',
  'xcacls',
  'attrib',
]);
const CRITICAL = /^(?:csrss|wininit|winlogon|lsass|smss|services|systemd|init|system)(?:\.exe)?$/i;

type Words = readonly string[];

function harmOf(command: Words, where: Where): Harm | undefined {
  for (let i = 0; i < command.length; i++) {
    if (command[i] === '>' && i + 1 < command.length) {
      const target = command[i + 1]!;
      if (isDevice(target)) return 'overwrites-device';
      if (isSystem(target, where)) return 'overwrites-system';
    }
    const name = programIn(command[i]!);
    const harm = name === '' ? undefined : harmBy(name, command.slice(i + 1), where);
    if (harm !== undefined) return harm;
  }
  return undefined;
}

/** `C:\Windows\System32\Shutdown.exe` → `shutdown`; '' for what is no program's name. */
function programIn(word: string): string {
  const base = word
    .toLowerCase()
    .replace(/^.*[\\/]/s, '')
    .replace(/^[@.$&]+/, '');
  return base.replace(/\.(?:exe|com|cmd|bat|ps1|sh)$/, '');
}

function harmBy(name: string, words: Words, where: Where): Harm | undefined {
  const isSystemPath = (word: string): boolean => isSystem(word, where);
  const lower = words.map((word) => word.toLowerCase());
  if (DELETERS.has(name)) {
    if (words.some(isDevice)) return 'overwrites-device';
    if (
      words.some((word) => isSystemPath(value(word))) ||
      words.some(isSystemKey) ||
      lower.includes('--no-preserve-root')
    )
      return 'deletes-system';
  }
  if (name === 'find' || name === 'get-childitem' || name === 'gci' || name === 'forfiles')
    return harmOfFind(lower, where);
  if (
    name === 'reg' &&
    (lower[0] === 'delete' || lower[0] === 'restore') &&
    words[1] !== undefined &&
    isSystemKey(words[1])
  )
    return 'deletes-system';
  if (name === 'xargs' && lower.some((word) => DELETERS.has(programIn(word))) && lower.includes('/'))
    return 'deletes-system';
  if (name === 'dd' || name === 'dcfldd' || name === 'ddrescue') return harmOfCopy(words, where);
  if (OVERWRITERS.has(name)) {
    if (isDevice(words.at(-1) ?? '') || (['tee', 'truncate', 'set-content'].includes(name) && words.some(isDevice)))
      return 'overwrites-device';
    if (harmsSystem(name, words, where)) return 'overwrites-system';
  }
  if (name === 'sed' || name === 'perl')
    if (
      lower.some((word) => /^-i/.test(word)) &&
      words.some((word) => /^\/etc\/(?:passwd|shadow|group|sudoers|fstab)$/.test(word))
    )
      return 'overwrites-system';
  if (name.startsWith('mkfs') || FORMATTERS.has(name)) return 'overwrites-device';
  if (name === 'format' && lower.some((word) => /^[a-z]:[\\/]?$/.test(word))) return 'overwrites-device';
  if ((name === 'cryptsetup' && lower.includes('luksformat')) || (name === 'nvme' && lower[0] === 'format'))
    return 'overwrites-device';
  if (name === 'hdparm' && lower.some((word) => word.startsWith('--security-erase'))) return 'overwrites-device';
  if (name === 'bcdedit' && lower.some((word) => /^[/-]delete$/.test(word))) return 'overwrites-system';
  const grants =
    name === 'icacls' &&
    lower.includes('/grant') &&
    !lower.some((word) => /^\/(?:deny|remove|inheritance:r|setowner|reset)/.test(word));
  if (PERMISSIONS.has(name) && !grants && lower.some(isRecursive) && words.some((word) => isSystemPath(value(word))))
    return 'overwrites-system';
  return shutsDown(name, lower) ? 'shuts-down' : accountHarm(name, lower) ? 'locks-out' : undefined;
}

/** `-Path:C:\`, `--target=/etc` */
const value = (word: string): string => word.replace(/^-{1,2}\w[\w-]*[:=]/, '');
const isRecursive = (word: string): boolean =>
  /^-(?!-)[a-z]*r[a-z]*$/.test(word) || word === '--recursive' || word === '/t' || word === '/r' || word === '/s';

/** What is copied over, moved away or linked to elsewhere; to copy out of the system is none. */
function harmsSystem(name: string, words: Words, where: Where): boolean {
  const isSystemPath = (path: string): boolean => isSystem(path, where);
  /** To put a file into a system's folder is not to overwrite it. */
  const isSystemFile = (path: string): boolean => isSystemPath(path) && BELOW.test(path);
  const paths = words.filter((word) => !/^-\w/.test(word)).map(value);
  if (['mv', 'move', 'move-item', 'mi', 'rename-item', 'ren', 'rename'].includes(name) && paths.some(isSystemPath))
    return true;
  if (name === 'robocopy' && words.some((word) => /^\/(?:mir|purge|move)$/i.test(word)))
    return paths.slice(0, 2).some(isSystemPath);
  if (name === 'rsync' && !words.some((word) => /^--delete/.test(word))) return false;
  if (['tee', 'truncate', 'set-content', 'sc', 'clear-content', 'clc', 'out-file'].includes(name))
    return paths.some(isSystemFile);
  const target = paths.at(-1);
  return paths.length > 1 && target !== undefined && isSystemFile(target);
}

const BELOW = /\/(?:etc|boot|bin|sbin|lib\w*)\/.|\\(?:system32|ntds|boot|config)\\./i;

function harmOfFind(words: Words, where: Where): Harm | undefined {
  const deletes = words.some(
    (word) => /^-delete$/.test(word) || word.split(/\s+/).some((one) => DELETERS.has(programIn(one))),
  );
  return deletes && words.some((word) => isSystem(value(word), where)) ? 'deletes-system' : undefined;
}

function harmOfCopy(words: Words, where: Where): Harm | undefined {
  const target = words.find((word) => /^of=/i.test(word))?.slice(3);
  if (target === undefined)
    return words.some(isDevice) && words.length > 1 && !words.some((word) => /^if=/i.test(word))
      ? 'overwrites-device'
      : undefined;
  if (isDevice(target)) return 'overwrites-device';
  return isSystem(target, where) || /^\/var\/log\//.test(target) ? 'overwrites-system' : undefined;
}

function shutsDown(name: string, words: readonly string[]): boolean {
  switch (name) {
    case 'shutdown':
      return !words.some((word) => /^(?:[/-][a?c]|--help|--show)$/.test(word));
    case 'reboot':
    case 'halt':
    case 'poweroff':
    case 'killall5':
    case 'stop-computer':
    case 'restart-computer':
    case 'tsshutdn':
    case 'psshutdown':
      return true;
    case 'init':
    case 'telinit':
      return words.some((word) => /^[0156s]$/.test(word));
    case 'systemctl':
    case 'loginctl':
      return words.some((word) =>
        /^(?:poweroff|reboot|halt|kexec|rescue|emergency|isolate|suspend|hibernate|soft-reboot)$/.test(word),
      );
    case 'wmic':
      return words.includes('os') && words.some((word) => /^(?:shutdown|reboot|win32shutdown)$/.test(word));
    case 'kill':
      return words.some((word, i) => /^-?1$/.test(word) && (i > 0 || words.length === 1) && (word === '1' || i > 0));
    case 'taskkill':
    case 'pskill':
    case 'stop-process':
    case 'spps':
    case 'pkill':
    case 'killall':
      return words.some((word) => CRITICAL.test(word) || word === '*' || word === '.');
    default:
      return false;
  }
}
