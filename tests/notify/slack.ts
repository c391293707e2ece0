import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the stand-in does with the next call that posts, in place of an answer. */
export type Trouble =
  | { readonly kind: 'ratelimited'; readonly seconds: number }
  | { readonly kind: 'status'; readonly status: number }
  /** Taken, and the connection breaks before the answer. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'error'; readonly error: string };

export interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly thread: string | null;
  readonly atMs: number;
  readonly metadata: { readonly event_type: string; readonly event_payload: Readonly<Record<string, string>> };
  /** Files that stand with it. */
  readonly files: readonly { readonly name: string; readonly title: string; readonly bytes: number }[];
  blocks: unknown[];
  text: string;
  edits: number;
}

/** Slack's Web API and Socket Mode, as far as they are used, after their public documentation (docs.slack.dev). */
export interface Slack {
  readonly url: string;
  readonly messages: SlackMessage[];
  /** Of what made or changed a message. */
  readonly calls: { readonly method: string; readonly atMs: number }[];
  readonly whispers: { readonly user: string; readonly text: string }[];
  readonly trouble: Trouble[];
  /** Envelopes that were acknowledged. */
  readonly acknowledged: string[];
  readonly connections: number;
  /** Somebody presses a button. */
  press(value: string, user: string, channel: string): void;
  close(): Promise<void>;
}

const TOKEN = 'xoxb-planted-bot-token';
const APP_TOKEN = 'xapp-planted-app-token';
export const SLACK_TOKENS = { bot: TOKEN, app: APP_TOKEN };

/** `over`: a Unix socket, and the port that leads to it from where it is asked. */
export async function slackStandIn(over?: { readonly socket: string; readonly port: number }): Promise<Slack> {
  const messages: SlackMessage[] = [];
  const calls: Slack['calls'] = [];
  const whispers: Slack['whispers'] = [];
  const trouble: Trouble[] = [];
  const acknowledged: string[] = [];
  const sockets = new Set<WebSocket>();
  let counted = 0;
  let envelopes = 0;
  let uploads = 0;
  const uploaded = new Map<string, { name: string; wanted: number; bytes: number }>();
  const stamp = (): string => `${(Date.now() / 1000).toFixed(0)}.${String(++counted).padStart(6, '0')}`;

  const answers: Readonly<Record<string, (body: Record<string, string>) => object>> = {
    'apps.connections.open': () => ({ ok: true, url: `ws://127.0.0.1:${port()}/link` }),
    'chat.postMessage': (body) => {
      const message: SlackMessage = {
        ts: stamp(),
        channel: body.channel!,
        thread: body.thread_ts ?? null,
        atMs: Date.now(),
        metadata: JSON.parse(body.metadata ?? '{}') as SlackMessage['metadata'],
        blocks: JSON.parse(body.blocks ?? '[]') as unknown[],
        text: body.text ?? '',
        edits: 0,
        files: [],
      };
      messages.push(message);
      return { ok: true, channel: message.channel, ts: message.ts };
    },
    'chat.update': (body) => {
      const message = messages.find(({ ts }) => ts === body.ts);
      if (message === undefined) return { ok: false, error: 'message_not_found' };
      message.blocks = JSON.parse(body.blocks ?? '[]') as unknown[];
      message.text = body.text ?? '';
      message.edits++;
      return { ok: true, channel: message.channel, ts: message.ts };
    },
    'files.getUploadURLExternal': (body) => {
      const id = `F${++uploads}`;
      uploaded.set(id, { name: body.filename!, wanted: Number(body.length), bytes: -1 });
      return { ok: true, file_id: id, upload_url: `http://127.0.0.1:${port()}/upload/${id}` };
    },
    'files.completeUploadExternal': (body) => {
      const files = (JSON.parse(body.files!) as { id: string; title: string }[]).map(({ id, title }) => {
        const { name = '', bytes = -1, wanted } = uploaded.get(id) ?? {};
        return { name, title, bytes: bytes === wanted ? bytes : -1 };
      });
      if (files.some(({ bytes }) => bytes < 0)) return { ok: false, error: 'file_not_found' };
      const at = { ts: stamp(), channel: body.channel_id!, thread: body.thread_ts ?? null, atMs: Date.now() };
      messages.push({ ...at, metadata: { event_type: '', event_payload: {} }, blocks: [], text: '', edits: 0, files });
      return { ok: true, files };
    },
    'chat.postEphemeral': (body) => {
      whispers.push({ user: body.user!, text: body.text! });
      return { ok: true };
    },
    'conversations.history': (body) =>
      page(
        messages.filter(({ thread, channel }) => thread === null && channel === body.channel),
        body,
      ),
    'conversations.replies': (body) =>
      page(
        messages.filter(({ thread, ts }) => thread === body.ts || ts === body.ts),
        body,
      ),
  };
  const page = (all: readonly SlackMessage[], { oldest, include_all_metadata: metadata }: Record<string, string>) => ({
    ok: true,
    messages: all
      .filter(({ ts }) => Number(ts) >= Number(oldest ?? 0))
      .reverse()
      .map((one) => ({
        ts: one.ts,
        text: one.text,
        files: one.files,
        ...(metadata === 'true' && { metadata: one.metadata }),
      })),
    has_more: false,
  });

  const server = http.createServer((request, response) => {
    let text = '';
    let size = 0;
    request.on('data', (bytes: Buffer) => {
      text += bytes;
      size += bytes.length;
    });
    request.on('end', () => {
      const upload = uploaded.get((request.url ?? '').replace(/^\/upload\//, ''));
      if (upload !== undefined) {
        upload.bytes = size;
        response.end('OK');
        return;
      }
      const method = (request.url ?? '').replace(/^\/api\//, '');
      const wanted = method === 'apps.connections.open' ? APP_TOKEN : TOKEN;
      const say = (status: number, body: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Bearer ${wanted}`) return say(200, { ok: false, error: 'invalid_auth' });
      const answer = answers[method];
      if (answer === undefined) return say(200, { ok: false, error: 'unknown_method' });
      const posts = method === 'chat.postMessage' || method === 'chat.update';
      const shows = posts || method === 'files.completeUploadExternal';
      const next = posts ? trouble.shift() : undefined;
      if (next?.kind === 'ratelimited')
        return say(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(next.seconds) });
      if (next?.kind === 'status') return say(next.status, {});
      if (next?.kind === 'error') return say(200, { ok: false, error: next.error });
      if (shows) calls.push({ method, atMs: Date.now() });
      const told = answer(Object.fromEntries(new URLSearchParams(text)));
      if (next?.kind === 'lost') request.socket.destroy();
      else say(200, told);
    });
  });
  const port = (): number => over?.port ?? (server.address() as AddressInfo).port;
  const links = new WebSocketServer({ noServer: true });
  const joined = (socket: WebSocket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (bytes: Buffer) => {
      acknowledged.push((JSON.parse(bytes.toString()) as { envelope_id: string }).envelope_id);
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.size, connection_info: { app_id: 'A1' } }));
  };
  server.on('upgrade', (request, socket, head) => links.handleUpgrade(request, socket, head, joined));
  await new Promise<void>((resolve) =>
    over === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(over.socket, resolve),
  );
  return {
    url: `http://127.0.0.1:${port()}/api/`,
    ...{ messages, calls, whispers, trouble, acknowledged },
    get connections() {
      return sockets.size;
    },
    press(value, user, channel) {
      const action = { type: 'button', action_id: 'acknowledge', value };
      const payload = { type: 'block_actions', user: { id: user }, channel: { id: channel }, actions: [action] };
      const envelope = { envelope_id: `e${++envelopes}`, type: 'interactive', accepts_response_payload: true, payload };
      for (const socket of sockets) socket.send(JSON.stringify(envelope));
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Values of the buttons of a message. */
export const buttonsOf = ({ blocks }: SlackMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (blocks as { type: string; elements?: { action_id: string; value?: string }[] }[])
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements }) => (elements ?? []).map(({ action_id, value }) => [action_id, value ?? ''])),
  );
