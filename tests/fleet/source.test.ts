import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Admin, type BaseOptions, Consumer, Producer } from '@haetae/kafka';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StoredEvent } from '../../packages/haetae/src/server/api.ts';
import { createToken, pause, type Serve, serve } from '../chaos/serve.ts';
import { otelKafka, rsyslogKafka, said, type Target } from '../ingest/clients.ts';
import { CLIENTS, hasProgram, missing as notHere } from '../ingest/harness.ts';
import { all, ask } from '../lab/campaign.ts';
import { type Sample, samples, winlogOf } from '../live/frames.ts';
import { shadowsIn } from '../live/shadows.ts';
import { broker } from './ground.ts';
import { freePort } from './kafka.ts';
import { READY_MS } from './servers.ts';

/**
 * Topics that others write, as a source of one server. rsyslog and the OpenTelemetry Collector write theirs themselves; Winlogbeat runs on
 * Windows alone, so that its records are written here, as it is documented to write them.
 */
const ground = await broker('topics that others write');

if (ground !== undefined) {
  const { root, kafka } = ground;
  const rules = shadowsIn(root);
  const client: BaseOptions = { clientId: 'test', bootstrapBrokers: [kafka.address], retries: true };
  async function topic(name: string, partitions = 1): Promise<string> {
    const admin = new Admin(client);
    await admin.createTopics({ topics: [name], partitions, replicas: 1 });
    await admin.close();
    return name;
  }
  async function produce(name: string, values: readonly (string | Buffer)[], partitions = 1): Promise<void> {
    const producer = new Producer(client);
    for (let at = 0; at < values.length; at += 500)
      await producer.send({
        compression: 'gzip',
        messages: values.slice(at, at + 500).map((value, i) => ({
          ...{ topic: name, partition: (at + i) % partitions, value: Buffer.from(value) },
        })),
      });
    await producer.close();
  }
  const urlOf = (name: string, query = ''): string => `kafka://${kafka.address}/${name}${query}`;

  /** A server that reads these topics, which can be killed and comes back. */
  async function reading(name: string, ...sources: readonly string[]) {
    const [data, port] = [join(root, name), await freePort()];
    mkdirSync(data);
    const reader = createToken(data, 'api', '--role', 'viewer');
    const args = [
      '--no-builtin',
      '--rules',
      rules,
      '--lang',
      'en',
      '--lateness',
      '1',
      ...sources.flatMap((url) => ['--source', url]),
    ];
    let running: Serve | undefined;
    const start = async (): Promise<void> => {
      running = await serve({ data, port, args, readyMs: READY_MS });
    };
    onTestFinished(() => void running?.process.kill('SIGKILL'));
    await start();
    const door = { url: `http://127.0.0.1:${port}`, shipper: '', reader };
    return {
      get running() {
        return running!;
      },
      start,
      events: (host: string) => all<StoredEvent>(door, `/api/events?host=${encodeURIComponent(host)}&`),
      async until(count: number, about: () => string = () => ''): Promise<void> {
        const end = performance.now() + 120_000;
        for (;;) {
          const { events } = await ask<{ events: number }>(door, '/api/stats').catch(() => ({ events: -1 }));
          if (events >= count) return;
          if (performance.now() > end) throw new Error(`${events} of ${count} events: ${about()}${running!.said()}`);
          await pause(100);
        }
      },
    };
  }
  const named = (events: readonly StoredEvent[]): string[] =>
    events.map(({ computer, recordId, eventId }) => `${computer} ${recordId} ${eventId}`).sort();
  const sent = (some: readonly Sample[]): string[] =>
    some.map(({ computer, recordId }) => `${computer} ${recordId} 1`).sort();
  /** Programs of the machine, with a folder of their own; they end with the test. */
  function target(): Target {
    const directory = mkdtempSync(join(root, 'client-'));
    return {
      ...{ directory, url: '', secret: '' },
      run(name, command, args, env = {}) {
        const out = openSync(join(directory, `${name}.log`), 'w');
        const child = spawn(command, args, {
          stdio: ['ignore', out, out],
          ...{ cwd: directory, env: { ...process.env, ...env } },
        });
        onTestFinished(() => void child.kill('SIGTERM'));
      },
    };
  }

  describe('topics that others write', () => {
    test("Winlogbeat's records, of several partitions", async () => {
      const from = await topic('winlogbeat', 3);
      const some = samples(300, 'beat.corp.example');
      await produce(
        from,
        some.map((one) => JSON.stringify(winlogOf(one))),
        3,
      );
      const server = await reading('winlogbeat', urlOf(from));
      await server.until(some.length);
      expect(named(await server.events('beat*'))).toEqual(sent(some));
      expect(await server.running.stop()).toBe(0);
    });

    test('rsyslog: omkafka', async () => {
      if (!hasProgram('rsyslogd')) return notHere('rsyslog', 'not installed', false);
      const from = await topic('rsyslog');
      const server = await reading('rsyslog', urlOf(from));
      const some = samples(300, 'rsyslog.corp.example');
      const to = target();
      rsyslogKafka(to, some, kafka.address, from);
      await server.until(some.length, () => said(to, 'rsyslog'));
      expect(named(await server.events('rsyslog*'))).toEqual(sent(some));
      expect(await server.running.stop()).toBe(0);
    });

    test.each(['otlp_json', 'otlp_proto', 'raw'])("OpenTelemetry Collector's kafka exporter: %s", async (encoding) => {
      const from = await topic(`otel-${encoding}`);
      const some = samples(300, `${encoding.replace('_', '-')}.corp.example`);
      const to = target();
      if (!otelKafka(to, some, { broker: kafka.address, topic: from, encoding }))
        return notHere('OpenTelemetry Collector (filelog)', `not at ${CLIENTS}/otelcol-a`, false);
      const server = await reading(encoding, urlOf(from), urlOf(await topic(`none-${encoding}`)));
      await server.until(some.length, () => said(to, 'otelcol'));
      expect(named(await server.events(`${some[0]!.computer.split('.')[0]}*`))).toEqual(sent(some));
      expect(await server.running.stop()).toBe(0);
    });

    test('a record that is none is told with its place and why, and those behind it are read', async () => {
      const from = await topic('poison');
      const some = samples(4, 'poison.corp.example').map((one) => JSON.stringify(winlogOf(one)));
      const poison = Buffer.from([0xff, 0xfe, 0x9c]);
      await produce(from, [some[0]!, poison, 'words', some[1]!, '', some[2]!, some[3]!]);
      const server = await reading('poison', urlOf(from, '?format=json'));
      await server.until(4);
      await expect.poll(() => server.running.said()).toMatch(/could not be read/);
      expect(server.running.said()).toMatch(
        /poison\/[\w-]+\/0:1: no json; poison\/\S+\/0:2: no json; \S+\/0:4: an empty record/,
      );
      expect(await server.running.stop()).toBe(0);
    });

    test('whoever dies, each is there once, also of those that nothing tells apart but their place', {
      timeout: 600_000,
    }, async () => {
      const from = await topic('nameless', 3);
      const server = await reading('nameless', urlOf(from));
      const of = (n: number): string => JSON.stringify({ host: `nameless-${n % 7}`, message: `event ${n % 500}` });
      const [ROUND, ROUNDS] = [1500, 5];
      for (let round = 0; round < ROUNDS; round++) {
        await produce(
          from,
          Array.from({ length: ROUND }, (_, i) => of(round * ROUND + i)),
          3,
        );
        if (round === 3) {
          await kafka.kill();
          await kafka.start();
        } else if (round < 3) {
          // At once, and where some of them are there.
          if (round > 0) await server.until(round * ROUND + 1);
          await server.running.kill();
          await server.start();
        }
      }
      await server.until(ROUND * ROUNDS);
      const events = await server.events('nameless-*');
      const counted = (texts: readonly string[]) => {
        const counts = new Map<string, number>();
        for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
        return Object.fromEntries([...counts].sort());
      };
      const expected = Array.from({ length: ROUND * ROUNDS }, (_, n) => `nameless-${n % 7} event ${n % 500}`);
      expect(counted(events.map(({ host, fields }) => `${host} ${fields.message}`))).toEqual(counted(expected));
      expect(events.filter(({ marks }) => marks.length > 0)).toEqual([]);
      expect(await server.running.stop()).toBe(0);
      // The group's place stands behind all of them.
      const consumer = new Consumer({ ...client, groupId: `haetae.${from}` });
      const places = await consumer.listCommittedOffsets({ topics: [{ topic: from, partitions: [0, 1, 2] }] });
      await consumer.close(true);
      expect(places.get(from)).toEqual([0, 1, 2].map(() => BigInt((ROUND * ROUNDS) / 3)));
    });

    test('what keeps it from being read is told, and it begins when the topic comes', async () => {
      const server = await reading('later', urlOf('later'));
      await expect.poll(() => server.running.said(), { timeout: 60_000 }).toMatch(/the source cannot be read/);
      await produce(
        await topic('later'),
        samples(5, 'later').map((one) => JSON.stringify(winlogOf(one))),
      );
      await server.until(5);
      expect(named(await server.events('later'))).toEqual(sent(samples(5, 'later')));
      expect(await server.running.stop()).toBe(0);
    });
  });
}
