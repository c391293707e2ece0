import type { Ledger } from '../ledger.ts';

const SPACE = 32;

type Code = 'syslog-line' | 'xml-syntax' | 'not-an-event';

/** The pieces of a frame that stand behind their length in bytes and a blank each (octet counting, RFC 6587). What is behind a length that is none is lost. */
export function* bytePieces(frame: Buffer, ledger: Ledger, code: Code): Generator<Buffer> {
  for (let at = 0; at < frame.length; ) {
    const blank = frame.indexOf(SPACE, at);
    const length = blank < 0 ? Number.NaN : Number(frame.toString('latin1', at, blank));
    if (!Number.isInteger(length) || length < 0 || blank + 1 + length > frame.length) {
      ledger.lost(code, { kind: 'offset', offset: at }, 'no message length');
      return;
    }
    at = blank + 1 + length;
    yield frame.subarray(blank + 1, at);
  }
}

/** The same as text. */
export function* pieces(frame: Buffer, ledger: Ledger, code: Code): Generator<string> {
  for (const piece of bytePieces(frame, ledger, code)) yield piece.toString('utf8');
}
