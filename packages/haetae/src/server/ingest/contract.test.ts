import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bulkBody,
  hecBody,
  ndjsonBody,
  otlpJsonBody,
  otlpProtobufBody,
  samples,
} from '../../../../../tests/live/frames.ts';
import { Ledger, LIVE_FORMATS } from '../../source/index.ts';
import { type Running, running } from '../testing/running.ts';
import { PROTOCOLS } from './registry.ts';

/** What every protocol keeps, also tomorrow's: one row for each way in. A protocol without a row fails the first test. */
interface Way {
  readonly protocol: string;
  readonly path: string;
  readonly type: string;
  readonly body: Buffer | string;
  /** Its answer when all went well, and while the server is busy: status and words. */
  readonly good: RegExp;
  readonly busy: RegExp;
  readonly refused: RegExp;
}
const ALL = samples(3);
const WAYS: readonly Way[] = [
  {
    protocol: 'elastic',
    path: '/_bulk',
    type: 'application/json',
    body: bulkBody(ALL),
    good: /^200 \{"took":\d+,"errors":false,"items":\[(\{"create":\{"_index":"winlogbeat-9.9.9",.*?"status":201\}\},?){3}\]\}$/,
    busy: /^200 .*"errors":true,.*"status":429.*es_rejected_execution_exception/,
    refused: /^401 .*security_exception/,
  },
  {
    protocol: 'hec',
    path: '/services/collector',
    type: 'application/x-www-form-urlencoded',
    body: hecBody(ALL),
    good: /^200 \{"text":"Success","code":0\}$/,
    busy: /^503 \{"text":"Server is busy","code":9\}$/,
    refused: /^403 \{"text":"Invalid token","code":4\}$/,
  },
  {
    protocol: 'otlp',
    path: '/v1/logs',
    type: 'application/x-protobuf',
    body: otlpProtobufBody(ALL),
    good: /^200 $/,
    busy: /^503 /,
    refused: /^401 /,
  },
  {
    protocol: 'otlp',
    path: '/v1/logs',
    type: 'application/json',
    body: otlpJsonBody(ALL),
    good: /^200 \{"partialSuccess":\{\}\}$/,
    busy: /^503 \{"code":14,/,
    refused: /^401 \{"code":16,/,
  },
  {
    protocol: 'ndjson',
    path: '/ingest/ndjson',
    type: 'application/x-ndjson',
    body: ndjsonBody(ALL),
    good: /^200 \{"accepted":3,"seq":\d+\}$/,
    busy: /^429 .*"busy"/,
    refused: /^401 .*"unauthorised"/,
  },
];

let one: Running;
let secret: string;
beforeAll(async () => {
  one = await running({ limits: { hold: 0, ingestInflated: 1 << 20, ingestBody: 1 << 18 } });
  secret = await one.token('ingest', { hosts: ['WS*'] });
});
afterAll(() => one.server.close(0));

async function send(way: Way, body: Buffer | string, headers: Record<string, string> = {}, shown = secret) {
  const authorization = way.protocol === 'hec' ? `Splunk ${shown}` : `Bearer ${shown}`;
  const response = await one.ask(way.path, {
    method: 'POST',
    headers: { 'content-type': way.type, authorization, 'user-agent': 'Elastic-test', ...headers },
    body: body as never,
  });
  return `${response.status} ${await response.text()}`;
}

function eventsOf(): string[] {
  const frame = one.frames.at(-1)!;
  const options = { ledger: new Ledger(), timeZone: 'UTC', receivedMs: frame.receivedMs };
  const found: string[] = [];
  for (const { event } of LIVE_FORMATS.get(frame.format)!.read(Buffer.from(frame.bytes), options))
    found.push(`${event.computer} ${event.eventRecordId}`);
  return found;
}

test('every protocol has a row', () => {
  expect([...new Set(WAYS.map((way) => way.protocol))].sort()).toEqual(
    Object.values(PROTOCOLS)
      .map(({ name }) => name)
      .sort(),
  );
});

test.each(Object.entries(PROTOCOLS))('%s is exported under its name', (key, { name }) => expect(key).toBe(name));

describe.each(WAYS)('$protocol as $type', (way) => {
  test('what it takes is one frame, as received, with its token, hosts and count', async () => {
    const before = one.frames.length;
    expect(await send(way, way.body)).toMatch(way.good);
    expect(one.frames).toHaveLength(before + 1);
    const frame = one.frames.at(-1)!;
    expect({ ...frame, bytes: Buffer.from(frame.bytes).equals(Buffer.from(way.body)) }).toMatchObject({
      origin: 'shipper',
      hosts: ['WS*'],
      address: '127.0.0.1',
      items: 3,
      bytes: true,
    });
    expect(eventsOf()).toEqual(ALL.map(({ computer, recordId }) => `${computer} ${recordId}`));
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ] as const)('%s is inflated', async (encoding, pack) => {
    expect(await send(way, pack(way.body), { 'content-encoding': encoding })).toMatch(way.good);
    expect(Buffer.from(one.frames.at(-1)!.bytes).equals(Buffer.from(way.body))).toBe(true);
  });

  test('busy and full are told in the words after which its shippers send again', async () => {
    one.outcomes.push({ kind: 'busy', retryMs: 2000 });
    expect(await send(way, way.body)).toMatch(way.busy);
    one.outcomes.push({ kind: 'full', reason: 'no space on the disk' });
    expect(await send(way, way.body)).toMatch(/^(?:200 .*429|503 |429 )/);
  });

  test('busy for a moment is waited out', async () => {
    const patient = await running({ limits: { hold: 5000 } });
    const shown = await patient.token('ingest');
    patient.outcomes.push({ kind: 'busy', retryMs: 1 }, { kind: 'busy', retryMs: 1 });
    const authorization = `${way.protocol === 'hec' ? 'Splunk' : 'Bearer'} ${shown}`;
    const response = await patient.ask(way.path, {
      method: 'POST',
      headers: { 'content-type': way.type, authorization },
      body: way.body as never,
    });
    expect(response.status).toBe(200);
    expect(patient.frames).toHaveLength(1);
    await patient.server.close(0);
  });

  test('a wrong, revoked, expired, foreign or unfit token takes nothing in', async () => {
    const before = one.frames.length;
    const wrong = 'hti_'.padEnd(47, 'x');
    expect(await send(way, way.body, {}, wrong)).toMatch(way.refused);
    for (const more of [
      { revokedMs: 1 },
      { expiresMs: 1 },
      { networks: ['192.0.2.0/24'] },
      { scopes: ['nothing'] },
    ] as const)
      expect(await send(way, way.body, {}, await one.token('ingest', more as never))).toMatch(/^40[13] /);
    expect(await send(way, way.body, {}, await one.token('api', { role: 'admin' }))).toMatch(/^40[13] /);
    const response = await one.ask(way.path, { method: 'POST', body: way.body as never });
    expect(response.status).toBe(401);
    expect(one.frames).toHaveLength(before);
  });

  test.each([
    ['inflates beyond the limit', gzipSync(Buffer.alloc((1 << 20) + 1)), { 'content-encoding': 'gzip' }, 413],
    ['is larger than the limit', Buffer.alloc((1 << 20) + 1, 32), {}, 413],
    ['is packed larger than the limit', Buffer.alloc((1 << 18) + 1), { 'content-encoding': 'gzip' }, 413],
    ['is not what its encoding says', Buffer.from('plain'), { 'content-encoding': 'gzip' }, 400],
    ['is packed in a way nobody knows', Buffer.from('x'), { 'content-encoding': 'compress' }, 415],
  ] as const)('a body that %s is refused, and nothing of it taken', async (_, body, headers, status) => {
    const before = one.frames.length;
    const said = await send(way, body, headers).catch(() => `${status} cut`);
    expect(said).toMatch(new RegExp(`^${status} `));
    expect(one.frames).toHaveLength(before);
  });
});
