import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { causeOf } from './channels/cause.ts';
import type { Connect, Post, World } from './channels/channel.ts';
import type { ReadSecret } from './config/secrets.ts';
import type { Clock } from './outbox/outbox.ts';

/** Before a connection stood: nothing went out. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EACCES|EPERM|UND_ERR_CONNECT_TIMEOUT|ERR_INVALID_URL|ERR_TLS.*|CERT_.*|.*_CERT.*|DEPTH_ZERO.*|UNABLE_TO_.*|SELF_SIGNED.*)$/;
const MOST_ANSWER = 64 * 1024;

/** The network, as it is. */
export const worldOf = (now: () => number): World => ({ now, connect, post: postBy(async () => fetch) });

/** The same for what goes over HTTP, through a proxy. */
export function worldThrough(proxy: string, now: () => number): World {
  let opened: Promise<{ readonly fetch: typeof fetch; readonly dispatcher: object }> | undefined;
  const open = (): NonNullable<typeof opened> => {
    opened ??= import('undici').then(({ ProxyAgent, fetch: ask }) => {
      const dispatcher = new ProxyAgent(proxy);
      return {
        dispatcher,
        fetch: ((url, init) => ask(url as never, { ...init, dispatcher } as never)) as typeof fetch,
      };
    });
    return opened;
  };
  const through = { fetch: async () => (await open()).fetch, dispatcher: async () => (await open()).dispatcher };
  return { now, connect, post: postBy(through.fetch), proxy: through };
}

/** A request that follows no redirect: what is signed for one address goes to no other. */
const postBy =
  (asker: () => Promise<typeof fetch>): Post =>
  async ({ url, headers, body, timeoutMs }) => {
    try {
      const ask = await asker();
      const answer = await ask(url, {
        method: 'POST',
        headers: { 'user-agent': 'haetae', ...headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        kind: 'answer',
        status: answer.status,
        body: (await answer.text().catch(() => '')).slice(0, MOST_ANSWER),
        retryAfterMs: retryAfterOf(answer.headers.get('retry-after'), Date.now()),
      };
    } catch (error) {
      const why = causeOf(error);
      return { kind: 'unreachable', why, sent: !UNSENT.test(why) };
    }
  };

/** Seconds, or a date. */
export function retryAfterOf(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  if (/^\s*\d{1,6}\s*$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(3_600_000, Math.max(0, at - nowMs));
}

export const connect: Connect = ({ host, port, tls, verify, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const socket: Socket = tls
      ? tlsConnect({ host, port, rejectUnauthorized: verify, ...(isIP(host) === 0 && { servername: host }) })
      : tcpConnect({ host, port });
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });

/** From the environment, or the first line of a file. */
export const readSecret: ReadSecret = ({ from, name }) => {
  if (from === 'env') return process.env[name]?.trim() || undefined;
  try {
    return readFileSync(name, 'utf8').split(/\r?\n/, 1)[0]?.trim() || undefined;
  } catch {
    return undefined;
  }
};

/** Longest a timer may be set for; it is set again. */
const LONGEST_MS = 2_000_000_000;

export const systemClock = (now: () => number): Clock => ({
  now,
  at(ms, what) {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      const wait = Math.max(0, ms - now());
      timer = setTimeout(() => (now() >= ms ? what() : set()), Math.min(wait, LONGEST_MS));
      timer.unref();
    };
    set();
    return () => clearTimeout(timer);
  },
});

/** The key by which buttons are signed: made when it is not there, read by its owner alone. */
export function buttonKey(path: string): Buffer {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    if (key.length === 32) return key;
  }
  const key = randomBytes(32);
  const file = openSync(`${path}.new`, 'w', 0o600);
  writeSync(file, `${key.toString('hex')}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  return key;
}
