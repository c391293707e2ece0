import { expect, onTestFinished, test } from 'vitest';
import { type OpenStore, openStore, storeAt } from './index.ts';
import { user } from './testing/accounts.contract.ts';
import { batch, type Sample, T } from './testing/events.ts';
import { bundled, tempFolder } from './testing/fixtures.ts';

const [worker] = await bundled(new URL('./store-worker.ts', import.meta.url));
async function open(directory = tempFolder()): Promise<OpenStore> {
  const store = await openStore({ directory, worker: worker!, memory: 256e6 });
  onTestFinished(() => store.close());
  return store;
}
const samples = (count: number): Sample[] => Array.from({ length: count }, (_, i) => ({ id: i + 1, timeMs: T + i }));

test('from any thread it is the same store: results, errors with their code, a batch stays of its sender, to be tried again', async () => {
  const store = await open();
  const other = storeAt(store.connect());
  await store.users.create(user());
  expect(await other.users.byName('alice')).toEqual(user());
  await expect(other.users.create(user())).rejects.toMatchObject({ name: 'StoreError', code: 'taken' });
  const sent = batch(1, samples(3));
  expect(await other.intake.commit(sent)).toMatchObject({ seq: 1, events: 3 });
  expect(await other.intake.commit(sent)).toMatchObject({ seq: 1, events: 0, known: 3 });
  expect(await other.intake.commit(batch(2, []))).toMatchObject({ seq: 2 });
  expect(await other.intake.commit(batch(3, []))).toMatchObject({ seq: 3 });
  await other.close();
  expect(await store.events.count({})).toBe(3);
});

test('a search comes step by step: it may be left, cancelled, or fail', async () => {
  const store = await open();
  await store.intake.commit(batch(1, samples(1200)));
  const steps: number[] = [];
  for await (const { hits } of store.events.search({ order: 'newest', limit: 1100 })) steps.push(hits.length);
  expect(steps).toEqual([500, 500, 100]);
  for await (const { hits } of store.events.search({ order: 'oldest', limit: 1100 })) {
    expect(hits[0]!.id).toBe(1);
    break;
  }
  const abort = new AbortController();
  await expect(
    (async () => {
      for await (const _ of store.events.search({ order: 'newest', limit: 1100 }, { signal: abort.signal }))
        abort.abort();
    })(),
  ).rejects.toMatchObject({ code: 'cancelled' });
  await expect(store.events.count({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  await expect(
    (async () => {
      for await (const _ of store.events.search({ order: 'newest', limit: 0 })) expect.unreachable();
    })(),
  ).rejects.toMatchObject({ code: 'invalid' });
  expect(await store.events.count({})).toBe(1200);
});

test.each(['users.constructor', 'users.no-such', '__proto__.x', 'users.get.call'])(
  'a path that names no method is refused: %s',
  async (path) => {
    const [book, ...rest] = path.split('.') as ['users', ...string[]];
    const store = (await open())[book] as unknown as Record<string, () => Promise<unknown>>;
    await expect(store[rest.join('.')]!()).rejects.toMatchObject({ code: 'invalid' });
  },
);

test('closed, it says so, and can be opened again; a directory that cannot be made is told', async () => {
  const directory = tempFolder();
  const store = await open(directory);
  const other = storeAt(store.connect());
  await store.users.create(user());
  await store.close();
  await expect(store.users.list()).rejects.toMatchObject({ code: 'closed' });
  await expect(other.users.list()).rejects.toMatchObject({ code: 'closed' });
  expect(await (await open(directory)).users.list()).toHaveLength(1);
  await expect(open('/dev/null/store')).rejects.toMatchObject({ name: 'StoreError' });
});
