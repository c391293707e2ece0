import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { ScoreCard } from '../../scenario/index.ts';
import type { api, apiTold, responsesApi } from '../../server/index.ts';
import { StoreError, type StoreErrorCode } from '../../store/index.ts';
import type { Control } from '../live/control.ts';
import { keepingOver } from './keeping.ts';
import { evidenceIn } from './labelled.ts';
import { type ReportSource, reportedOf } from './reported.ts';
import { type HuntStep, incidentsOf, type Stored } from './stored.ts';

const POLL_MS = 250;
const PAGE = 1000;

/** A server of this machine that has the data open, by its API. */
export function overHttp(control: Control, directory: string): Stored {
  const get = async <T>(path: string): Promise<T> => (await answered(control, 'GET', path)) as T;

  async function* follow(path: string, body: object, signal: AbortSignal): AsyncGenerator<HuntStep> {
    const { id } = (await answered(control, 'POST', path, body)) as api.Hunt;
    const cancel = (): void => void answered(control, 'DELETE', `/api/hunts/${id}`).catch(() => {});
    signal.addEventListener('abort', cancel, { once: true });
    let shown = 0;
    try {
      for (;;) {
        const hunt = await get<api.Hunt>(`/api/hunts/${id}`);
        const hits: api.HuntHit[] = [];
        while (shown < hunt.kept) {
          const { items } = await get<{ items: api.HuntHit[] }>(`/api/hunts/${id}/hits?limit=${PAGE}&cursor=${shown}`);
          if (items.length === 0) break;
          hits.push(...items);
          shown = items.at(-1)!.number;
        }
        const { scanned, total, hits: found, fresh, kept } = hunt;
        yield { hits, scanned, total, found, fresh, kept };
        if (hunt.status === 'failed') throw new StoreError('damaged', hunt.error ?? '');
        if (hunt.status === 'cancelled') throw new StoreError('cancelled', '');
        if (hunt.status === 'done') return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  const ask = (of: object): string => {
    const asked = Object.entries(of).filter(([, value]) => value !== undefined && value !== null);
    return new URLSearchParams(asked.map(([name, value]): [string, string] => [name, String(value)])).toString();
  };
  const found = async <T>(path: string): Promise<T | undefined> => {
    try {
      return await get<T>(path);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'missing') return undefined;
      throw error;
    }
  };
  const reports: ReportSource = {
    incidents: (query) => get(`/api/incidents?${ask(query)}`),
    incident: (id) => found(`/api/incidents/${encodeURIComponent(id)}`),
    async anomalies(incident) {
      const found: apiTold.Anomaly[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await get<{ items: apiTold.Anomaly[]; next: string | null }>(
          `/api/anomalies?${ask({ incident, limit: PAGE, cursor })}`,
        );
        found.push(...page.items);
        if (page.next === null) return found as never;
        cursor = page.next;
      }
    },
    event: (id) => found(`/api/events/${encodeURIComponent(id)}`),
    rules: () => get('/api/rules/packs'),
    async waiting(incident) {
      const { items } = await get<responsesApi.Responses>(`/api/incidents/${encodeURIComponent(incident)}/responses`);
      return items.filter(({ state }) => state === 'proposed');
    },
    people: () => get('/api/people'),
  };
  const search: Stored['search'] = async function* (query, signal) {
    const response = await asked(control, 'POST', '/api/events/search', query, signal);
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
        const part = JSON.parse(line) as api.SearchPart;
        if (part.kind === 'error') throw new StoreError(part.code as StoreErrorCode, part.message);
        yield part;
      }
    } finally {
      response.destroy();
    }
  };
  return {
    keeping: keepingOver((...request) => answered(control, ...request), directory),
    reported: (wanted) => reportedOf(reports, wanted),
    search,
    evidence: (labels, signal) =>
      evidenceIn({ search, findings: (query) => get(`/api/findings?${ask(query)}`) }, labels, signal),
    incidents: (beginning) =>
      incidentsOf(
        beginning,
        ({ order, limit, cursor }) =>
          get(
            `/api/incidents?order=${order}&limit=${limit}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
          ),
        (id) =>
          get<api.IncidentDetail>(`/api/incidents/${id}`).catch((error: unknown) => {
            if (error instanceof StoreError && error.code === 'missing') return undefined;
            throw error;
          }),
      ),
    hunt: ({ rule: { path, text }, ...times }, signal) =>
      follow('/api/hunts', { name: path.slice(-100), rule: text, ...times }, signal),
    rescan: ({ ids, fromMs, toMs }, signal) =>
      follow('/api/rescans', { ...(ids !== undefined && { rules: ids }), fromMs, toMs }, signal),
  };
}

export const keepScoreAt = (control: Control, card: ScoreCard, exercise: boolean): Promise<unknown> =>
  answered(control, 'POST', '/api/lab/scores', { card, exercise });

export async function answered(
  control: Control,
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<unknown> {
  const text = await textOf(await asked(control, method, path, body, signal));
  return text === '' ? undefined : JSON.parse(text);
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** An answer of success; another one rejects with what it says. The server must show the certificate that it wrote down. */
async function asked(
  { url, secret, certificate }: Control,
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const at = new URL(path, url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { authorization: `Bearer ${secret}`, 'content-length': Buffer.byteLength(text) };
  const options = {
    method,
    headers: { ...headers, ...(text !== '' && { 'content-type': 'application/json' }) },
    ...(signal !== undefined && { signal }),
    ...(certificate !== null && { ca: certificate, checkServerIdentity: () => undefined }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = (at.protocol === 'https:' ? httpsRequest : httpRequest)(at, options, resolve);
    request.on('error', (error) =>
      reject(new StoreError(signal?.aborted ? 'cancelled' : 'locked', signal?.aborted ? '' : error.message)),
    );
    request.end(text);
  });
  if (response.statusCode! < 300) return response;
  throw problemIn(await textOf(response), response.statusCode!);
}

function problemIn(text: string, status: number): StoreError {
  try {
    const { error } = JSON.parse(text) as api.Problem;
    return new StoreError(error.code as StoreErrorCode, error.message);
  } catch {
    return new StoreError('damaged', `HTTP ${status}`);
  }
}
