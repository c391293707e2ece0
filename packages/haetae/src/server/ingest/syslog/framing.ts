/** The longest syslog message; the longest Windows event is below it. */
export const LONGEST_MESSAGE = 1024 * 1024;

const LF = 10;
const CR = 13;
const NUL = 0;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/**
 * Cuts a stream of syslog over TCP into messages, by RFC 6587: octet counting (`LENGTH blank MESSAGE`) and LF-framing, each
 * message as it begins; a message begins with `<`, so that a digit can only be a length. Messages beyond the limit are
 * passed over and counted.
 */
export class SyslogFraming {
  #kept: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is passed over; -1: up to the next line end. */
  #skip = 0;
  tooLong = 0;

  /** The messages that are complete with this chunk. Views over it, or over what was kept. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#skip !== 0) {
        at = this.#skipped(bytes, at);
        continue;
      }
      const byte = bytes[at]!;
      if (byte === LF || byte === CR || byte === NUL) {
        at++;
        continue;
      }
      const end = byte > ZERO && byte <= NINE ? this.#counted(bytes, at, messages) : this.#line(bytes, at, messages);
      if (end === undefined) break;
      at = end;
    }
    // Small: what is kept must not hold the whole chunk.
    this.#kept = Buffer.from(bytes.subarray(at));
    return messages;
  }

  /** What was not ended by a line end when the connection was: the sender has no more. */
  end(): Buffer[] {
    const rest = this.#kept;
    this.#kept = Buffer.alloc(0);
    const counted = rest.length > 0 && rest[0]! > ZERO && rest[0]! <= NINE;
    return rest.length > 0 && !counted && this.#skip === 0 ? [rest] : [];
  }

  #skipped(bytes: Buffer, at: number): number {
    if (this.#skip > 0) {
      const step = Math.min(this.#skip, bytes.length - at);
      this.#skip -= step;
      return at + step;
    }
    const end = bytes.indexOf(LF, at);
    if (end < 0) return bytes.length;
    this.#skip = 0;
    return end + 1;
  }

  /** Behind the message at `at`; undefined when it is not complete. */
  #counted(bytes: Buffer, at: number, messages: Buffer[]): number | undefined {
    let blank = at;
    while (blank < bytes.length && bytes[blank]! >= ZERO && bytes[blank]! <= NINE && blank - at < 8) blank++;
    if (blank === bytes.length) return undefined;
    // Digits without a blank: a line that begins with a number.
    if (bytes[blank] !== SPACE) return this.#line(bytes, at, messages);
    const length = Number(bytes.toString('latin1', at, blank));
    const start = blank + 1;
    if (length > LONGEST_MESSAGE) {
      this.tooLong++;
      this.#skip = length;
      return start;
    }
    if (start + length > bytes.length) return undefined;
    messages.push(bytes.subarray(start, start + length));
    return start + length;
  }

  #line(bytes: Buffer, at: number, messages: Buffer[]): number | undefined {
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      if (bytes.length - at <= LONGEST_MESSAGE) return undefined;
      this.tooLong++;
      this.#skip = -1;
      return bytes.length;
    }
    const stop = bytes[end - 1] === CR ? end - 1 : end;
    if (stop - at > LONGEST_MESSAGE) this.tooLong++;
    else messages.push(bytes.subarray(at, stop));
    return end + 1;
  }
}

/** Messages one behind the other, each behind its length: the form in which frames hold them. */
export function octetCounted(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.flatMap((message) => [Buffer.from(`${message.length} `, 'latin1'), message]));
}
