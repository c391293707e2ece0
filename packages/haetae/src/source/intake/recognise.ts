/** What a stream is packed with, by its first bytes; undefined when it is none of these. */
export type Container =
  | { readonly kind: 'zip' | 'gzip' | 'tar' }
  /** Known, and not unpacked here. */
  | { readonly kind: 'unsupported'; readonly name: string };

const UNSUPPORTED: readonly { readonly name: string; readonly magic: readonly number[]; readonly at?: number }[] = [
  { name: '7z', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { name: 'rar', magic: [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: 'cab', magic: [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0] },
];

export function recogniseContainer(head: Uint8Array): Container | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return { kind: 'gzip' };
  if (head[0] === 0x50 && head[1] === 0x4b) {
    // A member, an empty archive, or the first part of one that was split.
    const kind = (head[2]! << 8) | head[3]!;
    if (kind === 0x0304 || kind === 0x0506 || kind === 0x0708 || kind === 0x3030) return { kind: 'zip' };
  }
  if (isTarHeader(head)) return { kind: 'tar' };
  // bzip2: "BZh", the block size as a digit, then the first six digits of pi.
  if (starts(head, [0x42, 0x5a, 0x68]) && starts(head.subarray(4), [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]))
    return { kind: 'unsupported', name: 'bzip2' };
  for (const { name, magic } of UNSUPPORTED) if (starts(head, magic)) return { kind: 'unsupported', name };
  return undefined;
}

function starts(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/** A block of 512 bytes whose checksum field holds the sum of all its bytes, that field read as spaces. Source: POSIX ustar. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < 512) return false;
  const stated = Number.parseInt(
    Buffer.from(block.buffer, block.byteOffset + 148, 8)
      .toString('latin1')
      .trim(),
    8,
  );
  if (!Number.isFinite(stated) || stated === 256) return false;
  let sum = 256;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += block[i]!;
  return sum === stated;
}
