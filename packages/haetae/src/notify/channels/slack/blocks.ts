import { wordsOf } from '../../../locale/index.ts';
import type { IncidentMessage, Message } from '../../message/message.ts';
import { slackText } from '../../message/safe.ts';
import type { ButtonMaker } from '../channel.ts';

/** Blocks as Slack documents them, of those that we use. Text of logs stands in `plain_text` only: nothing in it pings, links or formats. */
interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text?: PlainText; readonly fields?: readonly PlainText[] }
  | { readonly type: 'context'; readonly elements: readonly PlainText[] }
  | { readonly type: 'actions'; readonly elements: readonly object[] };

const MOST = { header: 150, field: 1900, section: 2900, fields: 10, blocks: 48 } as const;

const clip = (text: string, most: number): string => {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
};
const plainText = (text: string, most: number): PlainText => ({
  type: 'plain_text',
  text: clip(text === '' ? '-' : text, most),
  emoji: false,
});

/** What stands in a list of messages and in notifications: not a place for formats, and read as none. */
export const fallbackText = (message: Message): string => slackText(clip(message.title, 300));

/** A message that stands for an incident, or tells of several. */
export function blocksOf(message: Message, buttons?: ButtonMaker): Block[] {
  const head: Block[] = [{ type: 'header', text: plainText(message.title, MOST.header) }];
  if (message.kind !== 'incident')
    return [...head, ...sections(message.lines), ...actionsOf(message, undefined)].slice(0, MOST.blocks);
  const fields = message.facts.map(({ name, value }) => plainText(`${name}\n${value}`, MOST.field));
  for (let i = 0; i < fields.length; i += MOST.fields)
    head.push({ type: 'section', fields: fields.slice(i, i + MOST.fields) });
  if (message.notes.length > 0)
    head.push({ type: 'context', elements: message.notes.slice(0, 10).map((note) => plainText(note, MOST.field)) });
  return [...head, ...actionsOf(message, isOver(message) ? undefined : buttons)];
}

const isOver = ({ data }: IncidentMessage): boolean => data.status === 'closed' || data.mergedInto !== null;

/** What stands below it: the story, or what changed. */
export function threadBlocks(message: Message): Block[] {
  if (message.kind !== 'incident') return sections(message.lines);
  return sections([...message.notes, ...message.story]);
}

function sections(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let text = '';
  const end = (): void => {
    if (text !== '') blocks.push({ type: 'section', text: plainText(text, MOST.section) });
    text = '';
  };
  for (const line of lines) {
    if (text.length + line.length > MOST.section - 10) end();
    text += text === '' ? line : `\n${line}`;
  }
  end();
  return blocks.slice(0, MOST.blocks - 4);
}

function actionsOf(message: Message, buttons: ButtonMaker | undefined): Block[] {
  const { notify: w } = wordsOf(message.language);
  const elements: object[] = [];
  if (message.link !== null)
    elements.push({ type: 'button', action_id: 'open', url: message.link, text: plainText(w.buttons.open, 70) });
  if (message.kind === 'incident' && buttons !== undefined) {
    for (const { action, value } of buttons(message.incident)) {
      const asks = {
        title: plainText(w.buttons.benign, 90),
        text: plainText(w.buttons.benignAsks, 290),
        confirm: plainText(w.buttons.yes, 28),
        deny: plainText(w.buttons.no, 28),
      };
      elements.push({
        type: 'button',
        action_id: action,
        value,
        text: plainText(w.buttons[action], 70),
        ...(action === 'benign' && { confirm: asks }),
      });
    }
  }
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
