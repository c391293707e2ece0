import { countRecords, ProtobufError } from '../../../source/index.ts';
import type { Accepted } from '../../intake.ts';
import { type Answer, answer, type Gate, type IngestRequest, type Protocol, retryAfter } from '../protocol.ts';

const PROTOBUF = 'application/x-protobuf';

/** OTLP/HTTP logs: opentelemetry.io/docs/specs/otlp, "OTLP/HTTP". Partial success never happens: a request is taken whole. */
export const otlp: Protocol = {
  name: 'otlp',
  routes: [{ method: 'POST', path: '/v1/logs', handle: logs }],
};

async function logs(request: IngestRequest, gate: Gate): Promise<Answer> {
  const type = (request.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const protobuf = type === PROTOBUF || type === 'application/protobuf';
  const fail = (status: number, code: number, message: string, headers: Record<string, string> = {}): Answer =>
    protobuf
      ? answer(status, statusMessage(code, message), { 'content-type': PROTOBUF, ...headers })
      : answer(status, { code, message }, headers);
  const shown = await gate.authenticate(request);
  if (shown.kind === 'slow-down') return fail(429, 8, 'too many requests', retryAfter(shown.retryMs));
  if (shown.kind !== 'token')
    return fail(401, 16, shown.kind === 'none' ? 'a token is required' : `the token is refused: ${shown.why}`, {
      'www-authenticate': 'Bearer',
    });
  if (!protobuf && type !== 'application/json')
    return fail(415, 3, `content type ${type === '' ? 'missing' : type}: ${PROTOBUF} and application/json are read`);
  const body = await request.body();
  if (body.kind === 'too-large') return fail(413, 3, `the body is larger than ${body.limit} bytes`);
  if (body.kind === 'encoding') return fail(415, 3, `content-encoding ${body.encoding} is not known`);
  if (body.kind === 'damaged') return fail(400, 3, body.reason);
  const counted = protobuf ? countProtobuf(body.bytes) : countJson(body.bytes);
  if (typeof counted === 'string') return fail(400, 3, counted);
  const outcome: Accepted =
    counted === 0
      ? { kind: 'durable', seq: 0 }
      : await gate.accept(request, shown.token, {
          format: protobuf ? 'otlp-protobuf' : 'otlp-json',
          bytes: body.bytes,
          items: counted,
        });
  switch (outcome.kind) {
    case 'durable':
      // An empty message is an ExportLogsServiceResponse that says that all went well.
      return protobuf
        ? answer(200, new Uint8Array(0), { 'content-type': PROTOBUF })
        : answer(200, { partialSuccess: {} });
    case 'busy':
      return fail(503, 14, 'too much is under way', retryAfter(outcome.retryMs));
    case 'full':
      return fail(503, 14, outcome.reason, retryAfter(30_000));
    default:
      return outcome satisfies never;
  }
}

function countProtobuf(bytes: Buffer): number | string {
  try {
    return countRecords(bytes);
  } catch (error) {
    if (error instanceof ProtobufError) return error.message;
    throw error;
  }
}

function countJson(bytes: Buffer): number | string {
  let request: unknown;
  try {
    request = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return (error as Error).message;
  }
  let count = 0;
  for (const resource of list(request, 'resourceLogs', 'resource_logs'))
    for (const scope of list(resource, 'scopeLogs', 'scope_logs'))
      count += list(scope, 'logRecords', 'log_records').length;
  return count;
}

function list(holder: unknown, ...names: string[]): unknown[] {
  if (typeof holder !== 'object' || holder === null) return [];
  for (const name of names) {
    const value = (holder as Record<string, unknown>)[name];
    if (Array.isArray(value)) return value;
  }
  return [];
}

/** google.rpc.Status: `int32 code = 1, string message = 2`. */
function statusMessage(code: number, message: string): Uint8Array {
  const text = Buffer.from(message).subarray(0, 127);
  return Buffer.concat([Buffer.from([8, code, 18, text.length]), text]);
}
