import { wordsOf } from '../../../locale/index.ts';
import type { Envelope, Message } from '../../message/message.ts';
import { html } from '../../message/safe.ts';
import { linesOf } from '../channel.ts';

export interface Heads {
  readonly from: string;
  readonly to: readonly string[];
  readonly nowMs: number;
}

/** A mail as it goes over the wire (RFC 5322, MIME): text, and the same as HTML, both in base64, lines of at most 76. */
export function mailOf(
  message: Message,
  { id, thread }: Pick<Envelope, 'id' | 'thread'>,
  { from, to, nowMs }: Heads,
): string {
  const domain = /@([A-Za-z0-9.-]+)$/.exec(addressOf(from))?.[1] ?? 'haetae.invalid';
  const boundary = `haetae-${id.replace(/[^a-z0-9]/gi, '')}`;
  const name = /^(.*?)\s*<[^<>]+>$/.exec(from)?.[1] ?? '';
  const heads = [
    `From: ${name === '' ? addressOf(from) : `${word(name)} <${addressOf(from)}>`}`,
    `To: ${to.join(', ')}`,
    `Subject: ${word(message.title)}`,
    `Date: ${dateOf(nowMs)}`,
    `Message-ID: <${id}@${domain}>`,
    ...(thread !== '' && thread !== id
      ? [`In-Reply-To: <${thread}@${domain}>`, `References: <${thread}@${domain}>`]
      : []),
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
    ...(message.level === 'critical' || message.level === 'high' ? ['Importance: high'] : []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ];
  const part = (type: string, text: string): string =>
    [
      `--${boundary}`,
      `Content-Type: ${type}; charset=utf-8`,
      'Content-Transfer-Encoding: base64',
      '',
      lines76(Buffer.from(text).toString('base64')),
    ].join('\r\n');
  const body = [part('text/plain', textBody(message)), part('text/html', htmlBody(message)), `--${boundary}--`, ''];
  return `${heads.join('\r\n')}\r\n\r\n${body.join('\r\n')}`;
}

function textBody(message: Message): string {
  const lines = linesOf(message);
  if (message.link !== null) lines.push('', message.link);
  return `${lines.join('\r\n')}\r\n`;
}

const COLOURS = { critical: '#b3261e', high: '#b3261e', medium: '#9a6700', low: '#57606a', informational: '#57606a' };

function htmlBody(message: Message): string {
  const { title, level, link, language } = message;
  const paragraphs = (lines: readonly string[]): string => lines.map((line) => `<p>${html(line)}</p>`).join('');
  const inner =
    message.kind !== 'incident'
      ? paragraphs(message.lines)
      : [
          paragraphs(message.notes),
          `<table cellpadding="4">${message.facts
            .map(
              ({ name, value }) => `<tr><th align="left" valign="top">${html(name)}</th><td>${html(value)}</td></tr>`,
            )
            .join('')}</table>`,
          paragraphs(message.asks.map(({ text }) => `${wordsOf(language).notify.asks.waits}: ${text}`)),
          message.story.length === 0 ? '' : `<ol>${message.story.map((one) => `<li>${html(one)}</li>`).join('')}</ol>`,
        ].join('');
  const open = link === null ? '' : `<p><a href="${html(link)}">${html(wordsOf(language).notify.buttons.open)}</a></p>`;
  // format-detection: no mail program is to make links of its own out of what a log says.
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"></head><body><h2 style="color:${COLOURS[level]}">${html(title)}</h2>${inner}${open}</body></html>`;
}

export const addressOf = (from: string): string => /<([^<>]+)>$/.exec(from)?.[1] ?? from;

const lines76 = (text: string): string => (text.match(/.{1,76}/g) ?? []).join('\r\n');

/** RFC 2047, in words of at most 45 bytes of UTF-8, never through a letter; folded. */
function word(text: string): string {
  if (/^[\x20-\x7e]{0,60}$/.test(text) && !text.includes('=?') && !/[<>",;:@()[\]\\]/.test(text)) return text;
  const words: string[] = [];
  let part = '';
  for (const letter of text) {
    if (Buffer.byteLength(part + letter) > 42) {
      words.push(part);
      part = '';
    }
    part += letter;
  }
  words.push(part);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

/** RFC 5322 in UTC. */
const dateOf = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');
