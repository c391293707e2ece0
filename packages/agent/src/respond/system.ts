import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MakeHands } from './hands.ts';
import { linuxHands } from './linux/hands.ts';
import { pidfds, procFolders } from './linux/process.ts';
import { xattrs } from './linux/xattrs.ts';
import { runArgv } from './program.ts';
import { windowsHands } from './windows/hands.ts';

/** Beside the program where it was installed, else where the package has it; `bundle/` and `respond/` lie equally deep. */
export const scriptPath = (): string =>
  ['./haetae-respond.ps1', '../../scripts/haetae-respond.ps1']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path)) ?? '';

/** What does the steps on this system. */
export async function handsFor(platform: string): Promise<MakeHands> {
  if (platform === 'win32') return (parts) => windowsHands({ ...parts, run: runArgv, scriptPath: scriptPath() });
  const open = (await pidfds()) ?? procFolders;
  const attributes = await xattrs();
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return (parts) => linuxHands({ ...parts, open, attributes, run: runArgv, now: Date.now, sleep });
}
