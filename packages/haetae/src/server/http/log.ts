/** One structured line of the server's own log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** A fixed sentence, without values in it. */
  readonly message: string;
  readonly [name: string]: unknown;
}
export type Log = (line: LogLine) => void;

const SECRET_NAMES = /pass(?:word|phrase)?$|secret|token$|authorization|cookie|csrf|api[-_]?key|hash$/i;
/** Our own tokens, and what stands behind the names of authentication schemes. */
const SECRET_TEXT = /\bht[a-z]_[A-Za-z0-9_-]{8,}|\b(Bearer|Basic|ApiKey|Splunk)\s+[A-Za-z0-9+/=._~-]+/gi;
const LONGEST = 2000;

/** Without secrets, by name and by look, and without control characters: one value can never look like a second line. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    const text = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    return text.replace(SECRET_TEXT, (_, scheme?: string) =>
      scheme === undefined ? '[secret]' : `${scheme} [secret]`,
    );
  }
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return { name: value.name, message: redact(value.message), stack: redact(value.stack) };
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, SECRET_NAMES.test(name) ? '[secret]' : redact(item, depth + 1)]),
  );
}

/** JSON lines: JSON escapes what could break out of a line; the other line ends of Unicode are escaped here. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  return ({ level, message, ...rest }) => {
    const line = JSON.stringify({
      time: new Date(now()).toISOString(),
      level,
      message,
      ...(redact(rest) as object),
    });
    write(
      `${line.replace(/[\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
    );
  };
}
