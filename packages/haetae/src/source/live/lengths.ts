import type { Ledger } from '../ledger.ts';

const SPACE = 32;

/** The pieces of a frame that stand behind their length in bytes and a blank each (octet counting, RFC 6587). What is behind a length that is none is lost. */
export function* pieces(frame: Buffer, ledger: Ledger, code: 'syslog-line' | 'xml-syntax'): Generator<string> {
  for (let at = 0; at < frame.length; ) {
    const blank = frame.indexOf(SPACE, at);
    const length = blank < 0 ? Number.NaN : Number(frame.toString('latin1', at, blank));
    if (!Number.isInteger(length) || length < 0 || blank + 1 + length > frame.length) {
      ledger.lost(code, { kind: 'offset', offset: at }, 'no message length');
      return;
    }
    at = blank + 1 + length;
    yield frame.toString('utf8', blank + 1, at);
  }
}
