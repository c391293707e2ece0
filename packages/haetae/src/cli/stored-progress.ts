import { cut } from '../locale/index.ts';
import type { Console } from './console.ts';
import { count } from './numbers.ts';

const EVERY_MS = 100;

/** How far a search or hunt is: one line on a terminal's stderr, rewritten. */
export class StoredProgress {
  readonly #console: Console;
  #shownAt = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(console: Console) {
    this.#console = console;
  }

  show(searched: number, total: number, found: number): void {
    const { stderr, words, now } = this.#console;
    if (!stderr.isTTY || now() - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now();
    this.#shown = true;
    const share = total === 0 ? 100 : Math.floor((searched / total) * 100);
    const { searching } = words.stored;
    const text = `${searching} ${share}% · ${count(searched)}/${count(total)} ${words.progress.events} · ${count(found)}`;
    stderr.write(`\r\u001b[2K${cut(text, stderr.columns - 1)}`);
  }

  clear(): void {
    if (this.#shown) this.#console.stderr.write('\r\u001b[2K');
    this.#shown = false;
  }
}
