import { createHmac } from 'node:crypto';
import type { Envelope, Message } from '../../message/message.ts';
import { type Channel, linesOf, outcomeOf, TIMEOUT_MS, textOf } from '../channel.ts';

/**
 * JSON to any address. `x-haetae-signature: v1=` and the HMAC-SHA256, in hex, of `x-haetae-timestamp`, a dot and the body;
 * `idempotency-key` is the same for every attempt of one message.
 */
export const webhook: Channel = {
  name: 'webhook',
  over: 'http',
  settings: {
    url: { kind: 'secret-url', needed: true },
    secret: { kind: 'secret', needed: true },
    headers: { kind: 'map' },
  },
  paceMs: 1000,
  open(settings, { post, now }) {
    const headers = (settings.headers ?? {}) as Readonly<Record<string, string>>;
    return {
      async send(message, envelope) {
        const body = JSON.stringify(payloadOf(message, envelope));
        const timestamp = String(Math.floor(now() / 1000));
        return outcomeOf(
          await post({
            url: textOf(settings, 'url'),
            headers: {
              ...headers,
              'content-type': 'application/json; charset=utf-8',
              'idempotency-key': envelope.id,
              'x-haetae-timestamp': timestamp,
              'x-haetae-signature': signatureOf(textOf(settings, 'secret'), timestamp, body),
            },
            body,
            timeoutMs: TIMEOUT_MS,
          }),
        );
      },
    };
  },
};

export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** What is sent, version 1: members are added, never changed. */
export function payloadOf(message: Message, { id, incident }: Pick<Envelope, 'id' | 'incident'>): object {
  const { kind, level, title, link, language } = message;
  const common = { version: 1, id, kind, language, level, title, link, text: linesOf(message).join('\n') };
  if (message.kind !== 'incident') return { ...common, incident: null, lines: message.lines };
  const { reason, risk, data, story, notes, asks } = message;
  return { ...common, reason, notes, story, asks, incident: { id: incident, level, risk, ...data } };
}
