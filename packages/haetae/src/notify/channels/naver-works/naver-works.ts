import { wordsOf } from '../../../locale/index.ts';
import type { Message } from '../../message/message.ts';
import { type Channel, linesOf, outcomeOf, TIMEOUT_MS, textOf } from '../channel.ts';

/** Characters that a body may have. */
const MOST = 1900;

/** NAVER WORKS' incoming webhook: a title, a body of plain text, one button. */
export const naverWorks: Channel = {
  name: 'naver-works',
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
            body: JSON.stringify(worksBody(message)),
            timeoutMs: TIMEOUT_MS,
          }),
        );
      },
    };
  },
};

export function worksBody(message: Message): object {
  const { title, link, language } = message;
  const [, ...lines] = linesOf(message);
  const letters = [...lines.join('\n').trim()];
  const text = letters.length <= MOST ? letters.join('') : `${letters.slice(0, MOST - 1).join('')}…`;
  return {
    title: [...title].slice(0, 150).join(''),
    body: { text: text === '' ? title : text },
    ...(link !== null && { button: { label: wordsOf(language).notify.buttons.open, url: link } }),
  };
}
