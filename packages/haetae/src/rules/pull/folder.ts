import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { createBasket, type Fetched } from './fetched.ts';

/** The rule files below a folder. Links are not followed. */
export function fromFolder(folder: string, folders: readonly string[]): Fetched {
  const basket = createBasket(folders);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split(sep).join('/');
    const kind = entry.isSymbolicLink() ? 'link' : 'file';
    if (basket.wants({ path, size: kind === 'link' ? 0 : statSync(file).size, kind }))
      basket.put(path, readFileSync(file));
  }
  return { origin: { kind: 'folder', url: folder }, files: basket.files, leftOut: basket.leftOut };
}
