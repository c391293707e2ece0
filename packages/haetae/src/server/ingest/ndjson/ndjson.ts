import { countLines } from '../lines.ts';
import { type Answer, answer, type Gate, type IngestRequest, type Protocol, retryAfter } from '../protocol.ts';

/**
 * JSON objects, one a line: the plain way, for scripts, curl and our own agent. `X-Haetae-Position` names where the body
 * begins for its sender (a file's hash and offset, a batch's id), so that what is sent twice is known again.
 */
export const ndjson: Protocol = {
  name: 'ndjson',
  routes: [{ method: 'POST', path: '/ingest/ndjson', handle }],
};

const POSITION = /^[\x21-\x7e]{1,200}$/;

async function handle(request: IngestRequest, gate: Gate): Promise<Answer> {
  const fail = (status: number, error: string, message: string, headers?: Record<string, string>): Answer =>
    answer(status, { error: { code: error, message } }, headers);
  const shown = await gate.authenticate(request);
  if (shown.kind === 'slow-down') return fail(429, 'slow-down', 'too many requests', retryAfter(shown.retryMs));
  if (shown.kind !== 'token')
    return fail(401, 'unauthorised', shown.kind === 'none' ? 'a token is required' : `refused: ${shown.why}`, {
      'www-authenticate': 'Bearer',
    });
  const position = request.header('x-haetae-position') ?? '';
  if (position !== '' && !POSITION.test(position))
    return fail(400, 'invalid', 'X-Haetae-Position: up to 200 printable ASCII characters without blanks');
  const body = await request.body();
  if (body.kind === 'too-large') return fail(413, 'too-large', `the body is larger than ${body.limit} bytes`);
  if (body.kind === 'encoding') return fail(415, 'encoding', `content-encoding ${body.encoding} is not known`);
  if (body.kind === 'damaged') return fail(400, 'damaged', body.reason);
  const items = countLines(body.bytes);
  if (items === 0) return answer(200, { accepted: 0 });
  const outcome = await gate.accept(request, shown.token, { format: 'ndjson', bytes: body.bytes, items, position });
  switch (outcome.kind) {
    case 'durable':
      return answer(200, { accepted: items, seq: outcome.seq });
    case 'busy':
      return fail(429, 'busy', 'too much is under way', retryAfter(outcome.retryMs));
    case 'full':
      return fail(503, 'full', outcome.reason, retryAfter(30_000));
    default:
      return outcome satisfies never;
  }
}
