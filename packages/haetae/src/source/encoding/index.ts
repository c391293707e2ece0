export { decodeStream, utf8Stream } from './decode.ts';
export { destroyedText } from './destroyed.ts';
export { byteOrderMark, detectEncoding, HEAD_BYTES, makeHead } from './detect.ts';
export { type ByteLines, byteLines, LINE_LIMIT, type LineLimits, type Lines, lines } from './lines.ts';
