import { ApiError, get, request, send } from './api.ts';
import type { UploadState } from './shapes.ts';

interface Item {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  /** Bytes on the way; undefined while it waits for those before it. */
  sent: number | undefined;
  state: UploadState | undefined;
  error: string | undefined;
}

/** Files on their way, one after the other; they go on while other pages are looked at. */
class Uploads {
  items = $state<Item[]>([]);
  #last = 0;
  #running: Promise<void> = Promise.resolve();

  add(file: File, password: string): void {
    this.items.unshift({
      key: ++this.#last,
      name: file.name,
      size: file.size,
      sent: undefined,
      state: undefined,
      error: undefined,
    });
    const item = this.items[0]!;
    this.#running = this.#running.then(async () => {
      try {
        item.state = await sendParts(file, password, (sent) => {
          item.sent = sent;
        });
        while (item.state.status === 'reading' || item.state.status === 'waiting') {
          await new Promise((resolve) => setTimeout(resolve, 700));
          item.state = await get<UploadState>(`api/uploads/${item.state.id}`);
        }
      } catch (error) {
        item.error = error instanceof ApiError ? error.message : String(error);
      }
    });
  }
}
export const uploads = new Uploads();

const PART = 4 * 1024 * 1024;

/** In parts, so that a slow line ends no request; a part that broke off is sent again. */
async function sendParts(file: File, password: string, progress: (sent: number) => void): Promise<UploadState> {
  const about = { name: file.name.slice(-255), bytes: file.size, ...(password !== '' && { password }) };
  let state = await send<UploadState>('POST', 'api/uploads', about);
  let tries = 0;
  while (state.status === 'receiving') {
    const { received } = state;
    progress(received);
    try {
      const body = file.slice(received, received + PART);
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await request(`api/uploads/${state.id}/parts/${received}`, { method: 'PUT', body, headers });
      state = (await answer.json()) as UploadState;
      tries = 0;
    } catch (error) {
      const again = error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status === 409);
      if (!again || ++tries > 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * tries));
      state = await get<UploadState>(`api/uploads/${state.id}`);
    }
  }
  return state;
}
