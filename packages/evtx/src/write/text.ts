import { ansiChar } from '../read/plain/value.ts';

/** Byte of each character of windows-1252. */
const BYTES: ReadonlyMap<string, number> = new Map(Array.from({ length: 256 }, (_, byte) => [ansiChar(byte), byte]));

export function windows1252(text: string): { ok: true; bytes: Uint8Array } | { ok: false; reason: string } {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = BYTES.get(text[i]!);
    if (byte === 0) return { ok: false, reason: `U+0000 at ${i}: readers would leave it out` };
    if (byte === undefined) return { ok: false, reason: `${JSON.stringify(text[i])} at ${i} is not in windows-1252` };
    bytes[i] = byte;
  }
  return { ok: true, bytes };
}

const GUID = /^(?:\{([0-9a-f-]{36})\}|([0-9a-f-]{36}))$/i;
const GUID_PARTS = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** 16 bytes as Windows stores them: the first three parts little-endian. undefined if it is no GUID. */
export function guidBytes(text: string): Uint8Array | undefined {
  const whole = GUID.exec(text);
  const parts = whole === null ? null : GUID_PARTS.exec(whole[1] ?? whole[2]!);
  if (parts === null) return undefined;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Number.parseInt(parts[1]!, 16), true);
  view.setUint16(4, Number.parseInt(parts[2]!, 16), true);
  view.setUint16(6, Number.parseInt(parts[3]!, 16), true);
  view.setUint16(8, Number.parseInt(parts[4]!, 16));
  view.setUint16(10, Number.parseInt(parts[5]!.slice(0, 4), 16));
  view.setUint32(12, Number.parseInt(parts[5]!.slice(4), 16));
  return bytes;
}

const SID = /^S-(\d{1,3})-(\d{1,15})((?:-\d{1,10}){0,15})$/i;

/** Revision, count, 48-bit authority (big-endian), 32-bit parts (little-endian): [MS-DTYP] 2.4.2.2. undefined if it is no SID. */
export function sidBytes(text: string): Uint8Array | undefined {
  const match = SID.exec(text);
  if (match === null) return undefined;
  const parts = match[3] === '' ? [] : match[3]!.slice(1).split('-').map(Number);
  const revision = Number(match[1]);
  const authority = Number(match[2]);
  if (revision > 0xff || authority >= 2 ** 48 || parts.some((part) => part > 0xffff_ffff)) return undefined;
  const bytes = new Uint8Array(8 + 4 * parts.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = revision;
  bytes[1] = parts.length;
  view.setUint16(2, Math.floor(authority / 2 ** 32));
  view.setUint32(4, authority % 2 ** 32);
  parts.forEach((part, i) => {
    view.setUint32(8 + 4 * i, part, true);
  });
  return bytes;
}

/** The hash of names in a chunk (and of template GUIDs, over their eight 16-bit words): h × 65599 + unit, in 32 bits. */
export function nameHash(units: Iterable<number>): number {
  let hash = 0;
  for (const unit of units) hash = (Math.imul(hash, 65_599) + unit) >>> 0;
  return hash;
}
