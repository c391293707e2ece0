import { BlockList, isIP } from 'node:net';

/** The address without the `::ffff:` under which a dual-stack socket shows IPv4, and without a zone. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(bare) ? bare.slice(7) : bare;
}

/** `10.0.0.0/8`, `2001:db8::/32` or one address. False when it is none. */
export function isNetwork(text: string): boolean {
  const [address, prefix, more] = text.split('/');
  const family = isIP(address!);
  if (family === 0 || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Whether the address lies in one of the networks. */
export function isWithin(networks: readonly string[], address: string): boolean {
  const plain = plainAddress(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    if (!isNetwork(network)) continue;
    const [start, prefix] = network.split('/');
    const kind = isIP(start!) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(start!, kind);
    else list.addSubnet(start!, Number(prefix), kind);
  }
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

export const isLoopback = (address: string): boolean => isWithin(['127.0.0.0/8', '::1'], address);
