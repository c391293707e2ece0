import { fileURLToPath } from 'node:url';
import type { MakeHands } from './hands.ts';
import { linuxHands } from './linux/hands.ts';
import { pidfds, procFolders } from './linux/process.ts';
import { runArgv } from './program.ts';
import { windowsHands } from './windows/hands.ts';

/** Beside the program where it was installed, else where the package has it. */
const SCRIPT = fileURLToPath(new URL('../scripts/haetae-respond.ps1', import.meta.url));

/** What does the steps on this system. */
export async function handsFor(platform: string): Promise<MakeHands> {
  if (platform === 'win32') return (parts) => windowsHands({ ...parts, run: runArgv, scriptPath: SCRIPT });
  const open = (await pidfds()) ?? procFolders;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return (parts) => linuxHands({ ...parts, open, run: runArgv, now: Date.now, sleep });
}
