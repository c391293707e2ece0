import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Serve, serve } from '../chaos/serve.ts';
import { FAR, type Far } from './far.ts';
import { freePort } from './kafka.ts';

export interface FleetPlace {
  readonly folder: string;
  readonly bus: string;
  readonly store: string;
  /** Of every server. */
  readonly args: readonly string[];
}

/** Rules may have to be compiled first, by several at once. */
export const READY_MS = 240_000;

/** A rule: without one a server is not ready. */
export const SHADOWS = `title: Shadow copies deleted
id: 6f1b2b0a-0000-4000-8000-000000000001
status: test
level: high
logsource: { product: windows, category: process_creation }
detection:
  selection:
    Image|endswith: '\\vssadmin.exe'
    CommandLine|contains|all: [delete, shadows]
  condition: selection
tags: [attack.t1490]
`;

/** One of several servers, which can be killed and comes back as what it was. */
export interface Server {
  readonly name: string;
  readonly data: string;
  readonly url: string;
  readonly running: Serve;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** `far`: behind a wire, with the command that runs something there; it is seen here all the same. */
export async function server(
  role: string,
  name: string,
  { folder, bus, store, args }: FleetPlace,
  far?: Far,
): Promise<Server> {
  const [data, port] = [join(folder, name), await freePort()];
  let running: Serve | undefined;
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
      running = await serve({ data, port, args: all, readyMs: READY_MS, within: far?.command ?? [] });
    },
    kill: () => running!.kill(),
  };
  await one.start();
  return one;
}
