/** Paths and commands in texts, in a form in which two events that mean the same write the same. */

const QUOTED_OR_BARE = /"([a-z]:\\[^"<>|*?]+)"|([a-z]:\\[^\s"'<>|*?,;()]+)/gi;
const MOST_PATHS = 12;

/** `\??\C:\x`, `\Device\HarddiskVolume2\x` and `C:\x` → `\x`… in lower case, with the letter where it is told. */
export function plainPath(path: string): string {
  return path
    .toLowerCase()
    .replace(/^\\\?\?\\/, '')
    .replace(/^"|"$/g, '');
}

/** Full paths with an extension that a command line names, in lower case. */
export function pathsIn(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.slice(0, 4096).matchAll(QUOTED_OR_BARE)) {
    const path = plainPath(match[1] ?? match[2]!);
    if (/\.[a-z0-9]{1,8}$/.test(path)) found.add(path);
    if (found.size >= MOST_PATHS) break;
  }
  return [...found];
}

/** Folders whose programs are Windows' own, or were installed: that two hosts or processes run them says nothing. */
const COMMON = /^[a-z]:\\(windows|program files( \(x86\))?|programdata\\microsoft\\windows defender)\\/;
/** Below them, folders that everyone may write to. */
const OPEN =
  /^[a-z]:\\windows\\(temp|tasks|tracing|debug|system32\\(tasks|spool\\drivers\\color|com\\dmp|microsoft\\crypto\\rsa\\machinekeys)|syswow64\\tasks|registration\\crmlog)\\/;

export const isCommonFolder = (path: string): boolean => COMMON.test(path) && !OPEN.test(path);

/** How short arguments may be to tell a command by. */
const TELLING = 8;

/**
 * A key for a command that one event registers and another runs: its arguments where they tell it, since `%COMSPEC%`, quotes
 * and the folder are written in both ways; else the path of the program. '' for commands that tell nothing.
 */
export function commandKey(command: string): string {
  const text = command.trim().toLowerCase().replace(/\s+/g, ' ');
  const quoted = /^"([^"]+)"\s*(.*)$/.exec(text);
  const bare = /^(.*?\.(?:exe|com|bat|cmd|ps1|vbs|js|dll|scr))(?:\s+(.*))?$/.exec(text) ?? /^(\S+)\s*(.*)$/.exec(text);
  const [program, rest] = quoted === null ? [bare?.[1] ?? '', bare?.[2] ?? ''] : [quoted[1]!, quoted[2]!];
  const args = rest.replaceAll('"', '').trim();
  if (args.length >= TELLING) return `args ${args.slice(0, 1000)}`;
  const path = plainPath(program);
  return /^[a-z]:\\/.test(path) && !isCommonFolder(path) ? `path ${path}` : '';
}
