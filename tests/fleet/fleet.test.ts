import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { connect } from '@haetae/postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  builtinCampaigns,
  checkCampaigns,
  emit,
  FIRST_DAY,
  winlogbeatLine,
} from '../../packages/haetae/src/scenario/index.ts';
import type { Finding, Incident } from '../../packages/haetae/src/server/api.ts';
import { createToken, pause, serve } from '../chaos/serve.ts';
import { ATTACK_EVERY, Shipper } from '../chaos/shipper.ts';
import { all, ask, type Door, send } from '../lab/campaign.ts';
import { shadowsIn } from '../live/shadows.ts';
import { brokerAndDatabase } from './ground.ts';
import { freePort } from './kafka.ts';
import { Live } from './live.ts';
import { detecting, type FleetPlace, READY_MS, type Server, server } from './servers.ts';

/**
 * Several servers over a Kafka and a PostgreSQL that the test starts: what they find together is what one finds alone; and whichever
 * of them is killed, what was acknowledged is there afterwards, once. Where they cannot be had the test says so.
 */
const ground = await brokerAndDatabase('several servers');

if (ground !== undefined) {
  const { root, kafka, database } = ground;
  let places = 0;
  const place = (
    { partitions, files = false }: { partitions: number; files?: boolean },
    ...args: string[]
  ): FleetPlace => {
    const name = `p${++places}`;
    const folder = join(root, name);
    mkdirSync(folder);
    const events = files ? `&events=${eventsIn(folder)}` : '';
    return {
      folder,
      bus: `kafka://${kafka.address}/${name}?partitions=${partitions}`,
      store: `${database.url}?schema=${name}${events}`,
      args,
    };
  };

  describe('several servers', () => {
    const campaign = checkCampaigns(builtinCampaigns()).campaigns.find(({ kind }) => kind !== 'benign')!;
    const bodies = [...emit(campaign, { seed: 1, firstDay: FIRST_DAY, background: 200 })].map((batch) =>
      batch.map(winlogbeatLine).join(''),
    );
    const events = bodies.reduce((sum, body) => sum + body.split('\n').length - 1, 0);

    /** What it makes of the campaign, once nothing waits any more. */
    async function outcome(ingest: readonly string[], door: Door) {
      let turn = 0;
      for (const body of bodies) {
        if (body !== '') await send({ ...door, url: ingest[turn++ % ingest.length]! }, body);
      }
      for (let before = ''; ; ) {
        const { events: stored } = await ask<{ events: number }>(door, '/api/stats');
        const findings = await all<Finding>(door, '/api/findings?');
        const incidents = await all<Incident>(door, '/api/incidents?order=risk&');
        const said = JSON.stringify({ stored, findings, incidents });
        if (stored === events && said === before) return { findings, incidents };
        before = said;
        await pause(LATENESS_S * 1500);
      }
    }
    const told = ({ findings, incidents }: Awaited<ReturnType<typeof outcome>>) => ({
      findings: findings
        .map(({ ruleId, title, level, host, timeMs, events: of }) =>
          [ruleId, title, level, host, timeMs, of.length].join(' | '),
        )
        .sort(),
      incidents: incidents
        .map(({ id, title, level, hosts, findings: n }) => [id, title, level, hosts.join(','), n].join(' | '))
        .sort(),
    });
    const LATENESS_S = 2;

    let expected: ReturnType<typeof told>;
    beforeAll(async () => {
      const data = join(root, 'alone');
      const [shipper, reader] = [createToken(data, 'ingest'), createToken(data, 'api', '--role', 'admin')];
      const alone = await serve({
        data,
        port: await freePort(),
        readyMs: READY_MS,
        args: ['--lateness', String(LATENESS_S), '--lang', 'en'],
      });
      expected = told(await outcome([alone.url], { url: alone.url, shipper, reader }));
      expect(await alone.stop()).toBe(0);
      expect(expected.findings.length).toBeGreaterThan(3);
      expect(expected.incidents.length).toBeGreaterThan(0);
    }, 600_000);

    test.each([
      ['one server of each role', 1, ['web', 'ingest', 'detect']],
      [
        'two that take in, three that detect, two that show',
        4,
        ['web', 'web', 'ingest', 'ingest', 'detect', 'detect', 'detect'],
      ],
    ])('%s find together what one finds alone', { timeout: 600_000 }, async (_, partitions, roles) => {
      const ours = place({ partitions }, '--lateness', String(LATENESS_S));
      const servers = await Promise.all(roles.map((role, i) => server(role, `${role}${i}`, ours)));
      const of = (role: string): (typeof servers)[0][] => servers.filter(({ name }) => name.startsWith(role));
      const [web] = of('web');
      const door = {
        url: web!.url,
        shipper: createToken(web!.data, 'ingest'),
        reader: createToken(web!.data, 'api', '--role', 'admin'),
      };
      const ingest = of('ingest').map(({ url }) => url);
      expect(told(await outcome(ingest, door))).toEqual(expected);
      if (partitions > 1) {
        const shares = await Promise.all(of('detect').map(({ url }) => partitionsOf(url, door.reader)));
        expect(shares.flat().sort()).toEqual(Array.from({ length: partitions }, (__, i) => i));
        expect(Math.max(...shares.map(({ length }) => length))).toBe(Math.ceil(partitions / of('detect').length));
      }
      for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
    });
  });

  describe.each([
    { partitions: 1, files: false },
    { partitions: 4, files: false },
    { partitions: 4, files: true },
  ])(
    'two that take in, three that detect, two that show, over $partitions partitions, events in files: $files',
    ({ partitions, files }) => {
      test('lose nothing and double nothing, whoever is killed', { timeout: 900_000 }, async () => {
        const ours = place({ partitions, files }, '--no-builtin', '--rules', shadowsIn(root), '--lateness', '1');
        const names = ['ingest', 'ingest', 'detect', 'detect', 'detect', 'web', 'web'];
        const servers = await Promise.all(names.map((role, i) => server(role, `${role}${i}`, ours)));
        const [first, second, , , , web, other] = servers as [(typeof servers)[0], ...typeof servers];
        const token = createToken(web!.data, 'ingest');
        const reader = createToken(web!.data, 'api', '--role', 'viewer');
        const live = new Live([web!.url, other!.url], reader);
        const shippers = [first.url, second!.url].map((url, i) => new Shipper(url, token, `host-${i}`, ATTACK_EVERY));
        for (const shipper of shippers) shipper.start();
        await live.hears('a finding');
        const detectors = servers.slice(2, 5);
        const leader = (): Promise<Server> => detecting(detectors, reader);
        const beside = async () => {
          const turn = await leader();
          return detectors.find((one) => one !== turn)!;
        };
        for (const [what, disturb] of [
          ['the one that detects', async () => (await leader()).again()],
          ['one that detects beside it', async () => (await beside()).again()],
          ['one that takes in', () => first.again()],
          ['the other that takes in', () => second!.again()],
          ['one that shows', () => web!.again()],
          [
            'the broker',
            async () => {
              await kafka.kill();
              await pause(1000);
              await kafka.start();
            },
          ],
          [
            'the database',
            async () => {
              database.kill();
              await pause(1000);
              database.start();
            },
          ],
          ['the one that detects, once more', async () => (await leader()).again()],
        ] as const) {
          await disturb();
          await live.hears(`a finding after ${what} was killed`);
        }
        for (const shipper of shippers) await shipper.stop();
        const sent = shippers.map(({ host, acknowledged }) => ({
          host,
          events: acknowledged,
          records: acknowledged,
          last: acknowledged,
        }));
        const found = shippers.map(({ host, acknowledged }) => ({
          host,
          findings: acknowledged / ATTACK_EVERY,
          events: acknowledged / ATTACK_EVERY,
        }));
        console.log(
          `${sent.reduce((sum, { events }) => sum + events, 0)} events, ${shippers.reduce((sum, { repeated }) => sum + repeated, 0)} batches sent again`,
        );
        const { url, schema } = schemaOf(ours);
        const sql = connect(url, { max: 1 });
        const rows = (text: string): Promise<object[]> => sql.unsafe(text) as never;
        for (;;) {
          const [{ n }] = (await rows(`SELECT count(*)::int AS n FROM ${schema}.findings`)) as [{ n: number }];
          if (n >= found.reduce((sum, { findings }) => sum + findings, 0)) break;
          await pause(200);
        }
        const counted = (from: string): string =>
          `SELECT lower(host) AS host, count(*)::int AS events, count(DISTINCT record_id)::int AS records, max(record_id::int) AS last
          FROM ${from} GROUP BY 1 ORDER BY 1`;
        if (files) {
          const named = await rows(`SELECT path FROM ${schema}.event_files WHERE gone_ms IS NULL`);
          const paths = named.map((row) => `'${join(eventsIn(ours.folder), (row as { path: string }).path)}'`);
          const duck = await (await DuckDBInstance.create()).connect();
          const read = await duck.runAndReadAll(counted(`read_parquet([${paths.join(', ')}])`));
          expect(read.getRowObjects()).toEqual(sent);
          duck.closeSync();
        } else expect(await rows(counted(`${schema}.events`))).toEqual(sent);
        expect(
          await rows(`SELECT lower(host) AS host, count(*)::int AS findings, count(DISTINCT event_ids)::int AS events
          FROM ${schema}.findings GROUP BY 1 ORDER BY 1`),
        ).toEqual(found);
        await sql.end();
        live.close();
        for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
      });
    },
  );
}

/** The partitions that a server has now. */
async function partitionsOf(url: string, reader: string): Promise<number[]> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${reader}` } });
  return [...(await answer.text()).matchAll(/^haetae_partition_lag_frames\{partition="(\d+)"\}/gm)].map(([, n]) =>
    Number(n),
  );
}

function schemaOf({ store }: FleetPlace): { url: string; schema: string } {
  const [url, schema] = store.split(/\?schema=|&/);
  return { url: url!, schema: schema! };
}

const eventsIn = (folder: string): string => join(folder, 'events');
