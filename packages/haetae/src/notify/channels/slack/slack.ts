import type { Level } from '../../../incident/index.ts';
import type { Json } from '../../../store/index.ts';
import type { Envelope, Message } from '../../message/message.ts';
import { atLeast, LEVELS } from '../../message/render.ts';
import { type Channel, failed, type Outcome, type Sender, sent, textOf } from '../channel.ts';
import { blocksOf, fallbackText, threadBlocks } from './blocks.ts';
import { type Client, slackClient } from './client.ts';
import { outcomeOfError } from './errors.ts';
import { areAttached, attachFiles, type Thread } from './files.ts';

/** Of the metadata by which a message is found again. */
const EVENT = 'haetae_message';
/** Clocks of Slack and ours may differ by so much. */
const SLACK_MS = 120_000;
const PAGE = 200;
const MOST_PAGES = 20;

/** Where a message stands: what Slack calls it. */
const placeOf = (ref: Json): Thread => ref as unknown as Thread;

/** Slack by a bot's token: one message an incident, edited in place, details in its thread, found again by its metadata. */
export const slack: Channel = {
  name: 'slack',
  over: 'http',
  settings: {
    token: { kind: 'secret', needed: true },
    /** For buttons, by Socket Mode; without it there are none. */
    app_token: { kind: 'secret' },
    /** Its id, as C0123456789: names change, and are not looked through. */
    channel: { kind: 'text', needed: true, pattern: /^[CGD][A-Z0-9]{2,20}$/, example: 'C0123456789' },
    /** Of a relay in a network without internet. */
    api_url: { kind: 'url' },
    /** From which level on a picture and the report go into the thread. */
    files: { kind: 'text', among: [...LEVELS, 'never'] },
  },
  paceMs: 1000,
  open(settings, { post: upload, proxy }, buttons): Sender {
    const channel = textOf(settings, 'channel');
    const files = textOf(settings, 'files', 'high') as Level | 'never';
    let opened: Promise<Client> | undefined;
    const client = (): Promise<Client> => {
      opened ??= slackClient(textOf(settings, 'token'), textOf(settings, 'api_url'), proxy);
      return opened;
    };
    const asked = async (task: (client: Client) => Promise<Outcome>, taken: boolean): Promise<Outcome> => {
      try {
        return await task(await client());
      } catch (error) {
        return outcomeOfError(error, taken);
      }
    };
    const post = (message: Message, envelope: Envelope, thread: Thread | null): Promise<Outcome> =>
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
      thread: Thread | null,
      uncertain: { readonly sinceMs: number } | null,
    ): Promise<Outcome> => {
      if (uncertain === null) return post(message, envelope, thread);
      let found: Thread | undefined;
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
        wantsFiles: (level) => files !== 'never' && atLeast(level, files),
        attach: async (attached, _envelope, ref, uncertain) => {
          const thread = placeOf(ref);
          let there = false;
          if (uncertain) {
            const looked = await asked(async (api) => {
              there = await areAttached(api, attached, thread);
              return sent();
            }, false);
            if (looked.kind !== 'sent') return looked.kind === 'failed' ? { ...looked, uncertain: true } : looked;
          }
          return there ? sent(ref) : asked((api) => attachFiles(api, upload, attached, thread), true);
        },
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
  thread: Thread | null,
): Promise<Thread | undefined> {
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
