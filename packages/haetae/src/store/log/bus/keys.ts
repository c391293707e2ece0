import type { Json } from '../../accounts.ts';

/** Bytes of a body in which the host of its first event is looked for; where it is not there, behind a long message. */
const LOOKED_AT = [2048, 65_536];
/** How shippers write it. What is called so by others spreads frames as well. */
const HOST =
  /"(?:Hostname|computer_name|winlog\.computer_name|Computer|computer)"\s*:\s*"([^"\\]{1,255})"|<Computer>([^<]{1,255})</;

/**
 * The partition of a frame: that of the host of its first event, else of its sender. Only the order in which events of one host are
 * looked at hangs on it, which is that of their receipt then; what rules find does not.
 */
export function partitionOf(head: Json, body: Uint8Array, partitions: number): number {
  if (partitions === 1) return 0;
  const { token, address } = head as { readonly token?: unknown; readonly address?: unknown };
  const key = hostIn(body)?.toLowerCase().split('.', 1)[0] ?? `${token} ${address}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}

function hostIn(body: Uint8Array): string | undefined {
  for (const most of LOOKED_AT) {
    const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, most)).toString('latin1');
    const [, json, xml] = HOST.exec(text) ?? [];
    if ((json ?? xml) !== undefined) return json ?? xml;
    if (body.length <= most) return undefined;
  }
  return undefined;
}
