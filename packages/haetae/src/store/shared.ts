import type { Json } from './accounts.ts';

/** What only one of several servers may do at a time. */
export interface Duties {
  /**
   * Takes it for `holder`, or holds on to it, for so long from now by the store's own clock. Its term, which rises with every new
   * holder; undefined while another has it. Of a holder that says nothing for a second and a half, and whose process the store sees no more,
   * it is free before that time.
   */
  hold(duty: string, holder: string, forMs: number): Promise<number | undefined>;
  /**
   * The seq before the first frame of a log on a bus, by which that log is called: what was committed when it was asked for first.
   * A log that counts from 1 goes on so where another ended.
   */
  baseOf(log: string): Promise<number>;
  /** Gives it back before its time. */
  leave(duty: string, holder: string): Promise<void>;
}

/** How far a partition was passed on: its last frame, and until when all that was received is. */
export interface ShareAt {
  readonly partition: number;
  readonly seq: number;
  /** ms since 1970. */
  readonly receivedMs: number;
}

/** What a server that shares says of itself. */
export interface ShareTurn {
  /** The log, and how many partitions it has. */
  readonly log: string;
  readonly partitions: number;
  readonly holder: string;
  /** It is there for so long from now; 0 takes leave. */
  readonly forMs: number;
  /** It has more to do than the others. */
  readonly leads: boolean;
  readonly at: readonly ShareAt[];
  /** Partitions that it gives back. */
  readonly left: readonly ShareAt[];
}

export interface ShareAnswer {
  /** What this server has now, each from behind frame `seq` on. More than {@link most} are to be given back. */
  readonly mine: readonly { readonly partition: number; readonly seq: number }[];
  readonly most: number;
  /** That are there, this one too. */
  readonly servers: number;
  /** Until when the slowest of the other partitions is passed on; infinite where there are none. */
  readonly slowestMs: number;
}

/** How servers share the partitions of a log. */
export interface Shares {
  /** Says that a server is there and how far it is; it takes what is free, up to its share. */
  turn(turn: ShareTurn): Promise<ShareAnswer>;
}

/** Whose turn it is: a batch of a turn that is over is refused. */
export interface Term {
  readonly duty: string;
  readonly term: number;
}

/** An agent as the server saw it that it is, or was last, connected to. */
export interface SeenAgent {
  readonly agent: string;
  /** To a server that is there. */
  readonly connected: boolean;
  readonly seen: Json;
}

/** A command on its way to an agent; ids are unique. */
export interface PostedCommand {
  readonly id: string;
  readonly agent: string;
  /** As it was signed. */
  readonly text: string;
  readonly signature: string;
  /** Then it is over, ms since 1970. */
  readonly untilMs: number;
}

/** Agents of several servers, each of which may be connected to another of these. */
export interface AgentPost {
  /** Says that a server is there for so long from now (0 takes leave), and how its agents are: those that changed, and those that left it. */
  turn(turn: {
    readonly server: string;
    /** By which agents know it. */
    readonly key: string;
    readonly forMs: number;
    readonly seen: readonly Omit<SeenAgent, 'connected'>[];
    readonly left: readonly string[];
  }): Promise<void>;
  /** All that were ever seen. */
  seen(): Promise<readonly SeenAgent[]>;
  /** Keys of the servers that are there; one, where they are set up well. */
  keys(): Promise<readonly string[]>;
  /** Keeps a command until it is over, and tells all servers of it. */
  post(command: PostedCommand): Promise<void>;
  /** What an agent is to be told that is not over: more than once, where it comes again meanwhile. */
  posted(agent: string): Promise<readonly PostedCommand[]>;
}

/** What one server tells the others. */
export type News =
  /** Findings and incidents that are new or have changed. */
  | { readonly kind: 'stored'; readonly findings: readonly number[]; readonly incidents: readonly string[] }
  /** Exceptions, or what people set of rules. */
  | { readonly kind: 'policy' }
  /** There is a command for an agent, or it is to be one no more. */
  | { readonly kind: 'agent'; readonly agent: string; readonly what: 'command' | 'revoked' }
  /** What waits for people about an incident may be another than it was. */
  | { readonly kind: 'responded'; readonly incident: string }
  /** How the one that detects stands, in its own words. */
  | { readonly kind: 'status'; readonly status: object }
  /** Some of it was missed. */
  | { readonly kind: 'gap' };

export interface Newsroom {
  tell(news: News): Promise<void>;
  /** What every server tells from now on, this one too, until the signal says to end. */
  hear(control: { readonly signal: AbortSignal }): AsyncIterable<News>;
}

/** Of a store that one process has to itself: every duty is its own, and there is nobody to hear from. */
export const ALONE: {
  readonly duties: Duties;
  readonly shares: Shares;
  readonly agents: AgentPost;
  readonly news: Newsroom;
} = {
  duties: { hold: async () => 1, baseOf: async () => 0, leave: async () => {} },
  shares: { turn: async () => ({ mine: [], most: 0, servers: 0, slowestMs: Number.POSITIVE_INFINITY }) },
  agents: {
    turn: async () => {},
    seen: async () => [],
    keys: async () => [],
    post: async () => {},
    posted: async () => [],
  },
  news: {
    tell: async () => {},
    async *hear({ signal }) {
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  },
};
