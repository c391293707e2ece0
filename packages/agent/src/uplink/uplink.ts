import { CLOSE, CONNECT_PATH, dial } from '../protocol/index.ts';
import type { ServerAt } from '../respond/steps/step.ts';
import { openSocket, type TlsTrust } from './connect.ts';
import { backoffMs } from './pace.ts';
import { SessionEnded, type SessionParts, session } from './session.ts';

export interface UplinkOptions extends SessionParts {
  readonly server: URL;
  readonly trust: TlsTrust;
  /** In [0, 1). */
  readonly random: () => number;
  /** Where to ask for the server in place of its name; undefined for by its name. */
  readonly pinned?: () => ServerAt | undefined;
  /** The connection leads there. */
  readonly reached?: (server: ServerAt) => void;
  /** The connection is lost, and when the next try is; or there was none. */
  readonly lost: (error: Error, againMs: number) => void;
}

/** Whom the server has shut out need not ask every minute. */
const REFUSED_MS = 10 * 60_000;

/** Keeps one connection to the server, begun by this side, until the signal ends it. Never throws: what fails is told and tried again. */
export async function uplink(options: UplinkOptions, signal: AbortSignal): Promise<void> {
  const { server, trust, random, clock, lost } = options;
  const url = new URL(CONNECT_PATH, server);
  let attempt = 0;
  while (!signal.aborted) {
    try {
      const { socket, binding } = await openSocket(url, trust, options.pinned?.()?.address);
      const { remoteAddress, remotePort } = socket;
      if (remoteAddress !== undefined && remotePort !== undefined)
        options.reached?.({ address: remoteAddress.replace(/^::ffff:/, ''), port: remotePort });
      const link = await dial(`${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}${url.pathname}`, socket);
      const opened = (): void => {
        attempt = 0;
        options.opened();
      };
      await session(link, binding, { ...options, opened }, signal);
    } catch (error) {
      const isRefused =
        error instanceof SessionEnded && (error.code === CLOSE.revoked || error.code === CLOSE.unauthorised);
      const wait = isRefused ? REFUSED_MS - random() * (REFUSED_MS / 2) : backoffMs(attempt++, random);
      lost(error as Error, wait);
      await clock.sleep(wait, signal);
    }
  }
}
