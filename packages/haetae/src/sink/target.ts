import type { Client } from '@haetae/opensearch';
import { StoreError } from '../store/index.ts';
import type { Doc } from './ecs/event.ts';
import type { SinkPlace } from './place.ts';
import { indexTemplate, TEMPLATE_VERSION } from './template.ts';

/** A document, where it goes, and what it is called in messages. */
export interface Writing {
  readonly kind: 'event' | 'alert' | 'incident';
  readonly index: string;
  /** The same whenever it is written: what is written again is there once. */
  readonly id: string;
  /** Of what changes: an older one never replaces a newer one. Without it the first that was written stays. */
  readonly version?: number;
  /** The document as JSON. */
  readonly body: string;
}
export interface Refusal {
  readonly writing: Writing;
  readonly type: string;
  readonly reason: string;
}
export interface Written {
  /** Written now, and there before. */
  readonly written: number;
  readonly known: number;
  /** Not taken, and not if they came again. */
  readonly refused: readonly Refusal[];
  /** Not taken this time. */
  readonly later: readonly Writing[];
  /** Of the first of `later`. */
  readonly why?: string;
}

/** Where documents go. Every promise rejects with an Error whose message names no secret. */
export interface Target {
  /** Makes the template of the indices, where it is not there or older. */
  prepare(): Promise<void>;
  write(some: readonly Writing[], signal: AbortSignal): Promise<Written>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
/** What is wrong with a document itself. All else is waited for: a full disk, a limit of shards, rights that are missing. */
const OF_THE_DOCUMENT = new Set([
  'mapper_parsing_exception',
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
]);

/** The client is an optional package: it is looked for here, and only when there is an OpenSearch. */
export async function opensearch(): Promise<typeof import('@haetae/opensearch')> {
  try {
    return await import('@haetae/opensearch');
  } catch (error) {
    throw new StoreError('missing', 'OpenSearch needs the package @haetae/opensearch: npm install @haetae/opensearch', {
      cause: error,
    });
  }
}

interface Item {
  readonly status: number;
  readonly error?: {
    readonly type: string;
    readonly reason?: string;
    readonly caused_by?: { readonly reason?: string };
  };
}

export async function openTarget(place: SinkPlace): Promise<Target> {
  const { Client } = await opensearch();
  const { node, auth, ca, prefix, template } = place;
  const client = new Client({
    node,
    ...(auth !== undefined && { auth }),
    ...(ca !== undefined && { ssl: { ca } }),
    // Whoever asks tries again himself.
    ...{ maxRetries: 0, requestTimeout: TIMEOUT_MS, compression: 'gzip', name: 'haetae' },
  });
  return {
    prepare: () => (template ? prepare(client, prefix) : Promise.resolve()),
    write: (some, signal) => write(client, some, signal),
    close: () => client.close(),
  };
}

/** One that is not of ours stays as it is, whoever made it. */
async function prepare(client: Client, prefix: string): Promise<void> {
  const path = `/_index_template/${prefix}`;
  const ask = (method: string, body?: Doc) =>
    client.transport.request({ method, path, ...(body !== undefined && { body }) }, { ignore: [404] });
  try {
    const { statusCode, body } = await ask('GET');
    const [found] = (body as { index_templates?: readonly { index_template: Doc }[] }).index_templates ?? [];
    const meta = found?.index_template._meta as { by?: string; version?: number } | undefined;
    const isCurrent = meta?.by !== 'haetae' || (meta.version ?? 0) >= TEMPLATE_VERSION;
    if (statusCode !== 404 && isCurrent) return;
    await ask('PUT', indexTemplate(prefix));
  } catch (error) {
    throw new Error(`the template ${prefix}: ${wordsOf(error)}`, { cause: error });
  }
}

async function write(client: Client, some: readonly Writing[], signal: AbortSignal): Promise<Written> {
  const asked = client.transport.request({ method: 'POST', path: '/_bulk', bulkBody: some.map(linesOf).join('') });
  const abort = (): void => void asked.abort();
  signal.addEventListener('abort', abort, { once: true });
  let items: readonly Readonly<Record<string, Item>>[];
  try {
    items = ((await asked).body as { items?: typeof items }).items ?? [];
  } catch (error) {
    const tooLarge = (error as { statusCode?: number }).statusCode === 413;
    if (!tooLarge) throw new Error(wordsOf(error), { cause: error });
    if (some.length > 1) return halves(client, some, signal);
    const refusal = { writing: some[0]!, type: 'too_large', reason: 'it is larger than OpenSearch takes at once' };
    return { written: 0, known: 0, refused: [refusal], later: [] };
  } finally {
    signal.removeEventListener('abort', abort);
  }
  if (items.length !== some.length)
    throw new Error(`${items.length} answers to ${some.length} documents: is it an OpenSearch?`);
  let [written, known] = [0, 0];
  const refused: Refusal[] = [];
  const later: Writing[] = [];
  let why: string | undefined;
  for (const [i, item] of items.entries()) {
    const { status, error } = Object.values(item)[0]!;
    const writing = some[i]!;
    if (status < 300) written++;
    else if (status === 409) known++;
    else if (status === 400 && OF_THE_DOCUMENT.has(error?.type ?? ''))
      refused.push({ writing, type: error!.type, reason: reasonOf(error) });
    else {
      later.push(writing);
      why ??= `${status} ${error?.type ?? ''}: ${reasonOf(error)}`;
    }
  }
  return { written, known, refused, later, ...(why !== undefined && { why }) };
}

async function halves(client: Client, some: readonly Writing[], signal: AbortSignal): Promise<Written> {
  const middle = some.length >> 1;
  const [a, b] = [await write(client, some.slice(0, middle), signal), await write(client, some.slice(middle), signal)];
  const why = a.why ?? b.why;
  return {
    written: a.written + b.written,
    known: a.known + b.known,
    refused: [...a.refused, ...b.refused],
    later: [...a.later, ...b.later],
    ...(why !== undefined && { why }),
  };
}

/** An event stays as it was written first; what changes is replaced by what is as new or newer. */
function linesOf({ index: _index, id: _id, version, body }: Writing): string {
  const action =
    version === undefined
      ? { create: { _index, _id } }
      : { index: { _index, _id, version, version_type: 'external_gte' } };
  return `${JSON.stringify(action)}\n${body}\n`;
}

const reasonOf = (error: Item['error']): string =>
  [error?.reason, error?.caused_by?.reason]
    .filter((text) => text !== undefined && text !== '')
    .join(': ')
    .slice(0, 500);

/** What went wrong, with what is to be done where that can be told. */
function wordsOf(error: unknown): string {
  const { statusCode, message, meta } = error as {
    readonly statusCode?: number;
    readonly message: string;
    readonly meta?: { readonly body?: { readonly error?: { readonly reason?: string } | string } };
  };
  const said = meta?.body?.error;
  const reason = typeof said === 'object' ? said.reason : undefined;
  if (statusCode === 401) return 'it refuses the user or the password of the URL (401)';
  if (statusCode === 403)
    return `the user of the URL may not do this (403${reason === undefined ? '' : `: ${reason.slice(0, 300)}`})`;
  if (/self-signed|unable to (?:get|verify)|certificate/i.test(message))
    return `${message}. ca=FILE names the certificate of who signed it`;
  return (reason ?? message).slice(0, 500);
}
