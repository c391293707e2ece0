import { readFileSync } from 'node:fs';
import { BlockList, connect, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Refused } from './hands.ts';
import type { ServerAt } from './steps/step.ts';

/** Whether a TCP connection comes about within the time. */
export type Reach = (at: ServerAt, timeoutMs: number) => Promise<boolean>;

export const reach: Reach = ({ address, port }, timeoutMs) =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const done = (isReached: boolean): void => {
      socket.destroy();
      resolve(isReached);
    };
    socket.setTimeout(timeoutMs, () => done(false));
    socket.once('connect', () => done(true));
    // Refused by the other side: it was reached.
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
  });

export function parseAt(text: string): ServerAt | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  return isIP(address) === 0 ? undefined : { address, port: Number(port) };
}

/** Resolvers of this host. */
export function resolvers(): string[] {
  try {
    return [...readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^nameserver\s+(\S+)/gm)].map(
      ([, address]) => address!,
    );
  } catch {
    return [];
  }
}

/** Gateways by /proc/net/route: four bytes each, the last first. */
function gateways(): string[] {
  let text: string;
  try {
    text = readFileSync('/proc/net/route', 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[2] ?? '')
    .filter((hex) => /^[0-9A-F]{8}$/.test(hex) && hex !== '00000000')
    .map((hex) => [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.'));
}

/** Whether it is an address of this very host. */
export const isOwnAddress = (address: string): boolean =>
  /^127\.|^::1$/.test(address) ||
  Object.values(networkInterfaces()).some((all) => (all ?? []).some((one) => one.address === address));

/** Refuses what this host cannot do without: its networks, its resolvers, its gateways, our server. */
export function assertForeignAddress(address: string, server: ServerAt | undefined): void {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const own = new BlockList();
  for (const interfaces of Object.values(networkInterfaces()))
    for (const { cidr } of interfaces ?? []) {
      const [net, bits] = (cidr ?? '').split('/');
      if (net !== undefined && bits !== undefined && Number(bits) > 0)
        own.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4');
    }
  if (own.check(address, family)) throw new Refused('own-network', `${address} lies in a network of this host`);
  if (resolvers().includes(address)) throw new Refused('own-network', `${address} is this host's resolver`);
  if (gateways().includes(address)) throw new Refused('own-network', `${address} is this host's gateway`);
  if (server?.address === address) throw new Refused('own-network', `${address} is the server`);
}

const SERVER_MS = 5_000;
const PROBE_MS = 3_000;
const TRIES = 3;

/** Right after an isolation: the server must be reached, and the second address must not. All of it takes less than half a minute. */
export async function selfTest(
  reaches: Reach,
  server: ServerAt,
  probe: ServerAt | undefined,
): Promise<string | undefined> {
  let isReached = false;
  for (let i = 0; i < TRIES && !isReached; i++) isReached = await reaches(server, SERVER_MS);
  if (!isReached) return `the server cannot be reached (${server.address}:${server.port})`;
  if (probe !== undefined && (await reaches(probe, PROBE_MS)))
    return `${probe.address}:${probe.port} can still be reached`;
  return undefined;
}
