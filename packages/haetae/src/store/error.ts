/**
 * What can go wrong, to switch on:
 * - `taken`: the name or id exists already · `missing`: it does not · `conflict`: somebody changed it since it was read
 * - `locked`: another process holds the store · `newer-schema`: a newer Haetae wrote it · `damaged`: it cannot be read
 * - `full`: no space on the disk · `invalid`: the caller's words make no sense, the message says which
 * - `unreachable`: the database is another process, and does not answer or refuses us
 * - `cancelled`, `timeout`: a query was ended before it was through · `closed`: the store or log was closed
 */
export type StoreErrorCode =
  | 'taken'
  | 'missing'
  | 'conflict'
  | 'locked'
  | 'newer-schema'
  | 'damaged'
  | 'full'
  | 'invalid'
  | 'unreachable'
  | 'cancelled'
  | 'timeout'
  | 'closed';

/** What crosses a thread's border of any error: one that no part of the store made means damage. */
export function failureOf(error: unknown): Pick<StoreError, 'code' | 'message'> {
  if (error instanceof StoreError) return { code: error.code, message: error.message };
  return { code: 'damaged', message: error instanceof Error ? error.message : String(error) };
}

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
