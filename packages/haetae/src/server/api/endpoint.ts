import { createRoute, OpenAPIHono, type RouteConfig, type RouteHandler, type z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Role } from '../../store/index.ts';
import { Problem } from '../api.ts';
import { mayAct } from '../auth/principal.ts';
import { sameText, secretsIn } from '../auth/secrets.ts';
import { cookieName, principalOf, readCookie } from '../auth/sessions.ts';
import type { Ctx, Env, Parts } from '../context.ts';
import { isDeeper } from '../http/depth.ts';
import { HttpProblem } from '../http/problem.ts';
import { retryAfter } from '../ingest/protocol.ts';

/** Who may ask: anyone, or someone of at least this role. */
export type Access = 'open' | Role;

/** A row of the table of routes: what the security tests walk. */
export interface Endpoint {
  readonly method: string;
  /** With `{name}` for what varies. */
  readonly path: string;
  readonly access: Access;
}

const SAFE = new Set(['get', 'head', 'options']);
const problem = (description: string) => ({ description, content: { 'application/json': { schema: Problem } } });

export const json = <T extends z.ZodType>(schema: T, description = 'As asked') => ({
  description,
  content: { 'application/json': { schema } },
});
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});

/** The API as its routes are added: each is checked, documented and guarded from one definition. */
export class Api {
  readonly app: OpenAPIHono<Env>;
  readonly endpoints: Endpoint[] = [];
  readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
    this.app = new OpenAPIHono<Env>({
      defaultHook: (result) => {
        if (result.success) return;
        const [issue] = result.error.issues;
        const at = [result.target, ...(issue?.path ?? [])].map(String).join('.');
        throw new HttpProblem(400, 'invalid', issue?.message ?? 'the request makes no sense', { at });
      },
    });
    this.app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
    this.app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName(parts.secure),
    });
  }

  /** `bytes`: the body is no JSON but so many bytes at most, which the handler gets as they are. */
  add<R extends RouteConfig>(access: Access, config: R, handler: RouteHandler<R, Env>, bytes?: number): void {
    const { method, path } = config;
    this.endpoints.push({ method: method.toUpperCase(), path, access });
    const full = {
      ...config,
      ...(access !== 'open' && { security: [{ token: [] }, { session: [] }] }),
      middleware: [this.#guard(access, method, bytes)],
      responses: {
        ...config.responses,
        400: problem('The request makes no sense'),
        ...(access !== 'open' && { 401: problem('Nobody is known by what was shown'), 403: problem('Not allowed') }),
        408: problem('It took too long'),
        413: problem('Too large'),
        429: problem('Too many requests'),
        ...(path.includes('{') && { 404: problem('There is none') }),
        ...(!SAFE.has(method) && {
          409: problem('Taken, or changed since it was read'),
          404: problem('There is none'),
        }),
      },
    };
    this.app.openapi(createRoute(full as never) as never, handler as never);
  }

  /** Runs before the request is looked into any further. */
  #guard(access: Access, method: string, bytes: number | undefined): MiddlewareHandler<Env> {
    return async (c, next) => {
      if (access !== 'open') await this.#admit(c, access, method);
      if (!SAFE.has(method)) await this.#checkBody(c, bytes);
      await next();
    };
  }

  async #admit(c: Ctx, needed: Role, method: string): Promise<void> {
    const { parts } = this;
    const address = c.get('address');
    const now = parts.now();
    const secrets = secretsIn(c.req.header('authorization'));
    if (c.req.header('authorization') !== undefined) {
      const shown = await parts.tokens.check(secrets, { kinds: ['api'], address });
      if (shown.kind !== 'token') {
        const wait = parts.strangers.take(address, now);
        if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many wrong tokens', { headers: retryAfter(wait) });
        parts.counts.refused.add({ why: shown.kind === 'refused' ? shown.why : 'none' });
        throw new HttpProblem(401, 'unauthorised', 'the token is unknown, expired, revoked or not for this', {
          headers: { 'www-authenticate': 'Bearer' },
        });
      }
      const { id, name, role } = shown.token;
      c.set('principal', { kind: 'token', id, name, role: role ?? 'viewer' });
    } else {
      const secret = readCookie(c.req.header('cookie'), cookieName(parts.secure));
      const known = secret === undefined ? undefined : await principalOf(secret, parts.ports.accounts, now);
      if (known === undefined)
        throw new HttpProblem(401, 'unauthorised', 'log in, or show an API token', {
          headers: { 'www-authenticate': 'Bearer' },
        });
      c.set('principal', known.principal);
      if (!SAFE.has(method)) checkOrigin(c, parts, known.principal.kind === 'user' ? known.principal.csrf : '');
    }
    const principal = c.get('principal');
    const wait = parts.requests.take(principal.id, now);
    if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many requests', { headers: retryAfter(wait) });
    if (!mayAct(principal.role, needed)) {
      parts.counts.refused.add({ why: 'role' });
      throw new HttpProblem(403, 'forbidden', `this needs the role ${needed}`);
    }
  }

  /** Within its size, and JSON no deeper than anyone needs: what parses and checks it may recurse. */
  async #checkBody(c: Ctx, bytes: number | undefined): Promise<void> {
    const { apiDepth } = this.parts.limits;
    const apiBody = bytes ?? this.parts.limits.apiBody;
    const tooLarge = () => new HttpProblem(413, 'too-large', `the body is larger than ${apiBody} bytes`);
    if (Number(c.req.header('content-length') ?? 0) > apiBody) throw tooLarge();
    const encoding = c.req.header('content-encoding');
    if (encoding !== undefined && encoding !== 'identity')
      throw new HttpProblem(415, 'encoding', 'the API reads bodies as they are, without content-encoding');
    const stream = c.req.raw.body;
    if (stream === null) return;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > apiBody) throw tooLarge();
      chunks.push(chunk);
    }
    if (bytes !== undefined) {
      c.req.bodyCache.arrayBuffer = Promise.resolve(Buffer.concat(chunks)) as never;
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    if (isDeeper(text, apiDepth)) throw new HttpProblem(400, 'too-deep', `JSON nested deeper than ${apiDepth} levels`);
    // What the validators and the handler read from here on.
    c.req.bodyCache.text = Promise.resolve(text) as never;
  }
}

/** A request that a browser sends with our cookie must come from our own page: it knows the session's CSRF token. */
function checkOrigin(c: Ctx, parts: Parts, csrf: string): void {
  const origin = c.req.header('origin');
  const host = c.req.header('host');
  if (origin !== undefined && host !== undefined) {
    const own = [`${parts.secure ? 'https' : 'http'}://${host}`, parts.publicUrl];
    if (!own.includes(origin)) throw new HttpProblem(403, 'csrf', 'the request comes from another site');
  }
  const shown = c.req.header('x-csrf-token');
  if (shown === undefined || !sameText(shown, csrf))
    throw new HttpProblem(403, 'csrf', 'X-CSRF-Token is missing or of another session');
}
