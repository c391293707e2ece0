/**
 * What can go wrong, to switch on:
 * - `taken`: the name or id exists already · `missing`: it does not · `conflict`: somebody changed it since it was read
 * - `locked`: another process holds the store · `newer-schema`: a newer Haetae wrote it · `damaged`: it cannot be read
 * - `full`: no space on the disk · `invalid`: the caller's words make no sense, the message says which
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
  | 'cancelled'
  | 'timeout'
  | 'closed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
