/** An address as a number of 32 or 128 bits. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface CidrBlock extends Address {
  readonly prefix: number;
}

/** Reads an IPv4 address in four decimal parts, or an IPv6 address (RFC 4291; a zone `%eth0` is ignored). */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 64) return undefined;
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    // A leading zero is octal to some readers and decimal to others: no address.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return { bits: 32, value: BigInt(value) };
}

function parseV6(text: string): Address | undefined {
  const zone = text.indexOf('%');
  let body = zone < 0 ? text : zone === text.length - 1 ? '' : text.slice(0, zone);
  const lastColon = body.lastIndexOf(':');
  if (body.includes('.')) {
    const v4 = parseV4(body.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    body = `${body.slice(0, lastColon + 1)}${(v4.value >> 16n).toString(16)}:${(v4.value & 0xffffn).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = groups(halves[0]!);
  const tail = halves.length === 2 ? groups(halves[1]!) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return { bits: 128, value };
}

/** A network as `10.0.0.0/8`; without `/` one address. A string says what is wrong with it. */
export function parseCidr(text: string): CidrBlock | string {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return `${text} is no IPv4 or IPv6 network; write one as 10.0.0.0/8 or fe80::/10`;
  const digits = slash < 0 ? `${address.bits}` : text.slice(slash + 1);
  const prefix = /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(prefix <= address.bits)) return `/${digits} is no prefix length from 0 to ${address.bits}`;
  const host = BigInt(address.bits - prefix);
  const network = (address.value >> host) << host;
  if (network !== address.value) {
    const meant = `${showAddress({ bits: address.bits, value: network })}/${prefix}`;
    return `${text} has bits beyond its prefix; did you mean ${meant}?`;
  }
  return { ...address, prefix };
}

export function within(address: Address, block: CidrBlock): boolean {
  const host = BigInt(block.bits - block.prefix);
  return address.bits === block.bits && address.value >> host === block.value >> host;
}

function showAddress({ bits, value }: Address): string {
  const width = bits === 32 ? 8n : 16n;
  const count = bits === 32 ? 4 : 8;
  const parts = Array.from(
    { length: count },
    (_, i) => (value >> (width * BigInt(count - 1 - i))) & ((1n << width) - 1n),
  );
  return bits === 32 ? parts.join('.') : parts.map((p) => p.toString(16)).join(':');
}
