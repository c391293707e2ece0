import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@haetae/agent/protocol';
import type { Context } from 'hono';
import type { AgentHub, SharedAgents } from './agent/hub.ts';
import type { Shows } from './api.ts';
import type { OidcClient } from './auth/oidc.ts';
import type { Principal } from './auth/principal.ts';
import type { TokenGate } from './auth/tokens.ts';
import type { HttpLimits } from './http/limits.ts';
import type { Log } from './http/log.ts';
import type { Counter, Histogram, Metrics } from './http/metrics.ts';
import type { RateLimit } from './http/rate.ts';
import type { Pages } from './pages/pages.ts';
import type { Ports } from './ports.ts';
import type { Uploads } from './upload/uploads.ts';

/** What a request carries through the app. */
export interface Env {
  Bindings: { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse };
  Variables: { principal: Principal; address: string; requestId: string };
}
export type Ctx = Context<Env>;

/** Of several servers each may do a part. */
export interface Serves {
  /** What people and programs ask: pages, the API. */
  readonly api: boolean;
  /** What senders bring. */
  readonly ingest: boolean;
}

/** What all parts of the app share. */
export interface Parts {
  readonly ports: Ports;
  readonly now: () => number;
  readonly serves: Serves;
  readonly log: Log;
  readonly limits: HttpLimits;
  /** Cookies only over TLS. */
  readonly secure: boolean;
  /** Where browsers find the server, without a slash at the end; '' when nobody said. */
  readonly publicUrl: string;
  /** Names under which the API is asked for; [] for any. */
  readonly hosts: readonly string[];
  readonly elasticVersion: string;
  /** The dashboard; empty where none is served. */
  readonly pages: Pages;
  /** The pages say so where it is not what is kept. */
  readonly shows: Shows;
  /** Where files that people hand over go; undefined where none are taken. */
  readonly uploads: Uploads | undefined;
  readonly tokens: TokenGate;
  readonly oidc: OidcClient | undefined;
  readonly agents: AgentHub;
  /** Of several servers; undefined for one that has all agents itself. */
  readonly sharedAgents: SharedAgents | undefined;
  /** Tells all that are connected how to behave from now on. */
  readonly configureAgents: () => void;
  /** Who this server is to its agents; undefined where it takes none. */
  readonly identity: Identity | undefined;
  /** Public half of the key that commands are signed with; '' where none are. */
  readonly respondKey: string;
  readonly metrics: Metrics;
  readonly counts: {
    readonly requests: Counter;
    readonly seconds: Histogram;
    readonly items: Counter;
    readonly bytes: Counter;
    readonly refused: Counter;
  };
  /** By address: logins and wrong tokens. */
  readonly logins: RateLimit;
  readonly strangers: RateLimit;
  /** By principal. */
  readonly requests: RateLimit;
}
