import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { limitsHere } from '../engines/duckdb/duckdb.ts';
import { openPostgres, placeOf, restorePostgres } from '../engines/postgres/postgres.ts';
import type { Store } from '../index.ts';
import { found } from './events.contract.ts';
import { batch, type Sample, T } from './events.ts';
import { lastingFolder, tempFolder } from './fixtures.ts';
import { sharedContract } from './shared.contract.ts';
import { storeContract } from './store.contract.ts';

const DAY = 86_400_000;
const limits = { ...limitsHere(), memory: 256e6, rowGroup: 2048 };

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
export const sample = (id: number, change: Partial<Sample> = {}): Sample => ({
  ...{ id, seq: id, timeMs: T + id, fields: [['Image', `C:\\${id}.exe`]] },
  ...change,
});
export const ids = async (store: Store): Promise<number[]> =>
  (await found(store, { order: 'oldest' })).map(({ id }) => id);
export const closing = (store: Store): Store => {
  onTestFinished(() => store.close());
  return store;
};

/** Stores of one database, a schema a folder, whose events are files. */
export interface FileStores {
  /** Of the database. */
  readonly url: string;
  /** What stands in a store's URL behind `events=`. */
  eventsOf(folder: string): string;
  /** Where the test sees these files. */
  filesOf(folder: string): string;
}

export const schemaOf = (url: string, folder: string): string =>
  `${url}?schema=t${createHash('sha1').update(folder).digest('hex').slice(0, 20)}`;

export const opener =
  ({ url, eventsOf }: FileStores) =>
  (folder: string, now = () => 1, shared = false): Promise<Store> =>
    openPostgres(placeOf(`${schemaOf(url, folder)}&events=${eventsOf(folder)}`), folder, now, limits, shared);

/** What a store does whose events are files, wherever these are. */
export function filesContract(name: string, stores: FileStores): void {
  const placeIn = (folder: string) => placeOf(`${schemaOf(stores.url, folder)}&events=${stores.eventsOf(folder)}`);
  const open = opener(stores);
  const filesIn = (folder: string): string[] =>
    readdirSync(stores.filesOf(folder), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.parquet'));

  storeContract(
    name,
    open,
    () => {},
    (backup, folder) => restorePostgres(backup, placeIn(folder), folder, limits),
  );

  describe(`${name}: several servers`, () => {
    const folders = new Map<string, string>();
    sharedContract(async (called) => {
      const folder = folders.get(called) ?? lastingFolder();
      folders.set(called, folder);
      return closing(await open(folder, () => 1, true));
    });
  });

  describe(`${name}: files`, () => {
    test('a commit that comes to nothing leaves a file that does not count, and goes a day later', async () => {
      const folder = tempFolder();
      let clock = Date.now();
      const store = closing(await open(folder, () => clock));
      await store.intake.commit(batch(1, [sample(1)]));
      const over = { term: { duty: 'detect', term: 7 } };
      await expect(store.intake.commit(batch(2, [sample(2)], over))).rejects.toMatchObject({ code: 'taken' });
      expect(filesIn(folder)).toHaveLength(2);
      expect(await ids(store)).toEqual([1]);
      expect(await store.intake.reached()).toMatchObject({ seq: 1, eventId: 1 });
      await store.intake.commit(batch(2, [sample(1), sample(2)]));
      expect(await ids(store)).toEqual([1, 2]);
      expect(await store.upkeep.tidy()).toMatchObject({ removed: 0 });
      clock += 2 * DAY;
      expect(await store.upkeep.tidy()).toMatchObject({ removed: 1 });
      expect(await ids(store)).toEqual([1, 2]);
    });

    test('files of commits are divided by hosts and put together, while they are read; none is lost or doubled', async () => {
      const folder = tempFolder();
      let clock = 1;
      const store = closing(await open(folder, () => clock));
      const hosts = upTo(40).map((n) => `PC-${n}`);
      const commits = 70;
      let searching = true;
      const seen: number[] = [];
      const searcher = (async () => {
        while (searching) seen.push(await store.events.count({}));
      })();
      let files = 0;
      for (let seq = 1; seq <= commits; seq++) {
        const some = [2 * seq - 1, 2 * seq].map((id) => sample(id, { seq, host: hosts[id % 40]! }));
        await store.intake.commit(batch(seq, some));
        if (seq % 23 === 0) files += (await store.upkeep.tidy()).files;
      }
      searching = false;
      await searcher;
      expect(files).toBeGreaterThan(63);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.every((n) => n % 2 === 0)).toBe(true);
      expect(await ids(store)).toEqual(upTo(2 * commits));
      // A day that is over has one file a group.
      await store.intake.commit(
        batch(commits + 1, [sample(999, { seq: commits + 1, receivedMs: T + DAY, host: 'PC-1' })]),
      );
      await store.upkeep.tidy();
      const before = filesIn(folder).length;
      clock += DAY / 24;
      await store.upkeep.tidy();
      const groups = readdirSync(join(stores.filesOf(folder), 'day=2026-10-01')).filter((name) => name !== 'hosts=all');
      expect(groups.length).toBeGreaterThan(8);
      expect(filesIn(folder).length).toBeLessThan(before);
      expect(filesIn(folder)).toHaveLength(groups.length + 1);
      expect(await ids(store)).toEqual([...upTo(2 * commits), 999]);
      const one = await store.events.count({
        filter: { kind: 'field', field: 'host', is: { op: 'equals', value: 'pc-7' } },
      });
      expect(one).toBe(4);
      expect((await store.events.get(123))!.fields).toEqual({ Image: 'C:\\123.exe' });
      expect(await store.events.origins([5, 139])).toHaveLength(2);
    });

    test('many events at once are several files, each small enough to be divided', async () => {
      const folder = tempFolder();
      const store = closing(await open(folder));
      const many = upTo(45_000).map((id) => sample(id, { seq: 1, receivedMs: T + (id % 2) * DAY }));
      await store.intake.commit(batch(1, many));
      expect(filesIn(folder)).toHaveLength(6);
      expect(await store.events.seen({})).toEqual({ count: 45_000, firstMs: T + 1, lastMs: T + 45_000, hosts: 1 });
      // One day is over, the other is not.
      expect(await store.upkeep.tidy()).toMatchObject({ files: 3, into: 1 });
      expect(await store.events.seen({})).toEqual({ count: 45_000, firstMs: T + 1, lastMs: T + 45_000, hosts: 1 });
    });

    test('of two servers that put the same files together one does', async () => {
      const folder = tempFolder();
      const [one, other] = [closing(await open(folder)), closing(await open(folder))];
      for (const id of upTo(70)) await one.intake.commit(batch(id, [sample(id)]));
      const both = await Promise.allSettled([one.upkeep.tidy(), other.upkeep.tidy()]);
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(await ids(other)).toEqual(upTo(70));
    });

    test('a day that is too old goes as files, once nobody can be reading them any more', async () => {
      const folder = tempFolder();
      let clock = T;
      const store = closing(await open(folder, () => clock));
      await store.intake.commit(batch(1, [sample(1)]));
      await store.intake.commit(batch(2, [sample(2, { receivedMs: T + 2 * DAY })]));
      expect(await store.upkeep.retain({ eventsBeforeMs: T + DAY })).toMatchObject({ events: 1 });
      expect(await ids(store)).toEqual([2]);
      expect(await store.upkeep.tidy()).toMatchObject({ removed: 0 });
      clock += 3 * DAY;
      expect(await store.upkeep.tidy()).toMatchObject({ removed: 1 });
      expect(readdirSync(stores.filesOf(folder)).sort()).toEqual(['_haetae-store', 'day=2026-10-03']);
    });

    test('events are in one place only', async () => {
      const [tables, files] = [tempFolder(), tempFolder()];
      const inTables = await openPostgres(placeOf(schemaOf(stores.url, tables)), tables, () => 1, limits);
      await inTables.intake.commit(batch(1, [sample(1)]));
      const copy = join(tables, 'backup');
      await inTables.upkeep.backup(copy);
      await inTables.close();
      await expect(open(tables)).rejects.toMatchObject({ code: 'invalid' });
      expect(await restorePostgres(copy, placeIn(files), files, limits)).toMatchObject({ events: 1, committed: 1 });
      await expect(openPostgres(placeOf(schemaOf(stores.url, files)), files, () => 1, limits)).rejects.toMatchObject({
        code: 'invalid',
      });
      expect(await ids(closing(await open(files)))).toEqual([1]);
    });
  });
}
