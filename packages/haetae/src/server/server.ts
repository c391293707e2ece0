import { createHash } from 'node:crypto';
import { type Identity, readIdentity } from '@haetae/agent/protocol';
import { attachAgents } from './agent/attach.ts';
import { AgentHub, type SharedAgents } from './agent/hub.ts';
import type { Shows } from './api.ts';
import { type App, makeApp } from './app.ts';
import { type OidcClient, type OidcSettings, oidcClient } from './auth/oidc.ts';
import { setupSecret } from './auth/setup.ts';
import { TokenGate } from './auth/tokens.ts';
import type { Parts, Serves } from './context.ts';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.ts';
import type { Log } from './http/log.ts';
import { Metrics } from './http/metrics.ts';
import { isLoopback } from './http/networks.ts';
import { RateLimit } from './http/rate.ts';
import { type Listening, listen, type TlsFiles } from './listen.ts';
import { loadPages, type Pages } from './pages/pages.ts';
import type { Ports } from './ports.ts';
import { Uploads } from './upload/uploads.ts';

export interface ServerOptions {
  readonly ports: Ports;
  readonly version: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly tls?: TlsFiles;
  /** As browsers and shippers reach the server, where a proxy or another name stands before it. */
  readonly publicUrl?: string;
  /** The version of Elasticsearch that shippers are told; Beats refuse an older one than themselves. */
  readonly elasticVersion?: string;
  readonly oidc?: OidcSettings | OidcClient;
  readonly limits?: Partial<HttpLimits>;
  /** PEM of the server's own key (Ed25519), by which agents know it again; without it no agent can enrol or connect. */
  readonly identity?: string;
  /** Public half of the key that responses are signed with: hosts learn it when they enrol. */
  readonly respondKey?: string;
  readonly sharedAgents?: SharedAgents;
  /** What of it is served beside health and numbers for monitoring; all of it unless told otherwise. */
  readonly serves?: Serves;
  /** Folder of the built dashboard; without it only the API is served. */
  readonly pages?: string;
  /** Of a demo and a scan the pages say so, and the first link asks for no name and password. Default: `own`. */
  readonly shows?: Shows;
  /** Where files that people hand over are kept until they are read; without it none are taken. */
  readonly uploads?: { readonly directory: string; readonly timeZone: string };
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Where the first administrator is made; undefined when there is a user. Good once, and for a day. */
  readonly setupUrl: string | undefined;
  readonly app: App;
  readonly parts: Parts;
  close(graceMs?: number): Promise<void>;
}

/** Every so often it is written down which tokens were used, and sessions that are over are removed. */
const HOUSEKEEPING_MS = 10_000;

/** Starts to listen. What it needs of the rooms below is open already, and stays so until {@link RunningServer.close} is through. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { ports, log, now } = options;
  const host = options.host ?? '127.0.0.1';
  const limits = { ...HTTP_LIMITS, ...options.limits };
  if (options.tls === undefined && host !== 'localhost' && !isLoopback(host))
    log({
      level: 'warn',
      message: 'listening beyond this machine without TLS: tokens and passwords can be read on the way',
      host,
    });
  const pages = options.pages === undefined ? new Map() : await loadPages(options.pages);
  const uploads = options.uploads === undefined ? undefined : await new Uploads(options.uploads).start();
  const parts = partsOf(options, limits, host, pages, uploads);
  const app = makeApp(parts, options.version);
  const secret = parts.serves.api ? await setupSecret(ports.accounts, now()) : undefined;
  const listening: Listening = await listen(app, { host, port: options.port ?? 0, tls: options.tls }, limits, log);
  const agents =
    parts.identity === undefined
      ? undefined
      : attachAgents(listening.server, parts, parts.agents, parts.identity, () => configOf(ports));
  const keeping = setInterval(() => {
    const failed = (error: unknown) => log({ level: 'error', message: 'housekeeping failed', error });
    parts.tokens.flush().catch(failed);
    ports.accounts.sessions.removeExpired(now() as never).catch(failed);
  }, HOUSEKEEPING_MS);
  keeping.unref();
  const base = parts.publicUrl === '' ? listening.url : parts.publicUrl;
  log({ level: 'info', message: 'listening', url: listening.url });
  return {
    url: listening.url,
    port: listening.port,
    setupUrl: secret === undefined ? undefined : `${base}/setup#${secret}`,
    app,
    parts,
    async close(graceMs) {
      clearInterval(keeping);
      agents?.close();
      await listening.close(graceMs);
      await parts.uploads?.close();
      await parts.tokens
        .flush()
        .catch((error: unknown) => log({ level: 'error', message: 'housekeeping failed', error }));
    },
  };
}

/** How agents are to behave, in the words of their `agent.json`; undefined where each keeps its own. */
function configOf({ settings }: Ports) {
  const { config } = settings.get().agents;
  if (config === null) return undefined;
  return { version: createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12), config };
}

function partsOf(
  options: ServerOptions,
  limits: HttpLimits,
  host: string,
  pages: Pages,
  uploads: Uploads | undefined,
): Parts {
  const metrics = new Metrics();
  const { ports, now, log } = options;
  const publicUrl = (options.publicUrl ?? '').replace(/\/+$/, '');
  const secure = options.tls !== undefined || publicUrl.startsWith('https:');
  const local = host === 'localhost' || isLoopback(host);
  const named = publicUrl === '' ? [] : [new URL(publicUrl).hostname];
  const { oidc } = options;
  const delay = metrics.histogram(
    'haetae_http_seconds',
    'Time to answer a request.',
    [0.005, 0.025, 0.1, 0.5, 2.5, 10],
  );
  const agents = new AgentHub();
  const identity: Identity | undefined = options.identity === undefined ? undefined : readIdentity(options.identity);
  metrics.gauge('haetae_agents_connected', 'Agents that are connected.', () => agents.connected);
  metrics.gauge('haetae_process_resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  metrics.gauge('haetae_process_cpu_seconds_total', 'CPU time of the process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return {
    ports,
    now,
    log,
    limits,
    secure,
    publicUrl,
    hosts: local ? ['localhost', '127.0.0.1', '[::1]', ...named] : [],
    elasticVersion: options.elasticVersion ?? '9.9.9',
    pages,
    uploads,
    serves: options.serves ?? { api: true, ingest: true },
    shows: options.shows ?? 'own',
    tokens: new TokenGate(ports.accounts.tokens, now),
    oidc: oidc === undefined ? undefined : 'begin' in oidc ? oidc : oidcClient(oidc),
    agents,
    sharedAgents: options.sharedAgents,
    configureAgents() {
      const now = configOf(ports);
      if (now !== undefined) for (const [, connection] of agents.all()) connection.configure(now.version, now.config);
    },
    identity,
    respondKey: options.respondKey ?? '',
    metrics,
    counts: {
      requests: metrics.counter('haetae_http_requests_total', 'Requests answered, by status.'),
      seconds: delay,
      items: metrics.counter('haetae_ingest_events_total', 'Events acknowledged, by protocol.'),
      bytes: metrics.counter('haetae_ingest_bytes_total', 'Bytes acknowledged, inflated, by protocol.'),
      refused: metrics.counter('haetae_refused_total', 'Requests refused, by reason.'),
    },
    logins: new RateLimit({ burst: 10, perSecond: 0.1 }),
    strangers: new RateLimit({ burst: 50, perSecond: 1 }),
    requests: new RateLimit({ burst: 200, perSecond: 50 }),
  };
}
