import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../channels/registry.ts';
import { routesOf } from '../routing/route.ts';
import { endOf, onCallAt } from '../routing/times.ts';
import { readNotify } from './read.ts';
import { without, withSecrets } from './secrets.ts';

const SOUND = `
time_zone: Asia/Seoul
language: ko
channels:
  soc-slack: { type: slack, token: { env: SLACK_TOKEN }, channel: C0123456789, fallback: soc-mail }
  soc-mail:
    type: email
    host: mail.corp.example
    from: Haetae <haetae@corp.example>
    to: [soc@corp.example]
    redaction: names
  kim: { type: webhook, url: { file: /run/secrets/kim }, secret: { env: KIM } }
  lee: { type: webhook, url: { file: /run/secrets/lee }, secret: { env: LEE } }
routes:
  - { name: servers, to: [soc-slack, on-call], hosts: ["dc*"], level: low, when: { between: "18:00-09:00" }, last: true }
  - { to: soc-slack, level: medium, tactics: [lateral-movement] }
  - { to: soc-mail, level: high, risk: 50, quiet: { between: "22:00-07:00", days: [mon, tue], except: critical } }
on_call: { channels: [kim, lee], start: 2026-03-16, turn_days: 7 }
people: { U1: kim }
`;
const { config, problems } = readNotify(SOUND);
const at = (text: string): number => Date.parse(`${text}+09:00`);

test('a sound file has no problems', () => {
  expect(problems).toEqual([]);
  expect(
    config!.channels.map(({ name, language, redaction, fallback }) => [name, language, redaction, fallback]),
  ).toEqual([
    ['soc-slack', 'ko', 'full', 'soc-mail'],
    ['soc-mail', 'ko', 'names', null],
    ['kim', 'ko', 'full', null],
    ['lee', 'ko', 'full', null],
  ]);
});

describe('routes', () => {
  const some = { level: 'high', risk: 60, hosts: ['PC-1'], tactics: [] } as const;
  test.each([
    { what: 'by level and risk', one: some, when: '2026-03-17T12:00', to: { 'soc-mail': '2026-03-17T12:00' } },
    {
      what: 'held until the end of quiet hours',
      one: some,
      when: '2026-03-17T23:00',
      to: { 'soc-mail': '2026-03-18T07:00' },
    },
    {
      what: 'held after midnight of a night that began on Tuesday',
      one: some,
      when: '2026-03-18T01:00',
      to: { 'soc-mail': '2026-03-18T07:00' },
    },
    {
      what: 'not on a night that is none of them',
      one: some,
      when: '2026-03-19T23:00',
      to: { 'soc-mail': '2026-03-19T23:00' },
    },
    {
      what: 'critical at once',
      one: { ...some, level: 'critical' },
      when: '2026-03-17T23:00',
      to: { 'soc-mail': '2026-03-17T23:00' },
    },
    {
      what: 'by tactic',
      one: { ...some, level: 'medium', risk: 1, tactics: ['lateral-movement'] },
      when: '2026-03-17T12:00',
      to: { 'soc-slack': '2026-03-17T12:00' },
    },
    { what: 'too mild for any', one: { ...some, level: 'low' }, when: '2026-03-17T12:00', to: {} },
    {
      what: 'by host, to who is on call, and no further',
      one: { ...some, hosts: ['DC01.corp.example'] },
      when: '2026-03-17T20:00',
      to: { 'soc-slack': '2026-03-17T20:00', kim: '2026-03-17T20:00' },
    },
    {
      what: 'the next week to the next',
      one: { ...some, hosts: ['dc9'] },
      when: '2026-03-24T20:00',
      to: { 'soc-slack': '2026-03-24T20:00', lee: '2026-03-24T20:00' },
    },
  ] as const)('$what', ({ one, when, to }) => {
    const found = routesOf(one, config!, at(when));
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(Object.entries(to).map(([name, ms]) => [name, at(ms)])),
    );
  });

  test('turns before the first are counted backwards', () =>
    expect(onCallAt(config!.onCall!, at('2026-03-10T00:00'))).toBe('lee'));
  test('from a time to itself is the whole day', () =>
    expect(endOf({ from: 480, to: 480, days: [] }, at('2026-03-17T07:00'), config!.zone)).toBe(at('2026-03-17T08:00')));
});

describe('mistakes', () => {
  const CHANNEL = 'channels:\n  a: { type: slack-webhook, url: { env: X } }\n';
  test.each([
    { file: 'channels: [', at: '1:', code: 'yaml' },
    { file: 'channels: {}', at: '1:11', code: 'missing' },
    { file: 'channels:\n  a: { type: pager }', at: '2:14', code: 'no-channel-type' },
    {
      file: 'channels:\n  a: { type: slack-webhook, url: "https://hooks.slack.com/services/T0/B0/secret" }',
      at: '2:34',
      code: 'secret-inline',
    },
    { file: 'channels:\n  a: { type: slack-webhook }', at: '2:6', code: 'missing' },
    { file: 'channels:\n  A_b: { type: slack-webhook, url: { env: X } }', at: '2:3', code: 'not-within' },
    { file: `${CHANNEL}chanels: 1`, at: '3:1', code: 'unknown-key' },
    { file: `${CHANNEL}routes:\n  - { to: b }`, at: '4:11', code: 'no-channel' },
    { file: `${CHANNEL}routes:\n  - { to: on-call }`, at: '4:11', code: 'no-channel' },
    { file: `${CHANNEL}routes:\n  - { to: a, when: { between: "25:00-07:00" } }`, at: '4:31', code: 'no-time' },
    { file: `${CHANNEL}routes:\n  - { to: a, tactics: [evasion] }`, at: '4:23', code: 'no-tactic' },
    { file: `${CHANNEL}routes:\n  - { to: a, level: severe }`, at: '4:21', code: 'not-within' },
    { file: `${CHANNEL}time_zone: Mars/Base`, at: '3:12', code: 'no-zone' },
    { file: 'channels:\n  a: { type: slack, token: { env: T }, channel: "#soc" }', at: '2:49', code: 'not-within' },
    {
      file: 'channels:\n  a: { type: slack-webhook, url: { env: X }, fallback: b }\n  b: { type: slack-webhook, url: { env: X }, fallback: a }',
      at: '2:6',
      code: 'fallback-loop',
    },
    { file: 'channels:\n  a: { type: email, host: h, from: "x", to: [y@z.example] }', at: '2:36', code: 'not-within' },
  ])('$code at $at', ({ file, at: place, code }) => {
    const read = readNotify(file);
    expect(read.config).toBeUndefined();
    const first = read.problems.find(({ severity }) => severity === 'error');
    expect(`${first!.line}:${first!.column}`).toContain(place);
    expect(first!.code).toBe(code);
  });

  test('no secret that stands in the file is repeated', () => {
    const planted = 'xoxb-planted-0123456789';
    for (const file of [
      `channels:\n  a: { type: slack, token: ${planted}, channel: C0123456789 }`,
      `channels:\n  a: { type: slack, token: [${planted}], channel: C0123456789 }`,
      `channels:\n  a: { type: slack, token: { enf: ${planted} }, channel: C0123456789 }`,
      `channels:\n  a: { type: slack, token: "${planted}\n  b: {`,
    ])
      expect(JSON.stringify(readNotify(file).problems)).not.toContain(planted);
  });

  test('a channel to which nothing leads is a warning', () => {
    const read = readNotify(`${CHANNEL}  b: { type: slack-webhook, url: { env: X } }\nroutes: [{ to: a }]`);
    expect([
      read.config === undefined,
      read.problems.map(({ severity, code, about }) => [severity, code, about]),
    ]).toEqual([false, [['warning', 'unused-channel', 'b']]]);
  });
});

test('secrets are read where they are, and taken out of what is said', () => {
  const one = config!.channels[2]!;
  const read = withSecrets(one, ({ from, name }) => (from === 'env' ? `value of ${name}` : undefined));
  expect([read.settings, read.missing]).toEqual([{ secret: 'value of KIM' }, ['url: file /run/secrets/kim']]);
  expect(without('failed: value of KIM, value%20of%20KIM', ['value of KIM'])).toBe('failed: [secret], [secret]');
});

test('every kind of channel is called what its folder is', () =>
  expect([...CHANNELS.keys()].sort()).toEqual([
    'email',
    'jandi',
    'naver-works',
    'slack',
    'slack-webhook',
    'syslog',
    'teams',
    'webhook',
  ]));
