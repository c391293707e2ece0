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
  const live = isOver(message) ? undefined : buttons;
  return [...head, ...actionsOf(message, live), ...asksOf(message, live)];
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

/** More stand in the dashboard. */
const MOST_ASKS = 5;

/** Responses that wait for people, each with its two buttons. */
function asksOf({ asks, incident, language }: IncidentMessage, buttons: ButtonMaker | undefined): Block[] {
  const { asks: w, buttons: names } = wordsOf(language).notify;
  const shown = asks.slice(0, MOST_ASKS).flatMap(({ response, version, text }): Block[] => {
    const block: Block = { type: 'section', text: plainText(`${w.waits}: ${text}`, MOST.section) };
    if (buttons === undefined) return [block];
    const button = (action: 'approve' | 'deny'): object => ({
      ...{ type: 'button', action_id: `${action}-${response}`, text: plainText(names[action], 70) },
      ...{
        value: buttons({ action, incident, response, version }),
        style: action === 'approve' ? 'primary' : 'danger',
      },
      ...(action === 'approve' && { confirm: confirm(names.approve, `${w.confirm} ${text}`, names) }),
    });
    return [block, { type: 'actions', elements: [button('approve'), button('deny')] }];
  });
  const more = asks.length - MOST_ASKS;
  return more > 0 ? [...shown, { type: 'context', elements: [plainText(w.more(more), MOST.field)] }] : shown;
}

const confirm = (title: string, text: string, { yes, no }: { readonly yes: string; readonly no: string }): object => ({
  title: plainText(title, 90),
  text: plainText(text, 290),
  confirm: plainText(yes, 28),
  deny: plainText(no, 28),
});

function actionsOf(message: Message, buttons: ButtonMaker | undefined): Block[] {
  const { notify: w } = wordsOf(message.language);
  const elements: object[] = [];
  if (message.link !== null)
    elements.push({ type: 'button', action_id: 'open', url: message.link, text: plainText(w.buttons.open, 70) });
  if (message.kind === 'incident' && buttons !== undefined) {
    for (const action of ['acknowledge', 'benign'] as const)
      elements.push({
        ...{ type: 'button', action_id: action, text: plainText(w.buttons[action], 70) },
        value: buttons({ action, incident: message.incident }),
        ...(action === 'benign' && { confirm: confirm(w.buttons.benign, w.buttons.benignAsks, w.buttons) }),
      });
  }
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
