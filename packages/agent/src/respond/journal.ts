import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CommandOutcome, Order } from '../protocol/index.ts';
import { syncFolder } from '../spool/files.ts';

/** One line of what became of commands at this host. */
export type JournalLine =
  /** It is about to be carried out: from now on it is known, and never taken again. */
  | {
      readonly kind: 'taken';
      readonly id: string;
      readonly atMs: number;
      readonly by: readonly string[];
      readonly does: object;
    }
  /** What undo needs besides the folder of the command's state. */
  | { readonly kind: 'undoable'; readonly id: string; readonly order: Order }
  | { readonly kind: 'undone'; readonly id: string }
  | { readonly kind: 'outcome'; readonly outcome: CommandOutcome }
  | { readonly kind: 'acked'; readonly command: string; readonly number: number };

/**
 * What this host was told to do and did, in a file that only grows. A line is on the disk before what it announces is done, so that a
 * command that was begun is not begun again after a crash. A last line that a crash cut off is passed over.
 */
export class Journal {
  readonly #path: string;
  readonly #taken = new Set<string>();
  readonly #undoable = new Map<string, Order>();
  readonly #outcomes = new Map<string, CommandOutcome>();
  readonly #numbers = new Map<string, number>();
  #file: number;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const line of text.split('\n')) {
      if (line === '') continue;
      try {
        this.#apply(JSON.parse(line) as JournalLine);
      } catch {
        // Cut off by a crash: what it announced was not begun.
      }
    }
    this.#file = openSync(path, 'a', 0o600);
    if (text !== '' && !text.endsWith('\n')) writeSync(this.#file, '\n');
    syncFolder(dirname(path));
  }

  get path(): string {
    return this.#path;
  }

  knows(id: string): boolean {
    return this.#taken.has(id);
  }

  /** The order of a command that can be taken back. */
  undoable(id: string): Order | undefined {
    return this.#undoable.get(id);
  }

  /** Outcomes that the server does not have yet, in order. */
  waiting(): CommandOutcome[] {
    return [...this.#outcomes.values()];
  }

  nextNumber(command: string): number {
    return (this.#numbers.get(command) ?? 0) + 1;
  }

  add(line: JournalLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#file);
    this.#apply(line);
  }

  close(): void {
    closeSync(this.#file);
    this.#file = -1;
  }

  #apply(line: JournalLine): void {
    switch (line.kind) {
      case 'taken':
        this.#taken.add(line.id);
        break;
      case 'undoable':
        this.#undoable.set(line.id, line.order);
        break;
      case 'undone':
        this.#undoable.delete(line.id);
        break;
      case 'outcome': {
        const { command, number } = line.outcome;
        this.#outcomes.set(`${command}/${number}`, line.outcome);
        this.#numbers.set(command, Math.max(number, this.#numbers.get(command) ?? 0));
        break;
      }
      case 'acked':
        this.#outcomes.delete(`${line.command}/${line.number}`);
        break;
      default:
        line satisfies never;
    }
  }
}
