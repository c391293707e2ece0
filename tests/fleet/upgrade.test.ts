import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect } from '@haetae/postgres';
import { describe, expect, test } from 'vitest';
import {
  builtinCampaigns,
  checkCampaigns,
  emit,
  FIRST_DAY,
  winlogbeatLine,
} from '../../packages/haetae/src/scenario/index.ts';
import { createToken, HAETAE, pause, serve } from '../chaos/serve.ts';
import { ATTACK_EVERY, Shipper } from '../chaos/shipper.ts';
import { shadowsIn } from '../live/shadows.ts';
import { brokerAndDatabase } from './ground.ts';
import { freePort } from './kafka.ts';
import { Live } from './live.ts';
import { differences, incidentsOf, type Outcome, outcomeOf, rowsOfFolder, rowsOfPostgres } from './outcome.ts';
import { type Body, play } from './play.ts';
import { detecting, type FleetPlace, READY_MS, type Server, server } from './servers.ts';

/**
 * Two, three and two servers of the version before, each of which is ended and started as this version while events come: those that show,
 * those that take in, those that detect, the one that joins at last. HAETAE_PREVIOUS names the folder of the version before (an installed
 * prefix or a built working copy); HAETAE_PREVIOUS_PARTITIONS=1 where it does not share partitions yet.
 */
const previous = process.env.HAETAE_PREVIOUS;
const partitions = Number(process.env.HAETAE_PREVIOUS_PARTITIONS ?? 4);
const ground =
  previous === undefined ? undefined : await brokerAndDatabase('servers that become another version one by one');
if (previous === undefined)
  test.skip('servers that become another version one by one: HAETAE_PREVIOUS names no folder of the version before', () => {});

if (ground !== undefined) {
  const { root, kafka, database } = ground;
  const before = programIn(resolve(previous!));

  /** Servers of the version before. */
  async function fleet(name: string, args: readonly string[]) {
    const folder = join(root, name);
    mkdirSync(folder);
    const ours: FleetPlace = {
      ...{ folder, args, program: before },
      bus: `kafka://${kafka.address}/${name}${partitions === 1 ? '' : `?partitions=${partitions}`}`,
      store: `${database.url}?schema=${name}`,
    };
    const roles = ['ingest', 'ingest', 'detect', 'detect', 'detect', 'web', 'web'];
    // The first makes the schema.
    const first = await server('ingest', 'ingest0', ours);
    const others = await Promise.all(roles.slice(1).map((role, i) => server(role, `${role}${i + 1}`, ours)));
    const servers = [first, ...others];
    const [web, other] = servers.slice(5) as [Server, Server];
    const shipper = createToken(web.data, 'ingest');
    const reader = createToken(web.data, 'api', '--role', 'admin');
    /** The next that is to be ended, in the order that docs/fleet.md tells. */
    async function* order(): AsyncGenerator<Server> {
      yield* [other, web, ...servers.slice(0, 2)];
      const detectors = servers.slice(2, 5);
      const last = await detecting(detectors, reader);
      yield* detectors.filter((one) => one !== last);
      yield last;
    }
    return { servers, web, other, shipper, reader, order };
  }

  describe('servers that become another version one by one', () => {
    test('lose nothing, double nothing, and every page hears of findings behind each', {
      timeout: 900_000,
    }, async () => {
      const args = ['--no-builtin', '--rules', shadowsIn(root), '--lateness', '1'];
      const { servers, web, other, shipper, reader, order } = await fleet('flood', args);
      const live = new Live([web.url, other.url], reader);
      const shippers = servers.slice(0, 2).map(({ url }, i) => new Shipper(url, shipper, `host-${i}`, ATTACK_EVERY));
      for (const one of shippers) one.start();
      await live.hears('a finding');
      for await (const one of order()) {
        expect(await one.become(HAETAE), one.running.said()).toBe(0);
        await live.hears(`a finding after ${one.name} became this version`);
      }
      for (const one of shippers) await one.stop();
      const sent = shippers.map(({ host, acknowledged: n }) => ({ host, events: n, records: n, last: n }));
      const found = sent.map(({ host, events }) => ({
        ...{ host, findings: events / ATTACK_EVERY, events: events / ATTACK_EVERY },
      }));
      console.log(`${sent.map(({ events }) => events).join(' and ')} events`);
      const sql = connect(database.url, { max: 1 });
      const rows = (text: string): Promise<object[]> => sql.unsafe(text) as never;
      const all = found.reduce((sum, { findings }) => sum + findings, 0);
      while (((await rows('SELECT count(*)::int AS n FROM flood.findings')) as [{ n: number }])[0].n < all)
        await pause(200);
      expect(
        await rows(`SELECT lower(host) AS host, count(*)::int AS events, count(DISTINCT record_id)::int AS records, max(record_id::int) AS last
          FROM flood.events GROUP BY 1 ORDER BY 1`),
      ).toEqual(sent);
      expect(
        await rows(`SELECT lower(host) AS host, count(*)::int AS findings, count(DISTINCT event_ids)::int AS events
          FROM flood.findings GROUP BY 1 ORDER BY 1`),
      ).toEqual(found);
      await sql.end();
      live.close();
      for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
    });

    test('find what one server of this version finds, incidents and stories too', { timeout: 900_000 }, async () => {
      const campaign = checkCampaigns(builtinCampaigns()).campaigns.find(({ id }) => id === 'lateral-three-hosts')!;
      const hours = [...emit(campaign, { seed: 1, firstDay: FIRST_DAY, background: 200 })].map(
        (events, hour): Body => ({
          ...{ position: `hour:${hour}`, lines: events.length, text: events.map(winlogbeatLine).join('') },
        }),
      );
      // An hour is sent once the one before is stored.
      const sets = [hours.filter(({ lines }) => lines > 0).map((body) => async () => [body])];
      const how = ['--lateness', '2'];
      const folder = join(root, 'alone');
      const port = await freePort();
      const doorTo = (data: string, url: string) => ({
        ...{ url, shipper: createToken(data, 'ingest'), reader: createToken(data, 'api', '--role', 'admin') },
      });
      const alone = await serve({ data: folder, port, readyMs: READY_MS, args: [...how, '--lang', 'en'] });
      const door = doorTo(folder, alone.url);
      await play(sets, [alone.url], door, { what: 'one server' });
      const incidents = await incidentsOf(door);
      expect(await alone.stop()).toBe(0);
      const expected = await rowsOfFolder(folder, (query) => outcomeOf(query, incidents));
      expect(Math.min(incidents.length, expected.findings.length)).toBeGreaterThan(0);

      const { servers, web, shipper, reader, order } = await fleet('day', how);
      const next = order();
      let became = 0;
      await play(
        sets,
        servers.slice(0, 2).map(({ url }) => url),
        { url: web.url, shipper, reader },
        {
          what: 'servers that become another version',
          async during({ set }) {
            if (set % 3 !== 1) return undefined;
            const { value: one } = (await next.next()) as { value: Server | undefined };
            if (one === undefined) return undefined;
            expect(await one.become(HAETAE), one.running.said()).toBe(0);
            became++;
            return one.name;
          },
        },
      );
      expect(became).toBe(servers.length);
      const told = await incidentsOf({ url: web.url, shipper, reader });
      const actual: Outcome = await rowsOfPostgres({ url: database.url, schema: 'day' }, (query) =>
        outcomeOf(query, told),
      );
      expect(
        [
          ...differences('events', expected.events, actual.events),
          ...differences('findings', expected.findings, actual.findings),
          ...differences('incidents', expected.incidents, actual.incidents),
        ].join('\n'),
      ).toBe('');
      for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
    });
  });
}

/** The command line below an installed prefix or a working copy. */
function programIn(folder: string): string {
  const found = ['packages/haetae/bin/haetae.js', 'node_modules/haetae/bin/haetae.js', 'bin/haetae.js']
    .map((path) => join(folder, path))
    .find(existsSync);
  if (found === undefined) throw new Error(`HAETAE_PREVIOUS: there is no haetae below ${folder}`);
  return found;
}
