import { messageOfLine } from '../syslog.ts';

const LF = 10;
const CR = 13;
const OPEN = 123;
const CLOSE = 125;

export interface Lines {
  readonly format: 'ndjson' | 'syslog';
  readonly items: number;
  readonly body: Buffer;
  /** Where the next begins. */
  readonly end: number;
}

/** Lines as batches of the server's: objects stay as they are (those that name no host get this one's), text becomes a message. A stretch for each change of form; blank lines are none. */
export function* linesOf(
  bytes: Buffer,
  own: { readonly host: string; readonly program: string; readonly nowMs: number },
): Generator<Lines> {
  let format: Lines['format'] | undefined;
  let pieces: Uint8Array[] = [];
  let items = 0;
  let at = 0;
  while (at < bytes.length) {
    const found = bytes.indexOf(LF, at);
    const end = found < 0 ? bytes.length : found + 1;
    let stop = found < 0 ? end : found;
    if (stop > at && bytes[stop - 1] === CR) stop--;
    const start = blankEnd(bytes, at, stop);
    if (start < stop) {
      const form = bytes[start] === OPEN && isObject(bytes, start, stop) ? 'ndjson' : 'syslog';
      if (format !== undefined && form !== format) {
        yield { format, items, body: Buffer.concat(pieces), end: at };
        pieces = [];
        items = 0;
      }
      format = form;
      items++;
      if (form === 'ndjson') pieces.push(...hosted(bytes.subarray(start, stop), own.host), NEWLINE);
      else pieces.push(messageOfLine(bytes.toString('utf8', at, stop), own));
    }
    at = end;
  }
  if (bytes.length > 0) yield { format: format ?? 'ndjson', items, body: Buffer.concat(pieces), end: bytes.length };
}

const HOST = /"(?:host|hostname|computer|computer_?name|syslog_host)"\s*:/i;
const EMPTY = /^\{\s*\}$/;

/** An object that names no host anywhere is of this one: the server would know none. */
function hosted(line: Buffer, host: string): readonly Uint8Array[] {
  const text = line.toString('latin1');
  if (HOST.test(text)) return [line];
  const member = `{"host":${JSON.stringify(host)}`;
  return EMPTY.test(text) ? [Buffer.from(`${member}}`)] : [Buffer.from(`${member},`), line.subarray(1)];
}

/** By its end; JSON that is not well formed is the server's to tell. */
function isObject(bytes: Buffer, start: number, stop: number): boolean {
  let end = stop - 1;
  while (end > start && bytes[end]! <= 32) end--;
  return bytes[end] === CLOSE;
}

const NEWLINE = Buffer.from('\n');

function blankEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at]! <= 32) at++;
  return at;
}
