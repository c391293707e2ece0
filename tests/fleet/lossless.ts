import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { connect } from '@haetae/postgres';
import { expect } from 'vitest';
import { createToken, pause } from '../chaos/serve.ts';
import { ATTACK_EVERY, Shipper } from '../chaos/shipper.ts';
import { Live } from './live.ts';
import { detecting, type FleetPlace, type Server, server } from './servers.ts';

/** Two that take in, three that detect, two that show. */
export interface Servers {
  readonly ingest: readonly [Server, Server];
  readonly web: readonly [Server, Server];
  /** The one of those that detect whose turn it is; one beside it. */
  leader(): Promise<Server>;
  beside(): Promise<Server>;
}
export type Trouble = readonly [what: string, disturb: () => Promise<void>];

/** Something that is killed, is away for a second, and comes back. */
export const away = (what: string, one: { kill(): unknown; start(): unknown }): Trouble => [
  what,
  async () => {
    await one.kill();
    await pause(1000);
    await one.start();
  },
];

/**
 * Starts them, sends attacks all the time, and expects after each trouble that every page hears of what was found since; at the end
 * that all that was acknowledged is stored and found, once. `files`: where the test sees the events, should they be files.
 */
export async function loseNothing(
  ours: FleetPlace,
  troublesOf: (servers: Servers) => readonly Trouble[],
  files?: string,
): Promise<void> {
  const names = ['ingest', 'ingest', 'detect', 'detect', 'detect', 'web', 'web'];
  const servers = await Promise.all(names.map((role, i) => server(role, `${role}${i}`, ours)));
  const [first, second, , , , web, other] = servers as [Server, Server, Server, Server, Server, Server, Server];
  const token = createToken(web.data, 'ingest');
  const reader = createToken(web.data, 'api', '--role', 'viewer');
  const live = new Live([web.url, other.url], reader);
  const shippers = [first, second].map(({ url }, i) => new Shipper(url, token, `host-${i}`, ATTACK_EVERY));
  for (const shipper of shippers) shipper.start();
  await live.hears('a finding');
  const detectors = servers.slice(2, 5);
  const leader = (): Promise<Server> => detecting(detectors, reader);
  const beside = async (): Promise<Server> => {
    const turn = await leader();
    return detectors.find((one) => one !== turn)!;
  };
  for (const [what, disturb] of troublesOf({ ingest: [first, second], web: [web, other], leader, beside })) {
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
  const [url, schema] = ours.store.split(/\?schema=|&/);
  const sql = connect(url!, { max: 1 });
  const rows = (text: string): Promise<object[]> => sql.unsafe(text) as never;
  for (;;) {
    const [{ n }] = (await rows(`SELECT count(*)::int AS n FROM ${schema}.findings`)) as [{ n: number }];
    if (n >= found.reduce((sum, { findings }) => sum + findings, 0)) break;
    await pause(200);
  }
  const counted = (from: string): string =>
    `SELECT lower(host) AS host, count(*)::int AS events, count(DISTINCT record_id)::int AS records, max(record_id::int) AS last
     FROM ${from} GROUP BY 1 ORDER BY 1`;
  if (files === undefined) expect(await rows(counted(`${schema}.events`))).toEqual(sent);
  else {
    const named = await rows(`SELECT path FROM ${schema}.event_files WHERE gone_ms IS NULL`);
    const paths = named.map((row) => `'${join(files, (row as { path: string }).path)}'`);
    const duck = await (await DuckDBInstance.create()).connect();
    const read = await duck.runAndReadAll(counted(`read_parquet([${paths.join(', ')}])`));
    expect(read.getRowObjects()).toEqual(sent);
    duck.closeSync();
  }
  expect(
    await rows(`SELECT lower(host) AS host, count(*)::int AS findings, count(DISTINCT event_ids)::int AS events
     FROM ${schema}.findings GROUP BY 1 ORDER BY 1`),
  ).toEqual(found);
  await sql.end();
  live.close();
  for (const one of servers) expect(await one.running.stop(), one.running.said()).toBe(0);
}
