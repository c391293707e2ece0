/** A message as RFC 5424 has it, behind its length (RFC 6587): what the server's `syslog` reads. */
export interface Message {
  /** 13 (user.notice) where nobody told. */
  readonly priority?: number;
  /** ms since 1970; undefined where the line tells none: the server takes the time of receipt. */
  readonly timeMs?: number | undefined;
  readonly host: string;
  readonly program: string;
  readonly processId?: string;
  readonly text: string | Uint8Array;
}

const NIL = '-';
/** Printable ASCII without blanks, at most so long, as the header's words must be. */
const word = (text: string, most: number): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || NIL;

export function syslogMessage({ priority = 13, timeMs, host, program, processId = '', text }: Message): Buffer {
  const time = timeMs === undefined || !Number.isFinite(timeMs) ? NIL : new Date(timeMs).toISOString();
  const head = `<${priority}>1 ${time} ${word(host, 255)} ${word(program, 48)} ${word(processId, 128)} - - `;
  const body = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  const length = Buffer.byteLength(head) + body.length;
  return Buffer.concat([Buffer.from(`${length} ${head}`, 'latin1'), body], String(length).length + 1 + length);
}

const OLD =
  /^(?:<(\d{1,3})>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\S+) ([^\s:[\]]{1,64})(?:\[(\d{1,10})\])?: ?/;
const ISO =
  /^(?:<(\d{1,3})>)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (\S+) ([^\s:[\]]{1,64})(?:\[(\d{1,10})\])?: ?/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 24 * 60 * 60_000;

/**
 * A line of a log file. What a syslog daemon wrote is taken apart, its time read in this host's zone (the server knows another); any other line is a
 * message of `program`, which is the file's own name.
 */
export function messageOfLine(
  line: string,
  own: { readonly host: string; readonly program: string; readonly nowMs: number },
): Buffer {
  const old = OLD.exec(line);
  if (old !== null) {
    const [whole, pri, month, day, hour, minute, second, host, program, processId] = old;
    const index = MONTHS.indexOf(month!);
    if (index >= 0) {
      const at = (year: number): number =>
        new Date(year, index, Number(day), Number(hour), Number(minute), Number(second)).getTime();
      const year = new Date(own.nowMs).getFullYear();
      const timeMs = at(year) > own.nowMs + DAY ? at(year - 1) : at(year);
      return made(pri, timeMs, host!, program!, processId, line.slice(whole.length));
    }
  }
  const iso = ISO.exec(line);
  if (iso !== null) {
    const [whole, pri, time, host, program, processId] = iso;
    return made(pri, Date.parse(time!), host!, program!, processId, line.slice(whole.length));
  }
  return syslogMessage({ host: own.host, program: own.program, text: line });
}

const made = (
  priority: string | undefined,
  timeMs: number,
  host: string,
  program: string,
  processId: string | undefined,
  text: string,
): Buffer =>
  syslogMessage({
    ...(priority !== undefined && Number(priority) < 192 && { priority: Number(priority) }),
    timeMs,
    host,
    program,
    ...(processId !== undefined && { processId }),
    text,
  });
