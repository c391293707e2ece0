import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Incident, StoredEvent } from '../../packages/haetae/src/server/api.ts';
import { noStatus, openTarget, runSink, sinkPlaceOf } from '../../packages/haetae/src/sink/index.ts';
import { batch } from '../../packages/haetae/src/store/testing/events.ts';
import { noPostgres, startPostgres } from '../../packages/haetae/src/store/testing/postgres.ts';
import { finding } from '../../packages/haetae/src/store/testing/rows.ts';
import { createToken, pause, type Serve, serve } from '../chaos/serve.ts';
import { all, type Door, send } from '../lab/campaign.ts';
import { CERTIFICATE } from '../live/certificate.ts';
import { type Sample, SYSMON, samples, winlogOf } from '../live/frames.ts';
import { shadowsIn } from '../live/shadows.ts';
import { storeHere } from '../store.ts';
import { freePort, noKafka, startKafka } from './kafka.ts';
import { frontOf, noOpensearch, startOpensearch } from './opensearch.ts';
import { READY_MS, type Server, server } from './servers.ts';

/**
 * What is stored, in a real OpenSearch: all of it, once, whoever dies, and found by the questions that docs/fleet.md tells. TLS, the
 * password and refusals are those of a server in front of it. Where it cannot be had the test says so.
 */
const missing = noOpensearch();
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`OpenSearch as a sink: ${missing}`, () => {});
} else {
  const root = mkdtempSync(join(tmpdir(), 'haetae-opensearch-'));
  const rules = shadowsIn(root);
  const ca = join(root, 'ca.pem');
  writeFileSync(ca, CERTIFICATE.cert);
  const PASSWORD = 'g3heim/pa@ss';
  const opensearch = await startOpensearch(join(root, 'opensearch'));
  const front = await frontOf(opensearch, 'haetae', PASSWORD);
  afterAll(async () => {
    front.close();
    await opensearch.kill();
    rmSync(root, { recursive: true, force: true });
  });
  const common = ['--no-builtin', '--rules', rules, '--lang', 'en', '--lateness', '1', '--verbose'];

  interface Hits {
    readonly status?: number;
    readonly hits?: { readonly total: { readonly value: number }; readonly hits: readonly Hit[] };
  }
  interface Hit {
    readonly _id: string;
    readonly _source: Readonly<Record<string, never>>;
  }
  /** What a question finds, as of now. */
  async function search(index: string, query: unknown): Promise<readonly Hit[]> {
    await opensearch.ask('POST', `/${index}/_refresh?ignore_unavailable=true`);
    const body = { size: 10_000, track_total_hits: true, ...(query as object) };
    const found = await opensearch.ask<Hits>('POST', `/${index}/_search?ignore_unavailable=true`, body);
    // An index that is being made, or came up a moment ago, has nobody yet who could answer.
    if (found.status === 503) return [];
    if (found.hits === undefined) throw new Error(JSON.stringify(found));
    return found.hits.hits;
  }
  async function until(what: () => Promise<boolean> | boolean, about: () => string): Promise<void> {
    const end = performance.now() + 240_000;
    while (!(await what())) {
      if (performance.now() > end) throw new Error(`it does not come: ${about()}`);
      await pause(100);
    }
  }

  /** One server that writes into a prefix of its own; it can be killed and comes back. */
  async function writing(prefix: string, query = '') {
    const [data, port] = [join(root, prefix), await freePort()];
    mkdirSync(data);
    const door: Door = {
      url: `http://127.0.0.1:${port}`,
      shipper: createToken(data, 'ingest'),
      reader: createToken(data, 'api', '--role', 'admin'),
    };
    const config = join(data, 'serve.json');
    writeFileSync(config, JSON.stringify({ opensearch: `${front.url}/${prefix}?ca=${ca}${query}` }), { mode: 0o600 });
    let running: Serve | undefined;
    let before = '';
    const start = async (): Promise<void> => {
      running = await serve({ data, port, args: [...common, '--config', config], readyMs: READY_MS });
    };
    onTestFinished(() => void running?.process.kill('SIGKILL'));
    await start();
    const said = (): string => before + running!.said();
    const events = (): Promise<readonly Hit[]> => search(`${prefix}-events-*`, { _source: ['haetae'] });
    return {
      ...{ prefix, door, start, said, events },
      async kill() {
        before += running!.said();
        await running!.kill();
      },
      stop: () => running!.stop(),
      /** Of the metrics, the number behind this name. */
      async number(name: string): Promise<number> {
        const answer = await fetch(`${door.url}/metrics`, { headers: { authorization: `Bearer ${door.reader}` } });
        const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
        return Number(line?.split(' ')[1]);
      },
      written: (count: number) => until(async () => (await events()).length >= count, said),
    };
  }
  const sendAll = async (door: Door, some: readonly Sample[]): Promise<void> => {
    for (let at = 0; at < some.length; at += 250)
      await send(
        door,
        some
          .slice(at, at + 250)
          .map((one) => `${JSON.stringify(winlogOf(one))}\n`)
          .join(''),
      );
  };
  const idOf = ({ _source }: Hit): number =>
    (_source as unknown as { haetae: { event: { id: number } } }).haetae.event.id;
  /** Every event that is stored is there, once. */
  async function expectSame(
    { door, events }: Pick<Awaited<ReturnType<typeof writing>>, 'door' | 'events'>,
    count: number,
  ) {
    const stored = (await all<StoredEvent>(door, '/api/events?')).map(({ id }) => Number(id)).sort((a, b) => a - b);
    expect(stored.length).toBe(count);
    expect((await events()).map(idOf).sort((a, b) => a - b)).toEqual(stored);
  }

  const HOST = 'dc01.corp.example';
  const some = samples(300, HOST);
  const shadows: Sample = {
    ...{
      time: '2026-03-02T02:00:00.000Z',
      computer: HOST,
      channel: `${SYSMON}/Operational`,
      provider: SYSMON,
      eventId: 1,
    },
    recordId: 9001,
    fields: {
      Image: 'C:\\Windows\\System32\\vssadmin.exe',
      CommandLine: 'vssadmin Delete Shadows /all',
      ProcessId: '77',
    },
  };
  const logon: Sample = {
    ...{
      time: '2026-03-02T02:00:01.000Z',
      computer: 'ws02.corp.example',
      channel: 'Security',
      eventId: 4624,
      recordId: 1,
    },
    provider: 'Microsoft-Windows-Security-Auditing',
    fields: { TargetUserName: 'kim', LogonType: '10', IpAddress: '10.20.3.4' },
  };
  /** The questions of the documentation, in its order. */
  const questions = [
    ...readFileSync(new URL('../../docs/fleet.md', import.meta.url), 'utf8').matchAll(
      /^ {4}POST haetae-(\S+)\/_search (\{.*\})$/gm,
    ),
  ].map(([, index, query]) => ({ index: index!, query: query! }));

  describe('what is stored, in OpenSearch', () => {
    test('events in, documents out: found by the questions of the documentation; what people do is written too', async () => {
      const server = await writing('first');
      await sendAll(server.door, [...some, shadows, logon]);
      await server.written(302);
      await until(async () => (await search('first-incidents', {})).length > 0, server.said);
      const [incident] = await all<Incident>(server.door, '/api/incidents?order=risk&');
      const ask = async ({ index, query }: (typeof questions)[0]): Promise<number> =>
        (await search(`first-${index}`, JSON.parse(query.replace('0d3a842e9ca3bf2a', incident!.id)))).length;
      const counts: number[] = [];
      for (const question of questions) counts.push(await ask(question));
      // By host, command line, a field of Microsoft's, address; alerts by level, technique; incidents by id, status.
      expect(counts).toEqual([301, 1, 1, 1, 1, 1, 1, 1]);
      const body = JSON.stringify({ version: incident!.version, status: 'closed', verdict: 'benign' });
      const headers = { authorization: `Bearer ${server.door.reader}`, 'content-type': 'application/json' };
      const triaged = await fetch(`${server.door.url}/api/incidents/${incident!.id}`, {
        method: 'PATCH',
        headers,
        body,
      });
      expect(triaged.status).toBe(200);
      await until(async () => (await ask(questions.at(-1)!)) === 0, server.said);
      const mapping = await opensearch.ask<Record<string, { mappings: { dynamic: string } }>>(
        'GET',
        '/first-*/_mapping',
      );
      expect(Object.values(mapping).map(({ mappings }) => mappings.dynamic)).toEqual(['false', 'false', 'false']);
      expect(await server.number('haetae_opensearch_documents_total{kind="event"}')).toBe(302);
      expect(await server.stop()).toBe(0);
      expect(server.said()).toContain('indices first-');
      expect(server.said()).not.toMatch(/g3heim|pa@ss/);
    });

    test('whoever dies, server or OpenSearch, and whatever OpenSearch answers: none is lost, none is there twice', async () => {
      const server = await writing('killed');
      const [ROUND, ROUNDS] = [300, 6];
      for (let round = 0; round < ROUNDS; round++) {
        if (round === 3) await opensearch.kill();
        if (round === 4) {
          expect((await fetch(`${server.door.url}/readyz`)).status).toBe(200);
          await opensearch.start();
        }
        if (round === 5) Object.assign(front, { refuse: { status: 429, times: 2 }, largest: 6000 });
        await sendAll(server.door, samples(ROUND, `killed-${round}`));
        // As it begins to be written, and where some of it is.
        if (round < 3) {
          const bulks = front.bulks;
          await until(() => front.bulks > bulks, server.said);
          await server.kill();
          await server.start();
        }
      }
      await server.written(ROUND * ROUNDS);
      front.largest = Number.POSITIVE_INFINITY;
      expect(front.refuse.times).toBe(0);
      await expectSame(server, ROUND * ROUNDS);
      expect(server.said()).toMatch(/OpenSearch is not written to; it is tried again/);
      await until(async () => (await server.number('haetae_opensearch_lag_events')) === 0, server.said);
      expect(await server.number('haetae_opensearch_up')).toBe(1);
      expect(await server.stop()).toBe(0);
    });

    test('while it is away the server says so, in its log without a secret and in its numbers, and stays ready', async () => {
      front.away = true;
      const server = await writing('away');
      await sendAll(server.door, samples(50, 'away'));
      await until(async () => (await server.number('haetae_opensearch_lag_events')) === 50, server.said);
      await until(() => /OpenSearch is not written to/.test(server.said()), server.said);
      expect(await server.number('haetae_opensearch_up')).toBe(0);
      expect((await fetch(`${server.door.url}/readyz`)).status).toBe(200);
      front.away = false;
      await server.written(50);
      await expectSame(server, 50);
      expect(await server.stop()).toBe(0);
      expect(server.said()).not.toMatch(/g3heim|pa@ss/);
    });

    test('a document that does not fit its index is told once with its place, and the rest is there', async () => {
      const day = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
      const next = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '.');
      const properties = { dns: { properties: { question: { properties: { name: { type: 'long' } } } } } };
      for (const one of [day, next]) await opensearch.ask('PUT', `/clash-events-${one}`, { mappings: { properties } });
      const server = await writing('clash');
      const asked = samples(5, 'clash').map((one, i) => ({
        ...one,
        ...{ eventId: 22, recordId: 5000 + i, fields: { QueryName: `evil${i}.example`, Image: 'C:\\a.exe' } },
      }));
      await sendAll(server.door, [...samples(20, 'clash').slice(0, 10), ...asked, ...samples(20, 'clash').slice(10)]);
      await server.written(20);
      const refused = 'haetae_opensearch_refused_total{kind="event"}';
      await until(async () => (await server.number(refused)) === 5, server.said);
      expect((await server.events()).length).toBe(20);
      const told = server
        .said()
        .split('\n')
        .filter((line) => line.includes('OpenSearch refuses a document'));
      expect(told.length).toBe(1);
      expect(told[0]).toMatch(/"kind":"event","index":"clash-events-[\d.]+","id":"\w+-e-11".*\[dns.question.name\]/);
      expect(await server.number('haetae_opensearch_lag_events')).toBe(0);
      expect(await server.stop()).toBe(0);
    });

    test('what was removed from the store before it was written is told and counted; the rest is written, also from `new` on', async () => {
      const store = await storeHere();
      const place = sinkPlaceOf(`${opensearch.url}/gap`);
      const [status, lines, ending] = [
        noStatus(),
        [] as Parameters<Parameters<typeof runSink>[0]['log']>[0][],
        new AbortController(),
      ];
      const target = await openTarget(place);
      const DAY = 86_400_000;
      const now = Date.UTC(2026, 10, 1);
      const events = (from: number, to: number, receivedMs: number) =>
        Array.from({ length: to - from + 1 }, (_, i) => ({
          id: from + i,
          seq: from + i,
          receivedMs,
          timeMs: receivedMs,
        }));
      const old = events(1, 20, now - 40 * DAY);
      await store.intake.commit(batch(20, old.slice(0, 5), {}));
      const parts = { store, place, target, status, tag: () => 'tag', now: () => now, signal: ending.signal };
      const running = runSink({ ...parts, log: (line) => lines.push(line) });
      await until(
        () => status.written.event === 5,
        () => JSON.stringify(lines),
      );
      await opensearch.kill();
      const findings = [1, 2, 3].map((id) =>
        finding({ id, seq: 21, timeMs: (now - (id < 3 ? 40 * DAY : 0)) as never, body: BODY }),
      );
      await store.intake.commit(
        batch(
          21,
          old.slice(5).map((one) => ({ ...one, seq: 21 })),
          { findings },
        ),
      );
      await store.upkeep.retain({ eventsBeforeMs: now - 30 * DAY, findingsBeforeMs: now - 30 * DAY });
      const later = events(21, 60, now).map((one) => ({ ...one, seq: 60 }));
      await store.intake.commit(batch(60, later));
      await opensearch.start();
      await until(
        () => status.written.event === 45 && status.missed === 17,
        () => JSON.stringify([status, lines]),
      );
      ending.abort();
      await running;
      expect(lines.filter(({ message }) => message.includes('removed'))).toEqual([
        ...['events', 'findings'].map((what) => ({
          ...{ level: 'warn', message: `${what} were removed from the store before they were written to OpenSearch` },
          ...(what === 'events' ? { count: 15, from: 6, to: 60 } : { count: 2, from: 1, to: 3 }),
        })),
      ]);
      expect((await search('gap-events-*', {})).map(({ _id }) => _id).sort()).toEqual(
        [...old.slice(0, 5), ...later].map(({ id }) => `tag-e-${id}`).sort(),
      );
      expect((await search('gap-alerts', {})).map(({ _id }) => _id)).toEqual(['tag-f-3']);
      // Another OpenSearch, from now on: what is there stays away.
      const second = new AbortController();
      const other = sinkPlaceOf(`${opensearch.url}/gap-new?from=new`);
      await store.marks.remove('opensearch');
      const fresh = noStatus();
      const again = runSink({ ...parts, place: other, target, status: fresh, signal: second.signal, log: () => {} });
      await until(
        () => fresh.up,
        () => '',
      );
      await store.intake.commit(batch(61, events(61, 61, now)));
      await until(
        () => fresh.written.event === 1,
        () => '',
      );
      second.abort();
      await again;
      expect((await search('gap-new-*', {})).map(({ _id }) => _id)).toEqual(['tag-e-61']);
      await target.close();
      await store.close();
    });
  });

  const fleet = noPostgres() ?? noKafka();
  test.skipIf(fleet !== undefined && process.env.CI === undefined)(
    `of several servers whoever detects writes, from Parquet too, and goes on where the other was${fleet === undefined ? '' : `: ${fleet}`}`,
    async () => {
      const kafka = await startKafka(join(root, 'kafka'));
      const database = await startPostgres();
      const folder = join(root, 'fleet');
      const files = join(folder, 'events');
      mkdirSync(files, { recursive: true });
      onTestFinished(async () => {
        await kafka.kill();
        database.stop();
      });
      const place = {
        ...{ folder, bus: `kafka://${kafka.address}/sink`, store: `${database.url}?schema=sink&events=${files}` },
        args: common.filter((word) => word !== '--verbose' && word !== '--lang' && word !== 'en'),
      };
      const url = `${front.url}/fleet?ca=${ca}`;
      const detect = (name: string): Promise<Server> =>
        server('detect', name, { ...place, args: [...place.args, '--opensearch', url] });
      const first = await detect('one');
      const [second, front1] = [await detect('two'), await server('ingest,web', 'in', place)];
      const door = { url: front1.url, shipper: createToken(front1.data, 'ingest'), reader: '' };
      const count = async (): Promise<number> => (await search('fleet-events-*', { _source: false })).length;
      await sendAll(door, samples(500, 'fleet-1'));
      await until(
        async () => (await count()) > 0,
        () => first.running.said(),
      );
      await first.kill();
      await sendAll(door, samples(500, 'fleet-2'));
      await until(
        async () => (await count()) >= 1000,
        () => second.running.said(),
      );
      const hits = await search('fleet-events-*', { _source: ['haetae', 'winlog.record_id', 'host.name'] });
      const records = hits.map(({ _source }) => {
        const { winlog, host } = _source as unknown as { winlog: { record_id: string }; host: { name: string } };
        return `${host.name} ${winlog.record_id}`;
      });
      expect([records.length, new Set(records).size, new Set(hits.map(idOf)).size]).toEqual([1000, 1000, 1000]);
      for (const one of [second, front1]) expect(await one.running.stop(), one.running.said()).toBe(0);
    },
  );

  const BODY = {
    ...{ detector: 'sigma', level: 'high', why: [], fields: {}, rule: null, attack: { tactics: [], techniques: [] } },
    event: {
      timeMs: 0,
      timeTicks: 0,
      computer: '',
      channel: '',
      provider: '',
      eventId: 1,
      eventRecordId: 0,
      position: {},
    },
  } as never;
}
