import { hashShape } from './hash.ts';
import { likeness } from './masquerade.ts';
import { memo } from './memo.ts';

/** What is told by a path alone. */
export interface PathFacts {
  /** Hash of the shape of the whole path, drive letter and user's name left aside. */
  readonly path: number;
  readonly name: number;
  readonly folder: number;
  readonly extension: number;
  /** 1 where anyone may write: profiles, Temp, ProgramData, Public, the recycle bin, a share. */
  readonly writable: number;
  /** How much it looks like a program of Windows without being it, 0–4: {@link likeness}. */
  readonly masquerade: number;
  /** 1 for a file that Windows runs. */
  readonly executable: number;
}

const NO_PATH: PathFacts = {
  path: 0,
  name: 0,
  folder: 0,
  extension: 0,
  writable: 0,
  masquerade: 0,
  executable: 0,
};

/** Folders of Windows that users may write to. Source: the ACLs of a default Windows 10 and 11. */
const WRITABLE =
  /^(?:\\\\|.:\\users\\|.:\\documents and settings\\|.:\\programdata\\|.:\\windows\\(?:temp|tasks|tracing|debug\\wia|registration\\crmlog|system32\\(?:tasks|spool\\(?:drivers\\color|printers|servers)|com\\dmp|fxstmp)|syswow64\\(?:tasks|com\\dmp|fxstmp)|servicing\\(?:packages|sessions))\\|.:\\(?:\$recycle\.bin|perflogs|temp|tmp|intel|recovery|inetpub\\wwwroot)\\|.:\\[^\\]*$)/;
const EXECUTABLE =
  /\.(?:exe|dll|sys|com|scr|cpl|ocx|msi|msp|drv|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|wsh|hta|lnk|jar|py|chm|url|iso|img|vhd|vhdx|xll|wll|sct|inf|reg|pif|ax|efi)$/;

/** Lower case, one notation: `\??\`, `\Device\HarddiskVolume2\`, `\SystemRoot\` and the variables of Windows are resolved. */
export function plainPath(text: string): string {
  let path = text.toLowerCase().replaceAll('/', '\\');
  if (path.startsWith('"')) path = path.slice(1, path.indexOf('"', 1) < 0 ? path.length : path.indexOf('"', 1));
  return path
    .replace(/^\\(?:\?\?|\\[?.])\\/, '')
    .replace(/^\\device\\harddiskvolume\d+\\/, 'c:\\')
    .replace(/^(?:\\systemroot|%systemroot%|%windir%)(?=\\)/, 'c:\\windows')
    .replace(/^system32(?=\\)/, 'c:\\windows\\system32');
}

/** The path as relations know it: whoever's profile, whichever drive. */
const commonPath = (path: string): string => path.replace(/^[a-z]:/, '').replace(/^\\users\\[^\\]+/, '\\users\\*');

/** Facts of paths, made once for each distinct text. */
export function createPaths(): (text: string | undefined) => PathFacts {
  const factsOf = memo(factsOfPath);
  return (text) => (text === undefined || text === '' || text === '-' ? NO_PATH : factsOf(text));
}

export function factsOfPath(text: string): PathFacts {
  const path = plainPath(text);
  const cut = path.lastIndexOf('\\');
  const name = path.slice(cut + 1);
  const common = commonPath(path);
  const dot = name.lastIndexOf('.');
  return {
    path: hashShape(common),
    name: hashShape(name),
    folder: hashShape(common, 0, common.lastIndexOf('\\') + 1),
    extension: dot < 0 ? 0 : hashShape(name, dot + 1),
    writable: WRITABLE.test(path) ? 1 : 0,
    masquerade: likeness(path, name),
    executable: EXECUTABLE.test(name) ? 1 : 0,
  };
}
