import { request } from 'node:http';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** How the server's certificate is checked. */
export interface TlsTrust {
  /** PEM of the authority to trust in place of the system's. */
  readonly ca?: string;
  /** SHA-256 of the server's own certificate, hex: then nothing else is asked. */
  readonly fingerprint?: string;
  /** A proxy ends TLS before the server: signatures are not bound to the connection then. */
  readonly proxied?: boolean;
  /** Plain HTTP beyond this machine. Events and hosts' names can be read and changed on the way. */
  readonly insecure?: boolean;
}

export interface Connected {
  readonly socket: Socket;
  /** Of this TLS connection, as both its ends know it (RFC 9266). */
  readonly binding: string;
}

const TIMEOUT = 15_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export const plainFingerprint = (text: string): string => text.replace(/[^0-9a-fA-F]/g, '').toLowerCase();

/** `address`: where it is, in place of asking for its name. A connection whose other end is checked before a word is said. Rejects with why not. */
export function openSocket(url: URL, trust: TlsTrust, address?: string): Promise<Connected> {
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const host = address ?? name;
  if (!isSecure && !LOOPBACK.has(url.hostname) && trust.insecure !== true)
    return Promise.reject(new Error(`${url.protocol}//${url.host}: without TLS only this machine itself is spoken to`));
  return new Promise((resolve, reject) => {
    const socket = isSecure
      ? connectTls({
          host,
          port,
          ...(/[^\d.:]/.test(name) && { servername: name }),
          ...(trust.ca !== undefined && { ca: trust.ca }),
          rejectUnauthorized: trust.fingerprint === undefined,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
        })
      : connectPlain({ host, port });
    const failed = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(TIMEOUT, () => failed(new Error(`${url.host}: no answer in ${TIMEOUT / 1000} s`)));
    socket.once('error', failed);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (!isSecure) {
        socket.off('error', failed);
        resolve({ socket, binding: '' });
        return;
      }
      const tls = socket as TLSSocket;
      const shown = plainFingerprint(tls.getPeerCertificate().fingerprint256 ?? '');
      if (trust.fingerprint !== undefined && shown !== plainFingerprint(trust.fingerprint)) {
        failed(new Error(`${url.host}: the certificate is another one (SHA-256 ${shown})`));
        return;
      }
      socket.off('error', failed);
      resolve({ socket, binding: trust.proxied === true ? '' : bindingOf(tls) });
    });
  });
}

export const bindingOf = (socket: TLSSocket): string =>
  socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('base64url');

const MOST = 64 * 1024;

/** One request with a JSON body over a checked connection; what came back, whatever its status. */
export async function post(
  url: URL,
  trust: TlsTrust,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { socket } = await openSocket(url, trust);
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        method: 'POST',
        path: url.pathname,
        host: url.hostname,
        createConnection: () => socket,
        headers: {
          host: url.host,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(text)),
          connection: 'close',
          ...headers,
        },
      },
      (response) => {
        let said = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          said += piece;
          if (said.length > MOST) asked.destroy(new Error('the answer is too long'));
        });
        response.on('end', () => {
          let value: unknown;
          try {
            value = JSON.parse(said);
          } catch {
            value = undefined;
          }
          resolve({ status: response.statusCode ?? 0, body: value });
        });
      },
    );
    asked.setTimeout(TIMEOUT, () => asked.destroy(new Error(`${url.host}: no answer in ${TIMEOUT / 1000} s`)));
    asked.on('error', reject);
    asked.end(text);
  });
}
