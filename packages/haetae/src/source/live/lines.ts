import { isAscii } from 'node:buffer';

const LF = 10;
const CR = 13;

/** Each line of UTF-8 that is not blank, with its number from 1. Decoded once a line, as Latin-1 where all bytes are ASCII. */
export function* textLines(bytes: Buffer): Generator<{ readonly text: string; readonly line: number }> {
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  for (let at = 0, line = 1; at < bytes.length; line++) {
    let end = bytes.indexOf(LF, at);
    if (end < 0) end = bytes.length;
    const stop = end > at && bytes[end - 1] === CR ? end - 1 : end;
    if (stop > at) {
      const text = bytes.toString(encoding, at, stop);
      if (text.trim() !== '') yield { text, line };
    }
    at = end + 1;
  }
}
