import type { Json } from '../../../store/index.ts';
import type { Envelope, Message } from '../../message/message.ts';
import { type Channel, failed, type Outcome, type Sender, sent, TIMEOUT_MS, textOf } from '../channel.ts';
import { blocksOf, fallbackText, threadBlocks } from './blocks.ts';
import { outcomeOfError } from './errors.ts';

/** Of the metadata by which a message is found again. */
const EVENT = 'haetae_message';
/** Clocks of Slack and ours may differ by so much. */
const SLACK_MS = 120_000;
const PAGE = 200;
const MOST_PAGES = 20;

/** Where a message stands: what Slack calls it. */
interface Place {
  readonly channel: string;
  readonly ts: string;
}
const placeOf = (ref: Json): Place => ref as unknown as Place;

/** The methods of Slack's Web API that are used, as @slack/web-api has them. */
interface Client {
  readonly chat: {
    postMessage(args: object): Promise<{ channel?: string; ts?: string }>;
    update(args: object): Promise<{ channel?: string; ts?: string }>;
  };
  readonly conversations: {
    history(args: object): Promise<History>;
    replies(args: object): Promise<History>;
  };
}
interface History {
  readonly messages?: readonly { readonly ts?: string; readonly metadata?: Metadata }[];
  readonly has_more?: boolean;
  readonly response_metadata?: { readonly next_cursor?: string };
}
interface Metadata {
  readonly event_type?: string;
  readonly event_payload?: Readonly<Record<string, unknown>>;
}

/** Slack by a bot's token: one message an incident, edited in place, details in its thread, found again by its metadata. */
export const slack: Channel = {
  name: 'slack',
  settings: {
    token: { kind: 'secret', needed: true },
    /** For buttons, by Socket Mode; without it there are none. */
    app_token: { kind: 'secret' },
    /** Its id, as C0123456789: names change, and are not looked through. */
    channel: { kind: 'text', needed: true, pattern: /^[CGD][A-Z0-9]{2,20}$/, example: 'C0123456789' },
    /** Of a relay in a network without internet. */
    api_url: { kind: 'url' },
  },
  paceMs: 1000,
  open(settings, _world, buttons): Sender {
    const channel = textOf(settings, 'channel');
    let opened: Promise<Client> | undefined;
    const client = (): Promise<Client> => {
      opened ??= openClient(textOf(settings, 'token'), textOf(settings, 'api_url'));
      return opened;
    };
    const asked = async (task: (client: Client) => Promise<Outcome>, taken: boolean): Promise<Outcome> => {
      try {
        return await task(await client());
      } catch (error) {
        return outcomeOfError(error, taken);
      }
    };
    const post = (message: Message, envelope: Envelope, thread: Place | null): Promise<Outcome> =>
      asked(async ({ chat }) => {
        const posted = await chat.postMessage({
          channel: thread?.channel ?? channel,
          ...(thread === null
            ? { blocks: blocksOf(message, buttons) }
            : { thread_ts: thread.ts, blocks: threadBlocks(message) }),
          ...QUIET,
          text: fallbackText(message),
          metadata: {
            event_type: EVENT,
            event_payload: { delivery: envelope.id, incident: envelope.incident ?? '' },
          },
        });
        return sent({ channel: posted.channel ?? channel, ts: posted.ts ?? '' });
      }, true);
    /** What an earlier attempt left, or a new message. */
    const once = async (
      message: Message,
      envelope: Envelope,
      thread: Place | null,
      uncertain: { readonly sinceMs: number } | null,
    ): Promise<Outcome> => {
      if (uncertain === null) return post(message, envelope, thread);
      let found: Place | undefined;
      const looked = await asked(async (api) => {
        found = await lookUp(api, thread?.channel ?? channel, envelope.id, uncertain.sinceMs, thread);
        return sent();
      }, false);
      // Whether it is there is not known: to send it again could make it two.
      if (looked.kind === 'failed') return { ...looked, uncertain: true };
      if (looked.kind !== 'sent')
        return looked.kind === 'busy' ? looked : failed(looked.why, { uncertain: true, dead: true });
      return found === undefined ? post(message, envelope, thread) : sent({ ...found });
    };
    return {
      send: (message, envelope, uncertain) => once(message, envelope, null, uncertain),
      board: {
        edit: (message, _envelope, ref) =>
          asked(async ({ chat }) => {
            const { channel: where, ts } = placeOf(ref);
            const blocks = blocksOf(message, buttons);
            await chat.update({
              channel: where,
              ts,
              blocks,
              text: fallbackText(message),
              parse: 'none',
              link_names: false,
            });
            return sent(ref);
          }, false),
        reply: (message, envelope, ref, uncertain) => once(message, envelope, placeOf(ref), uncertain),
      },
    };
  },
};

const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none', mrkdwn: false } as const;

/** By the id in its metadata, among what was said since. */
async function lookUp(
  { conversations }: Client,
  channel: string,
  delivery: string,
  sinceMs: number,
  thread: Place | null,
): Promise<Place | undefined> {
  const oldest = ((sinceMs - SLACK_MS) / 1000).toFixed(6);
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { channel, oldest, limit: PAGE, include_all_metadata: true, ...(cursor !== '' && { cursor }) };
    const answer =
      thread === null ? await conversations.history(query) : await conversations.replies({ ...query, ts: thread.ts });
    for (const { ts, metadata } of answer.messages ?? [])
      if (ts !== undefined && metadata?.event_type === EVENT && metadata.event_payload?.delivery === delivery)
        return { channel, ts };
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (answer.has_more !== true || cursor === '') return undefined;
  }
  throw new Error('too many messages since to look through');
}

/** Loaded when the first message goes: most servers have no Slack. Our outbox alone decides about repeats and pauses. */
async function openClient(token: string, apiUrl: string): Promise<Client> {
  const { WebClient } = await import('@slack/web-api');
  return new WebClient(token, {
    ...(apiUrl !== '' && { slackApiUrl: apiUrl }),
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: SILENT,
  }) as unknown as Client;
}

const nothing = (): void => {};
/** What it would log may hold what was sent. */
export const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
