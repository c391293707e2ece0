/** The system's code at the bottom of an error; its texts may quote what was sent. */
export function causeOf(error: unknown): string {
  let at = error as { code?: unknown; cause?: unknown; name?: string } | undefined;
  let name = 'no answer';
  for (let depth = 0; at != null && depth < 6; depth++) {
    if (typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError' || at.name === 'AbortError') name = 'no answer in time';
    at = at.cause as typeof at;
  }
  return name;
}
