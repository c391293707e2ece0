import { type Channel, outcomeOf, TIMEOUT_MS, textOf } from '../channel.ts';
import { blocksOf, fallbackText, threadBlocks } from '../slack/blocks.ts';

/** Slack's incoming webhook, the least of its ways in: it cannot edit, thread or look up, so an incident that grows worse is told anew. */
export const slackWebhook: Channel = {
  name: 'slack-webhook',
  over: 'http',
  settings: { url: { kind: 'secret-url', needed: true } },
  paceMs: 1000,
  open(settings, { post }) {
    return {
      async send(message) {
        const blocks = [
          ...blocksOf(message),
          ...(message.kind === 'incident' ? threadBlocks({ ...message, notes: [] }) : []),
        ];
        const body = { text: fallbackText(message), blocks, mrkdwn: false, unfurl_links: false, unfurl_media: false };
        return outcomeOf(
          await post({
            url: textOf(settings, 'url'),
            headers: { 'content-type': 'application/json; charset=utf-8' },
            body: JSON.stringify(body),
            timeoutMs: TIMEOUT_MS,
          }),
        );
      },
    };
  },
};
