import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createToken, pause, serve } from '../chaos/serve.ts';
import { data, describeWithData } from '../data.ts';
import { haetae } from '../e2e/haetae.ts';
import type { Door } from '../lab/campaign.ts';
import { brokerAndDatabase } from './ground.ts';
import { freePort } from './kafka.ts';
import { Live } from './live.ts';
import { days } from './otrf.ts';
import { differences, incidentsOf, type Outcome, outcomeOf, rowsOfFolder, rowsOfPostgres } from './outcome.ts';
import { play } from './play.ts';
import { detecting, READY_MS, type Server, server } from './servers.ts';

/**
 * Recorded attacks (the data sets of OTRF up to 13 MB) through one server and through several, with the same rules, the same baseline and the
 * same bodies in the same order: every event, every finding with all that it states, every incident with its story is the same.
 */
const ground = await brokerAndDatabase('recorded attacks through several servers');

describeWithData('recorded attacks through several servers', () => {
  if (ground === undefined) return;
  const { root, database, kafka } = ground;
  /** Longer than the events of a data set lie apart: its minutes are sent in seconds, and partitions may be seconds apart. */
  const LATENESS_S = 600;
  let sets: Awaited<ReturnType<typeof days>>;
  let how: readonly string[];
  let expected: Outcome;

  beforeAll(async () => {
    sets = await days();
    const baseline = join(root, 'otrf.baseline');
    const learned = await haetae(['baseline', 'learn', data('otrf', 'atomic', 'windows', 'discovery'), '-o', baseline]);
    expect(learned.code, learned.stderr).toBe(0);
    const rules = ['--rules', data('sigma', 'rules', 'windows')];
    how = [...rules, '--baseline', baseline, '--lateness', String(LATENESS_S)];
    const folder = join(root, 'alone');
    const args = [...how, '--lang', 'en'];
    const alone = await serve({ data: folder, port: await freePort(), readyMs: READY_MS, args });
    const door = doorOf(folder, alone.url);
    const lines = await play(sets, [alone.url], door, { what: 'one server' });
    const incidents = await incidentsOf(door);
    expect(await alone.stop(), alone.said()).toBe(0);
    expected = await rowsOfFolder(folder, (query) => outcomeOf(query, incidents));
    expect(expected.events.length).toBe(lines);
    const { rules: found, correlations, anomalies } = expected.counts;
    console.log(
      `${found} findings of one event, ${correlations} of several, ${anomalies} scores; ${incidents.length} incidents`,
    );
    expect(Math.min(found, correlations, anomalies, incidents.length)).toBeGreaterThan(0);
  }, 1_800_000);

  /** Two that take in, three that detect, two that show, over four partitions. */
  async function fleet(name: string, files: boolean) {
    const folder = join(root, name);
    mkdirSync(folder);
    const events = join(folder, 'events');
    const ours = {
      folder,
      bus: `kafka://${kafka.address}/${name}?partitions=4`,
      store: `${database.url}?schema=${name}${files ? `&events=${events}` : ''}`,
      args: how,
    };
    const roles = ['ingest', 'ingest', 'detect', 'detect', 'detect', 'web', 'web'];
    const servers = await Promise.all(roles.map((role, i) => server(role, `${role}${i}`, ours)));
    const [web] = servers.slice(5);
    return {
      servers,
      door: doorOf(web!.data, web!.url),
      async outcome(incidents: readonly object[]): Promise<Outcome> {
        const place = { url: database.url, schema: name, ...(files && { files: events }) };
        return await rowsOfPostgres(place, (query) => outcomeOf(query, incidents));
      },
    };
  }

  function expectTheSame(actual: Outcome): void {
    const told = [
      ...differences('events', expected.events, actual.events),
      ...differences('findings', expected.findings, actual.findings),
      ...differences('incidents', expected.incidents, actual.incidents),
    ];
    expect(told.join('\n')).toBe('');
  }

  test('two that take in, three that detect, two that show find what one finds', { timeout: 1_800_000 }, async () => {
    const { servers, door, outcome } = await fleet('calm', false);
    const ingest = servers.slice(0, 2).map(({ url }) => url);
    await play(sets, ingest, door, { what: 'several servers' });
    expectTheSame(await outcome(await incidentsOf(door)));
    for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
  });

  test('they find it also while each is killed, broker and database too, with events in files; open pages go on', {
    timeout: 1_800_000,
  }, async () => {
    const { servers, door, outcome } = await fleet('killed', true);
    const [first, second, , , , web, other] = servers as [Server, Server, ...Server[]];
    const live = new Live([web!.url, other!.url], door.reader);
    const detectors = servers.slice(2, 5);
    const leader = (): Promise<Server> => detecting(detectors, door.reader);
    const beside = async (): Promise<Server> => {
      const turn = await leader();
      return detectors.find((one) => one !== turn)!;
    };
    const troubles: readonly (readonly [what: string, disturb: () => Promise<void>])[] = [
      ['the one that detects was killed', async () => (await leader()).again()],
      ['one that takes in was killed', () => first.again()],
      ['one that detects beside it was killed', async () => (await beside()).again()],
      ['one that shows was killed', () => other!.again()],
      ['the broker was killed', () => killed(kafka)],
      ['the other that takes in was killed', () => second.again()],
      ['the database was killed', () => killed(database)],
      ['the one that detects was killed once more', async () => (await leader()).again()],
    ];
    let turn = 0;
    await play(sets, [first.url, second.url], door, {
      what: 'several servers that are killed',
      async during({ day, isFirst }) {
        // Every other day, so that the day behind it shows whether pages go on.
        const trouble = day % 2 === 0 || !isFirst ? undefined : troubles[turn++];
        await trouble?.[1]();
        return trouble?.[0];
      },
      behind: (trouble) => live.hears(`a finding after ${trouble}`),
    });
    expect(turn).toBeGreaterThanOrEqual(troubles.length);
    live.close();
    expectTheSame(await outcome(await incidentsOf(door)));
    for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
  });
});

function doorOf(folder: string, url: string): Door {
  return { url, shipper: createToken(folder, 'ingest'), reader: createToken(folder, 'api', '--role', 'admin') };
}

async function killed(one: { kill(): unknown; start(): unknown }): Promise<void> {
  await one.kill();
  await pause(1000);
  await one.start();
}
