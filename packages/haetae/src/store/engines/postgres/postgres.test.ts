import { createHash } from 'node:crypto';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../index.ts';
import { batch, type Sample } from '../../testing/events.ts';
import { lastingFolder, tempFolder } from '../../testing/fixtures.ts';
import { noPostgres, startPostgres } from '../../testing/postgres.ts';
import { finding } from '../../testing/rows.ts';
import { sharedContract } from '../../testing/shared.contract.ts';
import { storeContract } from '../../testing/store.contract.ts';
import { limitsHere, openDuckdb } from '../duckdb/duckdb.ts';
import { openDatabase } from './database.ts';
import { openPostgres, placeOf, restorePostgres } from './postgres.ts';

const missing = noPostgres();
if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`the store in PostgreSQL: ${missing}`, () => {});
} else {
  const server = await startPostgres();
  afterAll(() => server.stop());
  /** A folder's store is a schema of its own. */
  const placeIn = (folder: string) =>
    placeOf(`${server.url}?schema=t${createHash('sha1').update(folder).digest('hex').slice(0, 20)}`);
  const limits = { ...limitsHere(), memory: 256e6, rowGroup: 2048 };
  const open = (folder: string): Promise<Store> => openPostgres(placeIn(folder), folder, () => 1, limits);

  storeContract(
    'PostgreSQL',
    open,
    () => {},
    (backup, folder) => restorePostgres(backup, placeIn(folder), folder, limits),
  );

  describe('PostgreSQL: several servers', () => {
    const folders = new Map<string, string>();
    sharedContract(async (name) => {
      const folder = folders.get(name) ?? lastingFolder();
      folders.set(name, folder);
      const store = await openPostgres(placeIn(folder), folder, () => 1, limits, true);
      onTestFinished(() => store.close());
      return store;
    });
  });

  describe('PostgreSQL', () => {
    const sample = (id: number): Sample => ({ id, seq: id, fields: [['Image', 'C:\\a.exe']] });

    test('a store that outgrew its directory goes into PostgreSQL by its backup', async () => {
      const small = await openDuckdb(tempFolder(), () => 1, limits);
      await small.intake.commit(batch(3, [sample(1), sample(3)], { findings: [finding({ id: 1 })] }));
      const copy = `${tempFolder()}/backup`;
      await small.upkeep.backup(copy);
      await small.close();
      const folder = lastingFolder();
      expect(await restorePostgres(copy, placeIn(folder), folder, limits)).toMatchObject({ events: 2, committed: 3 });
      const large = await open(folder);
      onTestFinished(() => large.close());
      expect((await large.events.get(3))!.fields).toEqual({ Image: 'C:\\a.exe' });
    });

    test('two servers that make a store at once make one; what one writes the other reads', async () => {
      const folder = lastingFolder();
      const [one, other] = await Promise.all([open(folder), open(folder)]);
      onTestFinished(async () => {
        await one.close();
        await other.close();
      });
      await one.intake.commit(batch(1, [sample(1)]));
      expect(await other.intake.committed()).toBe(1);
      const entries = await Promise.all(
        [one, other, one, other].map((store) =>
          store.audit.append({
            ...{ timeMs: 1 as never, actor: 'a', actorName: 'A', action: 'x.y', object: '', address: '' },
            detail: null,
          }),
        ),
      );
      expect(entries.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4]);
      expect(await other.audit.verify()).toMatchObject({ kind: 'whole' });
    });

    test('a server that is killed is told, and what was committed is there when it is back', async () => {
      const store = await open(lastingFolder());
      onTestFinished(() => store.close());
      await store.intake.commit(batch(1, [sample(1)]));
      server.kill();
      await expect(store.intake.commit(batch(2, [sample(2)]))).rejects.toMatchObject({ code: 'unreachable' });
      server.start();
      expect(await store.intake.commit(batch(2, [sample(1), sample(2)]))).toMatchObject({ events: 1, known: 1 });
      expect(await store.events.count({})).toBe(2);
    });

    test('one that is cut off in the middle of a commit holds the others up for no longer than its turn', async () => {
      const folder = lastingFolder();
      await (await open(folder)).close();
      const place = placeIn(folder);
      const [one, other] = [await openDatabase(place), await openDatabase(place)];
      let began = (): void => {};
      const holding = new Promise<void>((resolve) => (began = resolve));
      const cutOff = one.commit(() => {
        began();
        return new Promise(() => {});
      });
      cutOff.catch(() => {});
      await holding;
      await other.commit((sql) => sql.run('SELECT 1'));
      await other.close();
    });

    test('who hears hears again, and of a gap, when the server is back', async () => {
      const store = await open(lastingFolder());
      onTestFinished(() => store.close());
      const ending = new AbortController();
      const heard: string[] = [];
      const hearing = (async () => {
        for await (const { kind } of store.news.hear({ signal: ending.signal })) heard.push(kind);
      })();
      const told = async (): Promise<string[]> => {
        await store.news.tell({ kind: 'policy' }).catch(() => {});
        return heard;
      };
      await expect.poll(told).toContain('policy');
      heard.length = 0;
      server.kill();
      server.start();
      await expect.poll(told, { timeout: 20_000 }).toContain('gap');
      const before = heard.length;
      await expect.poll(async () => (await told()).slice(before)).toContain('policy');
      ending.abort();
      await hearing;
    });

    test.each([
      ['postgres://127.0.0.1:1/none', 'unreachable'],
      [`${server.url}?schema=a-b`, 'invalid'],
    ])('%s is refused as %s', async (url, code) => {
      await expect(openPostgres(placeOf(url), tempFolder(), () => 1, limits)).rejects.toMatchObject({ code });
    });
  });
}
