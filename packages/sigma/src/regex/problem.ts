/** What is wrong with a pattern, and at which offset of its text. */
export class RegexProblem {
  readonly reason: string;
  /** undefined where it is the pattern as a whole. */
  readonly offset: number | undefined;
  readonly cause: unknown;
  constructor(reason: string, offset: number | undefined, cause?: unknown) {
    this.reason = reason;
    this.offset = offset;
    this.cause = cause;
  }
}
