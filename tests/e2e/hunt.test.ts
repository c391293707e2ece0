import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainEvent, type UnixMs } from '@haetae/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HuntDesk, openHuntDesk } from '../../packages/haetae/src/hunt/index.ts';
import type { Hunt, HuntHit } from '../../packages/haetae/src/server/api.ts';
import { huntPorts, type RunningServer, startServer, storePorts } from '../../packages/haetae/src/server/index.ts';
import { memory } from '../../packages/haetae/src/server/testing/memory.ts';
import { EventBatchBuilder, type OpenStore, openStore } from '../../packages/haetae/src/store/index.ts';

/** Hunts by the API: the server, the real store in its thread, and each hunt in one of its own. */
const T = Date.UTC(2026, 2, 2);
const BUNDLE = new URL('../../packages/haetae/dist/bundle/', import.meta.url);
const WHOAMI = `title: Whoami
id: 11111111-2222-4333-8444-555555555555
level: medium
logsource: {product: windows, category: process_creation}
detection: {s: {Image|endswith: \\whoami.exe}, condition: s}
`;
const KNOWN = WHOAMI.replace('Whoami', 'Known').replaceAll('1111', '2222');
const EVENTS = 6000;

const directory = mkdtempSync(join(tmpdir(), 'haetae-hunt-'));
let store: OpenStore;
let desk: HuntDesk;
let server: RunningServer;
let me: Record<string, string>;

/** Every thousandth event is a whoami. */
const eventAt = (id: number): PlainEvent =>
  new PlainEvent({
    timeMs: T + id * 1000,
    computer: 'PC-1.corp.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    eventId: 1,
    eventRecordId: id,
    position: { kind: 'record', record: id },
    names: ['Image', 'CommandLine'],
    values: [id % 1000 === 0 ? 'C:\\Windows\\System32\\whoami.exe' : 'C:\\Windows\\explorer.exe', `=cmd "${id}"`],
  });

beforeAll(async () => {
  store = await openStore({ directory: join(directory, 'store'), worker: new URL('store-worker.js', BUNDLE) });
  const builder = new EventBatchBuilder(EVENTS);
  for (let id = 1; id <= EVENTS; id++)
    builder.add(eventAt(id), { id, seq: 1, receivedMs: T, host: 'PC-1', origin: 'x', flags: 0, decoded: '' });
  const finding = {
    ...{ id: 1, seq: 1, timeMs: (T + 2_000_000) as UnixMs, host: 'PC-1', detector: 'sigma', title: 'Known' },
    ...{ ruleId: '22222222-2222-4333-8444-555555555555', level: 'medium' as const, eventIds: [2000], incidentId: null },
    ...{ techniques: [], body: {} },
  } as const;
  await store.intake.commit({ upTo: 1, events: builder.take(), findings: [finding], incidents: [], entities: [] });
  const left = { name: 'left', kind: 'hunt', rule: WHOAMI, status: 'running', fromMs: null, toMs: null } as const;
  const none = { scanned: 0, total: 0, hits: 0, fresh: 0, kept: 0, endedMs: null, error: null };
  await store.hunts.create({ id: 'left', ...left, ...none, createdMs: 1 as UnixMs, createdBy: '' });
  desk = await openHuntDesk({
    store,
    connect: store.connect,
    now: Date.now,
    worker: new URL('hunt-worker.js', BUNDLE),
    loaded: async () => ({
      rules: {
        rules: [
          { path: 'whoami.yml', text: WHOAMI },
          { path: 'known.yml', text: KNOWN },
        ],
      },
      policy: { rules: {}, exceptions: [], ruleNames: [] },
    }),
  });
  server = await startServer({
    ports: {
      ...memory(Date.now).ports,
      ...storePorts(store, { now: Date.now, byRule: desk.search }),
      hunts: huntPorts(store, desk),
    },
    version: '0.0.0',
    log: () => {},
    now: Date.now,
  });
  const response = await fetch(`${server.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: server.setupUrl!.split('#')[1], name: 'chief', password: 'a long enough one' }),
  });
  me = {
    cookie: response.headers.get('set-cookie')!.split(';')[0]!,
    'x-csrf-token': ((await response.json()) as { csrf: string }).csrf,
  };
});
afterAll(async () => {
  await server.close(0);
  await desk.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(path: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<Response> {
  return fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...me },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
/** A hunt when it is over. */
async function ended(made: Response): Promise<Hunt> {
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as Hunt;
  for (;;) {
    const hunt = (await (await ask(`/api/hunts/${id}`)).json()) as Hunt;
    if (hunt.endedMs !== null) return hunt;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a rule over what is stored: counted, kept, read in pages and as CSV', async () => {
  const hunt = await ended(await ask('/api/hunts', { name: 'whoami', rule: WHOAMI, fromMs: T + 1_500_000 }));
  expect(hunt).toMatchObject({
    ...{ name: 'whoami', kind: 'hunt', status: 'done', scanned: 4501, total: 4501, hits: 5, fresh: 5, kept: 5 },
    error: null,
  });
  type Page = { items: HuntHit[]; next: string | null };
  const first = (await (await ask(`/api/hunts/${hunt.id}/hits?limit=2`)).json()) as Page;
  expect(
    first.items.map(({ number, timeMs, host, title, level, fresh, events }) => [
      number,
      timeMs - T,
      host,
      title,
      level,
      fresh,
      events,
    ]),
  ).toEqual([
    [1, 2_000_000, 'PC-1', 'Whoami', 'medium', true, ['2000']],
    [2, 3_000_000, 'PC-1', 'Whoami', 'medium', true, ['3000']],
  ]);
  expect(first.items[0]!.statement).toMatchObject({ why: [{ kind: 'held', field: 'Image' }] });
  const rest = (await (await ask(`/api/hunts/${hunt.id}/hits?cursor=${first.next}`)).json()) as Page;
  expect([rest.items.map(({ number }) => number), rest.next]).toEqual([[3, 4, 5], null]);
  const csv = await ask(`/api/hunts/${hunt.id}/hits.csv`);
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect((await csv.text()).split('\r\n').slice(0, 2)).toEqual([
    'time,host,level,rule,title,fresh,events',
    '2026-03-02T00:33:20.000Z,PC-1,medium,11111111-2222-4333-8444-555555555555,Whoami,true,2000',
  ]);
});

test('a rescan keeps what no finding says, and of the rules that were asked for', async () => {
  const all = await ended(await ask('/api/rescans', {}));
  expect(all).toMatchObject({
    kind: 'rescan',
    name: 'rescan',
    rule: '',
    status: 'done',
    hits: 12,
    fresh: 11,
    kept: 11,
  });
  const one = await ended(await ask('/api/rescans', { rules: ['22222222-2222-4333-8444-555555555555'] }));
  expect(one).toMatchObject({ status: 'done', hits: 6, fresh: 5, kept: 5 });
  expect((await ask('/api/rescans', { rules: ['no-such-rule'] })).status).toBe(404);
});

test('a rule that does not compile is refused with its place; a hunt that ran when the server ended says so', async () => {
  const answer = await ask('/api/hunts', { name: 'x', rule: WHOAMI.replace('endswith', 'endzwith') });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { code: 'invalid', message: expect.stringMatching(/^rule:5:23: /) },
  });
  expect(await (await ask('/api/hunts/left')).json()).toMatchObject({ status: 'failed', error: 'the server ended' });
  const korean = await fetch(`${server.url}/api/hunts?cursor=x`, {
    headers: { ...me, 'accept-language': 'ko-KR,en;q=0.5' },
  });
  expect(await korean.json()).toEqual({
    error: { code: 'invalid', message: '요청한 대로 처리할 수 없습니다: the cursor is not one that was given out' },
  });
  expect((await ask('/api/hunts/none/hits')).status).toBe(404);
  expect((await ask('/api/hunts/none/hits.csv')).status).toBe(404);
});

test('hunts take turns and are cancelled, the newest listed first', async () => {
  const made = [];
  for (const name of ['first', 'second'])
    made.push((await (await ask('/api/hunts', { name, rule: WHOAMI })).json()) as Hunt);
  const last = made[1]!;
  expect((await ask(`/api/hunts/${last.id}`, undefined, 'DELETE')).status).toBe(204);
  for (;;) {
    const { items } = (await (await ask('/api/hunts?limit=2')).json()) as { items: Hunt[] };
    expect(items.map(({ name }) => name)).toEqual(['second', 'first']);
    if (items.every(({ endedMs }) => endedMs !== null)) {
      expect(items.map(({ status }) => status)).toEqual(['cancelled', 'done']);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await ask(`/api/hunts/${last.id}`, undefined, 'DELETE')).status).toBe(404);
});

test('a search by a rule is carried out in a thread of its own: found by pages, ended by its caller, refused where the rule does not compile', async () => {
  const search = async (body: object) => {
    const response = await ask('/api/events/search', body);
    const lines = (await response.text()).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as { kind: string; events?: { id: string }[] });
  };
  const whole = await search({ rule: WHOAMI, order: 'oldest', limit: 100 });
  expect(whole.flatMap(({ events = [] }) => events.map(({ id }) => id))).toEqual([
    '1000',
    '2000',
    '3000',
    '4000',
    '5000',
    '6000',
  ]);
  expect(await search({ rule: 'title: x' })).toMatchObject([{ kind: 'error', code: 'invalid' }]);
  const steps = desk.search(WHOAMI, { order: 'newest', limit: 100 }, {});
  for await (const step of steps) {
    expect(step.total).toBe(EVENTS);
    break;
  }
  const stop = new AbortController();
  const ended = (async () => {
    for await (const _ of desk.search(WHOAMI, { order: 'newest', limit: 100 }, { signal: stop.signal })) stop.abort();
  })();
  await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
});
