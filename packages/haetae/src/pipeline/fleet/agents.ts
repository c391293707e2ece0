import { CLOSE, type SignedCommand } from '@haetae/agent/protocol';
import type { AgentHub, Log, Presence, SharedAgents } from '../../server/index.ts';
import type { Json, News, Store } from '../../store/index.ts';
import type { Connected } from '../live/responses/fleet.ts';

/** A server says so often that it is there, and is taken to be for as long as three such words. */
const TURN_MS = 1000;
const THERE_MS = 3500;
/** What an agent says of itself is passed on so often; that it comes, goes or will not have its settings at once. */
const BEAT_MS = 20_000;
/** How agents are is asked for again after so long. */
const FRESH_MS = 1000;

export interface FleetAgentsParts {
  readonly store: Pick<Store, 'agents' | 'news'>;
  /** What this server is called among the others: of this process alone. */
  readonly server: string;
  /** SHA-256 of the key by which agents know it; undefined for a server that takes none. */
  readonly key: string | undefined;
  readonly now: () => number;
  readonly log: Log;
  /** Of this server, once it listens. */
  readonly hub: () => AgentHub | undefined;
}

/** Agents of several servers: each server tells which are connected to it, and takes to them what any of the others posted. */
export interface FleetAgents extends SharedAgents {
  connected(): Promise<Connected>;
  /** Posts a command; false where the agent is connected nowhere. */
  send(agent: string, signed: SignedCommand, untilMs: number): Promise<boolean>;
  hear(news: Extract<News, { kind: 'agent' | 'gap' }>): Promise<void>;
  close(): Promise<void>;
}

type Seen = ReadonlyMap<string, Presence>;
interface Told {
  readonly presence: Presence;
  readonly atMs: number;
}

export function fleetAgents(parts: FleetAgentsParts): FleetAgents {
  const { store, server, key, now, log, hub } = parts;
  const told = new Map<string, Told>();
  /** Commands that were sent over the connection that an agent has now. */
  const sent = new Map<string, Set<string>>();
  let fresh: { readonly seen: Promise<Seen>; readonly atMs: number } | undefined;
  let trouble = false;
  const failed = (error: unknown): void => {
    if (!trouble) log({ level: 'warn', message: 'other servers cannot be told of agents', error });
    trouble = true;
  };

  async function turn(forMs: number): Promise<void> {
    const [seen, left]: [{ agent: string; seen: Json }[], string[]] = [[], []];
    const next: Told[] = [];
    for (const presence of hub()?.presences() ?? []) {
      const before = told.get(presence.agent);
      if (before !== undefined && !isNews(before, presence, now())) continue;
      next.push({ presence: { ...presence }, atMs: now() });
      if (presence.connected) seen.push({ agent: presence.agent, seen: { ...presence } as unknown as Json });
      else left.push(presence.agent);
    }
    await store.agents.turn({ server, key: key!, forMs, seen, left });
    for (const one of next) told.set(one.presence.agent, one);
    trouble = false;
  }
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (key === undefined || busy) return;
    busy = true;
    running = turn(THERE_MS)
      .catch(failed)
      .finally(() => {
        busy = false;
      });
  }, TURN_MS);
  timer.unref();

  async function seen(): Promise<Seen> {
    if (fresh === undefined || Math.abs(now() - fresh.atMs) >= FRESH_MS) {
      const asked = store.agents
        .seen()
        .then(
          (all) =>
            new Map(all.map((one) => [one.agent, { ...(one.seen as unknown as Presence), connected: one.connected }])),
        );
      fresh = { seen: asked, atMs: now() };
      asked.catch(() => {
        fresh = undefined;
      });
    }
    return fresh.seen;
  }

  /** Commands that wait for an agent of this server, each once a connection: the host tells those apart that come again. */
  async function pass(agent: string): Promise<void> {
    if (hub()?.presence(agent)?.connected !== true) return;
    for (const { id, text, signature } of await store.agents.posted(agent)) {
      const before = sent.get(agent);
      if (before?.has(id) === true || hub()?.send(agent, { text, signature }) !== true) continue;
      sent.set(agent, (before ?? new Set()).add(id));
    }
  }
  const passed = (agent: string): Promise<void> =>
    pass(agent).catch((error: unknown) =>
      log({ level: 'warn', message: 'commands for an agent cannot be read', agent, error }),
    );

  return {
    seen,
    async connected() {
      const all = await seen();
      return { has: (agent) => all.get(agent)?.connected === true };
    },
    async serverKey() {
      const keys = await store.agents.keys();
      if (keys.length > 1)
        log({
          level: 'warn',
          message: 'servers that take agents have keys of their own: copy identity.pem of one to the others',
          keys,
        });
      return keys[0];
    },
    async drop(agent) {
      await store.news.tell({ kind: 'agent', agent, what: 'revoked' });
    },
    entered(agent) {
      sent.delete(agent);
      // It may have been at another server meanwhile, which has told so.
      told.delete(agent);
      void passed(agent);
    },
    async send(agent, { text, signature }, untilMs) {
      const all = await seen();
      if (all.get(agent)?.connected !== true) return false;
      const { id } = JSON.parse(text) as { readonly id: string };
      await store.agents.post({ id, agent, text, signature, untilMs });
      return true;
    },
    async hear(news) {
      if (news.kind === 'gap') {
        for (const [agent] of hub()?.all() ?? []) await passed(agent);
        return;
      }
      if (news.what === 'revoked') hub()?.drop(news.agent, CLOSE.revoked, 'revoked');
      else await passed(news.agent);
    },
    async close() {
      clearInterval(timer);
      await running;
      if (key !== undefined) await turn(0).catch(() => {});
    },
  };
}

const isNews = ({ presence, atMs }: Told, now: Presence, nowMs: number): boolean =>
  now.connected !== presence.connected ||
  now.address !== presence.address ||
  now.configError !== presence.configError ||
  (now.connected && now.heartbeat !== presence.heartbeat && nowMs - atMs >= BEAT_MS);
