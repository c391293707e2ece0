import { StoreError } from '../../error.ts';
import type { Parameter, Row } from '../sql/sql.ts';

/** Where a Trino is, and the schema of the table `events`. */
export interface TrinoPlace {
  /** Without a path. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly catalog: string;
  readonly schema: string;
}

/** `http(s)://[user[:password]@]host[:port]/catalog/schema`. */
export function trinoPlaceOf(text: string): TrinoPlace {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [, catalog, schema, more] = url?.pathname.split('/').map(decodeURIComponent) ?? [];
  const whole = url !== undefined && /^https?:$/.test(url.protocol) && catalog && schema && more === undefined;
  if (!whole) throw new StoreError('invalid', `${text} is no Trino: http://user@host:port/catalog/schema is wanted`);
  const [user, password] = [decodeURIComponent(url.username) || 'haetae', decodeURIComponent(url.password)];
  return { url: url.origin, user, password, catalog, schema };
}

/** What Trino answers about a statement, a piece at a time (https://trino.io/docs/current/develop/client-protocol.html). */
interface Answer {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly data?: readonly (readonly Row[string][])[];
  readonly error?: { readonly message: string; readonly errorName: string; readonly errorType: string };
}

/** It is busy: the same is to be asked again. */
const BUSY = new Set([429, 502, 503, 504]);
const PAUSE_MS = 100;
/** One answer waits for the statement for a second at most. */
const ANSWER_MS = 60_000;

/** The rows of one statement. `signal` ends it, there too; it rejects with `cancelled` then. */
export async function ask(place: TrinoPlace, text: string, signal: AbortSignal): Promise<Row[]> {
  const { url, user, password, catalog, schema } = place;
  const headers: Record<string, string> = {
    ...{ 'x-trino-user': user, 'x-trino-source': 'haetae', 'x-trino-catalog': catalog, 'x-trino-schema': schema },
    ...(password !== '' && { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
  };
  const rows: Row[] = [];
  let next: string | undefined;
  try {
    let answer = await said(`${url}/v1/statement`, { method: 'POST', body: text, headers }, signal);
    for (;;) {
      if (answer.error !== undefined) throw failure(answer.error);
      const names = answer.columns?.map(({ name }) => name) ?? [];
      for (const row of answer.data ?? []) rows.push(Object.fromEntries(row.map((value, i) => [names[i]!, value])));
      next = answer.nextUri;
      if (next === undefined) return rows;
      answer = await said(next, { headers }, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (next !== undefined) await fetch(next, { method: 'DELETE', headers }).catch(() => {});
    throw new StoreError('cancelled', 'the query was cancelled');
  }
}

async function said(url: string, init: RequestInit, signal: AbortSignal): Promise<Answer> {
  for (;;) {
    let response: Response;
    try {
      response = await fetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
      if (response.ok) return (await response.json()) as Answer;
    } catch (error) {
      throw new StoreError('unreachable', `Trino cannot be reached: ${(error as Error).message}`, { cause: error });
    }
    const text = await response.text();
    if (!BUSY.has(response.status)) throw new StoreError('unreachable', `Trino answers ${response.status}: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    signal.throwIfAborted();
  }
}

/** What Trino takes statements for that are too long, or of which its compiler makes methods that are. */
const TOO_LARGE = new Set(['QUERY_EXCEEDED_COMPILER_LIMIT', 'COMPILER_ERROR', 'QUERY_TEXT_TOO_LARGE']);
export const isTooLarge = (error: unknown): boolean =>
  error instanceof StoreError && TOO_LARGE.has(String(error.cause));

function failure({ message, errorName, errorType }: NonNullable<Answer['error']>): StoreError {
  if (errorName === 'USER_CANCELED') return new StoreError('cancelled', 'the query was cancelled');
  if (errorName === 'INVALID_FUNCTION_ARGUMENT')
    return new StoreError('invalid', `Trino cannot read what was asked: ${message}`);
  return new StoreError(errorType === 'USER_ERROR' ? 'invalid' : 'unreachable', `Trino: ${message}`, {
    cause: errorName,
  });
}

/** The statement with its values in it: Trino takes none beside it but prepared ones. */
export const filled = (text: string, values: readonly Parameter[]): string =>
  text.replace(/\$(\d+)/g, (_, mark: string) => literal(values[Number(mark) - 1]!));

export function literal(value: Parameter): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value === null || typeof value === 'boolean') return String(value);
  return Number.isInteger(value) ? String(value) : `DOUBLE '${value}'`;
}
