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

/** So long a list is taken for what is there; a host that is not in it is looked for at once. */
const FRESH_MS = 5_000;

/** Looks for agents in the store, not for every question anew. Whether one is connected, and so still enrolled, is asked each time. */
export class Agents {
  readonly #tokens: Pick<Store['tokens'], 'list'>;
  readonly #now: () => number;
  readonly #isConnected: (agent: string) => boolean;
  #known: { readonly fleet: Fleet; readonly atMs: number } | undefined;

  constructor(tokens: Pick<Store['tokens'], 'list'>, now: () => number, isConnected: (agent: string) => boolean) {
    this.#tokens = tokens;
    this.#now = now;
    this.#isConnected = isConnected;
  }

  /** `hosts`: whose agents it must know, if they have any. */
  async fleet(hosts: readonly string[] = []): Promise<Fleet> {
    const known = this.#known;
    if (
      known !== undefined &&
      this.#now() - known.atMs < FRESH_MS &&
      hosts.every((host) => known.fleet.agentOf(host) !== undefined)
    )
      return known.fleet;
    const fleet = fleetOf(await this.#tokens.list(), this.#isConnected);
    this.#known = { fleet, atMs: this.#now() };
    return fleet;
  }
}

function fleetOf(tokens: readonly Token[], isConnected: (agent: string) => boolean): Fleet {
  const ids = new Set<string>();
  const byHost = new Map<string, string[]>();
  for (const { id, name, kind, revokedMs } of tokens) {
    if (kind !== 'agent' || revokedMs !== null) continue;
    ids.add(id);
    const host = name.toLowerCase();
    byHost.set(host, [...(byHost.get(host) ?? []), id]);
  }
  const of = (host: string): readonly string[] => byHost.get(host.toLowerCase()) ?? [];
  return {
    size: byHost.size,
    has: (agent) => ids.has(agent),
    agentOf: (host) => of(host).find(isConnected) ?? of(host).at(-1),
    presenceOf: (host) => (of(host).length === 0 ? 'none' : of(host).some(isConnected) ? 'connected' : 'away'),
  };
}
