import { closeSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ansis } from 'ansis';
import type { Words } from '../locale/index.ts';

/** What a command needs of the world: streams, the clock, the words, the wish to stop. Tests pass their own. */
export interface Console {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly words: Words;
  readonly version: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Sets the exit status of the process; `now` ends it, whatever it still waits for. */
  exit(code: number, when?: 'now'): void;
}

export interface Out {
  /** Takes all of it before it returns; bytes may be reused afterwards. */
  write(text: string | Uint8Array): void;
  /** True once nobody reads any more (`| head`): what is written is dropped, and there is no point in going on. */
  readonly gone: boolean;
  readonly isTTY: boolean;
  /** Columns of the terminal; 100 where there is none. */
  readonly columns: number;
  readonly color: Ansis;
}

/** NO_COLOR and FORCE_COLOR as https://no-color.org says; without them, colour on a terminal only. */
export function wantsColor(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/**
 * Stdout or stderr of the process. A terminal is written through Node, which knows how to speak Unicode to a Windows
 * console; a pipe or file straight to its descriptor, so that a slow reader holds us back and memory stays bounded.
 */
export function processOut(
  stream: NodeJS.WriteStream & { readonly fd: number },
  env: Readonly<Record<string, string | undefined>>,
): Out {
  const isTTY = stream.isTTY === true;
  let gone = false;
  return {
    isTTY,
    columns: isTTY ? (stream.columns ?? 100) : 100,
    color: new Ansis(wantsColor(isTTY, env) ? 2 : 0),
    get gone() {
      return gone;
    },
    write(text) {
      if (gone || text.length === 0) return;
      if (isTTY) {
        stream.write(text);
        return;
      }
      try {
        writeAll(stream.fd, text);
      } catch (error) {
        if (!isGone(error)) throw error;
        gone = true;
      }
    },
  };
}

/** A file that appears under its name only when it is whole. */
export interface OutFile extends Out {
  /** Puts the file in its place. */
  commit(): void;
  /** Takes away what was written; nothing after {@link commit}. */
  discard(): void;
}

/** Throws the system's error when the file cannot be made. */
export function fileOut(path: string): OutFile {
  const folder = mkdtempSync(join(dirname(path), '.haetae-'));
  const temporary = join(folder, basename(path));
  const fd = openSync(temporary, 'wx', 0o600);
  let open = true;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  return {
    isTTY: false,
    columns: 100,
    gone: false,
    color: new Ansis(0),
    write: (text) => writeAll(fd, text),
    commit() {
      close();
      renameSync(temporary, path);
      rmSync(folder, { recursive: true, force: true });
    },
    discard() {
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

function writeAll(fd: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(PAUSE, 0, 0, 2); // a pipe that its owner made non-blocking, and that is full
    }
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'EOF' || code === 'ECONNRESET';
}
