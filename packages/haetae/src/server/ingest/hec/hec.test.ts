import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawBody, samples } from '../../../../../../tests/live/frames.ts';
import { type Running, running } from '../../testing/running.ts';
import { countObjects } from './split.ts';

let one: Running;
let secret: string;
beforeAll(async () => {
  one = await running({ limits: { hold: 0 } });
  secret = await one.token('ingest');
});
afterAll(() => one.server.close(0));
const send = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const response = await one.ask(path, {
    method: 'POST',
    headers: { authorization: `Splunk ${secret}`, ...headers },
    body,
  });
  return [response.status, await response.json()];
};
const EVENT = '{"event":{"EventID":1}}';

test.each(['', '/event', '/event/1.0', '/raw', '/raw/1.0?channel=c-1&host=h'])(
  '/services/collector%s takes events',
  async (path) => {
    const [status] = await send(`/services/collector${path}`, EVENT);
    expect(status).toBe(200);
  },
);

test('raw text is as many events as lines', async () => {
  await send('/services/collector/raw', rawBody(samples(4)));
  expect(one.frames.at(-1)).toMatchObject({ format: 'hec-raw', items: 4 });
});

test('health is told to anyone', async () => {
  for (const path of ['/services/collector/health', '/services/collector/health/1.0']) {
    const response = await one.ask(path);
    expect([response.status, await response.json()]).toEqual([200, { text: 'HEC is healthy', code: 17 }]);
  }
});

test('acknowledgements are counted for each channel, and true from the first', async () => {
  const headers = { 'x-splunk-request-channel': '6d1c1c1e-0000-4000-8000-000000000001' };
  expect(await send('/services/collector', EVENT, headers)).toEqual([200, { text: 'Success', code: 0, ackId: 0 }]);
  expect(await send('/services/collector', EVENT, headers)).toEqual([200, { text: 'Success', code: 0, ackId: 1 }]);
  expect(await send('/services/collector?channel=other', EVENT)).toEqual([200, { text: 'Success', code: 0, ackId: 0 }]);
  expect(await send('/services/collector/ack', '{"acks":[0,1,2]}', headers)).toEqual([
    200,
    { acks: { 0: true, 1: true, 2: false } },
  ]);
});

describe("errors have Splunk's numbers", () => {
  test.each([
    ['no token', '/services/collector', EVENT, { authorization: '' }, 401, 3],
    ['another scheme', '/services/collector', EVENT, { authorization: 'Digest x' }, 401, 3],
    ['a wrong token', '/services/collector', EVENT, { authorization: `Splunk hti_${'x'.repeat(43)}` }, 403, 4],
    ['no event', '/services/collector', ' \n', {}, 400, 5],
    ['no JSON', '/services/collector', `${EVENT}{"event":`, {}, 400, 6],
    ['a channel with a line end', '/services/collector?channel=a%0ab', EVENT, {}, 400, 11],
    ['acks without a channel', '/services/collector/ack', '{"acks":[0]}', {}, 400, 10],
    ['acks that are none', '/services/collector/ack?channel=a', '{"acks":1}', {}, 400, 6],
  ])('%s', async (_, path, body, headers, status, code) => {
    expect(await send(path, body, headers as never)).toMatchObject([status, { code }]);
  });

  test('a revoked token is disabled', async () => {
    const authorization = `Splunk ${await one.token('ingest', { revokedMs: 1 as never })}`;
    expect(await send('/services/collector', EVENT, { authorization })).toMatchObject([403, { code: 1 }]);
  });

  test('no header at all', async () => {
    const response = await one.ask('/services/collector', { method: 'POST', body: EVENT });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 2 }]);
  });
});

test.each([
  ['{}', { kind: 'objects', count: 1 }],
  ['{"a":"}{"}{"a":"\\\\"} \n,{"a":[{"b":"\\""}]}', { kind: 'objects', count: 3 }],
  ['', { kind: 'objects', count: 0 }],
  ['{"a":1}[1]', { kind: 'bad', number: 1 }],
  ['{"a":"', { kind: 'bad', number: 0 }],
  ['{"a":{}', { kind: 'bad', number: 0 }],
])('%j: %j', (text, expected) => expect(countObjects(Buffer.from(text))).toEqual(expected));
