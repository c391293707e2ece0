import { type Channel, numberOf, TIMEOUT_MS, textOf, textsOf } from '../channel.ts';
import { addressOf, mailOf } from './mail.ts';
import { deliver } from './smtp.ts';

/** E-mail by SMTP. A message that is sent again has the same Message-ID; what follows about an incident is an answer to its first. */
export const email: Channel = {
  name: 'email',
  over: 'tcp',
  settings: {
    host: { kind: 'text', needed: true },
    port: { kind: 'number' },
    /** `starttls` (587), `tls` (465), `none` (25): the last only where the network is trusted. */
    security: { kind: 'text', among: ['starttls', 'tls', 'none'] },
    user: { kind: 'text' },
    password: { kind: 'secret' },
    from: {
      kind: 'text',
      needed: true,
      pattern: /^(?:[^<>\r\n]{0,80}<)?[^\s<>@]{1,64}@[^\s<>@]{1,200}>?$/,
      example: 'haetae@example.com',
    },
    to: { kind: 'texts', needed: true, pattern: /^[^\s<>@,;]{1,64}@[^\s<>@,;]{1,200}$/, example: 'soc@example.com' },
  },
  paceMs: 1000,
  open(settings, { connect, now }) {
    const security = textOf(settings, 'security', 'starttls') as 'starttls' | 'tls' | 'none';
    const server = {
      host: textOf(settings, 'host'),
      port: numberOf(settings, 'port', security === 'tls' ? 465 : security === 'starttls' ? 587 : 25),
      security,
      user: textOf(settings, 'user'),
      password: textOf(settings, 'password'),
      timeoutMs: TIMEOUT_MS,
    };
    const from = textOf(settings, 'from');
    const to = textsOf(settings, 'to');
    return {
      send: (message, envelope) => {
        const mail = mailOf(message, envelope, { from, to, nowMs: now() });
        return deliver(server, { from: addressOf(from), to, mail }, connect);
      },
    };
  },
};
