import type { Store, Token } from '../../../store/index.ts';

/** The enrolled agents, by the hosts that they enrolled as. */
export interface Fleet {
  /** Hosts, each once, however often it enrolled. */
  readonly size: number;
  has(agent: string): boolean;
  /** The agent of a host: the one that is connected, else the last that enrolled. */
  agentOf(host: string): string | undefined;
  presenceOf(host: string): 'connected' | 'away' | 'none';
}

/** The agents that are connected. */
export interface Connected {
  has(agent: string): boolean;
}

/** So long a list is taken for what is there; a host that is not in it is looked for at once. */
const FRESH_MS = 5_000;

/** Looks for agents in the store, not for every question anew. Whether one is connected, and so still enrolled, is asked each time. */
export class Agents {
  readonly #tokens: Pick<Store['tokens'], 'list'>;
  readonly #now: () => number;
  readonly #connected: () => Promise<Connected>;
  #known: { readonly tokens: readonly Token[]; readonly hosts: ReadonlySet<string>; readonly atMs: number } | undefined;

  constructor(tokens: Pick<Store['tokens'], 'list'>, now: () => number, connected: () => Promise<Connected>) {
    this.#tokens = tokens;
    this.#now = now;
    this.#connected = connected;
  }

  /** `hosts`: whose agents it must know, if they have any. */
  async fleet(hosts: readonly string[] = []): Promise<Fleet> {
    let known = this.#known;
    if (
      known === undefined ||
      this.#now() - known.atMs >= FRESH_MS ||
      !hosts.every((host) => known!.hosts.has(host.toLowerCase()))
    ) {
      const tokens = (await this.#tokens.list()).filter(
        ({ kind, revokedMs }) => kind === 'agent' && revokedMs === null,
      );
      known = { tokens, hosts: new Set(tokens.map(({ name }) => name.toLowerCase())), atMs: this.#now() };
      this.#known = known;
    }
    return fleetOf(known.tokens, await this.#connected());
  }
}

function fleetOf(tokens: readonly Token[], connected: Connected): Fleet {
  const ids = new Set<string>();
  const byHost = new Map<string, string[]>();
  const isConnected = (agent: string): boolean => connected.has(agent);
  for (const { id, name } of tokens) {
    ids.add(id);
    const host = name.toLowerCase();
    const some = byHost.get(host);
    if (some === undefined) byHost.set(host, [id]);
    else some.push(id);
  }
  const of = (host: string): readonly string[] => byHost.get(host.toLowerCase()) ?? [];
  return {
    size: byHost.size,
    has: (agent) => ids.has(agent),
    agentOf: (host) => of(host).find(isConnected) ?? of(host).at(-1),
    presenceOf: (host) => (of(host).length === 0 ? 'none' : of(host).some(isConnected) ? 'connected' : 'away'),
  };
}
