import { readIdentity } from '@haetae/agent/protocol';
import {
  type Bounds,
  builtinPlaybooks,
  DEFAULT_BOUNDS,
  type PlaybookFile,
  readPlaybooks,
} from '../../../respond/index.ts';
import type { Log, RunningServer } from '../../../server/index.ts';
import type { Store } from '../../../store/index.ts';
import { ResponseDesk, type ResponseDeskParts } from './desk.ts';

export interface RespondOptions {
  /** PEM of the key that commands are signed with, kept apart from the server's data; without it nothing is ever sent. */
  readonly key?: string;
  readonly automatic: boolean;
  /** Beside the built-in ones. */
  readonly playbooks: readonly PlaybookFile[];
  readonly builtin: boolean;
  readonly bounds: Bounds;
  /** Hosts from which accounts of domains are disabled, by the domain in lower case. */
  readonly executors?: ReadonlyMap<string, string>;
}

export interface OpenResponses {
  readonly desk: ResponseDesk;
  /** '' without a key. */
  readonly publicKey: string;
  close(): void;
}

export const PLANS_ONLY: RespondOptions = { automatic: false, playbooks: [], builtin: true, bounds: DEFAULT_BOUNDS };

const SWEEP_MS = 10_000;

/** How agents of several servers are reached. */
export type Reach = Pick<ResponseDeskParts, 'send' | 'connected'>;

/** The desk of a server; `server`: once it runs. `elsewhere`: agents may be connected to others. */
export async function openResponses(
  store: Store,
  { key, automatic, playbooks, builtin, bounds, executors }: RespondOptions,
  {
    now,
    log,
    server,
    elsewhere,
  }: {
    readonly now: () => number;
    readonly log: Log;
    readonly server: () => RunningServer | undefined;
    readonly elsewhere: Reach | undefined;
  },
): Promise<OpenResponses> {
  const identity = key === undefined ? undefined : readIdentity(key);
  const book = readPlaybooks([...(builtin ? builtinPlaybooks() : []), ...playbooks]);
  for (const { severity, file, line, code, about } of book.problems)
    if (severity === 'error')
      log({ level: 'warn', message: 'a playbook has an error and plans nothing', file, line, code, about });
  const desk = new ResponseDesk({
    ...{ store, now, log, bounds, automatic, playbooks: book.playbooks, key: identity },
    ...(executors !== undefined && { executors }),
    shared: elsewhere !== undefined,
    ...(elsewhere ?? {
      send: async (agent, signed) => server()?.parts.agents.send(agent, signed) ?? false,
      connected: async () => ({ has: (agent) => server()?.parts.agents.presence(agent)?.connected === true }),
    }),
  });
  await desk.start();
  const timer = setInterval(() => {
    desk.sweep().catch((error: unknown) => log({ level: 'error', message: 'responses were not swept', error }));
  }, SWEEP_MS);
  timer.unref();
  return { desk, publicKey: identity?.publicKey ?? '', close: () => clearInterval(timer) };
}
