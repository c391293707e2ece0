import { isRules } from '../load.ts';

/** Where a pack came from, as its manifest records it. No credentials in it. */
export type Origin =
  | { readonly kind: 'git'; readonly url: string; readonly commit: string; readonly ref?: string }
  | { readonly kind: 'zip'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'folder'; readonly url: string };

export const LEFT_OUT = ['unreadable', 'too-large', 'unsafe-path', 'same-path', 'link', 'not-rules'] as const;
export type LeftOutWhy = (typeof LEFT_OUT)[number];

/** A file that might have been wanted and was not taken. */
export interface LeftOut {
  readonly path: string;
  readonly why: LeftOutWhy;
}

export interface Fetched {
  readonly origin: Origin;
  /** By path with `/`, below the folder of the pack. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly leftOut: readonly LeftOut[];
}

/** Most bytes of one file, of all together, and most files: far above any rule collection, far below what hurts. */
export const PULL_LIMITS = { file: 1 << 20, total: 200 << 20, files: 50_000, download: 128 << 20 } as const;

/** A member of a source before it is read. */
export interface Member {
  readonly path: string;
  readonly size: number;
  readonly kind: 'file' | 'link';
}

/** Chooses what is taken of a source, and remembers what was not. */
export interface Basket {
  /** Whether the member is to be read. */
  wants(member: Member): boolean;
  /** Its bytes; a YAML file that holds no rule is not kept. */
  put(path: string, bytes: Uint8Array): void;
  leave(path: string, why: LeftOutWhy): void;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly leftOut: readonly LeftOut[];
}

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
const RULES = /\.ya?ml$/i;

/** `folders`: only what lies below one of them, licences of the root excepted; [] is everything. */
export function createBasket(folders: readonly string[]): Basket {
  const files = new Map<string, Uint8Array>();
  const leftOut: LeftOut[] = [];
  const taken = new Set<string>();
  const roots = folders.map((folder) => `${folder.replaceAll('\\', '/').replace(/^\.?\/+|\/+$/g, '')}/`);
  let total = 0;
  const leave = (path: string, why: LeftOutWhy): void => {
    leftOut.push({ path, why });
  };
  return {
    files,
    leftOut,
    leave,
    wants({ path, size, kind }) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const licence = LICENCE.test(name);
      if (!licence && (!RULES.test(name) || path.split('/').some((part) => /^\.\w/.test(part)))) return false;
      const inside = roots.length === 0 || roots.some((root) => path.startsWith(root));
      if (!inside && !(licence && !path.includes('/'))) return false;
      if (kind === 'link') leave(path, 'link');
      else if (!isSafe(path)) leave(path, 'unsafe-path');
      else if (size > PULL_LIMITS.file) leave(path, 'too-large');
      else if (taken.has(path.toLowerCase())) leave(path, 'same-path');
      else if (total + size > PULL_LIMITS.total || taken.size >= PULL_LIMITS.files) leave(path, 'too-large');
      else {
        taken.add(path.toLowerCase());
        total += size;
        return true;
      }
      return false;
    },
    put(path, bytes) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (RULES.test(name) && !isRules(new TextDecoder().decode(bytes))) leave(path, 'not-rules');
      else files.set(path, bytes);
    },
  };
}

const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A relative path that stays below its folder on every system, and that Windows can have. */
export function isSafe(path: string): boolean {
  if (path === '' || path.length > 240) return false;
  return path.split('/').every((part) => {
    if (part === '' || part === '.' || part === '..' || /[. ]$/.test(part) || DEVICES.test(part)) return false;
    // Control characters, and what Windows keeps for itself; a backslash is a separator there.
    return ![...part].some((c) => c < ' ' || c === '\u007f' || '<>:"|?*\\'.includes(c));
  });
}
