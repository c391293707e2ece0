import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ndjsonBody, rawBody, samples } from '../../../../../../tests/live/frames.ts';
import { Ledger, LIVE_FORMATS } from '../../../source/index.ts';
import { type Running, running } from '../../testing/running.ts';
import { type FolderRunning, watchFolder } from './folder.ts';

let one: Running;
let root: string;
let folder: FolderRunning;
const open = () =>
  watchFolder(
    { path: join(root, 'in'), journal: join(root, 'journal.json'), timeZone: 'UTC', every: 3_600_000 },
    one.server.parts,
  );
beforeEach(async () => {
  one = await running();
  root = mkdtempSync(join(tmpdir(), 'haetae-folder-'));
  mkdirSync(join(root, 'in'));
  folder = await open();
});
afterEach(async () => {
  await folder.close();
  await one.server.close(0);
  rmSync(root, { recursive: true });
});
const drop = (name: string, text: string): void => writeFileSync(join(root, 'in', name), text);
const taken = (): string[] =>
  one.frames.map(({ position, items }) => `${position.replace(/^(.{4}).*:/, '$1:')} ×${items}`);

test('a file is taken once it has not changed between two looks, and only once', async () => {
  drop('a.json', ndjsonBody(samples(2)));
  await folder.look();
  expect(taken()).toEqual([]);
  await folder.look();
  expect(one.frames).toMatchObject([
    { format: 'ndjson', origin: 'import', items: 2, position: expect.stringMatching(/^[0-9a-f]{64}:0$/) },
  ]);
  await folder.look();
  await folder.look();
  expect(one.frames).toHaveLength(1);
});

test('its events are what is in it, whichever format it has', async () => {
  drop('a.xml', rawBody(samples(3)));
  await folder.look();
  await folder.look();
  const [frame] = one.frames;
  const rows: string[] = [];
  const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: 0 };
  for (const { event } of LIVE_FORMATS.get(frame!.format)!.read(Buffer.from(frame!.bytes), options))
    rows.push(`${event.computer} ${event.eventRecordId} ${event.get('CommandLine')}`);
  expect(rows).toEqual(samples(3).map((s) => `${s.computer} ${s.recordId} ${s.fields.CommandLine}`));
});

test('one that still grows, is hidden or half copied waits', async () => {
  drop('.hidden', 'x');
  drop('b.json.part', ndjsonBody(samples(1)));
  drop('a.json', ndjsonBody(samples(1)));
  for (let i = 0; i < 3; i++) {
    await folder.look();
    appendFileSync(join(root, 'in', 'a.json'), ndjsonBody(samples(1)));
  }
  expect(taken()).toEqual([]);
});

test('one that grew after it was taken is taken again, whole', async () => {
  drop('a.json', ndjsonBody(samples(1)));
  await folder.look();
  await folder.look();
  drop('a.json', ndjsonBody(samples(2)));
  await folder.look();
  await folder.look();
  expect(one.frames.map(({ items }) => items)).toEqual([1, 2]);
});

test('a restart takes none again', async () => {
  drop('a.json', ndjsonBody(samples(1)));
  await folder.look();
  await folder.look();
  await folder.close();
  folder = await open();
  await folder.look();
  await folder.look();
  expect(one.frames).toHaveLength(1);
});

test('frames of one file bear where they begin, and the same file under another name bears the same', async () => {
  const big = samples(4000).map((sample) => ({ ...sample, fields: { ...sample.fields, Text: 'x'.repeat(500) } }));
  drop('a.json', ndjsonBody(big));
  drop('b.json', ndjsonBody(big));
  await folder.look();
  await folder.look();
  const positions = one.frames.map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length / 2);
  expect(one.frames.reduce((sum, { items }) => sum + items, 0)).toBe(8000);
  let next = 0;
  for (const { position, items } of one.frames.slice(0, one.frames.length / 2)) {
    expect(Number(position.split(':')[1])).toBe(next);
    next += items;
  }
});

test('a folder that is not there is told once, and looked for again', async () => {
  rmSync(join(root, 'in'), { recursive: true });
  await folder.look();
  await folder.look();
  expect(one.lines.filter(({ message }) => message === 'the watched folder cannot be read')).toHaveLength(1);
  mkdirSync(join(root, 'in'));
  drop('a.json', ndjsonBody(samples(1)));
  await folder.look();
  await folder.look();
  expect(one.frames).toHaveLength(1);
});
