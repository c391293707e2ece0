import {
  type AgentMessage,
  type BatchFormat,
  CLOSE,
  decodeBatch,
  type Identity,
  isPublicKey,
  type Link,
  newNonce,
  ProtocolError,
  readAgentMessage,
  type ServerMessage,
  signedTranscript,
  signTranscript,
  unpack,
} from '@haetae/agent/protocol';
import type { Token } from '../../store/index.ts';
import type { Parts } from '../context.ts';
import { acceptFrame } from '../ingest/gate.ts';
import type { FrameParts } from '../ingest/protocol.ts';
import type { AgentHub, Connection, Presence } from './hub.ts';

const PROTOCOL = 'agent';
const HANDSHAKE_MS = 15_000;
/** An agent whose heartbeat does not come for so many of its own intervals is cut off: it comes again. */
const BEATS = 4;
/** A token that was revoked elsewhere is noticed within so long, if nobody says so. */
const RECHECK_MS = 60_000;

/** Formats of batches as frames of the log have them: the same words, each chosen here and none by the agent. */
const FORMATS: Readonly<Record<BatchFormat, string>> = {
  xml: 'xml',
  syslog: 'syslog',
  ndjson: 'ndjson',
  agent: 'agent',
};

export interface ConnectionOptions {
  readonly parts: Parts;
  readonly hub: AgentHub;
  readonly identity: Identity;
  readonly address: string;
  /** Of the TLS connection; '' without, or behind a proxy. */
  readonly binding: string;
  /** What every agent is told at its beginning; undefined for nothing. */
  readonly config: () => { readonly version: string; readonly config: unknown } | undefined;
  /** It is no stranger any more. */
  readonly known: () => void;
}

/** One agent, from its first word to its last. Never rejects. */
export async function serveAgent(link: Link, options: ConnectionOptions): Promise<void> {
  const { parts, hub, address, config } = options;
  const refuse = (code: number, reason: string): void => {
    parts.counts.refused.add({ why: `agent-${reason}` });
    link.close(code, reason);
  };
  let connection: Connection | undefined;
  let token: Token | undefined;
  try {
    const known = await withinTime(introduce(link, options));
    if (known === undefined) {
      const wait = parts.strangers.take(address, parts.now());
      refuse(CLOSE.unauthorised, wait > 0 ? 'slow-down' : 'unauthorised');
      return;
    }
    token = known.token;
    options.known();
    const own = connectionOf(link);
    connection = own;
    hub.enter(known.presence, own)?.close(CLOSE.replaced, 'replaced');
    parts.counts.requests.add({ route: 'agent', status: '101' });
    const wanted = config();
    if (wanted !== undefined) own.configure(wanted.version, wanted.config);
    parts.sharedAgents?.entered(token.id);
    parts.log({ level: 'info', message: 'agent connected', agent: token.id, host: token.name, address });
    await listen(link, known, options);
  } catch (error) {
    if (error instanceof ProtocolError) refuse(CLOSE.protocol, 'protocol');
    else {
      parts.log({ level: 'error', message: 'agent connection failed', agent: token?.id, error });
      link.close(1011, 'internal');
      return;
    }
    parts.log({ level: 'warn', message: 'agent broke the protocol', agent: token?.id, address, error });
  } finally {
    if (token !== undefined && connection !== undefined) hub.leave(token.id, connection);
  }
}

const say = (link: Link, message: ServerMessage): Promise<void> => link.send(JSON.stringify(message));

const connectionOf = (link: Link): Connection => ({
  close: (code, reason) => link.close(code, reason),
  command: ({ text, signature }) => void say(link, { kind: 'command', text, signature }).catch(() => {}),
  configure: (version, config) => void say(link, { kind: 'config', version, config }).catch(() => {}),
});

/** undefined when it took too long. */
function withinTime<T>(work: Promise<T | undefined>): Promise<T | undefined> {
  let timer: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), HANDSHAKE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

interface Known {
  readonly token: Token;
  readonly presence: Presence;
  /** Of its spool. */
  readonly epoch: string;
}

const EPOCH = /^[0-9a-f]{16}$/;

/** Each shows its key over this very connection; undefined for one that is nobody, or not any more. */
async function introduce(
  link: Link,
  { parts, identity, address, binding }: ConnectionOptions,
): Promise<Known | undefined> {
  const serverNonce = newNonce();
  await say(link, { kind: 'challenge', nonce: serverNonce, serverKey: identity.publicKey });
  const got = await link.receive();
  const hello = got.kind === 'text' ? readAgentMessage(got.text) : undefined;
  if (hello?.kind !== 'hello' || !isPublicKey(hello.agentKey) || !EPOCH.test(hello.epoch)) return undefined;
  const transcript = {
    agentNonce: hello.nonce,
    serverNonce,
    agentKey: hello.agentKey,
    serverKey: identity.publicKey,
    binding,
  };
  if (!signedTranscript({ side: 'agent', ...transcript }, hello.signature, hello.agentKey)) return undefined;
  const shown = await parts.tokens.checkKey(hello.agentKey, address);
  if (shown.kind !== 'token') return undefined;
  const { token } = shown;
  const signature = signTranscript({ side: 'server', ...transcript }, identity);
  await say(link, { kind: 'welcome', agent: token.id, signature, nowMs: parts.now() });
  return {
    token,
    epoch: hello.epoch,
    presence: {
      agent: token.id,
      connected: true,
      address,
      version: hello.version,
      lastSeenMs: parts.now(),
      clockMs: 0,
      heartbeat: undefined,
      configError: null,
    },
  };
}

/** Takes one message after the other: batches of an agent are logged in its order, and acknowledged when they are durable. */
async function listen(link: Link, { token, epoch }: Known, options: ConnectionOptions): Promise<void> {
  const { parts, address, hub } = options;
  const presence = hub.presence(token.id)!;
  let checkedMs = parts.now();
  let beats = 0;
  let quiet: NodeJS.Timeout | undefined;
  const session = newNonce().slice(0, 12);
  const wake = (everyMs: number): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => link.drop(), everyMs * BEATS);
    quiet.unref();
  };
  wake(HANDSHAKE_MS);
  try {
    for (;;) {
      const got = await link.receive();
      if (got.kind === 'closed') return;
      presence.lastSeenMs = parts.now();
      if (parts.now() - checkedMs > RECHECK_MS) {
        checkedMs = parts.now();
        const shown = await parts.tokens.byId(token.id, address);
        if (shown.kind !== 'token') {
          link.close(CLOSE.revoked, 'revoked');
          return;
        }
      }
      if (got.kind === 'bytes') await batch(got.bytes);
      else await word(readAgentMessage(got.text));
    }
  } finally {
    clearTimeout(quiet);
  }

  async function batch(bytes: Buffer): Promise<void> {
    const { head, packed } = decodeBatch(bytes);
    if (head.items > 0) {
      const body = unpack(head, packed);
      // Never changed once made, it has one name for good: sent again, it is known again.
      const position = `${token.id}/${epoch}/${head.seq}`;
      if (!(await keep({ format: FORMATS[head.format], bytes: body, items: head.items, position }))) return;
    }
    await say(link, { kind: 'ack', seq: head.seq }).catch(() => {});
  }

  async function word(message: AgentMessage | undefined): Promise<void> {
    switch (message?.kind) {
      case 'heartbeat': {
        const { heartbeat } = message;
        presence.heartbeat = heartbeat;
        presence.clockMs = heartbeat.nowMs - parts.now();
        wake(heartbeat.everyMs);
        await note({ ...heartbeat, host: token.name }, `${session}/${++beats}`);
        break;
      }
      case 'configured':
        presence.configError = message.error;
        if (message.error !== null)
          parts.log({ level: 'warn', message: 'agent refused its configuration', agent: token.id, why: message.error });
        break;
      case 'outcome': {
        const { outcome } = message;
        // Kept before it is acknowledged: the agent tells it again until then.
        const isOurs = await parts.ports.responses.outcome(token.id, outcome);
        const { command, number, state, reason, detail, atMs } = outcome;
        const stray = { haetae: 'stray', host: token.name, nowMs: atMs, command, state, reason, detail };
        if (!isOurs) await note(stray, `stray/${command}/${number}/${atMs}`);
        await say(link, { kind: 'outcome-ack', command, number }).catch(() => {});
        break;
      }
      case 'bye':
        await note({ haetae: 'bye', host: token.name, reason: message.reason }, `${session}/bye`);
        break;
      default:
        // pong, and what a newer agent may say.
        break;
    }
  }

  /** A word about the agent, in the log like any event: what follows from it follows again after a restart. Of one name it is one. */
  async function note(said: object, name: string): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(said)}\n`, 'utf8');
    await keep({ format: 'agent', bytes, items: 1, position: `${token.id}/${name}` });
  }

  /** Waits for room, whatever it takes: the agent is held up, and has a spool. False when it is gone meanwhile. */
  async function keep(frame: FrameParts): Promise<boolean> {
    for (;;) {
      const outcome = await acceptFrame(parts, PROTOCOL, address, token, frame);
      if (outcome.kind === 'durable') return true;
      await new Promise((resolve) => setTimeout(resolve, outcome.kind === 'busy' ? outcome.retryMs : FULL_MS));
      if (hub.presence(token.id)?.connected !== true) return false;
    }
  }
}

/** A full disk is looked at again so often. */
const FULL_MS = 2_000;
