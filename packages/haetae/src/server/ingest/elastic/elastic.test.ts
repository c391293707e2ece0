import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkBody, samples } from '../../../../../../tests/live/frames.ts';
import { type Running, running } from '../../testing/running.ts';
import { bulkItems } from './bulk.ts';

let one: Running;
let authorization: string;
beforeAll(async () => {
  one = await running({ elasticVersion: '8.17.0', limits: { hold: 0 } });
  authorization = `ApiKey ${Buffer.from(`id:${await one.token('ingest')}`).toString('base64')}`;
});
afterAll(() => one.server.close(0));
const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  one.ask(path, {
    method,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    ...(body && { body }),
  });

/** What Filebeat and Winlogbeat ask, in their order, with stock settings; the OpenTelemetry exporter and rsyslog only the last. */
test.each([
  ['GET', '/', 200],
  ['GET', '/_license?human=false', 200],
  ['GET', '/_xpack', 200],
  ['GET', '/_ilm/policy/filebeat', 404],
  ['PUT', '/_ilm/policy/filebeat', 200],
  ['HEAD', '/_index_template/filebeat-7.17.28', 404],
  ['PUT', '/_index_template/filebeat-7.17.28', 200],
  ['GET', '/_alias/filebeat-7.17.28', 404],
  ['HEAD', '/filebeat-7.17.28', 404],
  ['PUT', '/%3Cfilebeat-7.17.28-%7Bnow%2Fd%7D-000001%3E', 200],
  ['GET', '/_ingest/pipeline/filebeat', 404],
  ['PUT', '/_ingest/pipeline/filebeat', 200],
  ['HEAD', '/', 200],
  ['GET', '/_cat/health', 200],
])('%s %s: %i, said as the product', async (method, path, status) => {
  const response = await ask(method, path, method === 'PUT' ? '{}' : undefined);
  expect([response.status, response.headers.get('x-elastic-product')]).toEqual([status, 'Elasticsearch']);
});

test('the version is the one that was set', async () => {
  expect(await (await ask('GET', '/')).json()).toMatchObject({ version: { number: '8.17.0' } });
});

test('a browser at / is not taken for a shipper', async () => {
  expect((await one.ask('/', { headers: { accept: 'text/html' } })).status).toBe(404);
});

test.each([
  ['Basic', (secret: string) => `Basic ${Buffer.from(`elastic:${secret}`).toString('base64')}`],
  ['ApiKey id:key', (secret: string) => `ApiKey ${Buffer.from(`haetae:${secret}`).toString('base64')}`],
  ['APIKey in capitals', (secret: string) => `APIKey ${Buffer.from(`x:${secret}`).toString('base64')}`],
  ['Bearer', (secret: string) => `Bearer ${secret}`],
])('the token is shown as %s', async (_, header) => {
  const shown = header(await one.token('ingest'));
  expect((await one.ask('/', { headers: { authorization: shown } })).status).toBe(200);
});

test('a batch that cannot be kept: item by item to those who repeat items, a lost connection to all others', async () => {
  const body = bulkBody(samples(2));
  const busy = { kind: 'busy', retryMs: 5 } as const;
  for (const agent of ['Elastic-filebeat/7.17.28', 'OpenTelemetry Collector/0.120', 'elastic-transport-js/9.4']) {
    one.outcomes.push(busy);
    const answer = (await (await ask('POST', '/_bulk', body, { 'user-agent': agent })).json()) as object;
    expect(answer).toMatchObject({ errors: true, items: [{ create: { status: 429 } }, { create: { status: 429 } }] });
  }
  one.outcomes.push(busy);
  await expect(ask('POST', '/_bulk', body, { 'user-agent': '' })).rejects.toThrow();
  expect(one.frames).toHaveLength(0);
});

test('what is no document is refused alone', async () => {
  const body = `{"create":{}}\n{"EventID":1}\n{"create":{}}\nnonsense\n{"delete":{"_id":"1"}}\n`;
  const answer = (await (await ask('POST', '/logs/_bulk', body)).json()) as {
    items: Record<string, { status: number }>[];
  };
  expect(answer.items.map((item) => Object.entries(item).map(([name, { status }]) => `${name} ${status}`))).toEqual([
    ['create 201'],
    ['create 400'],
    ['delete 400'],
  ]);
  expect(one.frames.at(-1)!.items).toBe(1);
});

describe('a body', () => {
  test.each([
    ['', 'request body is required'],
    ['\n\n', 'request body is required'],
    ['nonsense\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"search":{}}\n{}\n', 'Malformed action/metadata line [1]'],
    ['null\n{}\n', 'Malformed action/metadata line [1]'],
    ['{"create":{}}\n{}\n{"create":null}\n', /the last document is missing/],
  ])('%j is none: %s', (text, reason) => {
    expect(bulkItems(Buffer.from(text), '')).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    );
  });

  test('without line end, with CR, with ids and an index of the path', () => {
    expect(bulkItems(Buffer.from('{"index":{"_id":7}}\r\n{"a":1}\r\n{"create":{"_index":"b"}}\n{"a":2}'), 'a')).toEqual(
      [
        { operation: 'index', index: 'a', id: '7', refused: undefined },
        { operation: 'create', index: 'b', id: '', refused: undefined },
      ],
    );
  });
});
