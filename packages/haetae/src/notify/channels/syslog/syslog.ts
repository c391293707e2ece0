import { hostname } from 'node:os';
import type { Message } from '../../message/message.ts';
import { type Channel, failed, numberOf, sent, TIMEOUT_MS, textOf } from '../channel.ts';

/** CEF in RFC 5424 over TCP or TLS, framed by octet counts. A collector acknowledges nothing: what the system took is sent. */
export const syslog: Channel = {
  name: 'syslog',
  over: 'tcp',
  settings: {
    host: { kind: 'text', needed: true },
    port: { kind: 'number' },
    transport: { kind: 'text', among: ['tcp', 'tls'] },
  },
  // A collector is no reader: a SIEM wants all of it soon.
  paceMs: 100,
  open(settings, { connect }) {
    return {
      async send(message, envelope) {
        const tls = textOf(settings, 'transport', 'tls') === 'tls';
        const line = syslogLine(message, envelope, hostname());
        const bytes = Buffer.from(line);
        const port = numberOf(settings, 'port', tls ? 6514 : 514);
        try {
          const socket = await connect({
            ...{ host: textOf(settings, 'host'), port, tls, verify: true, timeoutMs: TIMEOUT_MS },
          });
          return await new Promise((resolve) => {
            socket.setTimeout(TIMEOUT_MS, () => {
              socket.destroy();
              resolve(failed('the collector takes nothing', { uncertain: true }));
            });
            socket.once('error', (error: NodeJS.ErrnoException) =>
              resolve(failed(error.code ?? 'the connection broke', { uncertain: true })),
            );
            socket.end(Buffer.concat([Buffer.from(`${bytes.length} `), bytes]), () => resolve(sent()));
          });
        } catch (error) {
          return failed((error as NodeJS.ErrnoException).code ?? 'no connection');
        }
      },
    };
  },
};

const SEVERITY = { informational: 1, low: 3, medium: 5, high: 8, critical: 10 } as const;
/** RFC 5424: facility 13 (log audit), severity by level. */
const PRIORITY = { informational: 6, low: 5, medium: 4, high: 3, critical: 2 } as const;

const header = (text: string): string => text.replace(/[\\|]/g, '\\$&');
const value = (text: string): string => text.replace(/[\\=]/g, '\\$&').replace(/[\r\n]+/g, ' ');

export function syslogLine(message: Message, { id, nowMs }: { id: string; nowMs: number }, from: string): string {
  const time = new Date(nowMs).toISOString();
  const host = /^[\x21-\x7e]{1,255}$/.test(from) ? from : '-';
  return `<${13 * 8 + PRIORITY[message.level]}>1 ${time} ${host} haetae - ${message.kind} - \uFEFF${cefOf(message, id)}`;
}

export function cefOf(message: Message, id: string): string {
  const { kind, title, level, link } = message;
  const extension: Record<string, string> = { externalId: id };
  if (message.kind === 'incident') {
    const { data, incident, risk, reason } = message;
    Object.assign(extension, {
      externalId: incident,
      act: reason,
      cn1: String(risk),
      cn1Label: 'risk',
      cnt: String(data.findings),
      start: String(data.firstMs),
      end: String(data.lastMs),
      dhost: data.hosts.join(','),
      duser: data.users.join(','),
      cs1: data.tactics.join(','),
      cs1Label: 'tactics',
      cs2: data.techniques.join(','),
      cs2Label: 'techniques',
      cs3: data.status,
      cs3Label: 'status',
      cs4: id,
      cs4Label: 'delivery',
    });
  } else extension.msg = message.lines.join(' | ').slice(0, 1000);
  if (link !== null) extension.request = link;
  const pairs = Object.entries(extension).filter(([, text]) => text !== '');
  const head = ['CEF:0', 'Haetae', 'Haetae', '1', kind, header(title), String(SEVERITY[level])].join('|');
  return `${head}|${pairs.map(([name, text]) => `${name}=${value(text)}`).join(' ')}`;
}
