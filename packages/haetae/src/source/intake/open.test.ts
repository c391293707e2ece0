import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS, type Limits, type Opened, openInputs } from './index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, Buffer | string>>;

async function zip(files: Files, options: object = {}): Promise<Buffer> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, keepOrder: true, ...options });
  for (const [name, body] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(Buffer.from(body)));
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

async function tar(files: Files): Promise<Buffer> {
  const archive = pack();
  for (const [name, body] of Object.entries(files)) archive.entry({ name }, Buffer.from(body));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

async function read(
  bytes: Buffer,
  options: { password?: string; limits?: Partial<Limits>; hash?: boolean; read?: boolean; name?: string } = {},
) {
  const name = options.name ?? 'x';
  const file = join(folder, name);
  writeFileSync(file, bytes);
  const { password, limits, hash, read: reads = true } = options;
  const found = [{ path: name, file, size: bytes.length }];
  const all: { kind: Opened['kind']; path: string; text?: string; sha256: string | undefined; notices: string[] }[] =
    [];
  const settings = {
    hash: hash ?? true,
    ...(password === undefined ? {} : { password }),
    ...(limits === undefined ? {} : { limits: { ...LIMITS, ...limits } }),
  };
  for await (const opened of openInputs(found, settings)) {
    const told = (): string[] => opened.ledger.notices().map((n) => `${n.kind} ${n.code} ${n.count}`);
    if (opened.kind === 'input') {
      const parts: Buffer[] = [];
      if (reads) for await (const chunk of opened.input.bytes()) parts.push(Buffer.from(chunk));
      const { sha256: hex } = await opened.finish();
      const text = Buffer.concat(parts).toString();
      all.push({ kind: 'input', path: opened.input.path, text, sha256: hex, notices: told() });
    } else all.push({ kind: opened.kind, path: opened.path, sha256: opened.sha256, notices: told() });
  }
  return all;
}

const row = (all: Awaited<ReturnType<typeof read>>) =>
  all.map(({ kind, path, text, notices }) => [kind, path, text, ...notices]);
const long = 'a log line of some length\n'.repeat(20_000);
/** Text that does not pack. */
const noise = Buffer.from(
  Array.from({ length: 300_000 }, (_, i) => (Math.imul(i ^ (i >> 3), 2_654_435_761) >>> 13) & 0xff),
).toString('base64');

test('a plain file is itself', async () => {
  const [only] = await read(Buffer.from(long));
  expect(only).toEqual({ kind: 'input', path: 'x', text: long, sha256: sha256(long), notices: [] });
});

test('a file that nobody reads is hashed all the same', async () => {
  const [only] = await read(Buffer.from(long), { read: false });
  expect(only?.sha256).toBe(sha256(long));
});

describe('archives', () => {
  const files = { 'one.log': 'one\n', 'deep/둘.log': long, 'noise.txt': noise };
  const want = Object.entries(files).map(([name, text]) => ['input', `x/${name}`, text]);

  test('zip', async () => expect(row(await read(await zip(files)))).toEqual([...want, ['archive', 'x', undefined]]));
  test('zip with sizes behind the data', async () =>
    expect(row(await read(await zip(files, { dataDescriptor: true })))).toEqual([
      ...want,
      ['archive', 'x', undefined],
    ]));
  test('zip, stored', async () =>
    expect(row(await read(await zip(files, { level: 0 })))).toEqual([...want, ['archive', 'x', undefined]]));
  test('tar', async () => expect(row(await read(await tar(files)))).toEqual([...want, ['archive', 'x', undefined]]));
  test('tgz', async () =>
    expect(row(await read(gzipSync(await tar(files))))).toEqual([
      ...want,
      ['archive', 'x', undefined],
      ['archive', 'x', undefined],
    ]));
  test('gz of one file, and of two one behind the other', async () => {
    expect(row(await read(gzipSync(long)))).toEqual([['input', 'x', long], ['archive', 'x', undefined]]); // biome-ignore format: a row
    const two = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]);
    expect(row(await read(two))[0]).toEqual(['input', 'x', 'one\ntwo\n']);
  });
  test('nested: gz in tar in zip in zip, each with its hash', async () => {
    const gz = gzipSync('event\n');
    const inner = await tar({ 'a.gz': gz, 'b.log': 'b\n' });
    const middle = await zip({ 'c.tar': inner });
    const all = await read(await zip({ 'd.zip': middle, 'e.log': 'e\n' }));
    expect(all.map(({ kind, path, sha256: hex }) => [kind, path, hex])).toEqual([
      ['input', 'x/d.zip/c.tar/a.gz', sha256('event\n')],
      ['archive', 'x/d.zip/c.tar/a.gz', sha256(gz)],
      ['input', 'x/d.zip/c.tar/b.log', sha256('b\n')],
      ['archive', 'x/d.zip/c.tar', sha256(inner)],
      ['archive', 'x/d.zip', sha256(middle)],
      ['input', 'x/e.log', sha256('e\n')],
      ['archive', 'x', all.at(-1)?.sha256],
    ]);
  });
  test.each([true, false])('members that nobody reads are stepped over (hash: %s)', async (hash) => {
    const all = await read(gzipSync(await tar({ a: long, b: noise, 'c.zip': await zip({ d: noise }) })), {
      hash,
      read: false,
    });
    expect(all.map(({ path }) => path)).toEqual(['x/a', 'x/b', 'x/c.zip/d', 'x/c.zip', 'x', 'x']);
    expect(all[1]?.sha256).toBe(hash ? sha256(noise) : undefined);
  });
  test('no temporary file is left, also when the reader leaves', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('haetae-')).length;
    const file = join(folder, 'left');
    writeFileSync(file, await zip({ 'b.zip': await zip({ c: noise, d: noise }) }));
    for await (const _opened of openInputs([{ path: 'left', file, size: 0 }])) break;
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('haetae-')).length).toBe(before);
  });
});

describe('passwords', () => {
  test.each([
    ['AES', { encryptionStrength: 3 as const }],
    ['ZipCrypto', { zipCrypto: true }],
  ])('%s', async (kind, options) => {
    const packed = await zip({ 'a.log': long, 'b.log': 'b\n' }, { password: 'infected', ...options });
    expect(row(await read(packed, { password: 'infected' }))).toEqual([
      ['input', 'x/a.log', long],
      ['input', 'x/b.log', 'b\n'],
      ['archive', 'x', undefined],
    ]);
    expect(row(await read(packed)).slice(0, 2)).toEqual([
      ['refused', 'x/a.log', undefined, 'lost archive-encrypted 1'],
      ['refused', 'x/b.log', undefined, 'lost archive-encrypted 1'],
    ]);
    if (kind === 'AES')
      expect(row(await read(packed, { password: 'wrong' }))[0]).toEqual([
        'refused',
        'x/a.log',
        undefined,
        'lost archive-wrong-password 1',
      ]);
  });
});

describe('what is refused', () => {
  test.each([
    ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]],
    ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07, 1, 0]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd, 0, 0]],
    ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0]],
  ])('%s: unpack it first', async (_name, magic) => {
    const bytes = Buffer.from(magic);
    const [only] = await read(bytes);
    expect(only).toEqual({
      kind: 'refused',
      path: 'x',
      sha256: sha256(bytes),
      notices: ['lost archive-unsupported 1'],
    });
  });
  test('a file that cannot be opened', async () => {
    const all: string[] = [];
    for await (const opened of openInputs([{ path: 'gone', file: join(folder, 'gone'), size: 1 }]))
      all.push(opened.kind, ...opened.ledger.notices().map((n) => n.code));
    expect(all).toEqual(['refused', 'read-error']);
  });
  test.skipIf(process.platform === 'win32')('a file without permission', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'x');
    chmodSync(file, 0);
    // Root may read anything: it steps down to nobody, who may enter the folder.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chmodSync(folder, 0o755);
    if (isRoot) process.seteuid!(65_534);
    try {
      for await (const opened of openInputs([{ path: 'secret', file, size: 1 }])) expect(opened.kind).toBe('refused');
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });
  test('nesting beyond the limit', async () => {
    let bytes = Buffer.from('event\n');
    for (let i = 0; i < 4; i++) bytes = gzipSync(bytes);
    expect(row(await read(bytes, { limits: { depth: 4 } }))[0]).toEqual(['input', 'x', 'event\n']);
    expect(row(await read(bytes, { limits: { depth: 3 } }))[0]).toEqual([
      'refused',
      'x',
      undefined,
      'lost archive-too-deep 1',
    ]);
  });
});

describe('bombs', () => {
  const zeros = Buffer.alloc(4 << 20);
  const limits = { ratio: 100, ratioFloor: 1 << 20 };
  const members = { a: zeros, b: zeros, c: 'harmless' };
  test('zip: refused by its stated size, unread', async () =>
    expect(row(await read(await zip(members), { limits }))).toEqual([
      ['refused', 'x/a', undefined, 'lost archive-bomb 1'],
      ['archive', 'x', undefined, 'lost archive-bomb 1'],
    ]));
  test('gz: what was unpacked till then is there', async () => {
    const [only] = await read(gzipSync(zeros), { limits });
    expect(only?.notices).toEqual(['lost archive-bomb 1']);
    expect(only?.text?.length).toBeLessThanOrEqual(1 << 20);
  });
  test('tgz, and gz in gz', async () => {
    expect(row(await read(gzipSync(await tar(members)), { limits })).flat()).toContain('lost archive-bomb 1');
    expect(row(await read(gzipSync(gzipSync(zeros)), { limits })).flat()).toContain('lost archive-bomb 1');
  });
  test('too many members', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}`, '']));
    for (const bytes of [await zip(many), await tar(many)]) {
      const all = await read(bytes, { limits: { members: 20 } });
      expect(all.filter(({ kind }) => kind === 'input')).toHaveLength(20);
      expect(all.at(-1)?.notices).toEqual(['lost archive-bomb 1']);
    }
  });
  test('logs that pack well are no bomb', async () => {
    const all = await read(gzipSync(long), { limits: { ratioFloor: 1 << 20 } });
    expect(all[0]?.notices).toEqual([]);
  });
});

describe('names', () => {
  test('members cannot lead out, and the reader is told', async () => {
    const all = await read(
      await tar({ '../../etc/passwd.log': 'a\n', '/abs.log': 'b\n', 'C:\\win\\c.log': 'c\n', ok: 'd\n' }),
    );
    expect(row(all)).toEqual([
      ['input', 'x/etc/passwd.log', 'a\n', 'repaired archive-path 1'],
      ['input', 'x/abs.log', 'b\n', 'repaired archive-path 1'],
      ['input', 'x/win/c.log', 'c\n', 'repaired archive-path 1'],
      ['input', 'x/ok', 'd\n'],
      ['archive', 'x', undefined],
    ]);
  });
  test('what macOS adds is skipped and counted', async () => {
    const all = await read(await zip({ '__MACOSX/._a.log': 'x', '._b.log': 'x', 'a.log': 'a\n' }));
    expect(row(all)).toEqual([
      ['input', 'x/a.log', 'a\n'],
      ['archive', 'x', undefined, 'inferred archive-member-skipped 2'],
    ]);
  });
});

describe('damage', () => {
  const files = { 'a.log': 'first\n', 'b.log': noise, 'c.log': 'last\n' };
  const damaged = 'lost archive-damaged 1';
  test('gz, cut', async () => {
    const packed = gzipSync(noise);
    const [only] = await read(packed.subarray(0, packed.length >> 1));
    expect(noise.startsWith(only?.text ?? '?')).toBe(true);
    expect(only?.text?.length).toBeGreaterThan(noise.length / 3);
    expect(only?.notices).toEqual([damaged]);
  });
  test('zip, cut: members are found by their own headers', async () => {
    for (const dataDescriptor of [false, true]) {
      const packed = await zip(files, { dataDescriptor });
      const all = await read(packed.subarray(0, packed.length - 300_000));
      expect(all.map(({ path, notices }) => [path, ...notices])).toEqual([
        ['x/a.log'],
        ['x/b.log', damaged],
        ['x', damaged],
      ]);
      expect(all[0]?.text).toBe('first\n');
      expect(all[1]?.text?.length).toBeGreaterThan(10_000);
    }
  });
  test('zip, without its directory alone: nothing is lost', async () => {
    const packed = await zip(files);
    const all = await read(packed.subarray(0, packed.lastIndexOf(Buffer.from('PK\x01\x02')) - 60));
    expect(row(all)).toEqual([
      ...Object.entries(files).map(([name, text]) => ['input', `x/${name}`, text]),
      ['archive', 'x', undefined, damaged],
    ]);
  });
  test('zip, whose end record counts too few', async () => {
    const packed = await zip(files);
    packed.writeUInt16LE(1, packed.length - 14);
    packed.writeUInt16LE(1, packed.length - 12);
    const all = await read(packed);
    expect(all.map(({ path }) => path)).toEqual(['x/a.log', 'x/b.log', 'x/c.log', 'x']);
    expect(all.at(-1)?.notices).toEqual([damaged]);
  });
  test('zip, with damaged data', async () => {
    const packed = await zip(files);
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 50);
    const all = await read(packed);
    expect(all[1]?.notices).toEqual([damaged]);
    expect(all[2]?.text).toBe('last\n');
  });
  test('tar, cut inside a member', async () => {
    const packed = await tar(files);
    const all = await read(packed.subarray(0, 5000));
    expect(all.map(({ path, notices }) => [path, ...notices])).toEqual([['x/a.log'], ['x/b.log'], ['x', damaged]]);
    expect(noise.startsWith(all[1]?.text ?? '?')).toBe(true);
  });
  test('tar, with a damaged header: the next member is found', async () => {
    const packed = await tar(files);
    packed.fill(0x41, 1024, 1200);
    const all = await read(packed);
    expect(all.map(({ path, notices }) => [path, ...notices])).toEqual([['x/a.log'], ['x/c.log'], ['x', damaged]]);
  });
});

test('a folder is no file', async () => {
  for await (const opened of openInputs([{ path: '.', file: folder, size: 0 }])) expect(opened.kind).toBe('refused');
});

test('a file that is written to meanwhile: what was read is hashed, and the reader is told', async () => {
  const file = join(folder, 'growing');
  writeFileSync(file, long);
  for await (const opened of openInputs([{ path: 'growing', file, size: long.length }], { hash: true })) {
    if (opened.kind !== 'input') throw new Error(opened.kind);
    appendFileSync(file, 'more\n');
    for await (const _chunk of opened.input.bytes());
    expect(await opened.finish()).toEqual({ bytes: long.length + 5, sha256: sha256(`${long}more\n`) });
    expect(opened.ledger.notices().map(({ kind, code }) => `${kind} ${code}`)).toEqual(['repaired read-error']);
  }
});
