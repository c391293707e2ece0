import { wordsOf } from '../../../locale/index.ts';
import type { Message } from '../../message/message.ts';
import { type Channel, outcomeOf, TIMEOUT_MS, textOf } from '../channel.ts';

/** Microsoft Teams by a webhook of Workflows: an Adaptive Card, its text in runs, which know no Markdown. */
export const teams: Channel = {
  name: 'teams',
  over: 'http',
  settings: { url: { kind: 'secret-url', needed: true } },
  paceMs: 1000,
  open(settings, { post }) {
    return {
      async send(message) {
        return outcomeOf(
          await post({
            url: textOf(settings, 'url'),
            headers: { 'content-type': 'application/json; charset=utf-8' },
            body: JSON.stringify(cardOf(message)),
            timeoutMs: TIMEOUT_MS,
          }),
        );
      },
    };
  },
};

const COLOURS = {
  critical: 'attention',
  high: 'attention',
  medium: 'warning',
  low: 'default',
  informational: 'default',
} as const;

/** A run of text, of which nothing is read as a format. */
const run = (text: string, more: object = {}) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text, ...more }],
});

export function cardOf(message: Message): object {
  const { title, level, link, language } = message;
  const body: object[] = [run(title, { weight: 'bolder', size: 'medium', color: COLOURS[level] })];
  if (message.kind === 'incident') {
    const { facts, notes, story } = message;
    body.push(...notes.map((note) => run(note, { italic: true })));
    for (const { name, value } of facts)
      body.push({
        type: 'RichTextBlock',
        inlines: [
          { type: 'TextRun', text: `${name}: `, weight: 'bolder' },
          { type: 'TextRun', text: value },
        ],
      });
    const { asks: w } = wordsOf(language).notify;
    body.push(...message.asks.map(({ text }) => run(`${w.waits}: ${text}`)));
    body.push(...story.map((sentence) => run(`• ${sentence}`)));
  } else body.push(...message.lines.map((line) => run(line)));
  const card = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    msteams: { width: 'Full' },
    body,
    ...(link !== null && {
      actions: [{ type: 'Action.OpenUrl', title: wordsOf(language).notify.buttons.open, url: link }],
    }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }],
  };
}
