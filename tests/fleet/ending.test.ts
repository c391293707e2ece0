import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createToken, pause } from '../chaos/serve.ts';
import { Shipper } from '../chaos/shipper.ts';
import { ask } from '../lab/campaign.ts';
import { shadowsIn } from '../live/shadows.ts';
import { brokerAndDatabase } from './ground.ts';
import { server } from './servers.ts';

/** A supervisor that ends a server waits for seconds, not until the database is back. */
const ground = await brokerAndDatabase('ending without a database');

if (ground !== undefined) {
  const { root, kafka, database } = ground;

  test('a server ends within seconds while the database is away, and what it had taken in is there afterwards, once', async () => {
    const folder = join(root, 'servers');
    mkdirSync(folder);
    const bus = `kafka://${kafka.address}/ending`;
    const args = ['--no-builtin', '--rules', shadowsIn(root), '--lateness', '1'];
    const one = await server('all', 'one', { folder, bus, store: `${database.url}?schema=ending`, args });
    const token = createToken(one.data, 'ingest');
    const reader = createToken(one.data, 'api', '--role', 'viewer');
    const door = { url: one.url, shipper: token, reader };
    const stored = async (): Promise<number> =>
      (await ask<{ events: number }>(door, '/api/stats').catch(() => ({ events: -1 }))).events;
    const shipper = new Shipper(one.url, token, 'host', 50);
    shipper.start();
    while ((await stored()) < 100) await pause(100);
    database.kill();
    // Something is taken in that cannot be stored.
    const before = shipper.acknowledged;
    while (shipper.acknowledged === before) await pause(50);
    await shipper.stop();
    const begun = performance.now();
    expect(await one.running.stop(), one.running.said()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(one.running.said()).toContain('Ended without the database');
    database.start();
    await one.start();
    while ((await stored()) < shipper.acknowledged) await pause(100);
    expect(await stored()).toBe(shipper.acknowledged);
    expect(await one.running.stop(), one.running.said()).toBe(0);
    expect(one.running.said()).not.toContain('Ended without the database');
  });
}
