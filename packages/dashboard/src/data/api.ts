import type { api } from '../../../haetae/src/server/index.ts';
import { session } from './session.svelte.ts';

export type * from './shapes.ts';

/** The server said no, or said nothing. `code` is to switch on; `message` is the server's own. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly at: string | undefined;
  constructor(status: number, code: string, message: string, at?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.at = at;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined | null>>;

/** Beside the page, wherever a proxy put it. */
export function apiUrl(path: string, query: Query = {}): URL {
  const url = new URL(path.replace(/^\//, ''), new URL('./', location.href));
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  return url;
}

async function failed(response: Response): Promise<ApiError> {
  const said = (await response.json().catch(() => undefined)) as api.Problem | undefined;
  if (response.status === 401 && session.me !== undefined) session.lost();
  const { code = 'http', message = response.statusText, at } = said?.error ?? {};
  return new ApiError(response.status, code, message, at);
}

interface Asked {
  readonly method?: string;
  readonly query?: Query;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function request(path: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', query, json, body, signal } = asked;
  const headers: Record<string, string> = { accept: 'application/json', ...asked.headers };
  if (method !== 'GET' && session.csrf !== null) headers['x-csrf-token'] = session.csrf;
  if (json !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(apiUrl(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(0, 'offline', 'the server cannot be reached');
  }
  if (!response.ok) throw await failed(response);
  return response;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await (await request(path, { query, ...(signal && { signal }) })).json()) as T;
}

export async function send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, json?: unknown): Promise<T> {
  const response = await request(path, { method, ...(json !== undefined && { json }) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** An answer of JSON lines, one after the other as they come. */
export async function* lines<T>(path: string, json: unknown, signal: AbortSignal): AsyncGenerator<T> {
  const response = await request(path, { method: 'POST', json, signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const all = (rest + value).split('\n');
    rest = all.pop()!;
    for (const line of all) if (line !== '') yield JSON.parse(line) as T;
  }
  if (rest !== '') yield JSON.parse(rest) as T;
}
