import {
  type AgentMessage,
  type CommandOutcome,
  type Heartbeat,
  type Identity,
  type Link,
  newNonce,
  readServerMessage,
  type ServerMessage,
  type SignedCommand,
  signedTranscript,
  signTranscript,
} from '../protocol/index.ts';
import type { Clock } from '../sources/source.ts';
import type { Spool } from '../spool/spool.ts';
import type { Bell } from './bell.ts';
import type { Bandwidth } from './pace.ts';

/** Who takes commands, and tells what became of them. */
export interface CommandDesk {
  take(signed: SignedCommand): Promise<void>;
  waiting(): readonly CommandOutcome[];
  acked(command: string, number: number): void;
  /** Rung when an outcome waits. */
  readonly news: Bell;
}

/** What a connection needs of the agent. */
export interface SessionParts {
  readonly identity: Identity;
  /** The server's, as it was told at enrolment. */
  readonly serverKey: string;
  readonly host: string;
  readonly version: string;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly bandwidth: Bandwidth;
  /** Rung when something was spooled. */
  readonly news: Bell;
  readonly heartbeat: () => Promise<Heartbeat>;
  readonly heartbeatMs: () => number;
  /** Takes a configuration over; what is wrong with it, where it cannot. */
  readonly configure: (config: unknown) => string | undefined;
  readonly desk?: CommandDesk;
  /** Both ends know each other. */
  readonly opened: () => void;
}

/** Batches, and bytes of them, that are sent before the first of them must be acknowledged. */
const WINDOW = 8;
const WINDOW_BYTES = 4 * 1024 * 1024;
const HANDSHAKE_MS = 15_000;

/** Why the server ended it: one of {@link CLOSE} decides how soon to come again. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
  readonly code: number;

  constructor(code: number, reason: string) {
    super(`the connection was closed (${code}${reason === '' ? '' : `: ${reason}`})`);
    this.code = code;
  }
}

const say = (link: Link, message: AgentMessage): Promise<void> => link.send(JSON.stringify(message));

/** Speaks with the server until the connection ends, and then throws why; returns only when the signal says so, with a good-bye. */
export async function session(link: Link, binding: string, parts: SessionParts, signal: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  try {
    await introduce(link, binding, parts, ending.signal);
    parts.opened();
    await Promise.race([
      listen(link, parts, (seq) => {
        parts.spool.ack(seq);
        parts.news.ring();
      }),
      upload(link, parts, ending.signal),
      beat(link, parts, ending.signal),
      ...(parts.desk === undefined ? [] : [tellOutcomes(link, parts.desk, ending.signal)]),
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    ]);
    if (signal.aborted) await say(link, { kind: 'bye', reason: 'stopped' }).catch(() => {});
  } finally {
    signal.removeEventListener('abort', end);
    ending.abort();
    parts.news.ring();
    if (signal.aborted) link.close(1000);
    else link.drop();
  }
}

/** Each shows the other that it has the key which the other knows, over this very connection. */
async function introduce(link: Link, binding: string, parts: SessionParts, signal: AbortSignal): Promise<void> {
  const { identity, serverKey, host, version, spool } = parts;
  const challenge = await expected(link, 'challenge', parts.clock, signal);
  if (challenge.serverKey !== serverKey)
    throw new Error('the server is another one than the one this agent was enrolled with');
  const nonce = newNonce();
  const transcript = {
    agentNonce: nonce,
    serverNonce: challenge.nonce,
    agentKey: identity.publicKey,
    serverKey,
    binding,
  };
  await say(link, {
    kind: 'hello',
    agentKey: identity.publicKey,
    nonce,
    signature: signTranscript({ side: 'agent', ...transcript }, identity),
    version,
    host,
    epoch: spool.epoch,
  });
  const welcome = await expected(link, 'welcome', parts.clock, signal);
  if (!signedTranscript({ side: 'server', ...transcript }, welcome.signature, serverKey))
    throw new Error('the server could not show that it has its key');
}

async function expected<K extends ServerMessage['kind']>(
  link: Link,
  kind: K,
  clock: Clock,
  signal: AbortSignal,
): Promise<Extract<ServerMessage, { kind: K }>> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const got = await Promise.race([link.receive(), clock.sleep(HANDSHAKE_MS, over.signal)]);
    if (got === undefined) throw new Error(`the server said no ${kind}`);
    if (got.kind === 'closed') throw new SessionEnded(got.code, got.reason);
    const message = got.kind === 'text' ? readServerMessage(got.text) : undefined;
    if (message?.kind !== kind) throw new Error(`the server said something else than ${kind}`);
    return message as Extract<ServerMessage, { kind: K }>;
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
  }
}

async function listen(link: Link, parts: SessionParts, ack: (seq: number) => void): Promise<void> {
  for (;;) {
    const got = await link.receive();
    if (got.kind === 'closed') throw new SessionEnded(got.code, got.reason);
    const message = got.kind === 'text' ? readServerMessage(got.text) : undefined;
    switch (message?.kind) {
      case 'ack':
        ack(message.seq);
        break;
      case 'ping':
        await say(link, { kind: 'pong', id: message.id });
        break;
      case 'config': {
        const error = parts.configure(message.config) ?? null;
        await say(link, { kind: 'configured', version: message.version, error });
        break;
      }
      case 'command':
        // Not waited for: what it does may take a minute, and events go on meanwhile.
        void parts.desk?.take(message);
        break;
      case 'outcome-ack':
        parts.desk?.acked(message.command, message.number);
        break;
      default:
        // A newer server's word; those of the handshake are behind us.
        break;
    }
  }
}

/** Each outcome once a connection, until the server has it. */
async function tellOutcomes(link: Link, desk: CommandDesk, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    const rung = desk.news.wait(signal);
    for (const outcome of desk.waiting()) {
      const key = `${outcome.command}/${outcome.number}`;
      if (told.has(key)) continue;
      told.add(key);
      await say(link, { kind: 'outcome', outcome });
    }
    await rung;
  }
}

async function upload(link: Link, parts: SessionParts, signal: AbortSignal): Promise<void> {
  const { spool, news, bandwidth, clock } = parts;
  /** In flight: seq and bytes, in order. */
  const flying: { readonly seq: number; readonly bytes: number }[] = [];
  let sent = spool.acked;
  while (!signal.aborted) {
    while (flying.length > 0 && flying[0]!.seq <= spool.acked) flying.shift();
    const bytes = flying.reduce((sum, one) => sum + one.bytes, 0);
    const next = flying.length < WINDOW && bytes < WINDOW_BYTES ? spool.after(sent) : undefined;
    if (next === undefined) {
      await news.wait(signal);
      continue;
    }
    const wait = bandwidth.take(next.bytes.length, clock.now());
    if (wait > 0) await clock.sleep(wait, signal);
    if (signal.aborted) return;
    await link.send(next.bytes);
    sent = next.head.seq;
    flying.push({ seq: sent, bytes: next.bytes.length });
  }
}

async function beat(link: Link, parts: SessionParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await say(link, { kind: 'heartbeat', heartbeat: await parts.heartbeat() });
    await parts.clock.sleep(parts.heartbeatMs(), signal);
  }
}
