import type { Channel, Outcome, Sender } from '../channels/channel.ts';
import { sent } from '../channels/channel.ts';
import type { ChannelConfig, NotifyConfig } from '../config/config.ts';
import { readNotify } from '../config/read.ts';
import type { Envelope, Message } from '../message/message.ts';
import { Lane } from '../outbox/lane.ts';
import { Outbox, type OutboxParts } from '../outbox/outbox.ts';
import { type ManualClock, type MemoryStore, manualClock, memoryStore } from './memory.ts';

/** What went over a channel of a test. */
export interface Heard {
  readonly atMs: number;
  readonly how: 'send' | 'edit' | 'reply' | 'files';
  readonly id: string;
  readonly message: Message;
  readonly uncertain: boolean;
}

/** A place to which messages go, with its own memory: it outlives a crash of ours. */
export interface Place {
  readonly heard: Heard[];
  /** What it says next; sent when nothing is left. `lost`: taken, and the answer never came. */
  readonly next: (Outcome | 'lost' | 'crash')[];
  sender(clock: ManualClock, crash: () => void): Sender;
}

export function place(board: boolean): Place {
  const heard: Heard[] = [];
  const next: (Outcome | 'lost' | 'crash')[] = [];
  const known = new Set<string>();
  return {
    heard,
    next,
    sender(clock, crash) {
      const take = async (
        how: Heard['how'],
        message: Message,
        { id }: Envelope,
        uncertain: { readonly sinceMs: number } | null,
      ): Promise<Outcome> => {
        // A board looks for what an earlier attempt may have left.
        if (board && uncertain !== null && known.has(`${how} ${id}`)) return sent({ id });
        const outcome = next.shift();
        const taken = outcome === undefined || outcome === 'lost' || outcome === 'crash' || outcome.kind === 'sent';
        if (taken) {
          known.add(`${how} ${id}`);
          heard.push({ atMs: clock.now(), how, id, message, uncertain: uncertain !== null });
        }
        if (outcome === 'crash') crash();
        if (outcome === 'lost' || outcome === 'crash')
          return { kind: 'failed', why: 'no answer', uncertain: true, dead: false };
        return outcome === undefined || outcome.kind === 'sent' ? sent(board ? { id } : null) : outcome;
      };
      return {
        send: (message, envelope, uncertain) => take('send', message, envelope, uncertain),
        ...(board && {
          board: {
            edit: (message, envelope) => take('edit', message, envelope, null),
            reply: (message, envelope, _ref, uncertain) => take('reply', message, envelope, uncertain),
            wantsFiles: (level) => level === 'high',
            attach: (files, envelope, _ref, uncertain) =>
              take('files', files.map(({ name }) => name).join() as never, envelope, uncertain ? { sinceMs: 0 } : null),
          },
        }),
      };
    },
  };
}

export interface Room {
  readonly clock: ManualClock;
  readonly kept: MemoryStore;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly log: object[];
  /** What waits for people is another. */
  responded(incident: string): void;
  /** What happened meanwhile is looked at, timers go off. */
  pass(ms: number): Promise<void>;
  /** The process ends at once, and another takes its place. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { slack: 'slack', mail: 'slack-webhook' };

/** The file of channels of a test: `settings` of each are left to its type. */
export function configOf(yaml: string): NotifyConfig {
  const { config, problems } = readNotify(yaml);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

/** A file with one channel a place: named `slack…` it is a board, else not. */
export const fileOf = (names: readonly string[], more = ''): string =>
  `time_zone: Asia/Seoul\nlanguage: en\n${more}\nchannels:\n${names
    .map((name) => {
      const [plain, fallback] = name.split('>') as [string, string | undefined];
      const rest = `redaction: full${fallback === undefined ? '' : `, fallback: ${fallback}`}`;
      return `  ${plain}: { type: ${TYPES[plain.replace(/\d/, '')]}, ${plain.startsWith('slack') ? 'token: { env: T }, channel: C0000' : 'url: { env: U }'}, ${rest} }`;
    })
    .join('\n')}\n`;

export function room(
  yaml: string,
  places: Readonly<Record<string, Place>>,
  {
    startMs = Date.parse('2026-03-17T05:00:00Z'),
    responses,
    attach,
  }: { readonly startMs?: number } & Pick<OutboxParts, 'responses' | 'attach'> = {},
): Room {
  const clock = manualClock(startMs);
  const config = configOf(yaml);
  const log: object[] = [];
  let kept = memoryStore(clock);
  let lanes: Map<string, Lane>;
  let outbox: Outbox;
  const begin = (): void => {
    const crash = (): void => kept.kill();
    lanes = new Map(
      config.channels.map((one: ChannelConfig) => [
        one.name,
        new Lane(one, places[one.name]?.sender(clock, crash), 1000, {
          ...(places[one.name] === undefined && { off: { code: 'switched-off' } }),
          files: attach !== undefined,
        }),
      ]),
    );
    outbox = new Outbox({
      store: kept.store,
      config,
      lanes,
      publicUrl: 'https://haetae.example',
      responses,
      attach,
      clock,
      log: (line) => log.push(line),
    });
  };
  begin();
  return {
    clock,
    log,
    get kept() {
      return kept;
    },
    get lanes() {
      return lanes;
    },
    async pass(ms) {
      outbox.wake();
      await clock.advance(ms, () => outbox.idle());
    },
    async crash() {
      kept.kill();
      await outbox.close();
      kept = memoryStore(clock, kept);
      begin();
      await outbox.start();
    },
    start: () => outbox.start(),
    responded: (incident) => outbox.responded(incident),
  };
}

export type { Channel };
