/**
 * Damaged logs and archives: no crash, no hang, no silent loss. HAETAE_FUZZ sets the number of inputs over all samples
 * (20,000), HAETAE_FUZZ_SEED another seed, HAETAE_FUZZ_CASE one case by the number that a failure names.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FORMATS, type Input, Ledger, LIMITS, openInputs, readInput } from '../../packages/haetae/src/source/index.ts';
import { MUTATIONS, random } from './mutate.ts';

const TOTAL = Number(process.env.HAETAE_FUZZ ?? 20_000);
const SEED = Number(process.env.HAETAE_FUZZ_SEED ?? 20_240_501);
const ONLY = process.env.HAETAE_FUZZ_CASE;
/** Seconds one input may take. */
const HANG = 5;
const OPTIONS = { timeZone: 'Asia/Seoul', checksums: true, carve: true };

const formats = fileURLToPath(new URL('../../packages/haetae/src/source/formats/', import.meta.url));
const SAMPLES = Object.values(FORMATS).map(({ name }) => {
  const file = readdirSync(join(formats, name)).find((entry) => /^sample\.(?!expected\.)/.test(entry))!;
  return { name, bytes: readFileSync(join(formats, name, file)) };
});
const BYTES = SAMPLES.map(({ bytes }) => bytes);
const ARCHIVES = ['zip', 'zip with password', 'tar', 'tgz', 'gz', 'zip in zip'] as const;
const SHARE = Math.ceil(TOTAL / (SAMPLES.length + ARCHIVES.length));

interface Outcome {
  events: number;
  /** Places told as lost or repaired, and files told as no log, by kind and code. */
  told: Map<string, number>;
  notices: number;
  kind: string;
}

async function readOne(input: Input, ledger: Ledger, outcome: Outcome): Promise<void> {
  const reading = readInput(input, OPTIONS, ledger);
  outcome.kind = reading.kind;
  if (reading.kind !== 'log') return;
  let weight = 0;
  for await (const batch of reading.batches)
    for (const event of batch.events) {
      // Every value is touched, as values are decoded when they are asked for.
      for (const [name, value] of event.fields()) weight += name.length + value.length;
      for (const [name, value] of event.systemFields()) weight += name.length + value.length;
      weight += event.computer.length + event.channel.length + event.provider.length + event.eventId;
      ledger.saw(event.timeMs);
    }
  expect(Number.isNaN(weight)).toBe(false);
}

const NO_LOG: ReadonlySet<string> = new Set(['unknown-format', 'empty-file', 'archive-member-skipped']);

/** Did the damage leave a word that the whole sample does not have? */
const isTold = (outcome: Outcome, whole: Outcome): boolean =>
  [...outcome.told].some(([key, count]) => count > (whole.told.get(key) ?? 0));

function close(ledger: Ledger, outcome: Outcome): void {
  outcome.events += ledger.events;
  for (const notice of ledger.notices()) {
    outcome.notices++;
    if (notice.kind === 'inferred' && !NO_LOG.has(notice.code)) continue;
    const key = `${notice.kind} ${notice.code}`;
    outcome.told.set(key, (outcome.told.get(key) ?? 0) + notice.count);
  }
}

async function readBytes(bytes: Buffer): Promise<Outcome> {
  const ledger = new Ledger();
  const outcome: Outcome = { events: 0, told: new Map(), notices: 0, kind: '' };
  const input: Input = {
    path: 'fuzz',
    size: bytes.length,
    head: bytes.subarray(0, 65_536),
    async *bytes() {
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
    },
  };
  await readOne(input, ledger, outcome);
  close(ledger, outcome);
  return outcome;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function readArchive(bytes: Buffer): Promise<Outcome> {
  const outcome: Outcome = { events: 0, told: new Map(), notices: 0, kind: 'archive' };
  const file = join(folder, 'fuzz');
  writeFileSync(file, bytes);
  const limits = { ...LIMITS, members: 1000, ratioFloor: 16 << 20 };
  for await (const opened of openInputs([{ path: 'fuzz', file, size: bytes.length }], {
    hash: true,
    limits,
    password: 'infected',
  })) {
    if (opened.kind === 'input') {
      await readOne(opened.input, opened.ledger, outcome);
      await opened.finish();
    }
    close(opened.ledger, outcome);
  }
  return outcome;
}

/** Runs the cases of one sample; returns what a failure has to say, one line a case. */
async function fuzz(
  index: number,
  seed: Buffer,
  read: (bytes: Buffer) => Promise<Outcome>,
  judge: (outcome: Outcome, mutation: string, point: boolean) => string | undefined,
): Promise<string[]> {
  const failures: string[] = [];
  for (let i = 0; i < SHARE && failures.length < 10; i++) {
    const number = index * 1_000_003 + i;
    if (ONLY !== undefined && Number(ONLY) !== number) continue;
    const dice = random(SEED + number);
    const mutation = MUTATIONS[i % MUTATIONS.length]!;
    const bytes = mutation.apply(seed, dice, BYTES);
    const label = `case ${number} (${mutation.name})`;
    const before = performance.now();
    try {
      const verdict = judge(await read(bytes), mutation.name, mutation.point);
      if (verdict !== undefined) failures.push(`${label}: ${verdict}`);
    } catch (error) {
      failures.push(`${label}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const seconds = (performance.now() - before) / 1000;
    if (seconds > HANG) failures.push(`${label}: took ${seconds.toFixed(1)} s`);
  }
  return failures;
}

describe.each(SAMPLES.map((sample, index) => ({ ...sample, index })))('$name', ({ name, bytes, index }) => {
  test(`${SHARE} damaged files`, async () => {
    const whole = await readBytes(bytes);
    expect(whole).toMatchObject({ kind: 'log' });
    const failures = await fuzz(index, bytes, readBytes, (outcome, _mutation, point) => {
      if (outcome.events === 0 && outcome.notices === 0) return 'neither an event nor a notice';
      if (!point || outcome.kind !== 'log') return undefined;
      if (outcome.events < whole.events && !isTold(outcome, whole))
        return `${outcome.events} of ${whole.events} events, and not a word about it`;
      // One byte costs the entry it lies in; on the line between two, both. In EVTX a template serves a whole chunk.
      if (name !== 'evtx' && outcome.events < whole.events - 2)
        return `one byte cost ${whole.events - outcome.events} of ${whole.events} events (told: ${[...outcome.told.keys()]})`;
      return undefined;
    });
    expect(failures).toEqual([]);
  });
});

describe.each(ARCHIVES.map((kind, index) => ({ kind, index: 1000 + index })))('$kind', ({ kind, index }) => {
  test(`${SHARE} damaged archives`, async () => {
    const seed = await archive(kind);
    const whole = await readArchive(seed);
    expect(whole.events).toBeGreaterThan(0);
    const failures = await fuzz(index, seed, readArchive, (outcome) =>
      // A tar has no checksums: damage to a text in it may leave a text.
      kind !== 'tar' && outcome.events < whole.events && !isTold(outcome, whole)
        ? `${outcome.events} of ${whole.events} events, and not a word about it`
        : undefined,
    );
    expect(failures).toEqual([]);
  });
});

async function archive(kind: (typeof ARCHIVES)[number]): Promise<Buffer> {
  // The smallest samples with nothing to tell: what is tried here is the packing.
  const members: { name: string; bytes: Buffer }[] = [];
  for (const sample of [...SAMPLES].sort((a, b) => a.bytes.length - b.bytes.length))
    if (members.length < 3 && (await readBytes(sample.bytes)).told.size === 0) members.push(sample);
  switch (kind) {
    case 'zip':
      return zip(members);
    case 'zip with password':
      return zip(members, 'infected');
    case 'zip in zip':
      return zip([{ name: 'inner.zip', bytes: await zip(members) }, members[0]!]);
    case 'gz':
      return gzipSync(members.at(-1)!.bytes);
    case 'tar':
      return tar(members);
    case 'tgz':
      return gzipSync(await tar(members));
    default:
      return kind satisfies never;
  }
}

type Members = readonly { readonly name: string; readonly bytes: Buffer }[];

async function zip(members: Members, password?: string): Promise<Buffer> {
  const date = new Date(2024, 0, 1);
  const writer = new ZipWriter(new BlobWriter(), {
    useWebWorkers: false,
    ...(password === undefined ? {} : { password }),
  });
  for (const { name, bytes } of members) await writer.add(name, new Uint8ArrayReader(bytes), { lastModDate: date });
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

async function tar(members: Members): Promise<Buffer> {
  const packed = pack();
  for (const { name, bytes } of members) packed.entry({ name, mtime: new Date(0) }, bytes);
  packed.finalize();
  const parts: Buffer[] = [];
  for await (const part of packed) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
