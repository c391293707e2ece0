import { connect } from '@haetae/postgres';
import { afterAll, expect, test } from 'vitest';
import { createToken, pause } from '../chaos/serve.ts';
import { ATTACK_EVERY, Shipper } from '../chaos/shipper.ts';
import { shadowsIn } from '../live/shadows.ts';
import { Far, NEAR, noFar } from './far.ts';
import { brokerAndDatabase } from './ground.ts';
import { Live } from './live.ts';
import { type FleetPlace, server } from './servers.ts';

/** The network between a server and what it needs is cut for longer than its turn is good for: packets vanish, connections stay. */
const ground = await brokerAndDatabase('a network that is cut', { missing: noFar(), elsewhere: NEAR });

if (ground !== undefined) {
  const { root, kafka, database } = ground;
  const far = new Far();
  afterAll(() => far.close());

  test('what detects loses broker and database, with another that stands by and with none: nothing is lost, nothing is there twice, pages go on', {
    timeout: 900_000,
  }, async () => {
    const postgres = Number(new URL(database.url).port);
    await far.shows(kafka.elsewhere);
    await far.shows(postgres);
    const store = `${database.url}?schema=cut`;
    const args = ['--no-builtin', '--rules', shadowsIn(root), '--lateness', '1'];
    const here: FleetPlace = { folder: root, bus: `kafka://${kafka.address}/cut`, store, args };
    const there: FleetPlace = {
      ...here,
      bus: `kafka://${NEAR}:${kafka.elsewhere}/cut`,
      store: store.replace('127.0.0.1', NEAR),
    };
    const ingest = await server('ingest', 'ingest', here);
    const web = await server('web', 'web', here);
    // Before anything is far: this process carries what goes over the wire, and waits here.
    const token = createToken(web.data, 'ingest');
    const reader = createToken(web.data, 'api', '--role', 'viewer');
    const detector = await server('detect', 'far-detect', there, far);
    const farWeb = await server('web', 'far-web', there, far);
    const live = new Live([web.url, farWeb.url], reader);
    const near = new Live([web.url], reader);
    const sql = connect(database.url, { max: 1 });
    const rows = <T>(text: string): Promise<T[]> => sql.unsafe(text) as never;
    const over = async (): Promise<void> => {
      const overdue =
        'SELECT bool_and(until_ms < extract(epoch FROM clock_timestamp()) * 1000 - 3000) AS over FROM cut.duties';
      while (!(await rows<{ over: boolean }>(overdue))[0]!.over) await pause(200);
    };
    const shipper = new Shipper(ingest.url, token, 'host', ATTACK_EVERY);
    shipper.start();
    await live.hears('a finding');

    // Nobody else is there: its turn is over, nobody takes it, and it goes on by itself.
    far.cut();
    await over();
    far.heal();
    await live.hears('a finding after the wire was cut, with nobody standing by');
    expect(detector.running.process.exitCode).toBe(null);

    // Another takes over; the one that was cut off hears of it when it is back, stores nothing more and ends.
    const standby = await server('detect', 'near-detect', here);
    far.cut();
    while (!standby.running.said().includes('this server detects now')) await pause(100);
    await near.hears('a finding while the wire is cut');
    far.heal();
    await live.hears('a finding after the wire was cut');
    while (detector.running.process.exitCode === null) await pause(100);
    expect(detector.running.said()).toContain('another server has taken over');
    await detector.start();
    await live.hears('a finding after it is back');

    await shipper.stop();
    const findings = shipper.acknowledged / ATTACK_EVERY;
    while ((await rows<{ n: number }>('SELECT count(*)::int AS n FROM cut.findings'))[0]!.n < findings)
      await pause(200);
    expect(
      await rows('SELECT count(*)::int AS events, count(DISTINCT record_id)::int AS records FROM cut.events'),
    ).toEqual([{ events: shipper.acknowledged, records: shipper.acknowledged }]);
    expect(
      await rows('SELECT count(*)::int AS findings, count(DISTINCT event_ids)::int AS events FROM cut.findings'),
    ).toEqual([{ findings, events: findings }]);
    await sql.end();
    live.close();
    near.close();
    console.log(`${shipper.acknowledged} events, ${findings} findings`);
    for (const one of [ingest, web, farWeb, detector, standby])
      expect(await one.running.stop(), one.running.said()).toBe(0);
  });
}
