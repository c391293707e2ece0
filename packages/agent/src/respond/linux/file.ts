import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Refused } from '../hands.ts';
import type { Attribute, Attributes } from './xattrs.ts';

const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_WRONLY, O_CREAT, O_EXCL, O_NONBLOCK } = constants;

/** A file, and the folder that it lies in, both opened: names are asked of the folder's handle, and never of a path again. */
export interface OpenFile {
  readonly file: number;
  readonly folder: number;
  readonly path: string;
  close(): void;
}

/** The name in the opened folder, as openat() has it. */
const within = (folder: number, path: string): string => `/proc/self/fd/${folder}/${basename(path)}`;

function openFolder(path: string): number {
  let folder: number;
  try {
    folder = openSync(dirname(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused(code === 'ENOENT' ? 'file-gone' : 'not-plain-file', dirname(path), error);
  }
  // Where it really lies: a link anywhere above it leads elsewhere.
  if (readlinkSync(`/proc/self/fd/${folder}`) !== dirname(path)) {
    closeSync(folder);
    throw new Refused('not-plain-file', `${dirname(path)} lies behind a link`);
  }
  return folder;
}

/** A plain file with one name, behind no link, of this hash where one is known. */
export function openPlain(path: string, sha256: string): OpenFile {
  const folder = openFolder(path);
  let file: number;
  try {
    file = openSync(within(folder, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    closeSync(folder);
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused(code === 'ENOENT' ? 'file-gone' : 'not-plain-file', path, error);
  }
  const close = (): void => {
    closeSync(file);
    closeSync(folder);
  };
  const stat = fstatSync(file);
  const refuse = (reason: Refused['reason'], detail: string): never => {
    close();
    throw new Refused(reason, detail);
  };
  if (!stat.isFile()) refuse('not-plain-file', path);
  if (stat.nlink !== 1) refuse('hard-link', `${path} has ${stat.nlink} names`);
  if (sha256 !== '' && hashOf(file) !== sha256) refuse('file-differs', path);
  return { file, folder, path, close };
}

const PIECE = 1024 * 1024;

function* pieces(file: number): Generator<Buffer> {
  const buffer = Buffer.alloc(PIECE);
  for (let at = 0; ; ) {
    const read = readSync(file, buffer, 0, PIECE, at);
    if (read === 0) return;
    at += read;
    yield buffer.subarray(0, read);
  }
}

export function hashOf(file: number): string {
  const hash = createHash('sha256');
  for (const piece of pieces(file)) hash.update(piece);
  return hash.digest('hex');
}

interface Meta {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly sha256: string;
  readonly attributes: readonly Attribute[];
}

/** Copies an opened file out of its handle; its hash, and the copy's, are told. */
function copyOut(file: number, to: string): string {
  const hash = createHash('sha256');
  const copy = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (const piece of pieces(file)) {
      hash.update(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(copy, piece, at);
    }
    fsyncSync(copy);
  } finally {
    closeSync(copy);
  }
  return hash.digest('hex');
}

/** Into a folder that only we read, then away from where it was; `opened` is what the guard looked at. */
export function quarantine({ file, folder, path }: OpenFile, state: string, attributes?: Attributes): string {
  const stat = fstatSync(file);
  const sha256 = copyOut(file, join(state, 'file'));
  const meta: Meta = {
    path,
    uid: stat.uid,
    gid: stat.gid,
    mode: stat.mode & 0o7777,
    atimeMs: stat.atimeMs,
    mtimeMs: stat.mtimeMs,
    sha256,
    attributes: attributes?.read(file) ?? [],
  };
  writeFileSync(join(state, 'file.json'), JSON.stringify(meta), { mode: 0o600 });
  const now = lstatSync(within(folder, path));
  if (now.dev !== stat.dev || now.ino !== stat.ino)
    throw new Refused('file-differs', `${path} was exchanged meanwhile`);
  unlinkSync(within(folder, path));
  if (fstatSync(file).nlink !== 0)
    throw new Refused('failed', `${path}: its name was another one's when it was taken away`);
  return sha256;
}

/** Back to where it was, as it was (times to the microsecond); never over something that is there. The names of attributes that could not be set again. */
export function restore(path: string, state: string, attributes?: Attributes): readonly string[] {
  const meta = JSON.parse(readFileSync(join(state, 'file.json'), 'utf8')) as Meta;
  const folder = openFolder(path);
  const temporary = `${within(folder, path)}.haetae-${process.pid}`;
  const kept = openSync(join(state, 'file'), O_RDONLY | O_NOFOLLOW);
  let lost: readonly string[] = [];
  try {
    if (existsSync(within(folder, path))) throw new Refused('not-undoable', `${path} is there again`);
    if (hashOf(kept) !== meta.sha256) throw new Refused('not-undoable', 'what was kept is damaged');
    copyOut(kept, temporary);
    const made = openSync(temporary, O_RDONLY | O_NOFOLLOW);
    try {
      fchownSync(made, meta.uid, meta.gid);
      fchmodSync(made, meta.mode);
      // Behind the owner: a change of it takes capabilities away.
      lost = attributes?.write(made, meta.attributes) ?? meta.attributes.map(([name]) => name);
      futimesSync(made, meta.atimeMs / 1000, meta.mtimeMs / 1000);
      fsyncSync(made);
    } finally {
      closeSync(made);
    }
    // A second name, and the first taken away: it fails where somebody was quicker.
    linkSync(temporary, within(folder, path));
  } finally {
    if (existsSync(temporary)) unlinkSync(temporary);
    closeSync(kept);
    closeSync(folder);
  }
  return lost;
}

/** A copy of a plain file for a collection; it is left as it is. */
export function copyPlain(path: string, to: string): void {
  const opened = openPlain(path, '');
  try {
    copyOut(opened.file, to);
  } finally {
    opened.close();
  }
}
