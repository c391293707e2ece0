import { randomUUID } from 'node:crypto';
import { CLOSE, ENROL_PATH, fingerprintOf, signedEnrolment } from '@haetae/agent/protocol';
import type { UnixMs } from '@haetae/event';
import type { Token } from '../../store/index.ts';
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
function identityIn(parts: Parts, status: 409 | 503) {
  if (parts.identity === undefined)
    throw new HttpProblem(
      status,
      'no-identity',
      'this server was started without a key of its own: it takes no agents',
    );
  return parts.identity;
}

/** Agents: who they are, how they are, and how a host becomes one. */
export function agentRoutes(api: Api): void {
  const { parts } = api;
  const { tokens } = parts.ports.accounts;
  const shown = (token: Token): Agent => agentOf(token, parts.agents.presence(token.id));
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
      const items = (await tokens.list())
        .filter(({ kind, name }) => kind === 'agent' && name.toLowerCase().includes((text ?? '').toLowerCase()))
        .map(shown)
        .filter((agent) => health === undefined || agent.health === health);
      return c.json({ serverKey: parts.identity?.fingerprint ?? '', items }, 200);
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
    async (c) => c.json(shown(await known(c.req.valid('param').id)), 200),
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
      const identity = identityIn(parts, 409);
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
      return c.json({ token: shownToken(token), secret, serverKey: identity.fingerprint }, 201);
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
      parts.agents.drop(id, CLOSE.revoked, 'revoked');
      await audited(parts, c, 'agent.revoke', id, { host: name });
      return c.body(null, 204);
    },
  );

  enrolRoute(api);
}

/** Open to whoever has an enrolment token: a host has nothing else yet. */
function enrolRoute(api: Api): void {
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
      const identity = identityIn(parts, 503);
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
