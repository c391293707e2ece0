export type ReportErrorCode =
  /** A file of the user's (facts, clocks, record) is not as it must be; the message says where. */
  | 'invalid'
  /** What makes PDF is not there for this platform. */
  | 'no-typst'
  /** What is asked for cannot be made from this input. */
  | 'refused';

export class ReportError extends Error {
  readonly code: ReportErrorCode;

  constructor(code: ReportErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ReportError';
    this.code = code;
  }
}
