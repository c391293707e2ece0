import { randomUUID } from 'node:crypto';
import { accountRoutes } from './api/accounts.ts';
import { agentRoutes, enrolRoute } from './api/agents.ts';
import { countedRoutes } from './api/counted.ts';
import { Api, type Endpoint } from './api/endpoint.ts';
import { huntRoutes } from './api/hunts.ts';
import { incidentRoutes } from './api/incidents.ts';
import { labRoutes } from './api/lab.ts';
import { notifyRoutes } from './api/notify.ts';
import { oidcRoutes } from './api/oidc.ts';
import { reportRoutes } from './api/reports.ts';
import { responseRoutes } from './api/responses.ts';
import { exceptionRoutes, ruleRoutes } from './api/rules.ts';
import { searchRoutes } from './api/searches.ts';
import { seenRoutes } from './api/seen.ts';
import { serviceRoutes } from './api/service.ts';
import { sessionRoutes } from './api/session.ts';
import { settingsRoutes } from './api/settings.ts';
import { upkeepRoutes } from './api/upkeep.ts';
import { uploadRoutes } from './api/uploads.ts';
import type { Ctx, Env, Parts } from './context.ts';
import { STRICT, TLS_ONLY } from './http/headers.ts';
import { plainAddress } from './http/networks.ts';
import { HttpProblem, languageOf, problemOf } from './http/problem.ts';
import { type IngestEndpoint, mountIngest } from './ingest/mount.ts';
import { mountPages } from './pages/pages.ts';

export interface App {
  fetch(request: Request, env?: Env['Bindings']): Promise<Response> | Response;
  /** Every route there is, so that no test can forget one. */
  readonly endpoints: readonly Endpoint[];
  readonly ingest: readonly IngestEndpoint[];
  /** OpenAPI 3.1. */
  document(): object;
}

/** What people and programs ask, a file each. */
const ASKED = [
  sessionRoutes,
  oidcRoutes,
  accountRoutes,
  agentRoutes,
  seenRoutes,
  incidentRoutes,
  reportRoutes,
  responseRoutes,
  countedRoutes,
  ruleRoutes,
  exceptionRoutes,
  searchRoutes,
  settingsRoutes,
  upkeepRoutes,
  huntRoutes,
  labRoutes,
  notifyRoutes,
  uploadRoutes,
];

/** The application: pure but for what its parts touch. */
export function makeApp(parts: Parts, version: string): App {
  const api = new Api(parts);
  const { app } = api;
  app.use('*', async (c, next) => {
    const started = performance.now();
    c.set('address', plainAddress(c.env?.incoming?.socket.remoteAddress ?? '127.0.0.1'));
    c.set('requestId', randomUUID());
    checkHost(c, parts);
    await next();
    finish(c, parts, started);
  });
  app.onError((error, c) => answerTo(error, c, parts));
  app.notFound(() => new HttpProblem(404, 'missing', 'there is nothing at this path').response);

  if (parts.serves.api) for (const routes of ASKED) routes(api);
  if (parts.serves.api || parts.serves.ingest) enrolRoute(api);
  serviceRoutes(api);
  let text: string | undefined;
  const document = (): object =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Haetae', version, description: 'Times are whole milliseconds since 1970-01-01Z.' },
    });
  app.get('/api/openapi.json', (c) => {
    text ??= JSON.stringify(document());
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
  const endpoints = [...api.endpoints, { method: 'GET', path: '/api/openapi.json', access: 'open' as const }];
  mountPages(app, parts.pages);
  // Behind the API, whose paths are more than one segment long or named above: `/*` is an index to Beats.
  const ingest = parts.serves.ingest ? mountIngest(app, parts) : [];
  return { fetch: (request, env) => app.fetch(request, env ?? {}), endpoints, ingest, document };
}

/** A page of another site that points its own name at this address (DNS rebinding) gives itself away by that name. */
function checkHost(c: Ctx, parts: Parts): void {
  if (!c.req.path.startsWith('/api/') || parts.hosts.length === 0) return;
  const host = (c.req.header('host') ?? '').toLowerCase().replace(/:\d+$/, '');
  if (!parts.hosts.includes(host)) throw new HttpProblem(421, 'host', 'this server has another name');
}

function finish(c: Ctx, parts: Parts, started: number): void {
  const { headers, status } = c.res;
  for (const [name, value] of Object.entries(STRICT)) if (!headers.has(name)) headers.set(name, value);
  if (parts.secure) for (const [name, value] of Object.entries(TLS_ONLY)) headers.set(name, value);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  headers.set('x-request-id', c.get('requestId'));
  const seconds = (performance.now() - started) / 1000;
  const route = c.req.path.startsWith('/api/') ? 'api' : 'other';
  parts.counts.requests.add({ route, status: String(status) });
  parts.counts.seconds.observe({ route }, seconds);
  if (status >= 400)
    parts.log({
      // Whoever asks whether it is ready is told so; that is no failure.
      level: status >= 500 && c.req.path !== '/readyz' ? 'warn' : 'debug',
      message: 'request refused',
      method: c.req.method,
      path: c.req.path,
      status,
      address: c.get('address'),
      request: c.get('requestId'),
    });
}

function answerTo(error: unknown, c: Ctx, parts: Parts): Response {
  const problem = problemOf(error, languageOf(c.req.header('accept-language')));
  if (problem !== undefined) return problem.response;
  parts.log({ level: 'error', message: 'request failed', path: c.req.path, request: c.get('requestId'), error });
  return new HttpProblem(500, 'internal', `the server failed; its log says why, under request ${c.get('requestId')}`)
    .response;
}
