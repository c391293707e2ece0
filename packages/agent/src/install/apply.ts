import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Step } from './plan.ts';

/** Does the steps one after the other; the first that fails throws, with what the program said. */
export function apply(steps: readonly Step[], done: (step: Step) => void): void {
  for (const step of steps) {
    if (step.kind === 'file') {
      writeFileSync(step.path, step.text, { mode: step.mode });
      if (process.platform !== 'win32') chmodSync(step.path, step.mode);
    } else if (step.kind === 'copy') {
      mkdirSync(dirname(step.to), { recursive: true, mode: 0o700 });
      cpSync(step.from, step.to, { recursive: true, dereference: true });
    } else {
      const [program, ...args] = step.argv;
      try {
        execFileSync(program!, args, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true });
      } catch (error) {
        const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
        throw new Error(`${step.argv.join(' ')}: ${said || (error as Error).message}`, { cause: error });
      }
    }
    done(step);
  }
}

/** A command as a person would type it. */
export function shown(argv: readonly string[], platform: string): string {
  return argv
    .map((word) => {
      if (/^[\w./:=@\\+-]+$/.test(word) && (platform === 'win32' || !word.includes('\\'))) return word;
      return platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
    })
    .join(' ');
}
