import type { ProxyWay } from '../channels/channel.ts';
import { SILENT, slackClient } from '../channels/slack/client.ts';
import { outcomeOfError } from '../channels/slack/errors.ts';
import type { Clock } from '../outbox/outbox.ts';
import type { Press, PressOutcome } from './press.ts';

export interface SocketParts {
  readonly channel: string;
  readonly token: string;
  readonly appToken: string;
  /** '' for Slack's own. */
  readonly apiUrl: string;
  readonly proxy: ProxyWay | undefined;
  readonly clock: Clock;
  readonly press: (press: Press) => Promise<PressOutcome>;
  /** What who pressed is told when it was not done; undefined for nothing. */
  readonly words: (outcome: PressOutcome) => string | undefined;
  readonly log: (line: { level: 'info' | 'warn'; message: string; channel: string; why?: string }) => void;
}

const FIRST_MS = 2000;
const LONGEST_MS = 300_000;

interface Interactive {
  readonly ack: () => Promise<void>;
  readonly body?: {
    readonly type?: string;
    readonly user?: { readonly id?: string };
    readonly channel?: { readonly id?: string };
    readonly actions?: readonly { readonly action_id?: string; readonly value?: string }[];
  };
}
interface Client {
  on(name: string, what: (event: never) => void): void;
  start(): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

/** Hears buttons over Slack's Socket Mode, which needs no way in from outside. Loses its connection, and finds another, as often as it takes. */
export function hearButtons(parts: SocketParts): { readonly close: () => Promise<void> } {
  const { clock, channel, log } = parts;
  let closed = false;
  let failures = 0;
  let client: Client | undefined;
  let cancel = (): void => {};

  const again = (why: string): void => {
    if (closed) return;
    if (failures === 1)
      log({ level: 'warn', message: 'no buttons: Slack’s Socket Mode cannot be reached', channel, why });
    cancel = clock.at(clock.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(10, failures)), () => void open());
  };
  const open = async (): Promise<void> => {
    if (closed) return;
    try {
      client = await connected(parts, () => {
        client = undefined;
        failures = 0;
        again('the connection ended');
      });
      if (closed) await client.disconnect();
      else if (failures > 0) log({ level: 'info', message: 'buttons are heard again', channel });
      failures = 0;
    } catch (error) {
      failures++;
      const outcome = outcomeOfError(error, false);
      again('why' in outcome ? outcome.why : 'no connection');
    }
  };
  void open();
  return {
    async close() {
      closed = true;
      cancel();
      await client?.disconnect().catch(() => {});
    },
  };
}

/** One connection. Its own way to reconnect is off: what it throws there nobody could catch. */
async function connected(parts: SocketParts, ended: () => void): Promise<Client> {
  const { appToken, apiUrl, proxy } = parts;
  const { SocketModeClient } = await import('@slack/socket-mode');
  const clientOptions = { ...(apiUrl !== '' && { slackApiUrl: apiUrl }), retryConfig: { retries: 0 }, timeout: 15_000 };
  const client = new SocketModeClient({
    appToken,
    autoReconnectEnabled: false,
    logger: SILENT as never,
    clientOptions: clientOptions as never,
    ...(proxy !== undefined && { dispatcher: (await proxy.dispatcher()) as never }),
  }) as unknown as Client;
  let up = false;
  client.on('error', () => {});
  client.on('interactive', ((event: Interactive) => void hear(parts, event).catch(() => {})) as never);
  client.on('disconnected', () => {
    if (up) ended();
    up = false;
  });
  await client.start();
  up = true;
  return client;
}

async function hear(parts: SocketParts, { ack, body }: Interactive): Promise<void> {
  // At once: Slack waits three seconds, and shows a warning then.
  await ack();
  const { channel, press, words } = parts;
  const user = body?.user?.id ?? '';
  if (body?.type !== 'block_actions') return;
  for (const { value } of body.actions ?? []) {
    if (typeof value !== 'string' || value === '') continue;
    const outcome = await press({ channel, value, user }).catch((): PressOutcome => 'failed');
    const text = words(outcome);
    if (text !== undefined && body.channel?.id !== undefined) await whisper(parts, body.channel.id, user, text);
  }
}

/** Only who pressed sees it. */
async function whisper(
  { token, apiUrl, proxy }: SocketParts,
  channel: string,
  user: string,
  text: string,
): Promise<void> {
  const client = await slackClient(token, apiUrl, proxy);
  await client.chat.postEphemeral({ channel, user, text });
}
