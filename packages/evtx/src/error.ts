/**
 * What can be wrong with an EVTX file. `not-evtx`, `file-header`, `chunk-header` and `truncated` cost what they name;
 * a `record-…` or deeper code costs one record; `checksum` costs nothing (the records are still read).
 */
export type EvtxErrorCode =
  | 'not-evtx'
  | 'file-header'
  | 'chunk-header'
  | 'empty-chunk'
  | 'truncated'
  | 'checksum'
  | 'record-magic'
  | 'record-size'
  | 'token'
  | 'name'
  | 'template'
  | 'value'
  | 'too-deep'
  | 'too-large'
  | 'cursor'
  | 'write';

/** `offset` is the byte offset in the file (in the chunk for bytes that belong to no file), -1 where none applies. */
export class EvtxError extends Error {
  readonly code: EvtxErrorCode;
  readonly offset: number;

  constructor(code: EvtxErrorCode, what: string, offset = -1, cause?: unknown) {
    super(
      offset < 0 ? what : `0x${offset.toString(16).padStart(8, '0')}: ${what}`,
      cause === undefined ? {} : { cause },
    );
    this.name = 'EvtxError';
    this.code = code;
    this.offset = offset;
  }
}
