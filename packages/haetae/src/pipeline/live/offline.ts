import { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { openStore, StoreError, type Token } from '../../store/index.ts';
import { type Control, readControl } from './control.ts';
import { makeFolder } from './folder.ts';
import { makeToken, revokeToken, type TokenWanted } from './tokens.ts';

/** A token as it is shown: without its hash. */
export type TokenRow = Omit<Token, 'hash' | 'usesLeft'>;

/** Tokens, wherever they are asked for. */
export interface TokenBook {
  create(wanted: TokenWanted): Promise<{ readonly token: TokenRow; readonly secret: string }>;
  list(): Promise<readonly TokenRow[]>;
  revoke(id: string): Promise<void>;
}

/**
 * Does something with the tokens of a data directory: through the server that has it open, by the file that it left there,
 * or with the store itself. Rejects with `locked` when somebody has it open who cannot be reached.
 */
export async function tokensAt<T>(directory: string, task: (tokens: TokenBook) => Promise<T>): Promise<T> {
  const control = await readControl(directory);
  if (control !== undefined && (await isThere(control))) return task(tokensOver(control));
  makeFolder(directory);
  const store = await openStore({ directory: join(directory, 'store') });
  try {
    return await task({
      async create(wanted) {
        const { token, secret } = await makeToken(store, wanted, Date.now());
        return { token: shown(token), secret };
      },
      list: async () => (await store.tokens.list()).map(shown),
      revoke: async (id) => void (await revokeToken(store, id, Date.now())),
    });
  } finally {
    await store.close();
  }
}

const shown = ({ hash: _, usesLeft: __, ...token }: Token): TokenRow => token;

function tokensOver(control: Control): TokenBook {
  return {
    async create({ role, ...wanted }) {
      const body = { ...wanted, ...(role !== null && { role }) };
      return (await ask(control, 'POST', '/api/tokens', body)) as { token: TokenRow; secret: string };
    },
    list: async () => (await ask(control, 'GET', '/api/tokens')) as TokenRow[],
    revoke: async (id) => void (await ask(control, 'DELETE', `/api/tokens/${encodeURIComponent(id)}`)),
  };
}

const isThere = (control: Control): Promise<boolean> =>
  ask(control, 'GET', '/healthz').then(
    () => true,
    () => false,
  );

const PATIENCE_MS = 10_000;

/** One request to a server of this machine, which must show the certificate that it wrote down. */
function ask({ url, secret, certificate }: Control, method: string, path: string, body?: object): Promise<unknown> {
  const at = new URL(path, url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const options = {
    method,
    timeout: PATIENCE_MS,
    // A connection of its own each time: one that is used again shows no certificate.
    agent: false,
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
    // Held against the certificate that the server wrote down, which its own authority need not be known for.
    ...(certificate !== null && { rejectUnauthorized: false }),
  };
  return new Promise((resolve, reject) => {
    const request = (at.protocol === 'https:' ? httpsRequest : httpRequest)(at, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString('utf8');
        if (response.statusCode! < 300) resolve(answer === '' ? undefined : JSON.parse(answer));
        else reject(new StoreError('invalid', reasonOf(answer) ?? `${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => reject(new StoreError('locked', error.message)));
    if (certificate === null) request.end(text);
    else
      request.on('socket', (socket) =>
        socket.once('secureConnect', () => {
          const shown = (socket as TLSSocket).getPeerX509Certificate();
          if (shown?.fingerprint256 === new X509Certificate(certificate).fingerprint256) request.end(text);
          else request.destroy(new Error('another certificate than that of the server'));
        }),
      );
  });
}

function reasonOf(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { error?: { message?: string } }).error?.message;
  } catch {
    return undefined;
  }
}
