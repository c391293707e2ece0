import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pause, type Serve, serve } from '../chaos/serve.ts';
import { FAR, type Far } from './far.ts';
import { freePort } from './kafka.ts';

export interface FleetPlace {
  readonly folder: string;
  readonly bus: string;
  readonly store: string;
  /** Of every server. */
  readonly args: readonly string[];
  /** The command line of another version, with which they begin. */
  readonly program?: string;
}

/** Rules may have to be compiled first, by several at once. */
export const READY_MS = 240_000;

/** One of several servers, which can be killed and comes back as what it was. */
export interface Server {
  readonly name: string;
  readonly data: string;
  readonly url: string;
  readonly running: Serve;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Killed, and started again. */
  again(): Promise<void>;
  /** Ended as an administrator does it, and started by another version's program; resolves with how it ended. */
  become(program: string): Promise<number | null>;
}

/** `far`: behind a wire, with the command that runs something there; it is seen here all the same. */
export async function server(
  role: string,
  name: string,
  { folder, bus, store, args, program }: FleetPlace,
  far?: Far,
): Promise<Server> {
  const [data, port] = [join(folder, name), await freePort()];
  let running: Serve | undefined;
  let version = program;
  await far?.isSeen(port);
  const there = far === undefined ? [] : ['--host', FAR];
  onTestFinished(() => void running?.process.kill('SIGKILL'));
  const one = {
    name,
    data,
    url: `http://127.0.0.1:${port}`,
    get running() {
      return running!;
    },
    async start() {
      const all = [...args, ...there, '--role', role, '--bus', bus, '--store', store, '--lang', 'en', '--verbose'];
      running = await serve({
        ...{ data, port, args: all, readyMs: READY_MS, within: far?.command ?? [] },
        ...(version !== undefined && { program: version }),
      });
    },
    kill: () => running!.kill(),
    async again() {
      await one.kill();
      await one.start();
    },
    async become(program: string) {
      const code = await running!.stop();
      version = program;
      await one.start();
      return code;
    },
  };
  await one.start();
  return one;
}

/** The one of them whose turn it is to detect. */
export async function detecting(servers: readonly Server[], reader: string): Promise<Server> {
  for (;;) {
    for (const one of servers) {
      const text = await fetch(`${one.url}/metrics`, { headers: { authorization: `Bearer ${reader}` } }).then(
        (answer) => answer.text(),
        () => '',
      );
      if (/^haetae_detecting 1$/m.test(text)) return one;
    }
    await pause(200);
  }
}
