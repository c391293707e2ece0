import { randomUUID } from 'node:crypto';
import { ENROL_PATH, fingerprintOf, signedEnrolment } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Token } from '../../store/index.ts';
import { dropAgent } from '../agent/drop.ts';
import { agentOf } from '../agent/health.ts';
import { Id } from '../api.ts';
import { Agent, AgentsPage, AgentsQuery, EnrolAnswer, Enrolment, EnrolRequest, NewEnrolment } from '../api-agents.ts';
import { hintOf, newSecret, secretHash, secretsIn } from '../auth/secrets.ts';
import type { Ctx, Parts } from '../context.ts';
import { isNetwork } from '../http/networks.ts';
import { HttpProblem } from '../http/problem.ts';
import { retryAfter } from '../ingest/protocol.ts';
import { shownToken } from './accounts.ts';
import { audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const HOUR = 60 * 60_000;
const missing = () => new HttpProblem(404, 'missing', 'there is no such agent');

/** `status`: an agent is to come again (503); whoever asks for a token is told that there is none here (409). */
const noIdentity = (status: 409 | 503, why: string): HttpProblem => new HttpProblem(status, 'no-identity', why);

/** Agents: who they are, how they are, and how a host becomes one. */
export function agentRoutes(api: Api): void {
  const { parts } = api;
  const { tokens } = parts.ports.accounts;
  /** How all of them are, of whichever server. */
  const seen = async (): Promise<(token: Token) => Agent> => {
    const there = await parts.sharedAgents?.seen();
    return (token) => agentOf(token, there === undefined ? parts.agents.presence(token.id) : there.get(token.id));
  };
  /** '' where nobody takes agents. */
  const serverKey = async (): Promise<string> =>
    parts.identity?.fingerprint ?? (await parts.sharedAgents?.serverKey()) ?? '';
  const known = async (id: string): Promise<Token> => {
    const token = await tokens.get(id);
    if (token?.kind !== 'agent') throw missing();
    return token;
  };

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/agents',
      summary: 'All agents, those that enrolled last first: when they were last heard of, their logs, their health',
      request: { query: AgentsQuery },
      responses: { 200: json(AgentsPage) },
    },
    async (c) => {
      const { text, health } = c.req.valid('query');
      const shown = await seen();
      const items = (await tokens.list())
        .filter(({ kind, name }) => kind === 'agent' && name.toLowerCase().includes((text ?? '').toLowerCase()))
        .map(shown)
        .filter((agent) => health === undefined || agent.health === health);
      return c.json({ serverKey: await serverKey(), items }, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/agents/{id}',
      summary: 'One agent',
      request: { params: Id },
      responses: { 200: json(Agent) },
    },
    async (c) => {
      const token = await known(c.req.valid('param').id);
      return c.json((await seen())(token), 200);
    },
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/agents/enrolments',
      summary: 'Make a token with which hosts enrol; its secret is shown this once',
      request: { body: body(NewEnrolment) },
      responses: { 201: json(Enrolment) },
    },
    async (c) => {
      const key = await serverKey();
      if (key === '') throw noIdentity(409, 'no server that takes agents is there: it has a key by which they know it');
      const { name, uses, hosts, networks, hours } = c.req.valid('json');
      const wrong = networks.findIndex((network) => !isNetwork(network));
      if (wrong >= 0)
        throw new HttpProblem(400, 'invalid', `no network: ${networks[wrong]}; write 10.0.0.0/8 or 2001:db8::/32`, {
          at: `json.networks.${wrong}`,
        });
      const secret = newSecret('enrol');
      const token: Token = {
        id: randomUUID(),
        name,
        hash: secretHash(secret),
        hint: hintOf(secret),
        kind: 'enrol',
        role: null,
        scopes: [],
        hosts,
        networks,
        createdBy: c.get('principal').id,
        createdMs: parts.now() as UnixMs,
        expiresMs: (parts.now() + hours * HOUR) as UnixMs,
        revokedMs: null,
        usedMs: null,
        usesLeft: uses,
      };
      await tokens.create(token);
      await audited(parts, c, 'agent.enrolment', token.id, {
        name,
        uses,
        hosts: [...hosts],
        networks: [...networks],
        hours,
      });
      return c.json({ token: shownToken(token), secret, serverKey: key }, 201);
    },
  );

  api.add(
    'admin',
    {
      method: 'delete',
      path: '/api/agents/{id}',
      summary: 'Revoke an agent: its connection ends at once, and its key opens nothing any more',
      request: { params: Id },
      responses: { 204: { description: 'Done' } },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { name } = await known(id);
      await tokens.revoke(id, parts.now() as UnixMs);
      parts.tokens.changed();
      await dropAgent(parts, id);
      await audited(parts, c, 'agent.revoke', id, { host: name });
      return c.body(null, 204);
    },
  );
}

/** Where agents come to. Open to whoever has an enrolment token: a host has nothing else yet. */
export function enrolRoute(api: Api): void {
  const { parts } = api;
  const { tokens } = parts.ports.accounts;

  api.add(
    'open',
    {
      method: 'post',
      path: ENROL_PATH,
      summary: 'A host exchanges an enrolment token (Authorization: Bearer hte_…) for an identity of its own',
      request: { body: body(EnrolRequest) },
      responses: { 201: json(EnrolAnswer), 401: { description: 'The token is unknown, expired, revoked or used up' } },
    },
    async (c) => {
      const { identity } = parts;
      if (identity === undefined)
        throw noIdentity(503, 'this server was started without a key of its own: it takes no agents');
      const { enrol, secret } = await tokenIn(c, parts);
      const { publicKey, proof, host, version } = c.req.valid('json');
      if (!signedEnrolment(publicKey, secret, proof))
        throw new HttpProblem(400, 'proof', 'the signature does not show that the key is there', { at: 'json.proof' });
      const hash = fingerprintOf(publicKey);
      const key = parts.respondKey === '' ? {} : { respondKey: parts.respondKey };
      const answer = (agent: string) => c.json({ agent, serverKey: identity.publicKey, ...key }, 201);
      const before = await tokens.byHash(hash);
      if (before !== undefined) {
        // The answer was lost on its way: the same again takes no second use.
        if (before.createdBy === enrol.id && before.revokedMs === null && before.name === host)
          return answer(before.id);
        throw new HttpProblem(409, 'taken', 'this key was enrolled before; remove identity.pem to make a new one');
      }
      if (!(await tokens.use(enrol.id, parts.now() as UnixMs))) throw refused();
      const token: Token = {
        id: randomUUID(),
        name: host,
        hash,
        hint: hash.slice(0, 8),
        kind: 'agent',
        role: null,
        scopes: [],
        hosts: enrol.hosts.length === 0 ? [host] : [...new Set([host, ...enrol.hosts])],
        networks: enrol.networks,
        createdBy: enrol.id,
        createdMs: parts.now() as UnixMs,
        expiresMs: null,
        revokedMs: null,
        usedMs: null,
        usesLeft: null,
      };
      await tokens.create(token);
      parts.tokens.changed();
      const actor = { id: enrol.id, name: enrol.name };
      await audited(parts, c, 'agent.enrol', token.id, { host, version, fingerprint: hash }, actor);
      return answer(token.id);
    },
  );
}

const refused = (): HttpProblem =>
  new HttpProblem(401, 'unauthorised', 'the enrolment token is unknown, expired, revoked or used up', {
    headers: { 'www-authenticate': 'Bearer' },
  });

async function tokenIn(c: Ctx, parts: Parts): Promise<{ readonly enrol: Token; readonly secret: string }> {
  const address = c.get('address');
  const [secret = ''] = secretsIn(c.req.header('authorization'));
  const shown = await parts.tokens.check([secret], { kinds: ['enrol'], address });
  if (shown.kind === 'token') return { enrol: shown.token, secret };
  const wait = parts.strangers.take(address, parts.now());
  if (wait > 0) throw new HttpProblem(429, 'slow-down', 'too many wrong tokens', { headers: retryAfter(wait) });
  parts.counts.refused.add({ why: shown.kind === 'refused' ? shown.why : 'none' });
  throw refused();
}
