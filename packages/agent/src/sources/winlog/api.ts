/**
 * What is asked of Windows to read its logs: the seam behind which wevtapi.dll stands (`koffi.ts`), or `wevtutil.exe` where koffi is not
 * installed (`wevtutil.ts`). Tests stand a recorded one behind it. Neither of the real ones was run on Windows by this project's tests.
 */
export interface WevtApi {
  readonly name: 'wevtapi' | 'wevtutil';
  /** Opens a pull subscription. Rejects with a WevtError. */
  subscribe(channel: string, query: string, start: Start): Promise<Subscription>;
}

export type Start =
  | { readonly kind: 'oldest' }
  | { readonly kind: 'future' }
  /** Behind this record, which must still be there: else it rejects with `not-found`. */
  | { readonly kind: 'after'; readonly recordId: bigint };

export interface Subscription {
  /**
   * The next events as XML, at most so many, in order; waits up to `waitMs` for the first. Rejects with `stale` when records went missing
   * under the subscription: it is opened anew then.
   */
  next(most: number, waitMs: number, signal: AbortSignal): Promise<readonly string[]>;
  close(): void;
}

/** `code`: what Windows says in numbers, as far as something follows from it. */
export type WevtCode = 'not-found' | 'stale' | 'denied' | 'no-channel' | 'bad-query' | 'gone' | 'other';

export class WevtError extends Error {
  override readonly name = 'WevtError';
  readonly code: WevtCode;
  readonly number: number;

  constructor(number: number, what: string) {
    const code = CODES[number] ?? 'other';
    super(`${what}: ${code === 'other' ? 'Windows error' : code} (${number})`);
    this.code = code;
    this.number = number;
  }
}

/** Source: learn.microsoft.com/windows/win32/debug/system-error-codes and …/wes/windows-event-log-error-constants. */
const CODES: Readonly<Record<number, WevtCode>> = {
  2: 'no-channel',
  5: 'denied',
  1168: 'not-found',
  1717: 'gone',
  1722: 'gone',
  1726: 'gone',
  15001: 'bad-query',
  15007: 'no-channel',
  15011: 'stale',
};
