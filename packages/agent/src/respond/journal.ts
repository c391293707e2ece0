import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CommandOutcome, MOST_COMMAND_MS, type Order } from '../protocol/index.ts';
import { syncFolder, writeWhole } from '../spool/files.ts';

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
  | { readonly kind: 'acked'; readonly command: string; readonly number: number }
  /** Of outcomes that the server has: the next one counts on from here. */
  | { readonly kind: 'number'; readonly command: string; readonly number: number };

/** What is written behind this is a new file; the one before is kept beside it, for people. */
const MOST_BYTES = 1024 * 1024;
/** Good for minutes, a command is over long before this, by any clock that is not far off. */
const KNOWN_MS = 30 * 24 * 3_600_000 + MOST_COMMAND_MS;

/**
 * What this host was told to do and did. A line is on the disk before what it announces is done, so that a command that was begun is not
 * begun again after a crash. A last line that a crash cut off is passed over. A file that grew large is written anew, with what still counts.
 */
export class Journal {
  readonly #path: string;
  readonly #now: () => number;
  #mostBytes: number;
  #bytes: number;
  /** When each was taken. */
  readonly #taken = new Map<string, number>();
  readonly #undoable = new Map<string, Order>();
  readonly #outcomes = new Map<string, CommandOutcome>();
  readonly #numbers = new Map<string, number>();
  #file: number;

  constructor(path: string, now: () => number, mostBytes = MOST_BYTES) {
    this.#path = path;
    this.#now = now;
    this.#mostBytes = mostBytes;
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
    this.#bytes = Buffer.byteLength(text);
    if (text !== '' && !text.endsWith('\n')) writeSync(this.#file, '\n');
    syncFolder(dirname(path));
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
    this.#bytes += writeSync(this.#file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#file);
    this.#apply(line);
    if (this.#bytes > this.#mostBytes) this.#writeAnew();
  }

  /** Whole under its name at every moment: a crash leaves the one or the other. */
  #writeAnew(): void {
    const nowMs = this.#now();
    for (const [id, atMs] of this.#taken)
      if (nowMs - atMs > KNOWN_MS && !this.#undoable.has(id)) {
        this.#taken.delete(id);
        this.#numbers.delete(id);
      }
    const lines: JournalLine[] = [
      ...[...this.#taken].map(([id, atMs]): JournalLine => ({ kind: 'taken', id, atMs, by: [], does: {} })),
      ...[...this.#undoable].map(([id, order]): JournalLine => ({ kind: 'undoable', id, order })),
      ...[...this.#numbers].map(([command, number]): JournalLine => ({ kind: 'number', command, number })),
      ...[...this.#outcomes.values()].map((outcome): JournalLine => ({ kind: 'outcome', outcome })),
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const before = `${this.#path}.1`;
    closeSync(this.#file);
    try {
      rmSync(before, { force: true });
      linkSync(this.#path, before);
      writeWhole(this.#path, text);
      this.#bytes = Buffer.byteLength(text);
    } finally {
      this.#file = openSync(this.#path, 'a', 0o600);
    }
    // What counts may itself be much: it is not written again with every command.
    this.#mostBytes = Math.max(this.#mostBytes, 2 * this.#bytes);
  }

  close(): void {
    closeSync(this.#file);
    this.#file = -1;
  }

  #apply(line: JournalLine): void {
    switch (line.kind) {
      case 'taken':
        this.#taken.set(line.id, line.atMs);
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
        this.#count(command, number);
        break;
      }
      case 'number':
        this.#count(line.command, line.number);
        break;
      case 'acked':
        this.#outcomes.delete(`${line.command}/${line.number}`);
        break;
      default:
        line satisfies never;
    }
  }

  #count(command: string, number: number): void {
    this.#numbers.set(command, Math.max(number, this.#numbers.get(command) ?? 0));
  }
}
