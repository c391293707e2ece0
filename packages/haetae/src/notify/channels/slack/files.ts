import { type Attachment, failed, type Outcome, outcomeOf, type Post, sent } from '../channel.ts';
import type { Client } from './client.ts';

/** A message below which files go. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
}

const UPLOAD_MS = 60_000;
const PAGE = 200;

/** By Slack's external upload: a place for each file, its bytes there, then all of them as one message of the thread. */
export async function attachFiles(
  { files: api }: Pick<Client, 'files'>,
  post: Post,
  files: readonly Attachment[],
  { channel, ts }: Thread,
): Promise<Outcome> {
  const uploaded: { readonly id: string; readonly title: string }[] = [];
  for (const { name, title, bytes } of files) {
    const place = await api.getUploadURLExternal({ filename: name, length: bytes.length });
    if (place.upload_url === undefined || place.file_id === undefined) return failed('no place to upload to');
    const headers = { 'content-type': 'application/octet-stream' };
    const outcome = outcomeOf(await post({ url: place.upload_url, headers, body: bytes, timeoutMs: UPLOAD_MS }));
    // Bytes that nobody was shown are nothing: to begin again makes no second message.
    if (outcome.kind === 'failed') return { ...outcome, uncertain: false };
    if (outcome.kind !== 'sent') return outcome;
    uploaded.push({ id: place.file_id, title });
  }
  await api.completeUploadExternal({ files: uploaded, channel_id: channel, thread_ts: ts });
  return sent({ channel, ts });
}

/** Whether an earlier attempt left them there. Names are an incident's own, and it has them once. */
export async function areAttached(
  { conversations }: Pick<Client, 'conversations'>,
  files: readonly Attachment[],
  { channel, ts }: Thread,
): Promise<boolean> {
  const wanted = new Set(files.map(({ name }) => name));
  let cursor = '';
  do {
    const answer = await conversations.replies({ channel, ts, limit: PAGE, ...(cursor !== '' && { cursor }) });
    if (answer.messages?.some((one) => one.files?.some(({ name = '' }) => wanted.has(name)))) return true;
    cursor = answer.has_more === true ? (answer.response_metadata?.next_cursor ?? '') : '';
  } while (cursor !== '');
  return false;
}
