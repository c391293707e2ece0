/**
 * `option` and `rows` are wrong arguments, `closed` is work for threads that are no more. The others are of saved bytes: `not-ours` begins otherwise, `version` is of another
 * version of this package, `truncated` ends too early, `damaged` holds what no forest or baseline can hold.
 */
export type ForestErrorCode = 'option' | 'rows' | 'closed' | 'not-ours' | 'version' | 'truncated' | 'damaged';

/** `offset` is the byte offset in what was loaded, -1 where none applies. */
export class ForestError extends Error {
  readonly code: ForestErrorCode;
  readonly offset: number;

  constructor(code: ForestErrorCode, what: string, offset = -1) {
    super(offset < 0 ? what : `0x${offset.toString(16).padStart(8, '0')}: ${what}`);
    this.name = 'ForestError';
    this.code = code;
    this.offset = offset;
  }
}
