import { instant, readInstant, utcOfLocal } from '../../instant.ts';

/** What stands before a syslog message. */
export interface SyslogHead {
  readonly facility: number;
  readonly severity: number;
  /** NaN where it tells none that can be read. */
  readonly timeMs: number;
  /** '' where not told, as the others. */
  readonly host: string;
  readonly program: string;
  readonly processId: string;
  readonly messageId: string;
  readonly message: string;
}

const PRIORITY = /^<(\d{1,3})>/;
const NEW = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]"\\]|"(?:[^"\\]|\\.)*"|\\.)*\])+) ?\uFEFF?/;
const OLD =
  /^(?:([A-Z][a-z]{2}) +(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.\d+)?|(\d{4}-\d\d-\d\d[T ][\d:.,]+ ?(?:Z|[+-]\d\d:?\d\d)?)):? +/;
const TAG = /^([^\s:[\]<{]{1,128})(?:\[([^\]]{1,64})\])?: ?\uFEFF?/;
const HOST = /^([^\s:[\]{<]+) +/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 24 * 60 * 60_000;
const time = instant();

/** RFC 5424, RFC 3164 and what is written in their name; a text without any head is all message. */
export function syslogHead(text: string, receivedMs: number, timeZone: string): SyslogHead {
  const priority = PRIORITY.exec(text);
  const number = priority === null || Number(priority[1]) > 191 ? 13 : Number(priority[1]);
  const ranked = { facility: number >> 3, severity: number & 7 };
  const rest = priority === null ? text : text.slice(priority[0].length);
  const modern = NEW.exec(rest);
  if (modern !== null) {
    const [whole, stamp, host, program, processId, messageId] = modern;
    return {
      ...ranked,
      timeMs: readInstant(stamp!, time) ? time.ms : Number.NaN,
      host: nil(host!),
      program: nil(program!),
      processId: nil(processId!),
      messageId: nil(messageId!),
      message: rest.slice(whole.length),
    };
  }
  const old = OLD.exec(rest);
  let at = old === null ? 0 : old[0].length;
  let host = '';
  if (old !== null) {
    const named = HOST.exec(rest.slice(at));
    if (named !== null && !TAG.test(rest.slice(at))) {
      host = named[1]!;
      at += named[0].length;
    }
  }
  const tag = old === null ? null : TAG.exec(rest.slice(at));
  return {
    ...ranked,
    timeMs: old === null ? Number.NaN : oldTime(old, receivedMs, timeZone),
    host,
    program: tag?.[1] ?? '',
    processId: tag?.[2] ?? '',
    messageId: '',
    message: rest.slice(at + (tag?.[0].length ?? 0)),
  };
}

const nil = (text: string): string => (text === '-' ? '' : text);

/** RFC 3164 tells neither year nor zone: the year is the one that brings it nearest to its receipt. */
function oldTime(match: RegExpExecArray, receivedMs: number, timeZone: string): number {
  if (match[7] !== undefined) {
    if (!readInstant(match[7], time)) return Number.NaN;
    return time.zoned ? time.ms : utcOfLocal(time.ms, timeZone);
  }
  const month = MONTHS.indexOf(match[1]!);
  if (month < 0) return Number.NaN;
  const at = (year: number): number =>
    utcOfLocal(Date.UTC(year, month, Number(match[2]), Number(match[4]), Number(match[5]), Number(match[6])), timeZone);
  if (match[3] !== undefined) return at(Number(match[3]));
  const year = new Date(receivedMs).getUTCFullYear();
  const now = at(year);
  if (now > receivedMs + DAY) return at(year - 1);
  return now;
}
