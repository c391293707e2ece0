import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Store, StoreStatus } from '../index.ts';
import { found } from './events.contract.ts';
import { batch, type Sample, T } from './events.ts';
import { tempFolder } from './fixtures.ts';
import { finding, incident, ms } from './rows.ts';

const DAY = 86_400_000;
const sample = (id: number, change: Partial<Sample> = {}): Sample => ({
  ...{
    id,
    seq: id,
    timeMs: T + id,
    fields: [
      ['Image', `C:\\p${id}.exe`],
      ['CommandLine', `p ${id} `.repeat(20)],
    ],
  },
  ...change,
});
const ids = async (store: Store): Promise<number[]> => (await found(store, { order: 'oldest' })).map(({ id }) => id);

export function upkeepContract(
  open: (folder: string) => Promise<Store>,
  restore: (backup: string, folder: string) => Promise<StoreStatus>,
): void {
  test('what was stored is there when the store is opened again', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.intake.commit(
      batch(2, [sample(1), sample(2)], { findings: [finding({ id: 1 })], incidents: [incident({ id: 'i' })] }),
    );
    const status = await store.upkeep.status();
    expect(status).toMatchObject({
      committed: 2,
      events: 2,
      findings: 1,
      incidents: 1,
      oldestMs: T + 1,
      newestMs: T + 2,
    });
    await store.close();
    await expect(store.events.count({})).rejects.toMatchObject({ code: 'closed' });
    const again = await open(folder);
    expect(await again.upkeep.status()).toMatchObject({ committed: 2, events: 2, findings: 1, incidents: 1 });
    expect(await ids(again)).toEqual([1, 2]);
  });

  test('snapshots: the newest whole one that is not above what is committed; what no snapshot needs may go', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(await store.snapshots.latest()).toBeUndefined();
    await expect(store.snapshots.save({ seq: 1, bytes: bytes('early') })).rejects.toMatchObject({ code: 'invalid' });
    await store.intake.commit(batch(9, []));
    await store.snapshots.save({ seq: 3, bytes: bytes('three') });
    expect(await store.snapshots.releasable()).toBe(0);
    for (const seq of [5, 9]) await store.snapshots.save({ seq, bytes: bytes(`at ${seq}`) });
    expect(await store.snapshots.latest()).toEqual({ seq: 9, bytes: bytes('at 9') });
    expect(await store.snapshots.releasable()).toBe(5);
    const files = readdirSync(join(folder, 'snapshots')).sort();
    expect(files).toHaveLength(2);
    const last = join(folder, 'snapshots', files[1]!);
    writeFileSync(last, readFileSync(last).subarray(0, -1));
    expect(await store.snapshots.latest()).toEqual({ seq: 5, bytes: bytes('at 5') });
  });

  test('by age: events by when they were received; findings and closed incidents with their history', async () => {
    const store = await open(tempFolder());
    const [old, young] = [T - 40 * DAY, T];
    await store.intake.commit(
      batch(4, [sample(1, { receivedMs: old }), sample(2, { receivedMs: young, timeMs: old })], {
        findings: [
          finding({ id: 1, timeMs: ms(old) }),
          finding({ id: 2 }),
          finding({ id: 3, timeMs: ms(old), incidentId: 'open' }),
        ],
        incidents: ['closed', 'open'].map((id) => incident({ id, lastMs: ms(old) })),
      }),
    );
    await store.incidents.triage('closed', 1, { status: 'closed' }, 'u', ms(old));
    const policy = { eventsBeforeMs: T - 30 * DAY, findingsBeforeMs: T - 30 * DAY };
    expect(await store.upkeep.retain(policy)).toMatchObject({ events: 1, findings: 1, incidents: 1 });
    expect(await ids(store)).toEqual([2]);
    expect((await store.findings.list({ limit: 9 })).map(({ id }) => id)).toEqual([3, 2]);
    expect(await store.incidents.get('closed')).toBeUndefined();
    expect(await store.incidents.history('closed')).toEqual([]);
    expect(await store.incidents.get('open')).toBeDefined();
    expect(await store.upkeep.retain(policy)).toMatchObject({ events: 0, findings: 0, incidents: 0 });
  });

  test('what is behind an event comes in order of ids, a part at a time; what was removed is missing among them', async () => {
    const store = await open(tempFolder());
    expect(await store.events.behind(0, 10)).toEqual([]);
    const received = (id: number): number => T - 90 * DAY + (id <= 4 ? 0 : 80 * DAY) + id;
    const all = Array.from({ length: 9 }, (_, i) => sample(i + 1, { receivedMs: received(i + 1), timeMs: T - i }));
    await store.intake.commit(batch(6, all.slice(0, 6)));
    await store.intake.commit(batch(9, all.slice(6)));
    const behind = async (after: number, limit: number): Promise<number[]> =>
      (await store.events.behind(after, limit)).map(({ id }) => id);
    expect(await behind(0, 4)).toEqual([1, 2, 3, 4]);
    expect(await behind(4, 4)).toEqual([5, 6, 7, 8]);
    expect(await behind(8, 4)).toEqual([9]);
    expect(await behind(9, 4)).toEqual([]);
    expect((await store.events.behind(6, 1))[0]).toEqual(await store.events.get(7));
    await store.upkeep.retain({ eventsBeforeMs: T - 30 * DAY });
    expect(await behind(0, 3)).toEqual([5, 6, 7]);
    expect(await behind(2, 4)).toEqual([5, 6]);
  });

  test('by size: the oldest go until it is less', async () => {
    const store = await open(tempFolder());
    const noise = (id: number): string =>
      Array.from({ length: 10 }, (_, i) => (((id + 1) * (i + 7) * 2_654_435_761) >>> 0).toString(36)).join('');
    // Room is given back by blocks of 256 kB, which small columns share: so much that a block is nothing of it.
    const [rounds, size] = [4, 10_000];
    for (let round = 0; round < rounds; round++) {
      const seq = round + 1;
      const many = Array.from({ length: size }, (_, i): Sample => {
        const id = round * size + i + 1;
        return { id, seq, receivedMs: T + id * 1000, fields: [['CommandLine', noise(id)]] };
      });
      await store.intake.commit(batch(seq, many));
    }
    const { bytes: all } = await store.upkeep.retain({ maxBytes: Number.MAX_SAFE_INTEGER });
    const maxBytes = Math.floor(all * 0.7);
    const { events, bytes } = await store.upkeep.retain({ maxBytes });
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect(await store.events.count({})).toBe(rounds * size - events);
    expect(await store.events.get(rounds * size)).toBeDefined();
    expect(await store.events.get(1)).toBeUndefined();
  });

  test('Parquet: a file a day and host, read into another store as it was, and once only', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    const samples = [
      sample(1),
      sample(2, { host: 'PC 2/가' }),
      sample(3, { timeMs: T + DAY, decoded: 'd', recordId: 0 }),
      sample(4, { timeMs: T + 3 * DAY }),
    ];
    await store.intake.commit(batch(9, samples));
    const out = join(folder, 'export');
    const files = await store.upkeep.exportParquet(out, { toMs: T + 2 * DAY });
    expect(files.map(({ events }) => events)).toEqual([1, 1, 1]);
    expect(readdirSync(out).sort()).toEqual(['day=2026-10-01', 'day=2026-10-02']);
    await expect(store.upkeep.exportParquet(out, {})).rejects.toMatchObject({ code: 'taken' });
    const other = await open(tempFolder());
    await other.intake.commit(batch(1, [sample(3, { seq: 1, timeMs: T + 5 })]));
    expect(await other.upkeep.importParquet(out)).toEqual({ events: 3, known: 0 });
    expect(await other.upkeep.importParquet(out)).toEqual({ events: 0, known: 3 });
    const strip = (event: object): object => ({ ...event, id: 0, seq: 0 });
    const before = (await found(store, { toMs: T + 2 * DAY })).map(strip);
    const after = (await found(other, {})).filter(({ id }) => id < 0).map(strip);
    expect(after).toEqual(before);
    expect(new Set((await found(other, {})).map(({ id }) => id)).size).toBe(4);
    expect(await other.intake.commit(batch(2, [sample(4, { seq: 2 })]))).toMatchObject({ events: 1 });
    await expect(other.upkeep.importParquet(join(folder, 'none'))).rejects.toMatchObject({ code: 'missing' });
    mkdirSync(join(folder, 'empty'));
    await expect(other.upkeep.importParquet(join(folder, 'empty'))).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a backup is a whole store of one moment, made while events come in; it is restored where none is', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.intake.commit(batch(5, [sample(1), sample(5)], { findings: [finding({ id: 1 })] }));
    await store.audit.append({
      timeMs: ms(1),
      actor: 'u',
      actorName: 'U',
      action: 'a.b',
      object: '',
      address: '',
      detail: null,
    });
    await store.snapshots.save({ seq: 4, bytes: Uint8Array.of(1, 2) });
    const copy = join(folder, 'backup');
    const [status] = await Promise.all([
      store.upkeep.backup(copy),
      ...[6, 7, 8].map((id) => store.intake.commit(batch(id, [sample(id)]))),
    ]);
    expect(status.events).toBe(status.committed === 5 ? 2 : status.committed - 3);
    expect(existsSync(join(copy, 'temp'))).toBe(false);
    await expect(store.upkeep.backup(copy)).rejects.toMatchObject({ code: 'taken' });
    const place = join(folder, 'restored');
    expect(await restore(copy, place)).toMatchObject({ events: status.events, findings: 1 });
    await expect(restore(copy, place)).rejects.toMatchObject({ code: 'taken' });
    await expect(restore(join(folder, 'none'), join(folder, 'x'))).rejects.toMatchObject({ code: 'missing' });
    const restored = await open(place);
    expect(await restored.intake.committed()).toBe(status.committed);
    expect(await restored.audit.verify(await store.audit.head())).toMatchObject({ kind: 'whole' });
    expect(await restored.snapshots.latest()).toEqual({ seq: 4, bytes: Uint8Array.of(1, 2) });
    expect(await ids(restored)).toEqual((await ids(store)).slice(0, status.events));
  });
}
