import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { readNotify } from '../config/read.ts';
import { openChannel } from '../open.ts';
import { sampleMessage } from '../testing/sample.ts';
import type { World } from './channel.ts';
import { CHANNELS } from './registry.ts';

/** Each channel's `example.json`: its settings as the file of channels has them, and what goes out for one incident. `HAETAE_GOLDEN=write` writes the latter anew. */
const NOW = Date.parse('2026-03-17T05:10:00Z');

/** A form of Slack's, of which some fields are JSON. */
const formOf = (body: string): object =>
  Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]) => [
      name,
      name === 'blocks' || name === 'metadata' ? (JSON.parse(value) as object) : value,
    ]),
  );

/** A world in which everything arrives, and is written down. */
function recording(): { readonly world: World; readonly sends: object[] } {
  const sends: object[] = [];
  const request = (url: string, headers: Record<string, string>, body: string): void => {
    const type = headers['content-type'] ?? '';
    const shown = type.includes('json') ? (JSON.parse(body) as object) : formOf(body);
    sends.push({ url, headers, body: shown });
  };
  const world: World = {
    now: () => NOW,
    async post({ url, headers, body }) {
      request(url, headers, String(body));
      return { kind: 'answer', status: 200, body: '', retryAfterMs: null };
    },
    async connect({ host, port, tls }) {
      const said: string[] = [];
      sends.push({ host, port, tls, said });
      const socket: Duplex = new Duplex({
        read() {},
        write(bytes: Buffer, _, done) {
          for (const line of bytes.toString().replaceAll(hostname(), 'haetae.example').split('\r\n')) said.push(line);
          const last = said.filter((line) => line !== '').at(-1) ?? '';
          socket.push(last === 'DATA' ? '354 go on\r\n' : '250 well\r\n');
          done();
        },
      });
      socket.push('220 mail.example\r\n');
      return Object.assign(socket, { setTimeout: () => socket }) as never;
    },
    proxy: {
      fetch: async () =>
        (async (url: string, init: { headers: Record<string, string>; body: string }) => {
          request(String(url), {}, String(init.body));
          return new Response(JSON.stringify({ ok: true, channel: 'C0123456789', ts: '1.000001' }));
        }) as never,
      dispatcher: async () => ({}),
    },
  };
  return { world, sends };
}

test.each([...CHANNELS.keys()])('%s: its example is sound, and what it sends', async (type) => {
  const path = new URL(`./${type}/example.json`, import.meta.url);
  expect(existsSync(path), `${type}/example.json is missing: see docs/adding/channel.md`).toBe(true);
  const example = JSON.parse(readFileSync(path, 'utf8')) as { settings: object; sends: unknown };
  const { config, problems } = readNotify(JSON.stringify({ channels: { one: { type, ...example.settings } } }));
  expect(problems).toEqual([]);
  const { world, sends } = recording();
  const readSecret = ({ name }: { name: string }): string =>
    name.endsWith('URL') ? `https://hooks.example/${name.toLowerCase()}` : `value of ${name}`;
  const opened = openChannel(config!.channels[0]!, { proxy: null }, { world, readSecret, through: () => world });
  if (opened.kind === 'off') throw new Error(opened.why.code);
  const envelope = {
    id: 'aaaabbbbccccddddeeeeffff',
    incident: '62205783ab91c0de',
    thread: 'aaaabbbbccccddddeeeeffff',
    nowMs: NOW,
  };
  expect(await opened.sender.send(sampleMessage('ko'), envelope, null)).toMatchObject({ kind: 'sent' });
  // As JSON has it: what is undefined is not there.
  const told = JSON.parse(JSON.stringify(sends)) as unknown;
  if (process.env.HAETAE_GOLDEN === 'write')
    writeFileSync(path, `${JSON.stringify({ settings: example.settings, sends: told }, null, 2)}\n`);
  else expect(told).toEqual(example.sends);
});
