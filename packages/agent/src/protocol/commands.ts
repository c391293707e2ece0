import { createHash, sign } from 'node:crypto';
import { holds, type Identity } from './identity.ts';
import { type Order, readOrder } from './orders.ts';

/** What the server asks one agent to do, once and soon. It is signed as the text that it travels as. */
export interface Command {
  readonly haetae: 'command.1';
  readonly id: string;
  /** Fingerprint of the agent's key: nobody else's. */
  readonly agent: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
  readonly does:
    | {
        readonly kind: 'do';
        readonly order: Order /** False: the guard answers, and nothing is done. */;
        readonly apply: boolean;
      }
    | { readonly kind: 'undo' /** Id of the command whose effect is taken back. */; readonly of: string };
  /** The accounts that answer for it, or the playbook: for the host's own record. */
  readonly by: readonly string[];
}

export interface SignedCommand {
  readonly text: string;
  readonly signature: string;
}

/** Longest that a command may be good for. */
export const MOST_COMMAND_MS = 10 * 60_000;

export const OUTCOME_STATES = ['refused', 'checked', 'done', 'failed', 'rolled-back', 'undone', 'ended'] as const;

/** What became of a command at the host. */
export interface CommandOutcome {
  /** Id of the command; '' where it could not be read. */
  readonly command: string;
  /** 1, 2, …: an isolation is done, and ends later. */
  readonly number: number;
  /**
   * `checked`: the guard found nothing against it, and nothing was to be done. `rolled-back`: done, found wrong, taken back.
   * `ended`: over by its own time.
   */
  readonly state: (typeof OUTCOME_STATES)[number];
  /** One of {@link REFUSALS} or what failed, as a word; '' where all went well. */
  readonly reason: string;
  readonly detail: string;
  readonly atMs: number;
  /** Whether its effect was looked at and found; null where nothing was to be verified. */
  readonly verified: boolean | null;
  /** Whether it can be taken back from here on. */
  readonly undoable: boolean;
}

/** Why an agent does not do what it is told. */
export const REFUSALS = [
  'no-key',
  'signature',
  'foreign',
  'expired',
  'not-yet',
  'replayed',
  'malformed',
  'not-allowed',
  'busy',
  'unsupported',
  'process-gone',
  'process-differs',
  'protected',
  'own-agent',
  'file-gone',
  'file-differs',
  'not-plain-file',
  'hard-link',
  'not-local',
  'last-admin',
  'own-network',
  'no-route',
  'managed',
  'missing',
  'not-undoable',
  'script-signature',
  'no-rights',
] as const;
export type Refusal = (typeof REFUSALS)[number];

const DOMAIN = 'haetae-command.1\n';
const bytesOf = (text: string): Buffer => Buffer.from(DOMAIN + text, 'utf8');

export function signCommand(command: Command, { privateKey }: Pick<Identity, 'privateKey'>): SignedCommand {
  const text = JSON.stringify(command);
  return { text, signature: sign(null, bytesOf(text), privateKey).toString('base64url') };
}

const SCRIPT = 'haetae-script.1\n';
const scriptBytes = (name: string, text: string): Buffer =>
  Buffer.from(`${SCRIPT}${name}\n${createHash('sha256').update(text).digest('hex')}`, 'utf8');
export const signScript = (name: string, text: string, { privateKey }: Pick<Identity, 'privateKey'>): string =>
  sign(null, scriptBytes(name, text), privateKey).toString('base64url');
export const signedScript = (name: string, text: string, signature: string, keys: readonly string[]): boolean =>
  keys.some((key) => holds(scriptBytes(name, text), signature, key));

export type ReadCommand =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly detail: string; readonly id: string };

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** By how much a server's clock may be ahead of the host's. */
const AHEAD_MS = 60_000;

/**
 * The command in a text, where one of `keys` signed it for `agent` and it is in force at `nowMs`. That it was not carried out before
 * is for the caller to know.
 */
export function readCommand(
  { text, signature }: SignedCommand,
  { keys, agent, nowMs }: { readonly keys: readonly string[]; readonly agent: string; readonly nowMs: number },
): ReadCommand {
  let id = '';
  const refused = (reason: Refusal, detail = ''): ReadCommand => ({ kind: 'refused', reason, detail, id });
  if (keys.length === 0) return refused('no-key', 'this host trusts no key with responses');
  // Nothing of an unsigned text is believed, its id neither.
  if (!keys.some((key) => holds(bytesOf(text), signature, key))) return refused('signature');
  let value: Partial<Command> | null;
  try {
    value = JSON.parse(text) as Partial<Command>;
  } catch {
    return refused('malformed', 'not JSON');
  }
  if (typeof value !== 'object' || value === null || value.haetae !== 'command.1' || !ID.test(String(value.id)))
    return refused('malformed', 'no command');
  id = value.id!;
  const { issuedMs, expiresMs, does, by } = value;
  if (value.agent !== agent) return refused('foreign');
  if (!Number.isFinite(issuedMs) || !Number.isFinite(expiresMs) || expiresMs! - issuedMs! > MOST_COMMAND_MS)
    return refused('malformed', 'its times make no sense');
  if (nowMs >= expiresMs!) return refused('expired', `${nowMs - expiresMs!} ms ago by the clock of this host`);
  if (issuedMs! > nowMs + AHEAD_MS)
    return refused('not-yet', `${issuedMs! - nowMs} ms ahead of the clock of this host`);
  if (!Array.isArray(by) || !by.every((one) => typeof one === 'string')) return refused('malformed', 'by');
  if (does?.kind === 'undo') {
    if (!ID.test(String(does.of))) return refused('malformed', 'does.of');
  } else if (does?.kind === 'do') {
    if (typeof does.apply !== 'boolean') return refused('malformed', 'does.apply');
    const read = readOrder(does.order);
    if (read.kind === 'fault') return refused('malformed', `${read.fault.at}: ${read.fault.why}`);
  } else return refused('malformed', 'does');
  return { kind: 'command', command: value as Command };
}

export function isOutcome(value: unknown): value is CommandOutcome {
  if (typeof value !== 'object' || value === null) return false;
  const o = value as CommandOutcome;
  return (
    typeof o.command === 'string' &&
    o.command.length <= 36 &&
    Number.isSafeInteger(o.number) &&
    OUTCOME_STATES.includes(o.state) &&
    typeof o.reason === 'string' &&
    o.reason.length <= 100 &&
    typeof o.detail === 'string' &&
    o.detail.length <= 4000 &&
    Number.isFinite(o.atMs) &&
    (o.verified === null || typeof o.verified === 'boolean') &&
    typeof o.undoable === 'boolean'
  );
}
