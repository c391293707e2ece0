import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixMs } from '@haetae/event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentDetail, SearchPart, StoredEvent } from '../../packages/haetae/src/server/api.ts';
import { logIntake, type RunningServer, startServer, storePorts } from '../../packages/haetae/src/server/index.ts';
import { memory } from '../../packages/haetae/src/server/testing/memory.ts';
import { Ledger, LIVE_FORMATS, readFrameHead } from '../../packages/haetae/src/source/index.ts';
import {
  EVENT_FLAGS,
  EventBatchBuilder,
  type Log,
  LogReader,
  type OpenStore,
  openLog,
  openStore,
} from '../../packages/haetae/src/store/index.ts';
import { flatOf, samples } from '../live/frames.ts';

/** The server over the real log and store: from an administrator's first click to a search that finds what a shipper sent. */
const PASSWORD = '해태-guardian-2026';
const directory = mkdtempSync(join(tmpdir(), 'haetae-server-'));
const NOW = Date.UTC(2026, 2, 3);
let store: OpenStore;
let log: Log;
let server: RunningServer;
let me: { cookie: string; 'x-csrf-token': string };
let secret: string;

const ask = async (path: string, method = 'GET', body?: object, headers: Record<string, string> = me) => {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text.split('\n')[0]!) : undefined,
  };
};

/** What the engine does with frames, without detection. */
async function storeFrames(): Promise<void> {
  const reader = new LogReader(join(directory, 'log'), (await store.intake.committed()) + 1, () => {});
  const builder = new EventBatchBuilder(1000);
  let seq = 0;
  let id = 1;
  for (const frame of reader.read((await log.status()).durable)) {
    seq = frame.seq;
    const head = readFrameHead(frame.head)!;
    const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: frame.receivedMs };
    for (const { event } of LIVE_FORMATS.get(head.format)!.read(Buffer.from(frame.body), options))
      builder.add(event, {
        id: id++,
        seq,
        receivedMs: frame.receivedMs,
        host: event.computer.split('.')[0]!.toUpperCase(),
        origin: head.token,
        flags: id === 3 ? EVENT_FLAGS.repeated : 0,
        decoded: '',
      });
  }
  reader.close();
  await store.intake.commit({
    upTo: seq,
    events: builder.take(),
    findings: [
      {
        id: 1,
        seq,
        timeMs: NOW as UnixMs,
        host: 'WS01',
        detector: 'sigma',
        ruleId: 'rule-1',
        title: 'A rule',
        level: 'high',
        eventIds: [1, 2],
        incidentId: 'aaaa',
        techniques: ['T1059'],
        body: { why: [] },
      },
    ],
    incidents: [
      {
        seq,
        id: 'aaaa',
        firstMs: NOW as UnixMs,
        lastMs: NOW as UnixMs,
        risk: 80,
        level: 'high',
        title: 'An incident',
        hosts: ['WS01'],
        users: ['kim'],
        findings: 1,
        mergedInto: null,
        listed: null,
        body: { id: 'aaaa' },
      },
    ],
    entities: [{ seq, kind: 'host', key: 'WS01', firstMs: NOW as UnixMs, lastMs: NOW as UnixMs, body: {} }],
  });
}

beforeAll(async () => {
  const bundle = new URL('../../packages/haetae/dist/bundle/', import.meta.url);
  store = await openStore({ directory: join(directory, 'store'), worker: new URL('store-worker.js', bundle) });
  mkdirSync(join(directory, 'log'));
  log = await openLog({ directory: join(directory, 'log'), worker: new URL('log-worker.js', bundle) });
  server = await startServer({
    ports: { ...memory(() => NOW).ports, ...storePorts(store, { now: () => NOW }), intake: logIntake(log) },
    version: '0.0.0',
    log: () => {},
    now: () => NOW,
  });
  const response = await fetch(`${server.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: server.setupUrl!.split('#')[1], name: 'chief', password: PASSWORD }),
  });
  me = {
    cookie: response.headers.get('set-cookie')!.split(';')[0]!,
    'x-csrf-token': ((await response.json()) as { csrf: string }).csrf,
  };
  secret = (await ask('/api/tokens', 'POST', { name: 'shipper', kind: 'ingest' })).json.secret;
  const body = samples(5)
    .map((one) => `${JSON.stringify(flatOf(one))}\n`)
    .join('');
  const sent = await fetch(`${server.url}/ingest/ndjson`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body,
  });
  expect(await sent.json()).toEqual({ accepted: 5, seq: 1 });
  await storeFrames();
});
afterAll(async () => {
  await server.close(0);
  await log.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('events', () => {
  const search = async (query: object): Promise<{ ids: string[]; parts: SearchPart[] }> => {
    const { text } = await ask('/api/events/search', 'POST', query);
    const parts = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SearchPart);
    return {
      ids: parts.flatMap((part) => (part.kind === 'events' ? part.events.map(({ recordId }) => recordId) : [])),
      parts,
    };
  };

  test.each([
    ['all, the newest first', {}, ['1005', '1004', '1003', '1002', '1001']],
    ['a host by wildcard, the oldest first', { host: 'ws*', order: 'oldest', limit: 2 }, ['1001', '1002']],
    ['another host', { host: 'dc01' }, []],
    ['a user', { user: 'corp\\\\김' }, ['1005', '1004', '1003', '1002', '1001']],
    ['words in a command line', { text: '한글' }, ['1005', '1004', '1003', '1002', '1001']],
    ['any field', { fields: [{ field: 'ProcessId', value: '4002' }] }, ['1003']],
    ['all but some', { fields: [{ field: 'ProcessId', value: '400?', not: true }] }, []],
    ['an id that is not there', { eventId: [4688] }, []],
    [
      'a stretch of time',
      { fromMs: Date.UTC(2026, 2, 2, 1, 0, 1), toMs: Date.UTC(2026, 2, 2, 1, 0, 3) },
      ['1003', '1002'],
    ],
  ])('%s', async (_, query, expected) => expect((await search(query)).ids).toEqual(expected));

  test('page by page, all are shown once', async () => {
    const seen: string[] = [];
    let next: string | null | undefined;
    do {
      const page = (await ask(`/api/events?limit=2${next == null ? '' : `&cursor=${next}`}`)).json as {
        items: StoredEvent[];
        next: string | null;
      };
      seen.push(...page.items.map(({ recordId }) => recordId));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(['1005', '1004', '1003', '1002', '1001']);
  });

  test('one is shown as it came, with its origin and what is to be known of it', async () => {
    const { json } = await ask('/api/events/2');
    expect(json).toMatchObject({
      computer: 'WS01.corp.example',
      host: 'WS01',
      recordId: '1002',
      marks: ['repeated'],
      eventId: 1,
    });
    expect(Object.keys(json.fields)).toEqual(['UtcTime', 'ProcessId', 'Image', 'CommandLine', 'User']);
    expect((await ask('/api/events/99')).status).toBe(404);
    expect((await ask('/api/events/x')).status).toBe(404);
  });

  test('a cursor that nobody gave out, a rule where none can be held: said, not failed', async () => {
    expect((await ask('/api/events?cursor=nonsense')).status).toBe(400);
    expect((await search({ rule: 'title: x' })).parts).toMatchObject([{ kind: 'error', code: 'invalid' }]);
  });
});

test('findings and entities', async () => {
  expect((await ask('/api/findings?host=ws01&level=medium')).json.items).toMatchObject([
    { id: '1', events: ['1', '2'], incident: 'aaaa' },
  ]);
  expect((await ask('/api/findings?level=critical')).json.items).toEqual([]);
  expect((await ask('/api/findings/1')).json).toMatchObject({ statement: { why: [] } });
  expect((await ask('/api/entities')).json.items).toMatchObject([{ kind: 'host', key: 'WS01' }]);
});

test('an incident is taken, noted, closed; who reads an older one is told', async () => {
  const { json: user } = await ask('/api/session');
  const first = (await ask('/api/incidents')).json.items[0] as IncidentDetail;
  expect(first).toMatchObject({ id: 'aaaa', status: 'new', risk: 80 });
  expect((await ask('/api/counts/incidents')).json).toMatchObject({
    ...{ count: 1, made: 1, untaken: 1, hosts: [{ name: 'WS01', risk: 80, level: 'high', incidents: 1 }] },
    ...{ users: [{ name: 'kim' }], tactics: [], blind: [] },
  });
  const taken = await ask('/api/incidents/aaaa', 'PATCH', {
    version: first.version,
    assignee: user.id,
    status: 'open',
  });
  expect(taken.json).toMatchObject({ assignee: user.id, status: 'open', incident: { id: 'aaaa' } });
  expect((await ask('/api/incidents/aaaa', 'PATCH', { version: first.version, status: 'new' })).status).toBe(409);
  expect((await ask('/api/incidents/aaaa/notes', 'POST', { text: '확인함' })).status).toBe(201);
  const { version } = (await ask('/api/incidents/aaaa')).json as IncidentDetail;
  await ask('/api/incidents/aaaa', 'PATCH', { version, status: 'closed', verdict: 'benign', tags: ['drill'] });
  const closed = (await ask('/api/incidents/aaaa')).json as IncidentDetail;
  expect(closed).toMatchObject({ status: 'closed', verdict: 'benign', tags: ['drill'] });
  expect(closed.history.map(({ kind }) => kind)).toEqual(['created', 'triage', 'comment', 'triage']);
  expect((await ask('/api/incidents?status=open')).json.items).toEqual([]);
  expect((await ask('/api/counts/incidents')).json).toMatchObject({ count: 0, untakenSinceMs: null, hosts: [] });
});

test('searches and exceptions are kept', async () => {
  const saved = await ask('/api/searches', 'POST', { name: '한글', query: { text: '한글' } });
  expect((await ask('/api/searches')).json).toMatchObject([{ name: '한글', query: { text: '한글' } }]);
  expect((await ask(`/api/searches/${saved.json.id}`, 'DELETE')).status).toBe(204);
  const made = await ask('/api/exceptions', 'POST', {
    title: 'the backup',
    ruleId: 'rule-1',
    filter: { Image: 'C:\\backup.exe' },
    reason: 'nightly',
  });
  expect((await ask('/api/exceptions')).json).toMatchObject([{ title: 'the backup', body: { reason: 'nightly' } }]);
  expect((await ask(`/api/exceptions/${made.json.id}`, 'DELETE')).status).toBe(204);
});

test('everything that was changed stands in the audit log, whose chain holds', async () => {
  const entries = (await ask('/api/audit')).json as { action: string }[];
  expect(
    entries
      .map(({ action }) => action)
      .reverse()
      .slice(0, 3),
  ).toEqual(['user.create', 'login', 'token.create']);
  expect((await ask('/api/audit/verify')).json).toMatchObject({ whole: true, number: entries.length });
});
