import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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
import { all, ask, type Door, send } from '../lab/campaign.ts';
import { shadowsIn } from '../live/shadows.ts';
import { brokerAndDatabase } from './ground.ts';
import { freePort } from './kafka.ts';
import { away, loseNothing } from './lossless.ts';
import { type FleetPlace, READY_MS, server } from './servers.ts';

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
        await loseNothing(
          ours,
          ({ ingest, web, leader, beside }) => [
            ['the one that detects', async () => (await leader()).again()],
            ['one that detects beside it', async () => (await beside()).again()],
            ['one that takes in', () => ingest[0].again()],
            ['the other that takes in', () => ingest[1].again()],
            ['one that shows', () => web[0].again()],
            away('the broker', kafka),
            away('the database', database),
            ['the one that detects, once more', async () => (await leader()).again()],
          ],
          files ? eventsIn(ours.folder) : undefined,
        );
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

const eventsIn = (folder: string): string => join(folder, 'events');
