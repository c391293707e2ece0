import type { Heartbeat, SignedCommand } from '@haetae/agent/protocol';

/** What the server knows of an agent that is or was connected since it started. */
export interface Presence {
  readonly agent: string;
  connected: boolean;
  address: string;
  version: string;
  lastSeenMs: number;
  /** By how much its clock was ahead when it last said so. */
  clockMs: number;
  heartbeat: Heartbeat | undefined;
  /** Why it would not take our configuration; null when it did. */
  configError: string | null;
}

/** How a connection that others hold can be ended. */
export interface Connection {
  close(code: number, reason: string): void;
  /** Tells the agent how to behave from now on. */
  configure(version: string, config: unknown): void;
  command(signed: SignedCommand): void;
}

/** Agents where several servers share them: each may be connected to another. */
export interface SharedAgents {
  /** How agents are, of whichever server, as of about now. */
  seen(): Promise<Pick<ReadonlyMap<string, Presence>, 'get'>>;
  /** SHA-256 of the key by which agents know the servers that take them; undefined where none is there. */
  serverKey(): Promise<string | undefined>;
  /** Ends the agent's connection, wherever it is. */
  drop(agent: string): Promise<void>;
  /** An agent has connected to this server. */
  entered(agent: string): void;
}

const MOST = 100_000;

/** The agents that are there. One connection each: who comes again replaces what was left of it. */
export class AgentHub {
  readonly #presences = new Map<string, Presence>();
  readonly #connections = new Map<string, Connection>();

  get connected(): number {
    return this.#connections.size;
  }

  presence(agent: string): Presence | undefined {
    return this.#presences.get(agent);
  }

  presences(): Iterable<Presence> {
    return this.#presences.values();
  }

  /** Takes the place of a connection that the same agent had; it is given back, to be closed. */
  enter(presence: Presence, connection: Connection): Connection | undefined {
    const before = this.#connections.get(presence.agent);
    const known = this.#presences.get(presence.agent);
    if (known === undefined && this.#presences.size >= MOST)
      this.#presences.delete(this.#presences.keys().next().value!);
    this.#presences.set(presence.agent, { ...presence, heartbeat: presence.heartbeat ?? known?.heartbeat });
    this.#connections.set(presence.agent, connection);
    return before;
  }

  leave(agent: string, connection: Connection): void {
    if (this.#connections.get(agent) !== connection) return;
    this.#connections.delete(agent);
    const presence = this.#presences.get(agent);
    if (presence !== undefined) presence.connected = false;
  }

  /** Ends the agent's connection, if it has one. */
  drop(agent: string, code: number, reason: string): void {
    this.#connections.get(agent)?.close(code, reason);
  }

  /** False when it is not connected. */
  send(agent: string, signed: SignedCommand): boolean {
    const connection = this.#connections.get(agent);
    connection?.command(signed);
    return connection !== undefined;
  }

  all(): readonly (readonly [string, Connection])[] {
    return [...this.#connections];
  }
}
