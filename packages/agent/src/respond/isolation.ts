import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeWhole } from '../spool/files.ts';
import type { ServerAt } from './steps/step.ts';

/** An isolation that is in force: written before the first rule is, so that whoever starts next knows of it, and of when it ends. */
export interface Isolation {
  readonly command: string;
  /** Who stays reachable: while it is in force the server is asked at this very address, since no name is resolved. */
  readonly server: ServerAt;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** False until the self-test held: found so by a start, it is taken back. */
  readonly isProven: boolean;
}

export class IsolationFile {
  readonly #path: string;
  /** Lies there while somebody at the host wants it to end: whoever enforces it looks every second. */
  readonly #release: string;
  constructor(folder: string) {
    this.#path = join(folder, 'isolation.json');
    this.#release = join(folder, 'release');
  }
  read(): Isolation | undefined {
    const text = readIfThere(this.#path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Isolation;
    } catch {
      // Written whole or not at all, unless somebody else wrote it: what it may have said is over.
      return { command: '', server: { address: '127.0.0.1', port: 1 }, sinceMs: 0, untilMs: 0, isProven: false };
    }
  }
  write(isolation: Isolation): void {
    writeWhole(this.#path, `${JSON.stringify(isolation)}\n`);
  }
  remove(): void {
    rmSync(this.#path, { force: true });
    rmSync(this.#release, { force: true });
  }
  askRelease(): void {
    writeWhole(this.#release, '');
  }
  get isReleaseAsked(): boolean {
    return existsSync(this.#release);
  }
}
