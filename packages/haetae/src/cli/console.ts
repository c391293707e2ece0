import { Ansis } from 'ansis';
import type { Words } from '../locale/index.ts';

/** What a command needs of the world: streams, the clock, the words, the wish to stop. Tests pass their own. */
export interface Console {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly words: Words;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Sets the exit status of the process. */
  exit(code: number): void;
}

export interface Out {
  /** Resolves when the stream can take more. */
  write(text: string | Uint8Array): Promise<void>;
  readonly isTTY: boolean;
  /** Columns of the terminal; 100 where there is none. */
  readonly columns: number;
  readonly color: Ansis;
}

interface Stream {
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** NO_COLOR and FORCE_COLOR as https://no-color.org says; without them, colour on a terminal only. */
export function wantsColor(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/** A stream of the process. A reader that went away (`| head`) is no error: what is written afterwards is dropped. */
export function out(stream: Stream, env: Readonly<Record<string, string | undefined>>): Out {
  const isTTY = stream.isTTY === true;
  let gone = false;
  return {
    isTTY,
    columns: isTTY ? (stream.columns ?? 100) : 100,
    color: new Ansis(wantsColor(isTTY, env) ? 2 : 0),
    write: (text) =>
      new Promise((resolve, reject) => {
        if (gone || text.length === 0) return resolve();
        stream.write(text, (error) => {
          if (error === undefined || error === null) return resolve();
          if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return reject(error);
          gone = true;
          resolve();
        });
      }),
  };
}
