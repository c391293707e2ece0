import { Admin, Consumer, Producer } from '@haetae/kafka';
import { describe, expect, test } from 'vitest';
import {
  type BusPlace,
  busBounds,
  busPlaceOf,
  type Frame,
  followBus,
  type LogDamage,
  openBusLog,
} from '../../packages/haetae/src/store/index.ts';
import { broker } from './ground.ts';

/** The log of several servers against a broker that the test starts. */
const ground = await broker('a log in Kafka');

if (ground !== undefined) {
  const { kafka } = ground;
  let places = 0;
  const fresh = (settings = ''): BusPlace => busPlaceOf(`kafka://${kafka.address}/b${++places}${settings}`);
  const client = { clientId: 'test', bootstrapBrokers: [kafka.address] };
  const none = async (): Promise<number> => 0;

  /** Frames from one on up to the one that is awaited last; what was told beside them. */
  async function read(place: BusPlace, from: number, last: number, base = 0, partition = 0) {
    const [ending, frames, damages] = [new AbortController(), [] as Frame[], [] as LogDamage[]];
    const damage = (one: LogDamage) => damages.push(one);
    const how = {
      ...{ topic: `${place.prefix}.received`, partition, base, from, maxBytes: 65_536, signal: ending.signal, damage },
      ...{ state: () => {}, end: () => {} },
    };
    for await (const some of followBus(place, how)) {
      frames.push(...some.map((frame) => ({ ...frame, body: Buffer.from(frame.body) })));
      if (some.at(-1)!.seq >= last) break;
    }
    ending.abort();
    return { frames, damages };
  }

  describe('a log in Kafka', () => {
    test('gives frames back as they were, in their order, from any of them on; a large one too', async () => {
      const place = fresh();
      const log = await openBusLog(place, none);
      const bodies = [...Array.from({ length: 60 }, (_, i) => Buffer.alloc(5000, i)), Buffer.alloc(20_000_000, 'x')];
      const seqs = await Promise.all(bodies.map((body, i) => log.append({ i }, body, 1000 + i)));
      expect(seqs).toEqual(bodies.map((_, i) => i + 1));
      expect(await busBounds(place, `${place.prefix}.received`)).toEqual({ first: 1, end: 61 });
      const { frames, damages } = await read(place, 17, 61);
      expect(damages).toEqual([]);
      expect(frames.map(({ seq, head, receivedMs }) => [seq, head, receivedMs])).toEqual(
        bodies.map((_, i) => [i + 1, { i }, 1000 + i]).slice(16),
      );
      for (const { seq, body } of frames) expect(Buffer.compare(body, bodies[seq - 1]!), `${seq}`).toBe(0);
      await log.close();
      await expect(log.append({}, Buffer.alloc(1), 1)).rejects.toMatchObject({ code: 'closed' });
    });

    test('two servers that open it at once write into one, each frame once', async () => {
      const place = fresh();
      const logs = await Promise.all([openBusLog(place, none), openBusLog(place, none)]);
      const seqs = await Promise.all(
        logs.flatMap((log, l) => Array.from({ length: 50 }, (_, i) => log.append({ l, i }, Buffer.alloc(10), 1))),
      );
      expect([...seqs].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      for (const log of logs) await log.close();
    });

    test('counts on from where the log before it ended', async () => {
      const place = fresh();
      const log = await openBusLog(place, async () => 500);
      expect(await log.append({}, Buffer.alloc(1), 1)).toBe(501);
      expect(await log.append({}, Buffer.alloc(1), 1)).toBe(502);
      expect((await read(place, 1, 502, 500)).frames.map(({ seq }) => seq)).toEqual([501, 502]);
      await log.close();
    });

    test('what is no frame goes to the topic of the dead, with its reason', async () => {
      const place = fresh();
      const log = await openBusLog(place, none);
      await log.append({ n: 1 }, Buffer.alloc(1), 1);
      const producer = new Producer(client);
      const value = Buffer.from('{"not": "ours"}, and it is longer than the header of a frame');
      await producer.send({ messages: [{ topic: `${place.prefix}.received`, partition: 0, value }] });
      await producer.close();
      await log.append({ n: 3 }, Buffer.alloc(1), 1);
      expect((await read(place, 1, 3)).frames.map(({ seq }) => seq)).toEqual([1, 3]);
      const consumer = new Consumer({ ...client, groupId: 'dead' });
      const stream = await consumer.consume({ topics: [`${place.prefix}.dead`], mode: 'earliest', autocommit: false });
      for await (const message of stream) {
        const told = Object.fromEntries([...message.headers].map(([name, text]) => [String(name), String(text)]));
        expect(message.value).toEqual(value);
        expect(told).toEqual({ reason: expect.stringContaining('length'), from: `${place.prefix}.received 1` });
        break;
      }
      await consumer.close(true);
      await log.close();
    });

    test('frames that the topic keeps no more are told, and the next ones read', async () => {
      const place = fresh();
      const log = await openBusLog(place, none);
      for (let i = 1; i <= 5; i++) await log.append({ i }, Buffer.alloc(10), 1);
      const admin = new Admin(client);
      await admin.deleteRecords({
        topics: [{ name: `${place.prefix}.received`, partitions: [{ partition: 0, offset: 3n }] }],
      });
      await admin.close();
      const { frames, damages } = await read(place, 2, 5);
      expect(frames.map(({ seq }) => seq)).toEqual([4, 5]);
      expect(damages).toMatchObject([{ from: 2, to: 3, reason: 'the topic keeps them no more' }]);
      await log.close();
    });

    test('a topic that ends below what was read of it is refused', async () => {
      const place = fresh();
      const log = await openBusLog(place, none);
      await log.append({}, Buffer.alloc(1), 1);
      await expect(read(place, 9, 9)).rejects.toMatchObject({ code: 'damaged' });
      await log.close();
    });

    test('a topic of other partitions than asked for is refused', async () => {
      const place = fresh();
      const admin = new Admin(client);
      await admin.createTopics({ topics: [`${place.prefix}.received`], partitions: 2, replicas: 1 });
      await admin.close();
      await expect(openBusLog(place, none)).rejects.toMatchObject({
        code: 'invalid',
        message: /has 2 partitions.*asks for 1/,
      });
    });

    test('with several partitions the frames of a host stand in one, in their order', async () => {
      const place = fresh('?partitions=4');
      const log = await openBusLog(place, none);
      const hosts = Array.from({ length: 20 }, (_, i) => `WS-${i}`);
      const bodies = [0, 1, 2].flatMap((round) => hosts.map((host) => `{"Hostname":"${host}","round":${round}}\n`));
      await Promise.all(bodies.map((body) => log.append({}, Buffer.from(body), 1)));
      const found = new Map<string, { partition: number; rounds: number[] }[]>();
      for (let partition = 0; partition < 4; partition++) {
        const { end } = await busBounds(place, `${place.prefix}.received`, partition);
        expect(end).toBeGreaterThan(0);
        for (const { body } of (await read(place, 1, end, 0, partition)).frames) {
          const { Hostname, round } = JSON.parse(String(body)) as { Hostname: string; round: number };
          found.set(Hostname, [...(found.get(Hostname) ?? []), { partition, rounds: [round] }]);
        }
      }
      for (const host of hosts) {
        expect(new Set(found.get(host)!.map(({ partition }) => partition)).size).toBe(1);
        expect(found.get(host)!.flatMap(({ rounds }) => rounds)).toEqual([0, 1, 2]);
      }
      await log.close();
    });

    test('while the broker is away senders are told to come again, and then it goes on', {
      timeout: 180_000,
    }, async () => {
      const place = fresh();
      const log = await openBusLog(place, none);
      expect(await log.append({}, Buffer.alloc(1), 1)).toBe(1);
      await kafka.kill();
      await expect(log.append({}, Buffer.alloc(1), 1)).rejects.toMatchObject({ code: 'unreachable' });
      await expect(log.status()).rejects.toMatchObject({ code: 'unreachable' });
      await kafka.start();
      await expect
        .poll(() => log.append({}, Buffer.alloc(1), 1).catch(() => 0), { timeout: 60_000 })
        .toBeGreaterThan(1);
      expect((await log.status()).durable).toBeGreaterThan(1);
      await log.close();
    });
  });
}
