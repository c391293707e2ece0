import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@haetae/kafka';
import { afterAll, describe, expect, test } from 'vitest';
import { busPlaceOf, followBus, openBusLog } from '../../packages/haetae/src/store/index.ts';
import { BUCKET, noBucket, startBucket } from '../../packages/haetae/src/store/testing/bucket.ts';
import { noPostgres, startPostgres } from '../../packages/haetae/src/store/testing/postgres.ts';
import { pause } from '../chaos/serve.ts';
import { shadowsIn } from '../live/shadows.ts';
import { type Kafka, noKafka, startCluster } from './kafka.ts';
import { away, loseNothing } from './lossless.ts';
import type { FleetPlace } from './servers.ts';

/** Three brokers, of which each leads a part of what the others copy; events in a bucket. */
const missing = noPostgres() ?? noKafka() ?? noBucket();
if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`several brokers: ${missing}`, () => {});
} else {
  const root = mkdtempSync(join(tmpdir(), 'haetae-fleet-'));
  const [brokers, database, bucket] = await Promise.all([
    startCluster(join(root, 'kafka'), 3),
    startPostgres(),
    startBucket(),
  ]);
  const addresses = brokers.map(({ address }) => address);
  afterAll(async () => {
    database.stop();
    await Promise.all([...brokers, bucket].map((one) => one.kill()));
    rmSync(root, { recursive: true, force: true });
  });

  /** Until every broker has copied all of a topic again. */
  async function untilWhole(topic: string): Promise<void> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: addresses });
    for (;;) {
      const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
      if (topics.get(topic)!.partitions.every(({ isr }) => isr.length === brokers.length)) break;
      await pause(200);
    }
    await admin.close();
  }

  describe('a log over three brokers', () => {
    const place = busPlaceOf(`kafka://${addresses.join(',')}/log?partitions=6`);
    const topic = `${place.prefix}.received`;
    const bodies = Array.from({ length: 24 }, (_, host) => Buffer.from(`{"Hostname":"WS-${host}"}\n`));

    test('its topics are copied by all of them, and each leads some', async () => {
      await (await openBusLog(place, async () => 0)).close();
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: addresses });
      const { topics } = await admin.metadata({ topics: [topic] });
      const { partitions } = topics.get(topic)!;
      expect(partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3, 3, 3, 3]);
      expect(new Set(partitions.map(({ leader }) => leader)).size).toBe(3);
      await admin.close();
    });

    test('what was acknowledged is read from each partition, in its order, whichever broker is away', {
      timeout: 300_000,
    }, async () => {
      const log = await openBusLog(place, async () => 0);
      const ending = new AbortController();
      const read = new Map<number, string>();
      const states = new Set<string>();
      const readers = Array.from({ length: place.partitions }, async (_, partition) => {
        let last = 0;
        for await (const frames of followBus(place, {
          ...{ topic, partition, base: 0, from: 1, maxBytes: 65_536, signal: ending.signal },
          ...{ damage: () => {}, state: (state) => states.add(state), end: () => {} },
        }))
          for (const { seq, head } of frames) {
            expect(seq).toBe(last + 1);
            last = seq;
            read.set((head as { readonly n: number }).n, `${partition}/${seq}`);
          }
      });
      let [n, sending] = [0, true];
      const acknowledged: number[] = [];
      /** As senders do: the next one when the one before was acknowledged, and again until it is. */
      const senders = [0, 1, 2].map(async () => {
        while (sending) {
          const mine = n++;
          while (
            !(await log.append({ n: mine }, bodies[mine % bodies.length]!, 1).then(
              () => true,
              () => false,
            ))
          )
            await pause(100);
          acknowledged.push(mine);
        }
      });
      const more = async (count: number): Promise<void> => {
        for (const before = acknowledged.length; acknowledged.length < before + count; ) await pause(20);
      };
      await more(100);
      for (const broker of brokers) {
        await broker.kill();
        // Two of three have what is acknowledged: nobody waits for the third.
        await more(100);
        await broker.start();
        await untilWhole(topic);
      }
      sending = false;
      await Promise.all(senders);
      await expect.poll(() => acknowledged.filter((one) => !read.has(one)), { timeout: 60_000 }).toEqual([]);
      ending.abort();
      await Promise.all(readers);
      await log.close();
    });

    test('with one of three left nothing is acknowledged, and with two again all is', {
      timeout: 300_000,
    }, async () => {
      const log = await openBusLog(place, async () => 0);
      const [one, two] = brokers as [Kafka, Kafka];
      await Promise.all([one.kill(), two.kill()]);
      await expect(log.append({}, bodies[0]!, 1)).rejects.toMatchObject({ code: 'unreachable' });
      await one.start();
      await expect.poll(() => log.append({}, bodies[0]!, 1).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(0);
      await two.start();
      await untilWhole(topic);
      await log.close();
    });
  });

  describe('two that take in, three that detect, two that show, over three brokers, events in a bucket', () => {
    test('lose nothing and double nothing, whichever is away', { timeout: 900_000 }, async () => {
      const folder = join(root, 'fleet');
      mkdirSync(folder);
      Object.assign(process.env, bucket.env);
      const ours: FleetPlace = {
        folder,
        bus: `kafka://${addresses.join(',')}/fleet?partitions=4`,
        store: `${database.url}?schema=fleet&events=s3://${BUCKET}/fleet`,
        args: ['--no-builtin', '--rules', shadowsIn(root), '--lateness', '1'],
      };
      const one = ([what, disturb]: ReturnType<typeof away>) =>
        [
          what,
          async () => {
            await disturb();
            for (const name of ['received', 'sifted']) await untilWhole(`fleet.${name}`);
          },
        ] as const;
      await loseNothing(
        ours,
        ({ leader, beside }) => [
          ...brokers.map((broker, i) => one(away(`broker ${i + 1}`, broker))),
          away('the bucket', bucket),
          ['the one that detects', async () => (await leader()).again()],
          ['one that detects beside it', async () => (await beside()).again()],
          one(away('broker 1, once more', brokers[0]!)),
        ],
        join(bucket.folder, 'fleet'),
      );
    });
  });
}
