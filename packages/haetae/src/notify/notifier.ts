import { wordsOf } from '../locale/index.ts';
import type { Delivery, Store } from '../store/index.ts';
import { press } from './buttons/press.ts';
import { BUTTON_MS, signButton } from './buttons/sign.ts';
import { hearButtons } from './buttons/socket.ts';
import { type ButtonMaker, type Sender, textOf, type World } from './channels/channel.ts';
import { CHANNELS } from './channels/registry.ts';
import type { ChannelConfig, NotifyConfig } from './config/config.ts';
import { type ReadSecret, without, withSecrets } from './config/secrets.ts';
import { Lane } from './outbox/lane.ts';
import { type Clock, Outbox, type OutboxParts } from './outbox/outbox.ts';

export interface NotifierParts {
  readonly store: Pick<Store, 'deliveries' | 'marks' | 'incidents' | 'events' | 'intake' | 'users' | 'audit'>;
  readonly config: NotifyConfig;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly world: World;
  readonly readSecret: ReadSecret;
  /** By which buttons are signed; without it there are none. */
  readonly buttonKey: Uint8Array | undefined;
  readonly log: OutboxParts['log'];
  /** An incident was changed by a button. */
  readonly changed?: () => void;
}

/** How a channel does. */
export interface ChannelStatus {
  readonly name: string;
  readonly type: string;
  readonly state: 'on' | 'off' | 'failing' | 'dead';
  /** Why it is off, or fails; '' for none. Holds no secret. */
  readonly why: string;
  readonly fallback: string | null;
  /** Messages that are owed. */
  readonly waiting: number;
  /** Since the start. */
  readonly sent: number;
  readonly failed: number;
  readonly givenUp: number;
  readonly lastSentMs: number | null;
}

export interface Notifier {
  /** Takes up what was owed. */
  start(): Promise<void>;
  /** Incidents may have changed. */
  wake(): void;
  status(): readonly ChannelStatus[];
  deliveries(query: { incident?: string; channel?: string; state?: Delivery['state'] }): Promise<readonly Delivery[]>;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** All of it, for a server. A channel that cannot be opened is off, and says why; the others go on. */
export function notifier(parts: NotifierParts): Notifier {
  const { config, store, buttonKey, log } = parts;
  const closers: (() => Promise<void>)[] = [];
  const lanes = new Map<string, Lane>();
  const outbox = new Outbox({ ...parts, lanes });
  for (const channel of config.channels)
    lanes.set(
      channel.name,
      openLane(channel, parts, () => outbox.wake(), closers),
    );
  for (const { config: one, off } of lanes.values())
    if (off !== '') log({ level: one.on ? 'error' : 'info', message: 'a channel is off', channel: one.name, why: off });
  if (buttonKey === undefined && config.people.size > 0)
    log({ level: 'warn', message: 'buttons are off: there is no key to sign them with' });
  return {
    start: () => outbox.start(),
    wake: () => outbox.wake(),
    status: () => [...lanes.values()].map(statusOf),
    async deliveries({ incident, channel, state }) {
      return store.deliveries.list({
        ...(incident !== undefined && { incidentId: incident }),
        ...(channel !== undefined && { channel }),
        ...(state !== undefined && { state }),
      });
    },
    idle: () => outbox.idle(),
    async close() {
      await Promise.all(closers.map((close) => close()));
      await outbox.close();
    },
  };
}

/** A channel from its settings; for a test of it too. `why`: it cannot be opened. */
export function openChannel(
  config: ChannelConfig,
  { world, readSecret }: Pick<NotifierParts, 'world' | 'readSecret'>,
  buttons?: ButtonMaker,
):
  | {
      readonly kind: 'open';
      readonly sender: Sender;
      readonly paceMs: number;
      readonly secret: (name: string) => string;
    }
  | { readonly kind: 'off'; readonly why: string } {
  const type = CHANNELS.get(config.type);
  if (!config.on || type === undefined) return { kind: 'off', why: 'it is turned off in the file of channels' };
  const { settings, secrets, missing } = withSecrets(config, readSecret);
  if (missing.length > 0) return { kind: 'off', why: `a secret is not there: ${missing.join(', ')}` };
  const sender = type.open(settings, world, buttons);
  const secret = (name: string): string => textOf(settings, name);
  return { kind: 'open', sender: clean(sender, secrets), paceMs: type.paceMs, secret };
}

/** Whatever a channel says of a failure, no secret of its own is in it. */
function clean(sender: Sender, secrets: readonly string[]): Sender {
  const guarded =
    <A extends unknown[]>(what: (...args: A) => ReturnType<Sender['send']>) =>
    async (...args: A): ReturnType<Sender['send']> => {
      try {
        const outcome = await what(...args);
        return outcome.kind === 'sent' ? outcome : { ...outcome, why: without(outcome.why, secrets) };
      } catch (error) {
        const why = without(error instanceof Error ? error.message : String(error), secrets).slice(0, 300);
        return { kind: 'failed', why, uncertain: true, dead: false };
      }
    };
  const { board } = sender;
  return {
    ...sender,
    send: guarded(sender.send),
    ...(board !== undefined && { board: { edit: guarded(board.edit), reply: guarded(board.reply) } }),
  };
}

function openLane(
  config: ChannelConfig,
  parts: NotifierParts,
  wake: () => void,
  closers: (() => Promise<void>)[],
): Lane {
  const { buttonKey, clock, store, log, readSecret } = parts;
  const { people } = parts.config;
  // Buttons only where a press can be heard, and somebody may press.
  const heard =
    config.type === 'slack' && config.settings.app_token !== undefined && buttonKey !== undefined && people.size > 0;
  const buttons: ButtonMaker | undefined = heard
    ? (incident) =>
        (['acknowledge', 'benign'] as const).map((action) => ({
          action,
          value: signButton(buttonKey, { action, incident, channel: config.name, expiresMs: clock.now() + BUTTON_MS }),
        }))
    : undefined;
  const opened = openChannel(config, parts, buttons);
  if (opened.kind === 'off') return new Lane(config, undefined, 1000, opened.why);
  if (heard) {
    const { settings } = withSecrets(config, readSecret);
    const socket = hearButtons({
      channel: config.name,
      token: opened.secret('token'),
      appToken: opened.secret('app_token'),
      apiUrl: textOf(settings, 'api_url'),
      clock,
      press: (one) =>
        press(
          {
            store,
            key: buttonKey,
            people,
            now: clock.now,
            changed: () => {
              parts.changed?.();
              wake();
            },
          },
          one,
        ),
      words: (outcome) => (outcome === 'done' ? undefined : wordsOf(config.language).notify.pressed[outcome]),
      log,
    });
    closers.push(socket.close);
  }
  return new Lane(config, opened.sender, opened.paceMs);
}

function statusOf(lane: Lane): ChannelStatus {
  const { config, off, deadSinceMs, failures, error } = lane;
  const state = off !== '' ? 'off' : deadSinceMs !== null ? 'dead' : failures > 0 ? 'failing' : 'on';
  return {
    name: config.name,
    type: config.type,
    state,
    why: off !== '' ? off : error,
    fallback: config.fallback,
    waiting: lane.open.size,
    sent: lane.sent,
    failed: lane.failed,
    givenUp: lane.givenUp,
    lastSentMs: lane.lastSentMs,
  };
}
