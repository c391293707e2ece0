import { type Start, type Subscription, type WevtApi, WevtError } from './api.ts';

/**
 * wevtapi.dll by koffi. Pull: Windows sets an event object when there is something, and we fetch it; nothing of Windows calls into this
 * program. Only the waiting happens in koffi's own thread. This file is the only one of the agent that no test runs: it needs Windows.
 * Source: learn.microsoft.com/windows/win32/api/winevt.
 */

/** What is used of koffi 3. */
interface Koffi {
  load(name: string): { func(definition: string): NativeFunction };
}
interface NativeFunction {
  (...args: unknown[]): unknown;
  async(...args: unknown[]): void;
}
type Handle = bigint | number | object | null;

/** koffi shows a null pointer as null; pointers as bigint. */
const isNull = (handle: Handle): boolean => handle === null || handle === 0n || handle === 0;

const SUBSCRIBE = { future: 1, oldest: 2, after: 3, strict: 0x10000 } as const;
const RENDER_XML = 1;
const ERROR_INSUFFICIENT_BUFFER = 122;
const ERROR_NO_MORE_ITEMS = 259;
const ERROR_TIMEOUT = 1460;

/** undefined where koffi is not installed. Throws where it is and wevtapi.dll cannot be loaded. */
export async function wevtapi(): Promise<WevtApi | undefined> {
  let koffi: Koffi;
  try {
    // Named by a variable: whoever bundles this leaves it where it is.
    const name = 'koffi';
    const module = (await import(name)) as { default?: Koffi } & Koffi;
    koffi = module.default ?? module;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  return over(koffi);
}

function over(koffi: Koffi): WevtApi {
  const dll = koffi.load('wevtapi.dll');
  const kernel = koffi.load('kernel32.dll');
  const EvtSubscribe = dll.func(
    'void *__stdcall EvtSubscribe(void *session, void *signal, str16 channel, str16 query, void *bookmark, void *context, void *callback, uint32 flags)',
  );
  const EvtCreateBookmark = dll.func('void *__stdcall EvtCreateBookmark(str16 xml)');
  const EvtNext = dll.func(
    'int __stdcall EvtNext(void *results, uint32 size, _Out_ void **events, uint32 timeout, uint32 flags, _Out_ uint32 *returned)',
  );
  const EvtRender = dll.func(
    'int __stdcall EvtRender(void *context, void *fragment, uint32 flags, uint32 size, void *buffer, _Out_ uint32 *used, _Out_ uint32 *count)',
  );
  const EvtClose = dll.func('int __stdcall EvtClose(void *object)');
  const CreateEventW = kernel.func('void *__stdcall CreateEventW(void *security, int manual, int set, str16 name)');
  const ResetEvent = kernel.func('int __stdcall ResetEvent(void *event)');
  const CloseHandle = kernel.func('int __stdcall CloseHandle(void *handle)');
  const WaitForSingleObject = kernel.func('uint32 __stdcall WaitForSingleObject(void *handle, uint32 ms)');
  const GetLastError = kernel.func('uint32 __stdcall GetLastError()');
  const failure = (what: string): WevtError => new WevtError(Number(GetLastError()), what);

  const wait = (handle: Handle, ms: number): Promise<void> =>
    new Promise((resolve, reject) =>
      WaitForSingleObject.async(handle, ms, (error: Error | null) => (error ? reject(error) : resolve())),
    );

  /** Rendered anew into the same buffer, which grows to the largest event. */
  let buffer = Buffer.alloc(64 * 1024);
  function render(event: Handle): string {
    const used = [0];
    const count = [0];
    if (!EvtRender(null, event, RENDER_XML, buffer.length, buffer, used, count)) {
      const error = Number(GetLastError());
      if (error !== ERROR_INSUFFICIENT_BUFFER) throw new WevtError(error, 'EvtRender');
      buffer = Buffer.alloc(used[0]! + 4096);
      if (!EvtRender(null, event, RENDER_XML, buffer.length, buffer, used, count)) throw failure('EvtRender');
    }
    // UTF-16 with a zero at its end.
    return buffer.toString('utf16le', 0, Math.max(0, used[0]! - 2));
  }

  return {
    name: 'wevtapi',
    async subscribe(channel, query, start): Promise<Subscription> {
      const signal = CreateEventW(null, 1, 1, null) as Handle;
      if (isNull(signal)) throw failure('CreateEvent');
      const bookmark = start.kind === 'after' ? (EvtCreateBookmark(bookmarkXml(channel, start)) as Handle) : null;
      const results = EvtSubscribe(null, signal, channel, query, bookmark, null, null, flagsOf(start)) as Handle;
      const failed = isNull(results) ? failure(`EvtSubscribe ${channel}`) : undefined;
      if (!isNull(bookmark)) EvtClose(bookmark);
      if (failed !== undefined) {
        CloseHandle(signal);
        throw failed;
      }
      let isOpen = true;
      let waiting: Promise<void> | undefined;
      const fetch = (most: number): string[] => {
        const handles = new Array<Handle>(most).fill(null);
        const returned = [0];
        if (!EvtNext(results, most, handles, 0, 0, returned)) {
          const error = Number(GetLastError());
          if (error === ERROR_NO_MORE_ITEMS || error === ERROR_TIMEOUT) {
            ResetEvent(signal);
            return [];
          }
          throw new WevtError(error, `EvtNext ${channel}`);
        }
        const texts: string[] = [];
        try {
          for (const handle of handles.slice(0, returned[0])) texts.push(render(handle));
        } finally {
          for (const handle of handles.slice(0, returned[0])) EvtClose(handle);
        }
        return texts;
      };
      return {
        async next(most, waitMs, stop) {
          const texts = fetch(most);
          if (texts.length > 0 || stop.aborted || !isOpen) return texts;
          waiting = wait(signal, waitMs);
          await waiting;
          waiting = undefined;
          return isOpen && !stop.aborted ? fetch(most) : [];
        },
        close() {
          isOpen = false;
          // The handle may go only when nobody waits for it.
          void (waiting ?? Promise.resolve()).finally(() => {
            EvtClose(results);
            CloseHandle(signal);
          });
        },
      };
    },
  };
}

const flagsOf = (start: Start): number =>
  start.kind === 'after' ? SUBSCRIBE.after | SUBSCRIBE.strict : SUBSCRIBE[start.kind];

/** As EvtRender writes bookmarks. */
export const bookmarkXml = (channel: string, { recordId }: { readonly recordId: bigint }): string =>
  `<BookmarkList><Bookmark Channel='${channel.replace(/[&<>'"]/g, (c) => `&#${c.charCodeAt(0)};`)}' RecordId='${recordId}' IsCurrent='true'/></BookmarkList>`;
