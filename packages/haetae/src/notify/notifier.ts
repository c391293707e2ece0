import { type Language, wordsOf } from '../locale/index.ts';
import type { Delivery, Store } from '../store/index.ts';
import { press } from './buttons/press.ts';
import { BUTTON_MS, signButton } from './buttons/sign.ts';
import { hearButtons } from './buttons/socket.ts';
import type { ButtonMaker } from './channels/channel.ts';
import type { ChannelConfig, NotifyConfig } from './config/config.ts';
import { offText, whyOff } from './message/off.ts';
import { type Opener, openChannel } from './open.ts';
import { Lane } from './outbox/lane.ts';
import { Outbox, type OutboxParts } from './outbox/outbox.ts';

export interface NotifierParts
  extends Opener,
    Pick<OutboxParts, 'publicUrl' | 'clock' | 'responses' | 'attach' | 'log'> {
  readonly store: Pick<Store, 'deliveries' | 'marks' | 'incidents' | 'events' | 'intake' | 'users' | 'audit'>;
  readonly config: NotifyConfig;
  /** By which buttons are signed; without it there are none. */
  readonly buttonKey: Uint8Array | undefined;
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
  /** What waits for people about an incident may be another than it was. */
  responded(incident: string): void;
  status(language: Language): readonly ChannelStatus[];
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
    if (off !== undefined)
      log({ level: one.on ? 'error' : 'info', message: 'a channel is off', channel: one.name, why: whyOff(off) });
  if (buttonKey === undefined && config.people.size > 0)
    log({ level: 'warn', message: 'buttons are off: there is no key to sign them with' });
  return {
    start: () => outbox.start(),
    wake: () => outbox.wake(),
    status: (language) => [...lanes.values()].map((lane) => statusOf(lane, language)),
    responded: (incident) => outbox.responded(incident),
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

function openLane(
  config: ChannelConfig,
  parts: NotifierParts,
  wake: () => void,
  closers: (() => Promise<void>)[],
): Lane {
  const { buttonKey: key, clock, store, log, attach, responses } = parts;
  const { people } = parts.config;
  // Buttons only where a press can be heard, and somebody may press.
  const heard =
    config.type === 'slack' && config.settings.app_token !== undefined && key !== undefined && people.size > 0;
  const buttons: ButtonMaker | undefined = heard
    ? (deed) => signButton(key, { deed, channel: config.name, expiresMs: clock.now() + BUTTON_MS })
    : undefined;
  const opened = openChannel(config, parts.config, parts, buttons);
  if (opened.kind === 'off') return new Lane(config, undefined, 1000, { off: opened.why });
  if (heard) {
    const { language } = config;
    const changed = (): void => {
      parts.changed?.();
      wake();
    };
    const socket = hearButtons({
      ...{ channel: config.name, token: opened.setting('token'), appToken: opened.setting('app_token') },
      ...{ apiUrl: opened.setting('api_url'), proxy: opened.world.proxy, clock, log },
      press: (one) => press({ store, responses, key, people, language, now: clock.now, changed }, one),
      words: (outcome) => (outcome === 'done' ? undefined : wordsOf(language).notify.pressed[outcome]),
    });
    closers.push(socket.close);
  }
  return new Lane(config, opened.sender, opened.paceMs, { files: attach !== undefined });
}

function statusOf(lane: Lane, language: Language): ChannelStatus {
  const { config, off, deadSinceMs, failures, error } = lane;
  const state = off !== undefined ? 'off' : deadSinceMs !== null ? 'dead' : failures > 0 ? 'failing' : 'on';
  return {
    name: config.name,
    type: config.type,
    state,
    why: off !== undefined ? offText(off, language) : error,
    fallback: config.fallback,
    waiting: lane.open.size,
    sent: lane.sent,
    failed: lane.failed,
    givenUp: lane.givenUp,
    lastSentMs: lane.lastSentMs,
  };
}
