import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { Token } from '../../../store/index.ts';
import type { Parts } from '../../context.ts';
import { plainAddress } from '../../http/networks.ts';
import type { TlsFiles } from '../../listen.ts';
import { acceptFrame } from '../gate.ts';
import { octetCounted, SyslogFraming } from './framing.ts';

/** One socket for syslog. Syslog carries no token: the listener is bound to one, whose networks say who may send. */
export interface SyslogListener {
  readonly transport: 'tcp' | 'tls' | 'udp';
  readonly host: string;
  readonly port: number;
  /** Id of an ingest token. */
  readonly token: string;
  /** Of `tls`; with `ca`, senders must show a certificate of it. */
  readonly tls?: TlsFiles & { readonly ca?: string | Buffer };
}

export interface SyslogRunning {
  readonly port: number;
  close(): Promise<void>;
}

/** Datagrams are gathered for so long, and wait for the log up to so many bytes; UDP has no way to ask a sender to wait. */
const GATHER_MS = 50;
const UDP_WAITING = 16 * 1024 * 1024;
const RETRY_MS = 1000;
const CONNECTIONS = 5000;

export async function startSyslog(listener: SyslogListener, parts: Parts): Promise<SyslogRunning> {
  return listener.transport === 'udp' ? startUdp(listener, parts) : startTcp(listener, parts);
}

async function allowed(listener: SyslogListener, parts: Parts, address: string): Promise<Token | undefined> {
  const shown = await parts.tokens.byId(listener.token, address);
  if (shown.kind === 'token') return shown.token;
  parts.counts.refused.add({ why: shown.kind === 'refused' ? shown.why : 'none' });
  return undefined;
}

async function startTcp(listener: SyslogListener, parts: Parts): Promise<SyslogRunning> {
  const open = new Set<Socket>();
  const closing = new AbortController();
  const take = (socket: Socket): void => {
    open.add(socket);
    socket.setKeepAlive(true, 60_000);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    void receive(socket, listener, parts, closing.signal).catch((error: unknown) => {
      parts.log({ level: 'error', message: 'a syslog connection failed', error });
      socket.destroy();
    });
  };
  const { tls } = listener;
  const server: Server =
    tls === undefined
      ? createTcp(take)
      : createTls(
          {
            ...tls,
            minVersion: 'TLSv1.2',
            handshakeTimeout: 10_000,
            requestCert: tls.ca !== undefined,
            rejectUnauthorized: tls.ca !== undefined,
          },
          take,
        );
  server.on('tlsClientError', (error: Error) =>
    parts.log({ level: 'debug', message: 'a TLS handshake of syslog failed', error }),
  );
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listener.port, listener.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Reads on only when what was read is durable: a busy or full server makes the sender's socket wait. */
async function receive(socket: Socket, listener: SyslogListener, parts: Parts, closing: AbortSignal): Promise<void> {
  const address = plainAddress(socket.remoteAddress ?? '');
  const framing = new SyslogFraming();
  let told = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const token = await allowed(listener, parts, address);
    if (token === undefined) {
      parts.log({ level: 'warn', message: 'syslog from an address that may not send', address });
      socket.destroy();
      return;
    }
    await keep(framing.push(chunk), token, address, parts, closing);
    if (framing.tooLong > told) {
      told = framing.tooLong;
      parts.counts.refused.add({ why: 'too-long' });
      parts.log({ level: 'warn', message: 'a syslog message was too long and is lost', address });
    }
  }
  const token = await allowed(listener, parts, address);
  if (token !== undefined) await keep(framing.end(), token, address, parts, closing);
}

/** Tries until it is durable; undefined tries are the end of the server, after which the sender sends again. */
async function keep(
  messages: readonly Buffer[],
  token: Token,
  address: string,
  parts: Parts,
  closing: AbortSignal,
): Promise<void> {
  if (messages.length === 0) return;
  const frame = { format: 'syslog', bytes: octetCounted(messages), items: messages.length };
  while (!closing.aborted) {
    const outcome = await acceptFrame(parts, 'syslog', address, token, frame);
    if (outcome.kind === 'durable') return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function startUdp(listener: SyslogListener, parts: Parts): Promise<SyslogRunning> {
  const socket: UdpSocket = createSocket({
    type: listener.host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: 4 << 20,
  });
  const waiting = new Map<string, Buffer[]>();
  const closing = new AbortController();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const flush = (): void => {
    timer = undefined;
    const senders = [...waiting];
    waiting.clear();
    running = running
      .then(async () => {
        for (const [address, messages] of senders) {
          const token = await allowed(listener, parts, address);
          if (token !== undefined) await keep(messages, token, address, parts, closing.signal);
          bytes -= messages.reduce((sum, message) => sum + message.length, 0);
        }
      })
      .catch((error: unknown) => parts.log({ level: 'error', message: 'syslog over UDP failed', error }));
  };
  socket.on('message', (message, from) => {
    if (message.length === 0) return;
    if (bytes + message.length > UDP_WAITING) {
      parts.counts.refused.add({ why: 'udp-full' });
      return;
    }
    bytes += message.length;
    const address = plainAddress(from.address);
    const messages = waiting.get(address);
    if (messages === undefined) waiting.set(address, [message]);
    else messages.push(message);
    timer ??= setTimeout(flush, GATHER_MS);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(listener.port, listener.host, resolve);
  });
  socket.on('error', (error) => parts.log({ level: 'error', message: 'the syslog socket failed', error }));
  return {
    port: socket.address().port,
    async close() {
      clearTimeout(timer);
      flush();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      const patience = setTimeout(() => closing.abort(), 2000);
      await running;
      clearTimeout(patience);
    },
  };
}
