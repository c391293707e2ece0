import { ProtocolError } from './batch.ts';
import { type CommandOutcome, isOutcome } from './commands.ts';
import type { Heartbeat } from './words.ts';

/** Text messages of the server. The first is `challenge`, the second `welcome`; batches go the other way, in binary. */
export type ServerMessage =
  | { readonly kind: 'challenge'; readonly nonce: string; readonly serverKey: string }
  | { readonly kind: 'welcome'; readonly agent: string; readonly signature: string; readonly nowMs: number }
  /** Every batch up to this seq is durable. */
  | { readonly kind: 'ack'; readonly seq: number }
  | { readonly kind: 'config'; readonly version: string; readonly config: unknown }
  | { readonly kind: 'ping'; readonly id: number }
  /** Something to do: a signed text (`commands.ts`). */
  | { readonly kind: 'command'; readonly text: string; readonly signature: string }
  /** The outcome of this number is kept: it need not be told again. */
  | { readonly kind: 'outcome-ack'; readonly command: string; readonly number: number };

/** Text messages of the agent; `hello` answers `challenge`. */
export type AgentMessage =
  | {
      readonly kind: 'hello';
      readonly agentKey: string;
      readonly nonce: string;
      readonly signature: string;
      readonly version: string;
      readonly host: string;
      /** Of this agent's spool: seq counts from its beginning. */
      readonly epoch: string;
    }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'pong'; readonly id: number }
  /** It took the configuration over, or says why not. */
  | { readonly kind: 'configured'; readonly version: string; readonly error: string | null }
  /** What became of a command; told again until it is acknowledged. */
  | { readonly kind: 'outcome'; readonly outcome: CommandOutcome }
  /** It ends by itself: the host shuts down, or somebody stops the service. */
  | { readonly kind: 'bye'; readonly reason: string };

/** Codes with which the server closes: 4000 and above are for applications. */
export const CLOSE = {
  /** The signature does not hold, or the key is unknown. */
  unauthorised: 4401,
  revoked: 4403,
  /** The same agent connected again. */
  replaced: 4409,
  /** Not what the protocol says. */
  protocol: 4400,
  /** The server ends; come again. */
  restart: 1012,
} as const;

const LIMIT = 1024 * 1024;
/** A script of 64 KiB, escaped at its worst, goes into one. */
const MOST_COMMAND = 512 * 1024;

function parse(text: string): Record<string, unknown> {
  if (text.length > LIMIT) throw new ProtocolError(`a message of ${text.length} characters`);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new ProtocolError('a message is no JSON object');
}

const isText = (value: unknown, most = 200): value is string => typeof value === 'string' && value.length <= most;
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Throws a ProtocolError for what is none. Unknown kinds give undefined: a newer server may say more. */
export function readServerMessage(text: string): ServerMessage | undefined {
  const m = parse(text);
  const good =
    m.kind === 'challenge'
      ? isText(m.nonce) && isText(m.serverKey)
      : m.kind === 'welcome'
        ? isText(m.agent) && isText(m.signature) && Number.isFinite(m.nowMs)
        : m.kind === 'ack'
          ? isWhole(m.seq)
          : m.kind === 'config'
            ? isText(m.version)
            : m.kind === 'ping'
              ? isWhole(m.id)
              : m.kind === 'command'
                ? isText(m.text, MOST_COMMAND) && isText(m.signature)
                : m.kind === 'outcome-ack'
                  ? isText(m.command, 36) && isWhole(m.number)
                  : undefined;
  if (good === undefined) return undefined;
  if (!good) throw new ProtocolError(`a message ${String(m.kind)} lacks what it needs`);
  return m as unknown as ServerMessage;
}

/** As {@link readServerMessage}, of an agent's. */
export function readAgentMessage(text: string): AgentMessage | undefined {
  const m = parse(text);
  const good =
    m.kind === 'hello'
      ? [m.agentKey, m.nonce, m.signature, m.version, m.epoch].every((one) => isText(one)) && isText(m.host, 255)
      : m.kind === 'heartbeat'
        ? isHeartbeat(m.heartbeat)
        : m.kind === 'pong'
          ? isWhole(m.id)
          : m.kind === 'configured'
            ? isText(m.version) && (m.error === null || isText(m.error, 2000))
            : m.kind === 'outcome'
              ? isOutcome(m.outcome)
              : m.kind === 'bye'
                ? isText(m.reason)
                : undefined;
  if (good === undefined) return undefined;
  if (!good) throw new ProtocolError(`a message ${String(m.kind)} lacks what it needs`);
  return m as unknown as AgentMessage;
}

const MOST_CHANNELS = 2000;

/** Whether it has the shape that its readers count on. */
export function isHeartbeat(value: unknown): value is Heartbeat {
  if (typeof value !== 'object' || value === null) return false;
  const h = value as Heartbeat;
  const orNull = (one: unknown, test: (v: unknown) => boolean): boolean => one === null || test(one);
  const number = (one: unknown): boolean => Number.isFinite(one);
  const record = (one: unknown): boolean => isText(one, 30) && /^\d{1,20}$/.test(one as string);
  return (
    h.haetae === 'heartbeat' &&
    isText(h.host, 255) &&
    isText(h.version) &&
    [h.nowMs, h.startedMs, h.everyMs].every(number) &&
    typeof h.os === 'object' &&
    h.os !== null &&
    [h.os.platform, h.os.name, h.os.release, h.os.arch].every((one) => isText(one)) &&
    (h.sysmon === undefined || orNull(h.sysmon, isSysmon)) &&
    Array.isArray(h.channels) &&
    h.channels.length <= MOST_CHANNELS &&
    h.channels.every(
      (c) =>
        isText(c?.name, 1000) &&
        orNull(c.enabled, (v) => typeof v === 'boolean') &&
        [c.lastRecord, c.oldestRecord].every((v) => orNull(v, record)) &&
        [c.sizeBytes, c.maxBytes, c.retainedHours].every((v) => orNull(v, number)) &&
        orNull(c.error, (v) => isText(v, 2000)),
    ) &&
    Array.isArray(h.sources) &&
    h.sources.length <= MOST_CHANNELS &&
    h.sources.every(
      (s) =>
        isText(s?.name, 1000) &&
        ['reading', 'held', 'failed'].includes(s.state) &&
        orNull(s.error, (v) => isText(v, 2000)) &&
        isWhole(s.items) &&
        orNull(s.lastMs, number) &&
        orNull(s.lastRecord, record),
    ) &&
    typeof h.spool === 'object' &&
    h.spool !== null &&
    [h.spool.bytes, h.spool.maxBytes, h.spool.batches, h.spool.dropped].every(isWhole) &&
    orNull(h.spool.oldestMs, number)
  );
}

function isSysmon(value: unknown): boolean {
  const s = value as NonNullable<Heartbeat['sysmon']>;
  return (
    [s.service, s.serviceState, s.driver, s.driverState].every((one) => isText(one, 300)) &&
    [s.version, s.configHash, s.rulesHash].every((one) => one === null || isText(one, 300))
  );
}
