import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityPem, newIdentity } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Role, Token } from '../../store/index.ts';
import { newSecret, secretHash } from '../auth/secrets.ts';
import { beginSession } from '../auth/sessions.ts';
import type { LogLine } from '../http/log.ts';
import { type RunningServer, type ServerOptions, startServer } from '../server.ts';
import { type Memory, memory } from './memory.ts';

/** The server's own key, as long as the tests of a file run. */
const IDENTITY = identityPem(newIdentity());

export const NOW = Date.UTC(2026, 2, 2, 2);

export interface Running extends Memory {
  readonly server: RunningServer;
  readonly lines: LogLine[];
  readonly clock: { now: number };
  /** A token of this kind, made without asking anyone; its secret. */
  token(kind: Token['kind'], more?: Partial<Token>): Promise<string>;
  /** A user who is logged in: the headers that a browser would send. */
  login(role: Role, name?: string): Promise<{ cookie: string; 'x-csrf-token': string }>;
  /** Answers of any status, never following redirects. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A server on a free port of this machine, over rooms in memory. */
export async function running(options: Partial<ServerOptions> = {}): Promise<Running> {
  const clock = { now: NOW };
  const now = () => clock.now;
  const rooms = memory(now);
  const lines: LogLine[] = [];
  const server = await startServer({
    ports: rooms.ports,
    version: '0.0.0',
    log: (line) => void lines.push(line),
    now,
    identity: IDENTITY,
    uploads: { directory: join(tmpdir(), `haetae-uploads-${randomUUID()}`), timeZone: 'UTC' },
    ...options,
  });
  const { users, sessions, tokens } = rooms.ports.accounts;
  return Object.assign(Object.create(rooms, {}) as Memory, {
    server,
    lines,
    clock,
    async token(kind: Token['kind'], more: Partial<Token> = {}) {
      const secret = newSecret(kind);
      await tokens.create({
        id: randomUUID(),
        name: kind,
        hash: secretHash(secret),
        hint: '',
        kind,
        role: null,
        scopes: [],
        hosts: [],
        networks: [],
        createdBy: '',
        createdMs: NOW as UnixMs,
        expiresMs: null,
        revokedMs: null,
        usedMs: null,
        usesLeft: null,
        ...more,
      });
      return secret;
    },
    async login(role: Role, name = `${role}-${randomUUID().slice(0, 8)}`) {
      const user = {
        id: randomUUID(),
        name,
        displayName: name,
        role,
        passwordHash: null,
        subject: null,
        disabled: false,
        createdMs: NOW as UnixMs,
        lastLoginMs: null,
        settings: {},
      };
      await users.create(user);
      const { secret, session } = await beginSession(sessions, user, { address: '', agent: '' }, clock.now);
      return { cookie: `${options.tls ? '__Host-haetae' : 'haetae'}=${secret}`, 'x-csrf-token': session.csrf };
    },
    ask: (path: string, init: RequestInit = {}) => fetch(server.url + path, { redirect: 'manual', ...init }),
  });
}
