import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { noticeMessage } from '../message/render.ts';
import { openChannel } from '../open.ts';
import { HOSTILE, hostileMessage } from '../testing/hostile.ts';
import type { Posted, World } from './channel.ts';
import { mailOf } from './email/mail.ts';
import { jandiBody } from './jandi/jandi.ts';
import { worksBody } from './naver-works/naver-works.ts';
import { CHANNELS } from './registry.ts';
import { blocksOf, fallbackText, threadBlocks } from './slack/blocks.ts';
import { outcomeOfError } from './slack/errors.ts';
import { cefOf, syslogLine } from './syslog/syslog.ts';
import { cardOf } from './teams/teams.ts';
import { payloadOf, signatureOf } from './webhook/webhook.ts';

const NOW = Date.parse('2026-03-17T05:00:00Z');
const SECRET = 'planted-secret-0123456789';
const ENVELOPE = {
  id: 'aaaabbbbccccddddeeeeffff',
  incident: '0123456789abcdef',
  thread: 'aaaabbbbccccddddeeeeffff',
  nowMs: NOW,
};
const OVER_HTTP = ['webhook', 'slack-webhook', 'teams', 'jandi', 'naver-works'] as const;

function opened(type: string, answer: Posted) {
  const requests: Parameters<World['post']>[0][] = [];
  const world: World = {
    now: () => NOW,
    post: async (request) => {
      requests.push(request);
      return answer;
    },
    connect: async () => {
      throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    },
  };
  const settings = {
    url: { from: 'env', name: 'U' },
    ...(type === 'webhook' && { secret: { from: 'env', name: 'S' } }),
  } as const;
  const config = {
    name: 'one',
    type,
    on: true,
    language: 'en',
    redaction: 'full',
    fallback: null,
    proxy: true,
    settings,
  } as const;
  const readSecret = ({ name }: { name: string }): string =>
    name === 'U' ? `https://hooks.example/${SECRET}` : SECRET;
  const made = openChannel(config, { proxy: null }, { world, readSecret, through: () => world });
  if (made.kind === 'off') throw new Error(made.why.code);
  return { sender: made.sender, requests };
}
const answer = (status: number, retryAfterMs: number | null = null): Posted => ({
  kind: 'answer',
  status,
  body: `quoted ${SECRET}`,
  retryAfterMs,
});

describe.each(OVER_HTTP)('%s', (type) => {
  test.each([
    { from: answer(200), is: { kind: 'sent' } },
    { from: answer(204), is: { kind: 'sent' } },
    { from: answer(429, 7000), is: { kind: 'busy', waitMs: 7000 } },
    { from: answer(429), is: { kind: 'busy', waitMs: 30_000 } },
    { from: answer(503, 5000), is: { kind: 'busy', waitMs: 5000 } },
    { from: answer(500), is: { kind: 'failed', uncertain: true, dead: false } },
    { from: answer(302), is: { kind: 'failed', dead: true } },
    { from: answer(401), is: { kind: 'failed', dead: true } },
    { from: answer(404), is: { kind: 'failed', dead: true } },
    { from: answer(413), is: { kind: 'refused' } },
    { from: { kind: 'unreachable', why: 'ENOTFOUND', sent: false } as const, is: { kind: 'failed', uncertain: false } },
    { from: { kind: 'unreachable', why: SECRET, sent: true } as const, is: { kind: 'failed', uncertain: true } },
  ])('takes $from.status $from.why for $is.kind; no secret in it', async ({ from, is }) => {
    const { sender } = opened(type, from);
    const outcome = await sender.send(hostileMessage(), ENVELOPE, null);
    expect(outcome).toMatchObject(is);
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });

  test('sends JSON, with what identifies it', async () => {
    const { sender, requests } = opened(type, answer(200));
    await sender.send(hostileMessage(), ENVELOPE, null);
    const [{ headers, body }] = requests as [(typeof requests)[0]];
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(() => JSON.parse(String(body))).not.toThrow();
    expect(body).not.toContain(SECRET);
    if (type !== 'webhook') return;
    expect(headers['idempotency-key']).toBe(ENVELOPE.id);
    expect(headers['x-haetae-timestamp']).toBe(String(NOW / 1000));
    expect(headers['x-haetae-signature']).toBe(signatureOf(SECRET, String(NOW / 1000), String(body)));
  });
});

/** Names by which machines join are as they are. */
const withoutData = (message: ReturnType<typeof hostileMessage>): typeof message => ({
  ...message,
  data: { ...message.data, hosts: [], users: [] },
});

/** Every form of a message that people see. */
const FORMS: Readonly<Record<string, (message: ReturnType<typeof hostileMessage>) => string>> = {
  slack: (message) => JSON.stringify([blocksOf(message), threadBlocks(message), fallbackText(message)]),
  teams: (message) => JSON.stringify(cardOf(message)),
  jandi: (message) => JSON.stringify(jandiBody(message)),
  'naver-works': (message) => JSON.stringify(worksBody(message)),
  webhook: (message) => JSON.stringify(payloadOf(withoutData(message), ENVELOPE)),
  syslog: (message) => syslogLine(withoutData(message), ENVELOPE, 'haetae'),
  email: (message) => {
    const mail = mailOf(message, ENVELOPE, { from: 'a@b.example', to: ['c@d.example'], nowMs: NOW });
    return (
      mail +
      [...mail.matchAll(/base64\r\n\r\n([\s\S]*?)\r\n--/g)]
        .map(([, text]) => Buffer.from(text!, 'base64').toString())
        .join('\n')
    );
  },
};

describe.each(Object.entries(FORMS))('hostile text in %s', (name, form) => {
  test.each(['full', 'names', 'minimal'] as const)(
    '%s: no address that can be clicked, no control sign, nothing that reorders',
    (redaction) => {
      const text = form(hostileMessage(redaction));
      expect(text).not.toMatch(/(?:https?|file):\/\/(?!haetae\.example)(?!adaptivecards\.io)/i);
      expect(text).not.toMatch(/evil\.example/);
      expect(text).not.toMatch(
        name === 'email'
          ? /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u200b]/
          : /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u200b]/,
      );
    },
  );

  test('minimal: nothing that a log says', () => {
    const text = form(hostileMessage('minimal'));
    for (const word of ['evil', 'channel>', 'QUIT', 'onerror', 'HYPERLINK', 'rule']) expect(text).not.toContain(word);
    expect(text).toContain('01234567');
  });

  test('names: who and what, but no command lines', () => {
    expect(hostileMessage('names').story).toEqual([]);
  });
});

describe('what each format would read', () => {
  test('Slack: log text in plain_text only, without emoji', () => {
    const parts = JSON.stringify([blocksOf(hostileMessage()), threadBlocks(hostileMessage())]);
    expect(parts).not.toContain('mrkdwn');
    expect([...parts.matchAll(/"type":"plain_text"/g)].length).toBe([...parts.matchAll(/"emoji":false/g)].length);
    expect(fallbackText(hostileMessage())).not.toMatch(/[<>]/);
  });
  test('Slack: within its limits, however long', () => {
    const long = {
      ...hostileMessage(),
      title: 'x'.repeat(999),
      story: Array(500).fill('y'.repeat(900)),
      notes: Array(99).fill('n'.repeat(3000)),
    };
    const blocks = [...blocksOf(long, () => 'v'), ...threadBlocks(long)] as {
      type: string;
      text?: { text: string };
      fields?: unknown[];
    }[];
    expect(threadBlocks(long).length).toBeLessThanOrEqual(50);
    for (const { type, text, fields } of blocks) {
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(type === 'header' ? 150 : 3000);
      expect(fields?.length ?? 0).toBeLessThanOrEqual(10);
    }
  });
  test('Teams: runs of text, which know no Markdown', () => {
    const card = JSON.stringify(cardOf(hostileMessage()));
    expect(card).not.toContain('"type":"TextBlock"');
  });
  test('JANDI: no link and no format but ours', () => {
    const { body, connectInfo } = jandiBody(hostileMessage()) as {
      body: string;
      connectInfo: { description: string }[];
    };
    expect(body.match(/\]\(/g)).toEqual(['](']);
    for (const { description } of connectInfo) expect(description).not.toMatch(/[*_~`[\]<>@]/);
  });
  test('mail: no head and no tag that a log wrote', () => {
    const mail = FORMS.email!(hostileMessage());
    expect(mail.match(/^Subject:/gm)).toHaveLength(1);
    const [, , page] = [...mail.matchAll(/base64\r\n\r\n([\s\S]*?)\r\n--/g)]
      .map(([, text]) => Buffer.from(text!, 'base64').toString())
      .flatMap((one) => ['', one])
      .slice(1);
    expect(page).toContain('&#60;img');
    expect(page).not.toContain('<img');
    expect(mail).toContain(`Message-ID: <${ENVELOPE.id}@b.example>`);
    for (const line of mail.split('\r\n').slice(0, 30)) expect(line.length).toBeLessThanOrEqual(998);
  });
  test('mail: what follows about an incident answers the first', () => {
    const mail = mailOf(
      hostileMessage(),
      { ...ENVELOPE, id: `${ENVELOPE.id}.1` },
      { from: '보안관제 <a@b.example>', to: ['c@d.example'], nowMs: NOW },
    );
    expect(mail).toContain(`Message-ID: <${ENVELOPE.id}.1@b.example>\r\nIn-Reply-To: <${ENVELOPE.id}@b.example>`);
    expect(mail).toMatch(/^From: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?= <a@b\.example>/);
  });
  test('CEF: one line, its signs escaped', () => {
    const line = cefOf({ ...hostileMessage(), title: 'a|b\\c=d' }, 'id');
    expect(line.split('\n')).toHaveLength(1);
    expect(line).toContain('CEF:0|Haetae|Haetae|1|incident|a\\|b\\\\c=d|8|');
    expect(line).toContain('cs1=execution cs1Label=tactics');
    expect(line.replace(/\\./g, '').split('|')).toHaveLength(
      HOSTILE.includes('|') ? line.replace(/\\./g, '').split('|').length : 8,
    );
  });
  test('a notice of our own in every form', () => {
    const notice = noticeMessage('ko', '제목', ['한 줄']);
    expect(
      JSON.stringify([
        blocksOf(notice),
        cardOf(notice),
        jandiBody(notice),
        worksBody(notice),
        payloadOf(notice, ENVELOPE),
      ]),
    ).toContain('한 줄');
  });
});

test.each([
  { error: { code: 'slack_webapi_rate_limited_error', retryAfter: 9 }, is: { kind: 'busy', waitMs: 9000 } },
  {
    error: { code: 'slack_webapi_platform_error', data: { error: 'invalid_auth' } },
    is: { kind: 'failed', dead: true },
  },
  {
    error: { code: 'slack_webapi_platform_error', data: { error: 'missing_scope', needed: 'channels:history' } },
    is: { kind: 'failed', dead: true, why: 'missing_scope: channels:history' },
  },
  {
    error: { code: 'slack_webapi_platform_error', data: { error: 'internal_error' } },
    is: { kind: 'failed', uncertain: true },
  },
  { error: { code: 'slack_webapi_platform_error', data: { error: 'invalid_blocks' } }, is: { kind: 'refused' } },
  { error: { code: 'slack_webapi_http_error', statusCode: 502 }, is: { kind: 'failed', uncertain: true } },
  {
    error: { code: 'slack_webapi_request_error', original: { cause: { code: 'ECONNREFUSED' } } },
    is: { kind: 'failed', uncertain: false, why: 'ECONNREFUSED' },
  },
  {
    error: { code: 'slack_webapi_request_error', original: { name: 'TimeoutError' } },
    is: { kind: 'failed', uncertain: true, why: 'no answer in time' },
  },
])('Slack: $error', ({ error, is }) => expect(outcomeOfError(error, true)).toMatchObject(is));

test('syslog: framed by octets, over a connection that is closed', async () => {
  const written: Buffer[] = [];
  const socket = Object.assign(
    new Duplex({
      read() {},
      write(chunk, _, done) {
        written.push(chunk);
        done();
      },
    }),
    { setTimeout() {} },
  );
  const settings = { host: 'siem', transport: 'tcp' };
  const sender = CHANNELS.get('syslog')!.open(settings, {
    now: () => NOW,
    post: undefined as never,
    connect: async () => socket as never,
  });
  expect(await sender.send(hostileMessage(), ENVELOPE, null)).toEqual({ kind: 'sent', ref: null });
  const text = Buffer.concat(written).toString();
  const [length] = text.split(' ', 1);
  expect(Buffer.byteLength(text)).toBe(Number(length) + length!.length + 1);
  expect(text).toMatch(/^\d+ <107>1 2026-03-17T05:00:00\.000Z /);
});
