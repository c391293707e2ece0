import { newIdentity, signEnrolment } from '@haetae/agent/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, running } from './testing/running.ts';

/** Every route that changes something writes down who did what: the rows here are held against the table of routes. */
let one: Running;
let me: { cookie: string; 'x-csrf-token': string };
let token: string;
/** A host that enrols, and its token. */
const host = newIdentity();
let ticket: string;
beforeAll(async () => {
  one = await running();
  token = one.server.setupUrl!.split('#')[1]!;
});
afterAll(() => one.server.close(0));

const PASSWORD = 'long enough, this one';
const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = me) => {
  const response = await one.ask(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
  };
};
const idOf = async (path: string, body: object): Promise<string> => {
  const { json } = await ask('POST', path, body);
  return json.id ?? json.token.id;
};
const RULE = 'title: x\ndetection: {}\n';

interface Row {
  /** As in the table of routes. */
  readonly route: string;
  /** The id in the path, made beforehand. */
  readonly id?: () => Promise<string> | string;
  readonly body?: object | (() => object);
  readonly action: string;
  /** Who did it; `chief` where not said. */
  readonly actor?: string;
  readonly headers?: () => Promise<Record<string, string>>;
}

/** In an order in which each can be done. */
const CARD = {
  ...{ haetae: 'lab-score.1', id: 'card-1', title: 'An exercise', madeMs: 0, source: 'logs', minLevel: 'medium' },
  ...{ steps: [], tactics: [], techniques: [], medianLatencyMs: null },
  missed: { 'no-event': 0, filtered: 0, 'below-threshold': 0, 'field-absent': 0, 'rule-blind': 0 },
};
const CALLS = { calls: [{ host: 'PC-1', timeMs: 0, technique: 'T1082' }] };
const ROWS: readonly Row[] = [
  { route: 'POST /api/setup', body: () => ({ token, name: 'chief', password: PASSWORD }), action: 'login' },
  { route: 'POST /api/login', body: { name: 'chief', password: PASSWORD }, action: 'login' },
  { route: 'POST /api/session/password', body: { current: PASSWORD, next: `${PASSWORD}!` }, action: 'login' },
  { route: 'POST /api/users', body: { name: 'a', role: 'viewer' }, action: 'user.create' },
  {
    route: 'PATCH /api/users/{id}',
    id: () => idOf('/api/users', { name: 'b', role: 'viewer' }),
    body: { role: 'analyst' },
    action: 'user.update',
  },
  {
    route: 'DELETE /api/users/{id}',
    id: () => idOf('/api/users', { name: 'c', role: 'viewer' }),
    action: 'user.remove',
  },
  { route: 'POST /api/tokens', body: { name: 't', kind: 'ingest' }, action: 'token.create' },
  {
    route: 'DELETE /api/tokens/{id}',
    id: () => idOf('/api/tokens', { name: 't', kind: 'ingest' }),
    action: 'token.revoke',
  },
  {
    route: 'PATCH /api/incidents/{id}',
    id: () => 'incident-1',
    body: { version: 1, status: 'open' },
    action: 'incident.update',
  },
  {
    route: 'POST /api/incidents/{id}/awareness',
    id: () => 'incident-1',
    body: { atMs: 1, by: '홍길동' },
    action: 'incident.awareness',
  },
  {
    route: 'POST /api/incidents/{id}/reports',
    id: () => 'incident-1',
    body: { stage: 'first' },
    action: 'incident.reported',
  },
  { route: 'POST /api/incidents/{id}/notes', id: () => 'incident-1', body: { text: 'x' }, action: 'incident.note' },
  { route: 'POST /api/incidents/{id}/responses', id: () => 'incident-1', body: {}, action: 'response.plan' },
  {
    route: 'POST /api/responses/{id}/vote',
    id: () => 'response-1',
    body: { version: 1, decision: 'approve' },
    action: 'response.approve',
  },
  { route: 'POST /api/responses/{id}/undo', id: () => 'response-1', body: { version: 1 }, action: 'response.undo' },
  { route: 'POST /api/rules', body: { text: RULE }, action: 'rule.save' },
  { route: 'DELETE /api/rules/{id}', id: () => 'rule-1', action: 'rule.remove' },
  { route: 'PATCH /api/rules/{id}', id: () => 'rule-1', body: { enabled: false }, action: 'rule.disable' },
  {
    route: 'POST /api/exceptions',
    body: { title: 't', filter: { Image: 'x' }, reason: 'r' },
    action: 'exception.create',
  },
  {
    route: 'DELETE /api/exceptions/{id}',
    id: () => idOf('/api/exceptions', { title: 't', filter: { Image: 'x' }, reason: 'r' }),
    action: 'exception.remove',
  },
  { route: 'POST /api/uploads', body: { name: 'a.evtx', bytes: 9 }, action: 'upload.begin' },
  { route: 'POST /api/searches', body: { name: 's', query: {} }, action: 'search.create' },
  {
    route: 'DELETE /api/searches/{id}',
    id: () => idOf('/api/searches', { name: 's', query: {} }),
    action: 'search.remove',
  },
  { route: 'POST /api/hunts', body: { name: 'h', rule: RULE }, action: 'hunt.start' },
  { route: 'DELETE /api/hunts/{id}', id: () => idOf('/api/hunts', { name: 'h', rule: RULE }), action: 'hunt.cancel' },
  { route: 'POST /api/rescans', body: {}, action: 'hunt.rescan' },
  { route: 'POST /api/agents/enrolments', body: { name: 'hosts' }, action: 'agent.enrolment' },
  {
    route: 'POST /agent/enrol',
    headers: async () => {
      ticket = await one.token('enrol', { name: 'ticket', usesLeft: 1 });
      return { authorization: `Bearer ${ticket}` };
    },
    body: () => ({ publicKey: host.publicKey, proof: signEnrolment(host, ticket), host: 'WS01', version: '1' }),
    action: 'agent.enrol',
    actor: 'ticket',
  },
  {
    route: 'DELETE /api/agents/{id}',
    id: async () => (await one.ports.accounts.tokens.list()).find(({ kind }) => kind === 'agent')!.id,
    action: 'agent.revoke',
  },
  { route: 'PATCH /api/settings', body: { retention: { days: 30, gigabytes: null } }, action: 'settings.update' },
  { route: 'POST /api/store/backups', action: 'store.backup' },
  { route: 'POST /api/store/exports', body: {}, action: 'store.export' },
  { route: 'POST /api/store/imports', body: { handover: 'import-1' }, action: 'store.import' },
  { route: 'POST /api/lab/scores', body: { card: CARD }, action: 'lab.score' },
  { route: 'POST /api/lab/scores/{id}/calls', id: () => CARD.id, body: CALLS, action: 'lab.calls' },
  { route: 'DELETE /api/lab/scores/{id}', id: () => CARD.id, action: 'lab.remove' },
  { route: 'POST /api/lab/canary', body: {}, action: 'lab.canary' },
  { route: 'DELETE /api/session', action: 'logout' },
];
/** A question that is too long for a path. */
const ASKING = ['events', 'top', 'seen']
  .map((what) => `POST /api/counts/${what}`)
  .concat('POST /api/events/search', 'POST /api/rules/check', 'PUT /api/uploads/{id}/parts/{offset}');

test('every route that changes something has a row', () => {
  const changing = one.server.app.endpoints
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
  expect([...ROWS.map(({ route }) => route), ...ASKING].sort()).toEqual(changing.sort());
});

test.each(ROWS)('$route: $action', async ({ route, id, body, action, actor = 'chief', headers }) => {
  const [method, path] = route.split(' ') as [string, string];
  const at = path.replace('{id}', id === undefined ? '' : await id());
  const before = one.audit.length;
  const own = headers === undefined ? (me ?? {}) : await headers();
  const answer = await ask(method, at, typeof body === 'function' ? (body as () => object)() : body, own);
  expect(answer.status).toBeLessThan(300);
  const cookie = answer.headers.get('set-cookie');
  if (answer.json?.csrf !== undefined && cookie !== null)
    me = { cookie: cookie.split(';')[0]!, 'x-csrf-token': answer.json.csrf };
  const entry = one.audit.at(-1)!;
  expect(one.audit.length).toBeGreaterThan(before);
  expect(entry).toMatchObject({ action, address: '127.0.0.1' });
  // The first administrator is made by nobody known before.
  expect(entry.actorName).toBe(actor);
  expect(JSON.stringify(one.audit)).not.toMatch(/long enough|ht[igeas]_[\w-]{43}/);
});
