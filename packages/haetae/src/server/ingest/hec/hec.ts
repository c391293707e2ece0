import { secretsIn } from '../../auth/secrets.ts';
import type { Body } from '../../http/body.ts';
import type { Accepted } from '../../intake.ts';
import { countLines } from '../lines.ts';
import { type Answer, answer, type Gate, type IngestRequest, type Protocol, retryAfter } from '../protocol.ts';
import { acknowledged, newAck } from './acks.ts';
import { countObjects } from './split.ts';

/** Splunk's own numbers and words: docs.splunk.com, "Troubleshoot HTTP Event Collector". */
const said = (
  status: number,
  code: number,
  text: string,
  more: object = {},
  headers?: Record<string, string>,
): Answer => answer(status, { text, code, ...more }, headers);
const success = (more: object): Answer => said(200, 0, 'Success', more);
const PATHS = ['/services/collector', '/services/collector/event', '/services/collector/event/*'];
const RAW = ['/services/collector/raw', '/services/collector/raw/*'];
const HEALTH = ['/services/collector/health', '/services/collector/health/*'];

/** Splunk's HTTP Event Collector. The content type is not looked at: clients send JSON as a form. */
export const hec: Protocol = {
  name: 'hec',
  routes: [
    ...PATHS.map((path) => ({ method: 'POST' as const, path, handle: events })),
    ...RAW.map((path) => ({ method: 'POST' as const, path, handle: raw })),
    ...HEALTH.map((path) => ({
      method: 'GET' as const,
      path,
      open: true as const,
      handle: () => said(200, 17, 'HEC is healthy'),
    })),
    { method: 'POST', path: '/services/collector/ack', handle: acks },
    { method: 'GET', path: '/services/collector/ack', handle: acks },
  ],
};

/** A channel that may be asked for acknowledgements: a GUID by Splunk's rule; any word up to 64 signs is taken. */
function channelOf(request: IngestRequest): string | undefined | null {
  const channel = request.header('x-splunk-request-channel') ?? request.query.get('channel') ?? undefined;
  return channel === undefined ? undefined : /^[\w-]{1,64}$/.test(channel) ? channel : null;
}

async function events(request: IngestRequest, gate: Gate): Promise<Answer> {
  return take(request, gate, (bytes) => {
    const objects = countObjects(bytes);
    if (objects.kind === 'bad') return said(400, 6, 'Invalid data format', { 'invalid-event-number': objects.number });
    if (objects.count === 0) return said(400, 5, 'No data');
    return { format: 'hec', bytes, items: objects.count };
  });
}

/** Splunk asks for a channel only where acknowledgement is on; most senders leave it out. */
async function raw(request: IngestRequest, gate: Gate): Promise<Answer> {
  return take(request, gate, (bytes) => {
    const items = countLines(bytes);
    return items === 0 ? said(400, 5, 'No data') : { format: 'hec-raw', bytes, items };
  });
}

type Parts = { readonly format: string; readonly bytes: Buffer; readonly items: number };

async function take(request: IngestRequest, gate: Gate, read: (bytes: Buffer) => Parts | Answer): Promise<Answer> {
  const refused = await authenticated(request, gate);
  if ('kind' in refused) return refused;
  const channel = channelOf(request);
  if (channel === null) return said(400, 11, 'Invalid data channel');
  const body = await request.body();
  if (body.kind !== 'body') return unreadable(body);
  const parts = read(body.bytes);
  if ('kind' in parts) return parts;
  const outcome: Accepted = await gate.accept(request, refused.token, parts);
  switch (outcome.kind) {
    case 'durable':
      // It is durable already when it is answered, so that every acknowledgement is true from the first.
      return success(channel === undefined ? {} : { ackId: newAck(refused.token.id, channel) });
    case 'busy':
      return said(503, 9, 'Server is busy', {}, retryAfter(outcome.retryMs));
    case 'full':
      return said(503, 9, 'Server is busy', {}, retryAfter(30_000));
    default:
      return outcome satisfies never;
  }
}

async function authenticated(
  request: IngestRequest,
  gate: Gate,
): Promise<
  Answer | { readonly token: Extract<Awaited<ReturnType<Gate['authenticate']>>, { kind: 'token' }>['token'] }
> {
  const header = request.header('authorization');
  if (header === undefined) return said(401, 2, 'Token is required');
  if (secretsIn(header).length === 0) return said(401, 3, 'Invalid authorization');
  const shown = await gate.authenticate(request);
  switch (shown.kind) {
    case 'token':
      return { token: shown.token };
    case 'none':
      return said(401, 2, 'Token is required');
    case 'refused':
      return shown.why === 'revoked' || shown.why === 'expired'
        ? said(403, 1, 'Token disabled')
        : said(403, 4, 'Invalid token');
    case 'slow-down':
      return said(503, 9, 'Server is busy', {}, retryAfter(shown.retryMs));
    default:
      return shown satisfies never;
  }
}

function unreadable(body: Exclude<Body, { kind: 'body' }>): Answer {
  if (body.kind === 'too-large') return said(413, 27, `Request entity too large: more than ${body.limit} bytes`);
  if (body.kind === 'encoding') return said(415, 6, `Unsupported content encoding ${body.encoding}`);
  return said(400, 6, `Invalid data format: ${body.reason}`);
}

async function acks(request: IngestRequest, gate: Gate): Promise<Answer> {
  const refused = await authenticated(request, gate);
  if ('kind' in refused) return refused;
  const channel = channelOf(request);
  if (channel === undefined) return said(400, 10, 'Data channel is missing');
  if (channel === null) return said(400, 11, 'Invalid data channel');
  const body = await request.body();
  if (body.kind !== 'body') return unreadable(body);
  let ids: unknown;
  try {
    ids = (JSON.parse(body.bytes.toString('utf8')) as { acks?: unknown } | null)?.acks;
  } catch {
    return said(400, 6, 'Invalid data format');
  }
  if (!Array.isArray(ids) || ids.length > 10_000) return said(400, 6, 'Invalid data format');
  const known = ids.filter((id): id is number => Number.isSafeInteger(id));
  return answer(200, {
    acks: Object.fromEntries(known.map((id) => [id, acknowledged(refused.token.id, channel, id)])),
  });
}
