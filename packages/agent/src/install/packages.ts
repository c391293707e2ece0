import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * koffi and its binary for this machine, where they are installed: what a copied program must find beside itself. Windows reads its logs by them;
 * Linux holds processes and attributes of files by them, where it responds.
 */
export function packagesBeside(
  program: string,
  platform: string,
  respond: boolean,
): readonly { name: string; path: string }[] {
  if (platform !== 'win32' && !respond) return [];
  const found: { name: string; path: string }[] = [];
  const { resolve } = createRequire(program);
  for (const name of ['koffi', `@koromix/koffi-${platform}-${process.arch}`]) {
    for (const folder of resolve.paths(name) ?? []) {
      if (!existsSync(join(folder, name, 'package.json'))) continue;
      found.push({ name, path: dirname(join(folder, name, 'package.json')) });
      break;
    }
  }
  return found;
}
