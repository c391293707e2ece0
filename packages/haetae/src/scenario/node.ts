/** What of this room touches the disk: campaigns in files, emissions into a folder. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CampaignFile } from './campaign/read.ts';
import type { PutBytes } from './render/files.ts';

/** The folder of the built-in ones: the same whether this runs as source, compiled or bundled. */
const BUILTIN = fileURLToPath(new URL('../../content/scenarios/', import.meta.url));

export const builtinCampaigns = (): CampaignFile[] =>
  yamlFiles(BUILTIN).map((path) => ({ path: `builtin/${path}`, text: readFileSync(join(BUILTIN, path), 'utf8') }));

/** A file, or all below a folder; undefined where there is nothing. */
export function campaignsAt(path: string): CampaignFile[] | undefined {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    return undefined;
  }
  const files = isFolder ? yamlFiles(path).map((one) => join(path, one)) : [path];
  return files.length === 0 ? undefined : files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
}

const yamlFiles = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => /\.ya?ml$/i.test(path))
    .map((path) => path.split(sep).join('/'))
    .sort();

/** Files of a folder that is made when it is not there; an existing file is written anew. */
export function folderOf(path: string): { readonly put: PutBytes; close(): string[] } {
  mkdirSync(path, { recursive: true });
  const open = new Map<string, { readonly fd: number; end: number }>();
  return {
    put(name, bytes, at) {
      let file = open.get(name);
      if (file === undefined) {
        file = { fd: openSync(join(path, name), 'w'), end: 0 };
        open.set(name, file);
      }
      const data = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
      const offset = at ?? file.end;
      for (let done = 0; done < data.length; )
        done += writeSync(file.fd, data, done, data.length - done, offset + done);
      file.end = Math.max(file.end, offset + data.length);
    },
    close() {
      for (const { fd } of open.values()) closeSync(fd);
      return [...open.keys()].sort();
    },
  };
}
