import { type ProxyWay, TIMEOUT_MS } from '../channel.ts';

/** The methods of Slack's Web API that are used, as @slack/web-api has them. */
export interface Client {
  readonly chat: {
    postMessage(args: object): Promise<{ channel?: string; ts?: string }>;
    update(args: object): Promise<{ channel?: string; ts?: string }>;
    postEphemeral(args: object): Promise<unknown>;
  };
  readonly files: {
    getUploadURLExternal(args: object): Promise<{ upload_url?: string; file_id?: string }>;
    completeUploadExternal(args: object): Promise<unknown>;
  };
  readonly conversations: {
    history(args: object): Promise<History>;
    replies(args: object): Promise<History>;
  };
}
interface History {
  readonly messages?: readonly {
    readonly ts?: string;
    readonly metadata?: Metadata;
    readonly files?: readonly { readonly name?: string }[];
  }[];
  readonly has_more?: boolean;
  readonly response_metadata?: { readonly next_cursor?: string };
}
interface Metadata {
  readonly event_type?: string;
  readonly event_payload?: Readonly<Record<string, unknown>>;
}

/** Loaded when the first message goes: most servers have no Slack. Our outbox alone decides about repeats and pauses. */
export async function slackClient(token: string, apiUrl: string, proxy: ProxyWay | undefined): Promise<Client> {
  const { WebClient } = await import('@slack/web-api');
  return new WebClient(token, {
    ...(apiUrl !== '' && { slackApiUrl: apiUrl }),
    ...(proxy !== undefined && { fetch: await proxy.fetch() }),
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: SILENT,
  }) as unknown as Client;
}

const nothing = (): void => {};
/** What it would log may hold what was sent. */
export const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
