import { wordsOf } from '../../../locale/index.ts';
import type { Message } from '../../message/message.ts';
import { wide } from '../../message/safe.ts';
import { type Channel, outcomeOf, TIMEOUT_MS, textOf } from '../channel.ts';

const COLOURS = { critical: '#C0392B', high: '#E67E22', medium: '#F1C40F', low: '#7F8C8D', informational: '#95A5A6' };

/** JANDI's incoming webhook. It reads a Markdown without escapes, so the signs of it become their wide likes. */
export const jandi: Channel = {
  name: 'jandi',
  over: 'http',
  settings: { url: { kind: 'secret-url', needed: true } },
  paceMs: 1000,
  open(settings, { post }) {
    return {
      async send(message) {
        return outcomeOf(
          await post({
            url: textOf(settings, 'url'),
            headers: {
              accept: 'application/vnd.tosslab.jandi-v2+json',
              'content-type': 'application/json; charset=utf-8',
            },
            body: JSON.stringify(jandiBody(message)),
            timeoutMs: TIMEOUT_MS,
          }),
        );
      },
    };
  },
};

export function jandiBody(message: Message): object {
  const { title, level, link } = message;
  const { asks: w } = wordsOf(message.language).notify;
  const rows =
    message.kind === 'incident'
      ? [
          ...message.notes.map((note) => ({ title: '', description: note })),
          { title: '', description: message.facts.map(({ name, value }) => `${name}: ${value}`).join('\n') },
          ...message.asks.map(({ text }) => ({ title: '', description: `${w.waits}: ${text}` })),
          ...(message.story.length > 0 ? [{ title: '', description: message.story.join('\n') }] : []),
        ]
      : [{ title: '', description: message.lines.join('\n') }];
  return {
    // The one link is ours, and stands where no text of logs does.
    body: link === null ? wide(title) : `${wide(title)} [[Haetae]](${link})`,
    connectColor: COLOURS[level],
    connectInfo: rows.map((row) => ({ title: wide(row.title), description: wide(row.description) })),
  };
}
