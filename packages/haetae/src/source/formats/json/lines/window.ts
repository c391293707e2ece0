import { type MarksOf, marksByBlocks, marksByBytes } from './marks.ts';
import { webAssembly } from './wasm.ts';
import { type Seek, seekByBlocks, seekByBytes } from './words.ts';

/**
 * The one place where the bytes of JSON lines lie while events are read off them. Module-level constants on purpose, as in
 * `@haetae/evtx`: the compiler then knows base and length of every read, as long as a module takes them as constants of its own
 * out of a namespace import. Readers that take turns are safe: who finds the window in other hands fills it again.
 */
export const WINDOW_SIZE = 256 * 1024;

/** The bytes looked at behind the end, which are blanks. */
const BEHIND = 16;
/** The longest word that is sought. */
const LONGEST_WORD = 64;
const MARKS_AT = WINDOW_SIZE + BEHIND;
const PAGE = 64 * 1024;
/** A mark for every byte, and one that says that there are no more. */
const PAGES = Math.ceil((MARKS_AT + (WINDOW_SIZE + 1) * 4) / PAGE);

/** What `toString(encoding, from, to)` calls in the end: asked directly, a short text costs half. */
interface Slices {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

const memory =
  webAssembly === undefined
    ? { buffer: new ArrayBuffer(PAGES * PAGE) }
    : new webAssembly.Memory({ initial: PAGES, maximum: PAGES });

export const BYTES = new Uint8Array(memory.buffer, 0, MARKS_AT);
export const BUFFER = Buffer.from(memory.buffer, 0, MARKS_AT) as Buffer & Slices;
export const VIEW = new DataView(memory.buffer, 0, MARKS_AT);
/** Offsets of quotes, backslashes and control characters; behind the last one the end of the bytes. */
export const MARKS = new Int32Array(memory.buffer, MARKS_AT, WINDOW_SIZE + 1);

/** False once it was seen that the processor or the system has no vector instructions. */
let able = webAssembly !== undefined;

function fastest<T>(byBlocks: () => T, byBytes: () => T): T {
  if (able)
    try {
      return byBlocks();
    } catch {
      able = false;
    }
  return byBytes();
}

let find: MarksOf | undefined;
const finder = (): MarksOf =>
  fastest(
    () => marksByBlocks(webAssembly!, memory),
    () => marksByBytes(memory.buffer),
  );

const seekers = new WeakMap<readonly string[], Seek>();
let lastWords: readonly string[] | undefined;
let lastSeek: Seek | undefined;

/** Whether one of the words, ASCII and in lower case, stands in [from, to), in any case. Lists are known by their identity. */
export function seek(words: readonly string[], from: number, to: number): boolean {
  if (words !== lastWords) {
    lastSeek = seekers.get(words);
    if (lastSeek === undefined) {
      const short = words.every((word) => word.length > 1 && word.length <= LONGEST_WORD);
      const make = short ? () => seekByBlocks(webAssembly!, memory, words) : () => seekByBytes(memory.buffer, words);
      lastSeek = fastest(make, () => seekByBytes(memory.buffer, words));
      seekers.set(words, lastSeek);
    }
    lastWords = words;
  }
  return lastSeek!(from, to);
}

/** The first `end` bytes were filled: finds {@link MARKS}. */
export function mark(end: number): void {
  find ??= finder();
  BYTES.fill(0x20, end, end + BEHIND);
  const behind = end === 0 ? MARKS_AT : find(0, end, MARKS_AT);
  MARKS[(behind - MARKS_AT) / 4] = end;
}

let holder: object | undefined;

export const isHeldBy = (who: object): boolean => holder === who;

export function hold(who: object): void {
  holder = who;
}
