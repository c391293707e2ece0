import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../../store/index.ts';

/**
 * Makes a folder and those above it, for its owner alone. Node's own recursion never ends where a file system says that a folder
 * is not there which it does not let one make. Rejects as a store that cannot be used.
 */
export function makeFolder(path: string): void {
  try {
    make(path);
  } catch (error) {
    throw new StoreError('damaged', (error as Error).message, { cause: error });
  }
}

function make(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) make(parent);
  mkdirSync(path, { mode: 0o700 });
}
