import { randomBytes } from 'node:crypto';
import type { Accepted } from '../../intake.ts';
import { type Answer, answer, type Gate, type IngestRequest, type IngestRoute, type Protocol } from '../protocol.ts';
import { type BulkItem, bulkItems } from './bulk.ts';

/** Official clients refuse a server that does not say that it is the product. */
const HEADERS = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
const json = (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  answer(status, body, { ...HEADERS, ...headers });
const failed = (status: number, type: string, reason: string, headers?: Record<string, string>): Answer =>
  json(status, { error: { root_cause: [{ type, reason }], type, reason }, status }, headers);

/** Clients that repeat the items of an answer whose status is 429 (measured); any other takes such an item for lost. */
const REPEATS_ITEMS = /beat|elastic|opentelemetry|otel|opensearch|logstash|vector|fluent/i;

type Handler = (request: IngestRequest, gate: Gate) => Promise<Answer> | Answer;

/** Every path but those of health needs a token: what Elasticsearch answers to a stranger is 401. */
const guarded =
  (handle: Handler): Handler =>
  async (request, gate) => {
    const shown = await gate.authenticate(request);
    switch (shown.kind) {
      case 'token':
        return handle(request, gate);
      case 'none':
        return failed(401, 'security_exception', 'missing authentication credentials', {
          'www-authenticate': 'ApiKey',
        });
      case 'refused':
        return failed(401, 'security_exception', `unable to authenticate: ${shown.why}`, {
          'www-authenticate': 'ApiKey',
        });
      case 'slow-down':
        return { kind: 'drop' };
      default:
        return shown satisfies never;
    }
  };

const route = (method: IngestRoute['method'], path: string, handle: Handler): IngestRoute => ({
  method,
  path,
  handle: guarded(handle),
});

const about: Handler = (_, { elasticVersion }) =>
  json(200, {
    name: 'haetae',
    cluster_name: 'haetae',
    cluster_uuid: 'aGFldGFlLWhhZXRhZS1oYQ',
    version: {
      number: elasticVersion,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: 'haetae',
      build_date: '2026-01-01T00:00:00.000Z',
      build_snapshot: false,
      lucene_version: '10.0.0',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'You Know, for Search',
  });
const LICENSE = { uid: 'haetae', type: 'basic', mode: 'basic', status: 'active' };
const license: Handler = () => json(200, { license: LICENSE });
const done: Handler = () => json(200, { acknowledged: true });
const unknown: Handler = () => failed(404, 'resource_not_found_exception', 'there is none');

/**
 * As much of Elasticsearch as shippers ask for before and while they send: Winlogbeat and Filebeat 7 to 9, the OpenTelemetry
 * exporter, rsyslog's omelasticsearch, the official clients. Setting up of templates, policies and pipelines is
 * acknowledged and not needed.
 */
export const elastic: Protocol = {
  name: 'elastic',
  routes: [
    route('GET', '/', about),
    route('HEAD', '/', () => answer(200, undefined, HEADERS)),
    route('GET', '/_license', license),
    route('GET', '/_xpack/license', license),
    route('GET', '/_xpack', () =>
      json(200, {
        build: {},
        license: LICENSE,
        features: {
          ilm: { available: true, enabled: true },
          security: { available: true, enabled: true },
        },
      }),
    ),
    route('GET', '/_cluster/health', () => json(200, { cluster_name: 'haetae', status: 'green', timed_out: false })),
    route('GET', '/_cat/health', () => answer(200, 'haetae green\n', { ...HEADERS, 'content-type': 'text/plain' })),
    route('GET', '/_nodes/http', () => json(200, { cluster_name: 'haetae', nodes: {} })),
    route('GET', '/_nodes/*', () => json(200, { cluster_name: 'haetae', nodes: {} })),
    ...[
      '_ilm/policy',
      '_index_template',
      '_template',
      '_component_template',
      '_ingest/pipeline',
      '_data_stream',
      '_alias',
      '_slm/policy',
    ].flatMap((kind) => [
      route('GET', `/${kind}/*`, unknown),
      route('HEAD', `/${kind}/*`, unknown),
      route('PUT', `/${kind}/*`, done),
      route('POST', `/${kind}/*`, done),
    ]),
    { method: 'POST', path: '/_bulk', handle: bulk },
    { method: 'PUT', path: '/_bulk', handle: bulk },
    { method: 'POST', path: '/*/_bulk', handle: bulk },
    { method: 'POST', path: '/*/_doc/_bulk', handle: bulk },
    { method: 'POST', path: '/*/*/_bulk', handle: bulk },
    // An index: Beats look for theirs and make it.
    route('HEAD', '/*', unknown),
    route('PUT', '/*', (request) => json(200, { acknowledged: true, index: request.path.slice(1) })),
  ],
};

async function bulk(request: IngestRequest, gate: Gate): Promise<Answer> {
  const started = performance.now();
  const shown = await gate.authenticate(request);
  if (shown.kind === 'slow-down') return { kind: 'drop' };
  if (shown.kind !== 'token')
    return failed(401, 'security_exception', shown.kind === 'none' ? 'missing authentication credentials' : shown.why, {
      'www-authenticate': 'ApiKey',
    });
  const body = await request.body();
  if (body.kind === 'too-large')
    return failed(413, 'circuit_breaking_exception', `the body is larger than ${body.limit} bytes`);
  if (body.kind === 'encoding')
    return failed(415, 'illegal_argument_exception', `content-encoding ${body.encoding} is not known`);
  if (body.kind === 'damaged') return failed(400, 'parse_exception', body.reason);
  const index = request.path.endsWith('/_bulk') ? (request.path.split('/').at(1) ?? '') : '';
  const items = bulkItems(body.bytes, index === '_bulk' ? '' : index);
  if (typeof items === 'string') return failed(400, 'illegal_argument_exception', items);
  const good = items.filter((item) => item.refused === undefined).length;
  const outcome: Accepted =
    good === 0
      ? { kind: 'durable', seq: 0 }
      : await gate.accept(request, shown.token, { format: 'elastic', bytes: body.bytes, items: good });
  // Whoever drops refused items is not told: the lost connection makes it keep and repeat them.
  if (outcome.kind !== 'durable' && !REPEATS_ITEMS.test(request.header('user-agent') ?? '')) return { kind: 'drop' };
  const errors = outcome.kind !== 'durable' || good < items.length;
  const took = Math.round(performance.now() - started);
  return answer(200, `{"took":${took},"errors":${errors},"items":[${itemAnswers(items, outcome)}]}`, HEADERS);
}

/** As JSON, written piece by piece: a thousand items an answer, nearly all of them alike. */
function itemAnswers(items: readonly BulkItem[], outcome: Accepted): string {
  const request = randomBytes(12).toString('base64url');
  const rests = new Map<BulkItem, readonly [before: string, after: string]>();
  const written: string[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    let rest = rests.get(item);
    if (rest === undefined) {
      rest = [`{"${item.operation}":{"_index":${JSON.stringify(item.index)},"_id":`, itemRest(item, outcome)];
      rests.set(item, rest);
    }
    const id = item.id === '' ? `"${request}-${i}"` : JSON.stringify(item.id);
    written.push(`${rest[0]}${id}${rest[1]}`);
  }
  return written.join(',');
}

function itemRest({ refused }: BulkItem, outcome: Accepted): string {
  const failed = (status: number, type: string, reason: string): string =>
    `,"status":${status},"error":{"type":"${type}","reason":${JSON.stringify(reason)}}}}`;
  if (refused !== undefined) return failed(400, 'document_parsing_exception', refused);
  switch (outcome.kind) {
    case 'durable':
      return (
        ',"_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},' +
        `"_seq_no":${outcome.seq},"_primary_term":1,"status":201}}`
      );
    case 'busy':
      return failed(429, 'es_rejected_execution_exception', 'too much is under way; try again');
    case 'full':
      return failed(429, 'es_rejected_execution_exception', outcome.reason);
    default:
      return outcome satisfies never;
  }
}
