import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import type { Ctx, Env, Parts } from '../context.ts';
import { type Body, BodyRooms, Room, readBody } from '../http/body.ts';
import { gateOf } from './gate.ts';
import type { Answer, IngestRequest, IngestRoute } from './protocol.ts';
import { PROTOCOLS } from './registry.ts';

/** A row of the table of routes: what the security tests walk. */
export interface IngestEndpoint {
  readonly protocol: string;
  readonly method: string;
  readonly path: string;
  readonly open: boolean;
}

/** Bytes of memory that wait for the next bodies. */
const ROOMS_BYTES = 16 * 1024 * 1024;

/** Adds the routes of every protocol. */
export function mountIngest(app: Hono<Env>, parts: Parts): readonly IngestEndpoint[] {
  const room = new Room(parts.limits.inFlight);
  parts.metrics.gauge('haetae_ingest_waiting', 'Ingest requests that wait for memory.', () => room.waiting);
  const rooms = new BodyRooms(ROOMS_BYTES);
  const endpoints: IngestEndpoint[] = [];
  for (const protocol of Object.values(PROTOCOLS)) {
    const gate = gateOf(parts, protocol.name);
    for (const route of protocol.routes) {
      endpoints.push({ protocol: protocol.name, method: route.method, path: route.path, open: route.open === true });
      let number = 0;
      const path = route.path.replace(/\*/g, () => `:part${number++}`);
      app.on(route.method === 'HEAD' ? 'GET' : route.method, path, async (c, next) => {
        if (!isFor(c, route)) return next();
        // Space is taken by what the request says of itself; one that does not say counts as the largest.
        let free: (() => void) | undefined;
        let own: Buffer | undefined;
        const take = async (): Promise<Taken> => {
          free = await room.take(expected(c, parts));
          return (length) => (own = rooms.take(length));
        };
        const request = requestOf(c, parts, take);
        try {
          return await respond(c, await route.handle(request, gate));
        } finally {
          if (own !== undefined) rooms.giveBack(own);
          free?.();
        }
      });
    }
  }
  return endpoints;
}

/** hono hands HEAD to the handlers of GET. `/` belongs to our pages too: browsers want HTML and show no token. */
function isFor(c: Ctx, route: IngestRoute): boolean {
  if (c.req.method !== route.method) return false;
  if (route.path !== '/') return true;
  return c.req.header('authorization') !== undefined || !(c.req.header('accept') ?? '').includes('text/html');
}

function expected(c: Ctx, parts: Parts): number {
  const length = Number(c.req.header('content-length') ?? Number.NaN);
  const { ingestInflated, inFlight } = parts.limits;
  const known = Number.isFinite(length) ? length : ingestInflated / 4;
  // Logs shrink to a tenth.
  const inflated = c.req.header('content-encoding') === undefined ? known : known * 10;
  return Math.max(1, Math.min(inflated, ingestInflated, inFlight));
}

/** Gives memory for a body of so many bytes. */
type Taken = (length: number) => Buffer;

function requestOf(c: Ctx, parts: Parts, take: () => Promise<Taken>): IngestRequest {
  return {
    method: c.req.method,
    path: c.req.path,
    query: new URL(c.req.url).searchParams,
    header: (name) => c.req.header(name),
    address: c.get('address'),
    async body(): Promise<Body> {
      const room = await take();
      const chunks = c.env?.incoming ?? (c.req.raw.body as unknown as AsyncIterable<Uint8Array> | null) ?? empty();
      const headers = { encoding: c.req.header('content-encoding'), length: c.req.header('content-length') };
      return readBody(chunks, headers, parts.limits, room);
    },
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

function respond(c: Ctx, answer: Answer): Response {
  if (answer.kind === 'drop') {
    c.env?.incoming?.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const { status, headers = {}, body } = answer;
  // What a refused request still sends is not read: the connection ends with the answer.
  const more = status === 413 || status === 415 || status === 401 ? { connection: 'close' } : {};
  const plain = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  const type = { 'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json' };
  const content = plain ? (body as string | Uint8Array<ArrayBuffer> | undefined) : JSON.stringify(body);
  return new Response(content ?? null, { status, headers: { ...type, ...headers, ...more } });
}
