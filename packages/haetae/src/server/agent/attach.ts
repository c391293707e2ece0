import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { acceptor, CLOSE, CONNECT_PATH, type Identity, SUBPROTOCOL } from '@haetae/agent/protocol';
import type { Parts } from '../context.ts';
import { plainAddress } from '../http/networks.ts';
import { serveAgent } from './connection.ts';
import type { AgentHub } from './hub.ts';

export interface AgentListening {
  /** Agents are told to come again. */
  close(): void;
}

/** Connections that say nothing of who they are yet. */
const MOST_STRANGERS = 200;

/** Who does not answer a close is cut off. */
const GRACE_MS = 500;

/** Answers upgrades of the listening socket: agents at {@link CONNECT_PATH}, nobody else. */
export function attachAgents(
  server: Server,
  parts: Parts,
  hub: AgentHub,
  identity: Identity,
  config: () => { readonly version: string; readonly config: unknown } | undefined,
): AgentListening {
  const accepting = acceptor();
  const sockets = new Set<Duplex>();
  let strangers = 0;
  let isClosing = false;
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Whoever resets the connection meanwhile is no error of ours.
    socket.on('error', () => socket.destroy());
    const address = plainAddress(request.socket.remoteAddress ?? '127.0.0.1');
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
    const reason = refusal(request, offered) ?? (isClosing || strangers >= MOST_STRANGERS ? UNAVAILABLE : undefined);
    if (reason !== undefined) {
      socket.end(`HTTP/1.1 ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    strangers++;
    let isStranger = true;
    const known = (): void => {
      if (isStranger) strangers--;
      isStranger = false;
    };
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      known();
    });
    const plain = request.socket;
    const binding =
      plain instanceof TLSSocket
        ? plain.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('base64url')
        : '';
    void accepting
      .accept(request, socket, head)
      .then((link) => serveAgent(link, { parts, hub, identity, address, binding, config, known }));
  };
  server.on('upgrade', upgrade);
  return {
    close() {
      isClosing = true;
      for (const [, connection] of hub.all()) connection.close(CLOSE.restart, 'restart');
      accepting.close();
      setTimeout(() => sockets.forEach((socket) => socket.destroy()), GRACE_MS).unref();
    },
  };
}

const UNAVAILABLE = '503 Service Unavailable';

/** The status line for who is no agent of ours; undefined for one that may be. */
function refusal(request: IncomingMessage, offered: readonly string[]): string | undefined {
  if (request.url !== CONNECT_PATH) return '404 Not Found';
  // A browser's page names its origin, and agents have none: no page of any site speaks here.
  if (request.headers.origin !== undefined) return '403 Forbidden';
  return request.method === 'GET' && offered.includes(SUBPROTOCOL) ? undefined : '400 Bad Request';
}
