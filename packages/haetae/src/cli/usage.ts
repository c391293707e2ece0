/** The user asked for something that cannot be done as asked: exit status 2, the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit statuses of every command. Documented in README.md and in `haetae scan --help`. */
export const EXIT = { done: 0, findings: 1, usage: 2, nothingReadable: 3, internal: 70, interrupted: 130 } as const;
