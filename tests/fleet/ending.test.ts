import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noPostgres, startPostgres } from '../../packages/haetae/src/store/testing/postgres.ts';
import { createToken, pause } from '../chaos/serve.ts';
import { Shipper } from '../chaos/shipper.ts';
import { ask } from '../lab/campaign.ts';
import { noKafka, startKafka } from './kafka.ts';
import { SHADOWS, server } from './servers.ts';

/** A supervisor that ends a server waits for seconds, not until the database is back. */
const missing = noPostgres() ?? noKafka();

if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`ending without a database: ${missing}`, () => {});
} else {
  const root = mkdtempSync(join(tmpdir(), 'haetae-ending-'));
  const kafka = await startKafka(join(root, 'kafka'));
  const database = await startPostgres();
  afterAll(async () => {
    await kafka.kill();
    database.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test('a server ends within seconds while the database is away, and what it had taken in is there afterwards, once', async () => {
    const [folder, rules] = [join(root, 'servers'), join(root, 'rules')];
    mkdirSync(folder);
    mkdirSync(rules);
    writeFileSync(join(rules, 'shadows.yml'), SHADOWS);
    const bus = `kafka://${kafka.address}/ending`;
    const args = ['--no-builtin', '--rules', rules, '--lateness', '1'];
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
