import { placed } from '../lineage/lineage.ts';
import { joins } from '../lineage/sessions.ts';
import type { Trace, TracedAct } from '../trace/trace.ts';
import { type Context, nearest } from './context.ts';
import { isCommonFolder, pathsIn, plainPath } from './paths.ts';
import { sessionAnchor } from './sessions.ts';

/** Extensions of what runs, is read by what runs it, or is opened as a lure. */
const RUNS =
  /\.(exe|dll|com|scr|cpl|sys|ocx|ps1|psm1|psd1|bat|cmd|vbs|vbe|js|jse|wsf|wsh|hta|sct|xsl|msi|lnk|jar|py|inf|xml|txt|zip|dmp|iso|img|vhdx?|cs|csproj|chm|hwpx?|docx?|docm|xlsx?|xlsm|pptx?|pptm|rtf|pdf|one)$/;
const SHELL = /\\explorer\.exe$/i;

/** What stands for every shortcut of a folder: one that was opened is not named by what it starts, which begins in its folder. */
const shortcutsOf = (folder: string): string => `${folder.replace(/\\+$/, '')}\\*.lnk`;

/** What stands for all that lies in a folder that an archive was unpacked to: it bears the archive's name. */
const unpackedTo = (folder: string): string => `${folder}\\*`;
const ARCHIVE = /\.(zip|7z|rar|cab|alz|egg|iso|img|vhdx?)$/;
/** What stands for a disk that an image was mounted as. */
const MOUNTED = '*:\\*';
const IMAGE = /\.(iso|img|vhdx?)$/;
/** Folders above a program that may bear the name of its archive. */
const MOST_ABOVE = 3;

/** Behind the path: where from it was downloaded is written there. */
const STREAM = /(?<=.{3}):[^\\:]*$/;

/** A file that one process wrote, and another ran or named. */
export function joinByFiles(context: Context): void {
  const { units, lineage, anchors, traces, hostOf, sessions } = context;
  /** Units by host and path that they run or name. */
  const users = new Map<string, number[]>();
  units.forEach(({ host, node, fields }, i) => {
    const paths = new Set(node === undefined ? [] : pathsIn(node.commandLine));
    if (node !== undefined && node.image !== '') paths.add(plainPath(node.image));
    // What the kernel writes, it writes for a session that came over the network.
    const written = node === undefined ? fields.TargetFilename : undefined;
    for (const path of [fields.ImageLoaded, fields.Path, written]) if (path !== undefined) paths.add(plainPath(path));
    for (const path of pathsIn(fields.ServiceFileName ?? fields.ImagePath ?? '')) paths.add(path);
    // A document or script that the parent was given.
    for (const path of pathsIn(fields.ParentCommandLine ?? '')) paths.add(path);
    const folder = plainPath(node?.folder ?? '');
    if (folder !== '' && SHELL.test(node?.parent?.image ?? '') && !isCommonFolder(folder)) {
      paths.add(shortcutsOf(folder));
      if (/^[d-z]:\\/.test(folder)) paths.add(MOUNTED);
    }
    for (const above of foldersOf(node?.image ?? '')) paths.add(unpackedTo(above));
    for (const path of paths) {
      if (!(RUNS.test(path) || path.endsWith('\\*')) || /__psscriptpolicytest/.test(path)) continue;
      const key = `${host}|${path}`;
      const list = users.get(key);
      if (list === undefined) users.set(key, [i]);
      else list.push(i);
    }
  });
  const used = (key: string, path: string, act: TracedAct, trace: Trace, writer: number): void => {
    for (const user of users.get(key) ?? []) {
      const { node, first } = units[user]!;
      // What a process writes and names itself is no second thing; what was written later was not run before.
      if (user === writer || (node !== undefined && node === units[writer]!.node) || act.timeMs > first + 1000)
        continue;
      if (key.endsWith(`|${MOUNTED}`) && first - act.timeMs > context.windowMs) continue;
      const anchor = {
        key: `file ${key}|${units[writer]!.node!.key}`,
        kind: 'file' as const,
        by: path,
        shownBy: [{ ...placed(trace, act.at), timeMs: act.timeMs }],
      };
      anchors.add(user, anchor);
      anchors.add(writer, anchor);
    }
  };
  for (const node of lineage.nodes)
    for (const { of, trace } of node.traces)
      for (const act of of.acts) {
        if (act.kind !== 'file') continue;
        const path = plainPath(act.what).replace(STREAM, '');
        for (const one of standsFor(path)) {
          const key = `${node.host}|${one}`;
          if (!users.has(key)) continue;
          const writer = nearest(context, node);
          if (writer === undefined) continue;
          context.through.add(node);
          used(key, path, act, trace, writer);
        }
      }
  // Written from another host, over a share of administrators: the session that wrote it.
  for (const trace of traces)
    for (const { act, host, logonId } of trace.hostActs) {
      if (act.kind !== 'share') continue;
      const path = sharePath(act.what);
      const key = `${hostOf(host)}|${path}`;
      if (path === '' || !users.has(key)) continue;
      const session = sessions.of(hostOf(host), logonId, act.timeMs);
      if (session === undefined || !joins(session)) continue;
      context.introduced.add(session);
      const anchor = { ...sessionAnchor(session), shownBy: [{ ...placed(trace, act.at), timeMs: act.timeMs }] };
      for (const user of users.get(key)!) if (!(act.timeMs > units[user]!.first + 1000)) anchors.add(user, anchor);
    }
}

/** `\\*\C$\Temp\x.exe` → `c:\temp\x.exe`; '' for other shares. */
function sharePath(text: string): string {
  const match = /^\\\\[^\\]*\\([a-z]\$|admin\$)\\(.+)$/i.exec(text);
  if (match === null) return '';
  const root = match[1]!.toLowerCase() === 'admin$' ? 'c:\\windows' : `${match[1]![0]!.toLowerCase()}:`;
  return `${root}\\${match[2]!.toLowerCase()}`;
}

/** A file, and what it may be found again as. */
function standsFor(path: string): string[] {
  if (path.endsWith('.lnk')) return [path, shortcutsOf(path.slice(0, path.lastIndexOf('\\')))];
  if (!ARCHIVE.test(path)) return [path];
  const unpacked = [path, unpackedTo(path.replace(ARCHIVE, ''))];
  return IMAGE.test(path) ? [...unpacked, MOUNTED] : unpacked;
}

/** Folders above a program, the nearest first; none where programs are installed. */
function foldersOf(image: string): string[] {
  const folders: string[] = [];
  let path = plainPath(image);
  if (isCommonFolder(path)) return folders;
  while (folders.length < MOST_ABOVE) {
    path = path.slice(0, Math.max(0, path.lastIndexOf('\\')));
    if (path.length < 3) break;
    folders.push(path);
  }
  return folders;
}
