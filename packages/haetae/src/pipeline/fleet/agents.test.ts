import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { AgentHub, Log, Presence } from '../../server/index.ts';
import type { AgentPost, Newsroom, PostedCommand } from '../../store/index.ts';
import { fleetAgents } from './agents.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());
const seconds = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 1000);

/** What servers share, and servers over it. */
function made() {
  const rows = new Map<string, { server: string; seen: Presence }>();
  const until = new Map<string, number>();
  const posted: PostedCommand[] = [];
  const hearers: ((news: Parameters<Newsroom['tell']>[0]) => void)[] = [];
  let isAway = false;
  const agents: AgentPost = {
    async turn({ server, forMs, seen, left }) {
      if (isAway) throw new Error('away');
      if (forMs === 0) until.delete(server);
      else until.set(server, Date.now() + forMs);
      for (const one of seen) rows.set(one.agent, { server, seen: one.seen as unknown as Presence });
      for (const agent of left) if (rows.get(agent)?.server === server) rows.get(agent)!.server = '';
    },
    seen: async () =>
      [...rows].map(([agent, { server, seen }]) => ({
        ...{ agent, connected: (until.get(server) ?? 0) > Date.now(), seen: seen as never },
      })),
    keys: async () => ['k'],
    async post(command) {
      posted.push(command);
      for (const hear of hearers) hear({ kind: 'agent', agent: command.agent, what: 'command' });
    },
    posted: async (agent) => posted.filter((one) => one.agent === agent && one.untilMs > Date.now()),
  };
  const lines: string[] = [];
  const log: Log = ({ message }) => void lines.push(message);
  const news = { tell: async (one: never) => hearers.forEach((hear) => hear(one)) } as unknown as Newsroom;
  const server = (name: string) => {
    const here = new Map<string, Presence>();
    const sent: string[] = [];
    const dropped: string[] = [];
    const hub = {
      presences: () => here.values(),
      presence: (agent: string) => here.get(agent),
      all: () => [...here].flatMap(([agent, { connected }]) => (connected ? [[agent, {}]] : [])),
      send: (agent: string, { text }: { text: string }) => sent.push(`${agent} ${text}`) > 0,
      drop: (agent: string) => dropped.push(agent),
    } as unknown as AgentHub;
    const one = fleetAgents({
      ...{ store: { agents, news }, server: name, key: 'k', now: Date.now, log, hub: () => hub },
    });
    onTestFinished(() => one.close());
    hearers.push((told) => void (told.kind === 'agent' && one.hear(told)));
    const presence = { address: '', version: '1', lastSeenMs: 1, clockMs: 0, heartbeat: undefined, configError: null };
    return {
      one,
      sent,
      dropped,
      enter(agent: string) {
        here.set(agent, { agent, connected: true, ...presence });
        one.entered(agent);
      },
      leave: (agent: string) => here.set(agent, { ...here.get(agent)!, connected: false }),
      beat: (agent: string, nowMs: number) => Object.assign(here.get(agent)!, { heartbeat: { nowMs } }),
    };
  };
  return { server, lines, away: (is: boolean) => (isAway = is) };
}
const command = (id: string) => ({ text: JSON.stringify({ id }), signature: 's' });

test('every server sees where an agent is, and that it is gone when its server is', async () => {
  const { server } = made();
  const [a, b, web] = [server('a'), server('b'), server('web')];
  const isThere = async (): Promise<boolean> => (await web.one.connected()).has('x');
  a.enter('x');
  await seconds(2);
  expect(await isThere()).toBe(true);
  a.leave('x');
  await seconds(2);
  expect(await isThere()).toBe(false);
  // To another and back before the first has noticed anything.
  a.enter('x');
  await seconds(2);
  b.enter('x');
  await seconds(1);
  a.enter('x');
  b.leave('x');
  await seconds(2);
  expect(await isThere()).toBe(true);
  await a.one.close();
  await seconds(4);
  expect(await isThere()).toBe(false);
});

test('what an agent says of itself is passed on now and then', async () => {
  const { server } = made();
  const [a, web] = [server('a'), server('web')];
  a.enter('x');
  await seconds(2);
  const beat = async (): Promise<number | undefined> => (await web.one.seen()).get('x')?.heartbeat?.nowMs;
  a.beat('x', 7);
  await seconds(2);
  expect(await beat()).toBeUndefined();
  await seconds(20);
  expect(await beat()).toBe(7);
});

test('a command goes over each connection once, for as long as it is good', async () => {
  const { server } = made();
  const [a, b, web] = [server('a'), server('b'), server('web')];
  expect(await web.one.send('x', command('c0'), Date.now() + 60_000)).toBe(false);
  a.enter('x');
  await seconds(2);
  expect(await web.one.send('x', command('c1'), Date.now() + 60_000)).toBe(true);
  await a.one.hear({ kind: 'gap' });
  await seconds(1);
  expect([a.sent, b.sent]).toEqual([['x {"id":"c1"}'], []]);
  a.leave('x');
  b.enter('x');
  await seconds(1);
  expect(b.sent).toEqual(['x {"id":"c1"}']);
  await seconds(60);
  a.enter('x');
  await seconds(1);
  expect(a.sent).toHaveLength(1);
});

test('one that is an agent no more is let go of by whoever has it', async () => {
  const { server } = made();
  const [a, web] = [server('a'), server('web')];
  a.enter('x');
  await web.one.drop('x');
  expect(a.dropped).toEqual(['x']);
});

test('while the store is away that is said once, and made good afterwards', async () => {
  const { server, lines, away } = made();
  const [a, web] = [server('a'), server('web')];
  away(true);
  a.enter('x');
  await seconds(5);
  expect(lines).toEqual(['other servers cannot be told of agents', 'other servers cannot be told of agents']);
  away(false);
  await seconds(2);
  expect((await web.one.connected()).has('x')).toBe(true);
});
