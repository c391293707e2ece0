import { cut, type Words } from '../locale/index.ts';
import type { Out } from './console.ts';
import { bytes, count } from './numbers.ts';

/** How far a run has come. */
export interface Progress {
  readonly bytes: number;
  /** 0 when it is not known beforehand (standard input). */
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
  readonly events: number;
  /** undefined for commands that find nothing. */
  readonly findings?: number;
  readonly path: string;
}

const EVERY_MS = 100;
const BAR = 24;

/** One line on a terminal's stderr, rewritten at most ten times a second; nothing where there is no terminal. */
export class ProgressLine {
  readonly #out: Out;
  readonly #words: Words;
  readonly #now: () => number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(out: Out, words: Words, now: () => number) {
    this.#out = out;
    this.#words = words;
    this.#now = now;
  }

  show(progress: Progress): void {
    if (!this.#out.isTTY) return;
    const now = this.#now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#shown = true;
    this.#out.write(`\r\u001b[2K${cut(line(progress, this.#words), this.#out.columns - 1)}`);
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (this.#shown) this.#out.write('\r\u001b[2K');
    this.#shown = false;
  }
}

export function line(progress: Progress, words: Words): string {
  const { bytes: done, totalBytes, files, totalFiles, events, findings } = progress;
  const share = totalBytes === 0 ? 0 : Math.min(1, done / totalBytes);
  const filled = Math.round(share * BAR);
  const bar =
    totalBytes === 0
      ? bytes(done)
      : `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
  const parts = [
    `${words.progress.reading} ${bar}`,
    `${count(files)}/${count(totalFiles)} ${words.progress.files}`,
    `${count(events)} ${words.progress.events}`,
  ];
  if (findings !== undefined) parts.push(`${count(findings)} ${words.progress.findings}`);
  return `${parts.join(' · ')} · ${progress.path}`;
}
