import { connect as connectPlain } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  CONNECT_PATH,
  dial,
  encodeBatch,
  fingerprintOf,
  type Heartbeat,
  type Identity,
  type Link,
  newIdentity,
  pack,
  type Received,
  signEnrolment,
  signTranscript,
} from '@haetae/agent/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CERTIFICATE } from '../../../../../tests/live/certificate.ts';
import { samples, xmlOf } from '../../../../../tests/live/frames.ts';
import { NOW, type Running, running } from '../testing/running.ts';

let one: Running;
beforeEach(async () => {
  one = await running({ limits: { hold: 0 } });
});
afterEach(() => one.server.close(0));

const EPOCH = '0123456789abcdef';
const HEARTBEAT: Heartbeat = {
  haetae: 'heartbeat',
  host: 'LIAR',
  version: '1.2.3',
  nowMs: NOW,
  startedMs: NOW,
  everyMs: 60_000,
  os: { platform: 'win32', name: 'Windows', release: '10', arch: 'x64' },
  sysmon: null,
  channels: [],
  sources: [],
  spool: { bytes: 0, maxBytes: 100, batches: 0, oldestMs: null, dropped: 0 },
};

async function enrol(own: Identity, secret: string, host = 'WS01', more: object = {}) {
  const response = await one.ask('/agent/enrol', {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      publicKey: own.publicKey,
      proof: signEnrolment(own, secret),
      host,
      version: '1.2.3',
      ...more,
    }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { agent: string; serverKey: string; error?: { code: string } },
  };
}

/** Connects, and answers the challenge as it is told to. */
async function come(
  own: Identity,
  lie: { key?: string; binding?: string; epoch?: string; signer?: Identity } = {},
): Promise<{ link: Link; first: Received; second: Received }> {
  const link = await dial(
    `ws://127.0.0.1:${one.server.port}${CONNECT_PATH}`,
    connectPlain(one.server.port, '127.0.0.1'),
  );
  return greet(link, own, lie);
}

async function greet(link: Link, own: Identity, lie: Parameters<typeof come>[1] = {}) {
  const first = await link.receive();
  const { nonce, serverKey } = JSON.parse((first as { text: string }).text) as { nonce: string; serverKey: string };
  const agentKey = lie.key ?? own.publicKey;
  const { binding = '', epoch = EPOCH, signer = own } = lie;
  const transcript = { agentNonce: 'n', serverNonce: nonce, agentKey, serverKey, binding };
  const signature = signTranscript({ side: 'agent', ...transcript }, signer);
  await link.send(JSON.stringify({ kind: 'hello', agentKey, nonce: 'n', signature, version: '1', host: 'x', epoch }));
  return { link, first, second: await link.receive() };
}

const said = (received: Received): unknown =>
  received.kind === 'text' ? JSON.parse(received.text) : received.kind === 'closed' ? received.code : received;

const batchOf = (seq: number, count = 2, format: 'xml' | 'syslog' | 'ndjson' | 'agent' = 'xml') => {
  const texts = samples(count).map(xmlOf);
  const body = Buffer.from(texts.map((text) => `${Buffer.byteLength(text)} ${text}`).join(''));
  const head = { seq, source: 'winlog:Security', format, items: count, size: body.length, readMs: NOW, bookmark: 'b' };
  return { bytes: encodeBatch(head, pack(body)), body };
};

async function enrolled(host = 'WS01', more = {}): Promise<{ own: Identity; agent: string }> {
  const own = newIdentity();
  const { body } = await enrol(own, await one.token('enrol', { usesLeft: 1, ...more }), host);
  return { own, agent: body.agent };
}

describe('enrolment', () => {
  test('a token is exchanged once for an identity; its answer may be asked for again', async () => {
    const [own, secret] = [newIdentity(), await one.token('enrol', { usesLeft: 1, name: 'ticket' })];
    const { status, body } = await enrol(own, secret);
    expect(status).toBe(201);
    expect(fingerprintOf(body.serverKey)).toBe(one.server.parts.identity!.fingerprint);
    expect(await enrol(own, secret)).toEqual({ status: 201, body });
    expect((await enrol(newIdentity(), secret)).status).toBe(401);
    expect(one.audit.filter(({ action }) => action === 'agent.enrol')).toMatchObject([
      { object: body.agent, actorName: 'ticket', detail: { host: 'WS01', fingerprint: own.fingerprint } },
    ]);
  });

  test('one that two hosts show at once is good for one of them', async () => {
    const secret = await one.token('enrol', { usesLeft: 1 });
    const all = await Promise.all([enrol(newIdentity(), secret, 'A'), enrol(newIdentity(), secret, 'B')]);
    expect(all.map(({ status }) => status).sort()).toEqual([201, 401]);
  });

  test.each([
    ['is of another kind', 'ingest', {}],
    ['was revoked', 'enrol', { revokedMs: 1 }],
    ['has expired', 'enrol', { expiresMs: 1 }],
    ['is used up', 'enrol', { usesLeft: 0 }],
    ['is for another network', 'enrol', { networks: ['192.0.2.0/24'] }],
  ] as const)('a token that %s: 401', async (_, kind, more) => {
    expect((await enrol(newIdentity(), await one.token(kind, more as never))).status).toBe(401);
  });

  test('whoever has not the private key enrols nothing', async () => {
    const secret = await one.token('enrol', { usesLeft: 1 });
    const { status, body } = await enrol(newIdentity(), secret, 'WS01', { publicKey: newIdentity().publicKey });
    expect([status, body.error!.code]).toEqual([400, 'proof']);
    expect((await enrol(newIdentity(), secret)).status).toBe(201);
  });

  test('a key that was enrolled with another token, or under another name, is refused', async () => {
    const own = newIdentity();
    const secret = await one.token('enrol', { usesLeft: 5 });
    await enrol(own, secret);
    expect((await enrol(own, await one.token('enrol', { usesLeft: 1 }))).status).toBe(409);
    expect((await enrol(own, secret, 'OTHER')).status).toBe(409);
  });

  test.each(['', 'a b', '../x', 'x'.repeat(256), '<script>'])('the host name %.20j is refused', async (host) => {
    expect((await enrol(newIdentity(), await one.token('enrol', { usesLeft: 1 }), host)).status).toBe(400);
  });

  test('an agent may send for its own host; for others where its token said so', async () => {
    const { agent } = await enrolled('WS01');
    const { agent: collector } = await enrolled('WEC', { hosts: ['WS*'] });
    const { tokens } = one.ports.accounts;
    expect([(await tokens.get(agent))!.hosts, (await tokens.get(collector))!.hosts]).toEqual([
      ['WS01'],
      ['WEC', 'WS*'],
    ]);
  });
});

describe('a connection', () => {
  test('begins with both sides showing their keys', async () => {
    const { own, agent } = await enrolled();
    const { link, first, second } = await come(own);
    expect(said(first)).toMatchObject({ kind: 'challenge', serverKey: one.server.parts.identity!.publicKey });
    expect(said(second)).toMatchObject({ kind: 'welcome', agent, nowMs: NOW });
    link.drop();
  });

  test.each([
    ['whom nobody knows', async () => ({ own: newIdentity(), lie: {} })],
    [
      'who shows the key of another',
      async () => ({ own: newIdentity(), lie: { key: (await enrolled()).own.publicKey } }),
    ],
    ['who signs with another key', async () => ({ own: (await enrolled()).own, lie: { signer: newIdentity() } })],
    ['who signed for another connection', async () => ({ own: (await enrolled()).own, lie: { binding: 'other' } })],
    ['whose spool has no name', async () => ({ own: (await enrolled()).own, lie: { epoch: '../../x' } })],
  ] as const)('of one %s is closed', async (_, make) => {
    const { own, lie } = await make();
    expect(said((await come(own, lie)).second)).toBe(4401);
  });

  test('that says no hello is closed', async () => {
    const link = await dial(
      `ws://127.0.0.1:${one.server.port}${CONNECT_PATH}`,
      connectPlain(one.server.port, '127.0.0.1'),
    );
    await link.receive();
    await link.send('{"kind":"pong","id":1}');
    expect(said(await link.receive())).toBe(4401);
  });

  test('batches become frames as they are, in order, under a name for good; acknowledged when durable', async () => {
    const { own, agent } = await enrolled();
    const { link } = await come(own);
    const [a, b] = [batchOf(1), batchOf(2, 3)];
    await link.send(a.bytes);
    await link.send(b.bytes);
    expect([said(await link.receive()), said(await link.receive())]).toEqual([
      { kind: 'ack', seq: 1 },
      { kind: 'ack', seq: 2 },
    ]);
    expect(
      one.frames.map(({ bytes, receivedMs: _, ...head }) => ({ ...head, same: Buffer.from(bytes).equals(a.body) })),
    ).toEqual([
      {
        format: 'xml',
        origin: 'agent',
        token: agent,
        hosts: ['WS01'],
        address: '127.0.0.1',
        position: `${agent}/${EPOCH}/1`,
        items: 2,
        same: true,
      },
      {
        format: 'xml',
        origin: 'agent',
        token: agent,
        hosts: ['WS01'],
        address: '127.0.0.1',
        position: `${agent}/${EPOCH}/2`,
        items: 3,
        same: false,
      },
    ]);
    await link.send(a.bytes);
    await link.receive();
    expect(one.frames[2]!.position).toBe(`${agent}/${EPOCH}/1`);
    link.drop();
  });

  test('while the log is busy or full the agent is held up, and nothing is out of order', async () => {
    const { own } = await enrolled();
    const { link } = await come(own);
    one.outcomes.push({ kind: 'busy', retryMs: 5 }, { kind: 'busy', retryMs: 5 });
    await link.send(batchOf(1).bytes);
    await link.send(batchOf(2).bytes);
    expect(said(await link.receive())).toEqual({ kind: 'ack', seq: 1 });
    expect(one.frames.map(({ position }) => position.split('/')[2])).toContain('1');
    expect(said(await link.receive())).toEqual({ kind: 'ack', seq: 2 });
    link.drop();
  });

  test('what it tells of a command that it was not sent is logged before it is acknowledged: once, however often it is told', async () => {
    const { own, agent } = await enrolled();
    const { link } = await come(own);
    const told = async (command: string): Promise<void> => {
      const outcome = { command, number: 1, state: 'refused', reason: 'signature', detail: '', atMs: 5 };
      await link.send(JSON.stringify({ kind: 'outcome', outcome: { ...outcome, verified: null, undoable: false } }));
      expect(said(await link.receive())).toEqual({ kind: 'outcome-ack', command, number: 1 });
    };
    await told('our own');
    expect(one.frames).toHaveLength(0);
    await told('nobody’s');
    await told('nobody’s');
    expect(one.frames.map(({ format, position }) => [format, position])).toEqual(
      Array(2).fill(['agent', `${agent}/stray/nobody’s/1/5`]),
    );
    expect(JSON.parse(Buffer.from(one.frames[0]!.bytes).toString())).toEqual({
      ...{ haetae: 'stray', host: 'WS01', nowMs: 5, command: 'nobody’s' },
      ...{ state: 'refused', reason: 'signature', detail: '' },
    });
    link.drop();
  });

  test('a batch that holds nothing is acknowledged and not logged', async () => {
    const { own } = await enrolled();
    const { link } = await come(own);
    const head = { seq: 1, source: 's', format: 'ndjson', items: 0, size: 0, readMs: 0, bookmark: '' } as const;
    await link.send(encodeBatch(head, pack(Buffer.alloc(0))));
    expect(said(await link.receive())).toEqual({ kind: 'ack', seq: 1 });
    expect(one.frames).toHaveLength(0);
    link.drop();
  });

  test.each([
    ['a batch that is none', () => Buffer.from('nonsense')],
    [
      'a body that is longer than it says',
      () => {
        const head = { seq: 1, source: 's', format: 'ndjson', items: 1, size: 3, readMs: 0, bookmark: '' } as const;
        return encodeBatch(head, pack(Buffer.alloc(5_000_000)));
      },
    ],
    ['a message that is none', () => '{"kind":"heartbeat"}'],
    ['no JSON', () => 'x'],
  ])('%s ends it, and nothing of it is logged', async (_, make) => {
    const { own } = await enrolled();
    const { link } = await come(own);
    await link.send(make());
    expect(said(await link.receive())).toBe(4400);
    expect(one.frames).toHaveLength(0);
  });

  test('a later one of the same agent takes its place', async () => {
    const { own } = await enrolled();
    const { link } = await come(own);
    const again = await come(own);
    expect(said(await link.receive())).toBe(4409);
    await again.link.send(batchOf(1).bytes);
    expect(said(await again.link.receive())).toEqual({ kind: 'ack', seq: 1 });
    again.link.drop();
  });

  test.each(['/api/agents', '/api/tokens'])('revoked by %s it ends at once, and comes in no more', async (route) => {
    const { own, agent } = await enrolled();
    const { link } = await come(own);
    const authorization = `Bearer ${await one.token('api', { role: 'admin' })}`;
    expect((await one.ask(`${route}/${agent}`, { method: 'DELETE', headers: { authorization } })).status).toBe(204);
    expect(said(await link.receive())).toBe(4403);
    expect(said((await come(own)).second)).toBe(4401);
  });

  test('the end of the server is told: come again', async () => {
    const { own } = await enrolled();
    const { link } = await come(own);
    const closing = one.server.close(1000);
    expect(said(await link.receive())).toBe(1012);
    await closing;
    one = await running();
  });
});

describe('signs of life', () => {
  const list = async () => {
    const authorization = `Bearer ${await one.token('api', { role: 'viewer' })}`;
    return (await (await one.ask('/api/agents', { headers: { authorization } })).json()) as {
      serverKey: string;
      items: Record<string, unknown>[];
    };
  };
  const until = async (test: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('go into the log under the name with which the host enrolled, and into the list', async () => {
    const { own, agent } = await enrolled();
    expect((await list()).items).toMatchObject([{ id: agent, host: 'WS01', health: 'never', connected: false }]);
    const { link } = await come(own);
    await link.send(JSON.stringify({ kind: 'heartbeat', heartbeat: HEARTBEAT }));
    await link.send(JSON.stringify({ kind: 'bye', reason: 'stopped' }));
    await until(() => one.frames.length === 2);
    expect(one.frames.map(({ format, bytes }) => `${format} ${Buffer.from(bytes).toString()}`)).toEqual([
      `agent ${JSON.stringify({ ...HEARTBEAT, host: 'WS01' })}\n`,
      'agent {"haetae":"bye","host":"WS01","reason":"stopped"}\n',
    ]);
    const { serverKey, items } = await list();
    expect(serverKey).toBe(one.server.parts.identity!.fingerprint);
    expect(items).toMatchObject([
      {
        id: agent,
        fingerprint: own.fingerprint,
        health: 'good',
        connected: true,
        lastSeenMs: NOW,
        os: { platform: 'win32' },
      },
    ]);
    link.drop();
    await until(async () => (await list()).items[0]!.health === 'away');
  });

  test('tell what is wrong, in words to switch on', async () => {
    const { own } = await enrolled();
    const { link } = await come(own);
    const channel = { oldestRecord: '1', sizeBytes: 95, maxBytes: 100, lastRecord: '9', error: null };
    const sick: Heartbeat = {
      ...HEARTBEAT,
      nowMs: NOW + 600_000,
      sysmon: {
        service: 'Sysmon64',
        serviceState: 'stopped',
        driver: 'SysmonDrv',
        driverState: 'running',
        version: null,
        configHash: null,
        rulesHash: null,
      },
      channels: [
        { ...channel, name: 'A', enabled: false, retainedHours: 100 },
        { ...channel, name: 'B', enabled: true, retainedHours: 2 },
        { ...channel, name: 'C', enabled: true, retainedHours: 2, sizeBytes: 5 },
        { ...channel, name: 'D', enabled: null, retainedHours: null, error: 'denied' },
      ],
      sources: [{ name: 's', state: 'failed', error: 'why', items: 0, lastMs: null, lastRecord: null }],
      spool: { bytes: 60, maxBytes: 100, batches: 1, oldestMs: 1, dropped: 3 },
    };
    await link.send(JSON.stringify({ kind: 'heartbeat', heartbeat: sick }));
    await until(async () => (await list()).items[0]!.health === 'trouble');
    expect((await list()).items[0]!.troubles).toEqual([
      { kind: 'clock', about: '600' },
      { kind: 'sysmon-stopped', about: 'Sysmon64: stopped, SysmonDrv: running' },
      { kind: 'channel-off', about: 'A' },
      { kind: 'retention-short', about: 'B: 2 h' },
      { kind: 'channel-unreadable', about: 'D: denied' },
      { kind: 'source-failed', about: 's: why' },
      { kind: 'spool-half-full', about: '60' },
      { kind: 'dropped', about: '3' },
    ]);
    link.drop();
  });
});

test('the configuration is told at the beginning and when it is changed; what an agent says against it is shown', async () => {
  const { own, agent } = await enrolled();
  await one.ports.settings.update({ agents: { config: { heartbeatSeconds: 30 } } }, { id: 'u1', name: 'chief' });
  const { link } = await come(own);
  const told = said(await link.receive()) as { version: string };
  expect(told).toMatchObject({ kind: 'config', config: { heartbeatSeconds: 30 } });
  await link.send(JSON.stringify({ kind: 'configured', version: told.version, error: 'no' }));
  while (one.server.parts.agents.presence(agent)?.configError !== 'no')
    await new Promise((resolve) => setTimeout(resolve, 5));
  const headers = { ...(await one.login('admin')), 'content-type': 'application/json' };
  const body = JSON.stringify({ agents: { config: { heartbeatSeconds: 90 } } });
  expect((await one.ask('/api/settings', { method: 'PATCH', headers, body })).status).toBe(200);
  expect(said(await link.receive())).toMatchObject({ kind: 'config', config: { heartbeatSeconds: 90 } });
  link.drop();
});

test('over TLS the signatures hold for this connection alone', async () => {
  await one.server.close(0);
  one = await running({ tls: CERTIFICATE });
  const own = newIdentity();
  await one.ports.accounts.tokens.create({
    ...(await one.ports.accounts.tokens.list())[0]!,
    id: 'agent-1',
    name: 'WS01',
    kind: 'agent',
    hash: own.fingerprint,
    scopes: [],
    hosts: ['WS01'],
    networks: [],
    role: null,
    revokedMs: null,
    expiresMs: null,
  });
  const open = async () => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: one.server.port,
      ca: CERTIFICATE.cert,
      servername: 'localhost',
    });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const binding = (socket as TLSSocket)
      .exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      .toString('base64url');
    return { binding, link: await dial(`wss://localhost${CONNECT_PATH}`, socket) };
  };
  const [first, second] = [await open(), await open()];
  expect(said((await greet(first.link, own, { binding: first.binding })).second)).toMatchObject({ kind: 'welcome' });
  expect(said((await greet(second.link, own, { binding: first.binding })).second)).toBe(4401);
  first.link.drop();
});

describe('nobody else upgrades', () => {
  const status = (path: string, headers: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectPlain(one.server.port, '127.0.0.1', () =>
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n${headers}\r\n`,
        ),
      );
      socket.once('data', (bytes) => {
        socket.destroy();
        resolve(bytes.toString('latin1').split('\r\n', 1)[0]!);
      });
    });
  const ours = 'Sec-WebSocket-Protocol: haetae-agent.1\r\n';

  test.each([
    ['/agent/connect', ours, 'HTTP/1.1 101 Switching Protocols'],
    ['/api/live', ours, 'HTTP/1.1 404 Not Found'],
    ['/agent/connect/', ours, 'HTTP/1.1 404 Not Found'],
    ['/agent/connect', '', 'HTTP/1.1 400 Bad Request'],
    ['/agent/connect', 'Sec-WebSocket-Protocol: other\r\n', 'HTTP/1.1 400 Bad Request'],
    ['/agent/connect', `${ours}Origin: https://evil.example\r\n`, 'HTTP/1.1 403 Forbidden'],
  ])('%s with %j: %s', async (path, headers, expected) => expect(await status(path, headers)).toBe(expected));

  test('a server without a key of its own takes no agents', async () => {
    await one.server.close(0);
    one = await running({ identity: undefined } as never);
    const secret = await one.token('enrol', { usesLeft: 1 });
    expect((await enrol(newIdentity(), secret)).status).toBe(503);
  });
});
