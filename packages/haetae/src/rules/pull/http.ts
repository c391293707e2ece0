import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { PullError } from './error.ts';
import { PULL_LIMITS } from './fetched.ts';
import { publicUrl } from './url.ts';

const MOST_REDIRECTS = 5;
const IDLE_MS = 30_000;

/** Downloads a file, following few redirects and never one from https to http. Throws PullError. */
export async function download(url: string, agent: string, signal: AbortSignal): Promise<Uint8Array> {
  const shown = publicUrl(url);
  let at = new URL(url);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const answer = await request(at, shown, agent, signal);
    if (answer.kind === 'body') return answer.bytes;
    if (!URL.canParse(answer.location, at.href))
      throw new PullError((e) => e.http(shown, `redirect to ${answer.location}`));
    const next = new URL(answer.location, at);
    if (next.protocol !== 'https:' && (next.protocol !== 'http:' || at.protocol === 'https:'))
      throw new PullError((e) => e.http(shown, `redirected from ${at.protocol}// to ${next.protocol}//`));
    at = next;
  }
  throw new PullError((e) => e.http(shown, `more than ${MOST_REDIRECTS} redirects`));
}

type Answer =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'redirect'; readonly location: string };

function request(url: URL, shown: string, agent: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => reject(new PullError((e) => e.http(shown, why), cause));
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    const sent = get(url, { signal, headers: { 'user-agent': agent, accept: '*/*' } }, (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        response.resume();
        resolve({ kind: 'redirect', location: headers.location });
        return;
      }
      if (statusCode !== 200) {
        response.resume();
        fail(`HTTP ${statusCode}`);
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      const large = (): void => {
        reject(new PullError((e) => e.tooLarge(shown, `${PULL_LIMITS.download >> 20} MiB`)));
        sent.destroy();
      };
      if (Number(headers['content-length'] ?? 0) > PULL_LIMITS.download) {
        large();
        return;
      }
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > PULL_LIMITS.download) large();
      });
      response.on('end', () => resolve({ kind: 'body', bytes: Buffer.concat(chunks) }));
      response.on('aborted', () => fail('the connection broke off'));
    });
    sent.setTimeout(IDLE_MS, () => sent.destroy(new Error(`no answer for ${IDLE_MS / 1000} s`)));
    sent.on('error', (error) => (signal.aborted ? reject(error) : fail(error.message, error)));
  });
}
