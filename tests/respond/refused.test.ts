import type { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type Command,
  type CommandOutcome,
  fingerprintOf,
  type Identity,
  newIdentity,
  type Order,
  readIdentity,
  type SignedCommand,
  signCommand,
} from '@haetae/agent/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CERTIFICATE } from '../live/certificate.ts';
import { HOST, PORT, Stage } from './stage.ts';
import { processFields, processStarted } from './sysmon.ts';
import { MISSING, SERVER } from './world.ts';

interface Found {
  readonly ruleId: string;
  readonly level: string;
}

const IMPOSTOR = fileURLToPath(new URL('impostor.mjs', import.meta.url));

/** What is refused: by the server, who may not; by the host, what is not signed for it, once and now. Nothing of it is done, all of it is told. */
describe.skipIf(MISSING !== undefined)('refused', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  }, 600_000);
  afterAll(() => stage?.close());

  test('is who may not: viewers, tokens even of admins, and whoever lost the role after a vote', async () => {
    const pid = stage.run('steals');
    const proposal = await stage.about('steals', 'kill-tree');
    const { secret } = await stage.kim.must<{ secret: string }>('POST', '/api/tokens', {
      ...{ name: 'robot', kind: 'api', role: 'admin', scopes: [], hosts: [], networks: [], expiresMs: null },
    });
    const [incident] = await stage.incidents();
    const asked = [
      await stage.vote(stage.viewer, proposal),
      await stage.vote(stage.viewer, proposal, 'deny'),
      await stage.undo(stage.viewer, proposal),
      await stage.viewer.ask('POST', `/api/incidents/${incident}/responses`, { actions: ['kill-tree'] }),
      await stage.vote(stage.kim, proposal, 'approve', secret),
      await stage.kim.ask('POST', `/api/responses/${proposal.id}/undo`, { version: proposal.version }, secret),
    ];
    expect(asked.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    const once = await stage.vote(stage.lee, proposal);
    const users = await stage.kim.must<{ id: string; name: string; version: number }[]>('GET', '/api/users');
    const { id } = users.find(({ name }) => name === 'lee')!;
    await stage.kim.must('PATCH', `/api/users/${id}`, { role: 'viewer' });
    const second = await stage.vote(stage.kim, once.body);
    expect([second.status, second.body.state]).toEqual([200, 'proposed']);
    await stage.kim.must('PATCH', `/api/users/${id}`, { role: 'responder' });
    expect(await stage.auditOf(proposal.id)).toEqual(['response.propose', 'response.approve', 'response.approve']);
    expect(stage.isAlive(pid)).toBe(true);
  }, 240_000);

  test('is what the host itself does not allow', async () => {
    stage.policy({ allow: [] });
    const pid = stage.run('encrypts');
    const { id } = await stage.about(`(${pid})`, 'kill-process');
    const { outcomes } = await stage.inState(id, 'failed');
    expect(outcomes).toMatchObject([{ state: 'refused', reason: 'not-allowed' }]);
    expect(stage.isAlive(pid)).toBe(true);
    stage.policy();
  }, 240_000);

  test.each(['shipped by others', 'told too late'])(
    'to run by itself is what was %s: it only makes a plan',
    async (how) => {
      const pid = stage.run('idle');
      const isLate = how === 'told too late';
      const startMs = (await stage.startedMs(pid)) - (isLate ? 11 * 60_000 : 0);
      const told = { host: HOST, record: 9000 + pid, startMs, more: { Image: stage.at('bin', 'encrypts') } };
      if (isLate) appendFileSync(stage.at('sysmon.log'), processStarted(pid, told));
      else {
        const { secret } = await stage.kim.must<{ secret: string }>('POST', '/api/tokens', {
          ...{ name: 'shipper', kind: 'ingest', scopes: [], hosts: [], networks: [], expiresMs: null },
        });
        const { status } = await stage.kim.raw(
          '/ingest/ndjson',
          `${JSON.stringify(processFields(pid, told))}\n`,
          secret,
        );
        expect(status).toBe(200);
      }
      const proposal = await stage.about(`(${pid})`, 'kill-process');
      expect([proposal.state, proposal.because]).toEqual(['proposed', [isLate ? 'stale' : 'provenance']]);
      expect(await stage.auditOf(proposal.id)).toEqual(['response.propose']);
      expect(stage.isAlive(pid)).toBe(true);
    },
    60_000,
  );

  describe('by the host, of a server that was taken over, on their own connection', () => {
    let impostor: ChildProcess;
    let agent: string;
    const outcomes: CommandOutcome[] = [];
    let isConnected = false;
    let n = 0;
    const key = (): Identity => readIdentity(stage.readPem('respond.pem'));
    const killing = async (pid: number): Promise<Order> => {
      const startMs = await stage.startedMs(pid);
      const process = { pid, startMs, withinMs: 500, image: stage.at('bin', 'idle') };
      return { action: 'kill-process', process };
    };
    const signed = (order: Order, change: Partial<Command> = {}, by = key()): SignedCommand => {
      const now = Date.now();
      const id = `00000000-0000-4000-8000-${String(++n).padStart(12, '0')}`;
      const does = { kind: 'do', order, apply: true } as const;
      const command = { haetae: 'command.1', id, agent, issuedMs: now, expiresMs: now + 60_000, does, by: ['kim'] };
      return signCommand({ ...(command as Command), ...change }, by);
    };
    /** What the agent says of a command; the impostor acknowledges nothing. */
    const answerTo = async (command: SignedCommand): Promise<string> => {
      const before = outcomes.length;
      impostor.stdin!.write(`${JSON.stringify(command)}\n`);
      const { state, reason } = await stage.until('an outcome', () => outcomes[before]);
      return [state, reason].join(' ').trim();
    };

    beforeAll(async () => {
      await stage.world.end(stage.server);
      impostor = stage.world.start(stage.world.server, [process.execPath, IMPOSTOR]);
      createInterface({ input: impostor.stdout! }).on('line', (line) => {
        const said = JSON.parse(line);
        if (said.kind === 'outcome') outcomes.push(said.outcome);
        if (said.kind !== 'connected') return;
        agent = fingerprintOf(said.agentKey);
        isConnected = true;
      });
      const identity = stage.readPem('data', 'identity.pem');
      impostor.stdin!.write(`${JSON.stringify({ ...CERTIFICATE, identity, host: SERVER, port: PORT })}\n`);
      await stage.until('the agent', () => (isConnected ? true : undefined), 240_000);
    }, 240_000);

    test('all but the one that is genuine: altered, forged, foreign, expired, early, without an end, again', async () => {
      const [first, second] = [stage.run('idle'), stage.run('idle')];
      const genuine = signed(await killing(first));
      const order = await killing(second);
      const now = Date.now();
      const minute = 60_000;
      const kept = signed(order);
      const said = {
        genuine: await answerTo(genuine),
        again: await answerTo(genuine),
        altered: await answerTo({ ...genuine, text: genuine.text.replace(`"pid":${first}`, `"pid":${second}`) }),
        'of another id': await answerTo({ ...genuine, text: genuine.text.replace(/"id":"0/, '"id":"1') }),
        forged: await answerTo(signed(order, {}, newIdentity())),
        "signed with the server's own key": await answerTo(
          signed(order, {}, readIdentity(stage.readPem('data', 'identity.pem'))),
        ),
        foreign: await answerTo(signed(order, { agent: 'f'.repeat(64) })),
        expired: await answerTo(signed(order, { issuedMs: now - 2 * minute, expiresMs: now - minute })),
        early: await answerTo(signed(order, { issuedMs: now + 5 * minute, expiresMs: now + 6 * minute })),
        'without an end': await answerTo(signed(order, { expiresMs: now + 24 * 60 * minute })),
        'another signature': await answerTo({ ...kept, signature: genuine.signature }),
      };
      expect(said).toEqual({
        genuine: 'done',
        again: 'refused replayed',
        altered: 'refused signature',
        'of another id': 'refused signature',
        forged: 'refused signature',
        "signed with the server's own key": 'refused signature',
        foreign: 'refused foreign',
        expired: 'refused expired',
        early: 'refused not-yet',
        'without an end': 'refused malformed',
        'another signature': 'refused signature',
      });
      expect([stage.isAlive(first), stage.isAlive(second)]).toEqual([false, true]);
      // The agent is killed, and knows the command still.
      await stage.world.end(stage.agent, 'SIGKILL');
      isConnected = false;
      stage.startAgent();
      await stage.until('the agent', () => (isConnected ? true : undefined));
      await stage.until('what it told before', () => (outcomes.length >= 22 ? true : undefined));
      expect(await answerTo(genuine)).toBe('refused replayed');
    }, 240_000);

    test('and the true server is told all of it, once it is back', async () => {
      await stage.world.end(impostor, 'SIGKILL');
      await stage.serve();
      const reasons = await stage.until(
        'the refusals',
        async () => {
          const strays = (await stage.audit()).filter(({ action }) => action === 'response.stray');
          return strays.length >= 12
            ? strays.map(({ detail }) => String(detail.reason || detail.state)).sort()
            : undefined;
        },
        90_000,
      );
      expect(reasons).toEqual([
        ...['done', 'expired', 'foreign', 'malformed', 'not-yet', 'replayed', 'replayed'],
        ...['signature', 'signature', 'signature', 'signature', 'signature'],
      ]);
      expect(await stage.kim.must('GET', '/api/audit/verify')).toMatchObject({ whole: true });
      // And it is a finding, like any trace of an attack: what was refused, and graver, what was done.
      const found = await stage.until('findings', async () => {
        const { items } = await stage.kim.must<{ items: Found[] }>('GET', '/api/findings?limit=200');
        const strays = items.filter(({ ruleId }) => ruleId.startsWith('haetae-agent-command-'));
        return strays.length >= 12 ? strays : undefined;
      });
      const count = (rule: string, level: string): number =>
        found.filter((one) => one.ruleId === `haetae-agent-command-${rule}` && one.level === level).length;
      expect([count('refused', 'high'), count('foreign', 'critical')]).toEqual([11, 1]);
    }, 240_000);
  });

  test('is what a server with another key sends: neither done nor lost', async () => {
    await stage.world.end(stage.server);
    stage.makeKey();
    await stage.serve();
    const pid = stage.run('encrypts');
    await stage.about(`(${pid})`, 'kill-process', 240_000);
    const refusals = async () =>
      (await stage.audit()).filter(
        ({ action, detail }) => action === 'response.stray' && detail.reason === 'signature',
      );
    await stage.until('a refusal', async () => ((await refusals()).length > 5 ? true : undefined), 240_000);
    expect(stage.isAlive(pid)).toBe(true);
  }, 240_000);
});
