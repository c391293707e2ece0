import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export interface Tunnels {
  readonly port: number;
  /** Where it was asked to connect to, and by whom. */
  readonly asked: { readonly to: string; readonly login: string }[];
  close(): Promise<void>;
}

/** A proxy that makes tunnels (CONNECT) for whoever logs in. */
export async function proxyServer(user: string, password: string): Promise<Tunnels> {
  const asked: { to: string; login: string }[] = [];
  const sockets = new Set<net.Socket>();
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = http.createServer((_, response) => {
    response.writeHead(405);
    response.end();
  });
  server.on('connect', (request, near: net.Socket) => {
    const to = request.url ?? '';
    const login = request.headers['proxy-authorization'] ?? '';
    asked.push({ to, login });
    if (login !== wanted) {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${to}`);
    const far = net.connect(Number(port), hostname, () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
