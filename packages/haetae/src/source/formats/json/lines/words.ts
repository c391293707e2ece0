import {
  block,
  branchIf,
  type Code,
  compile,
  get,
  give,
  i8x16,
  i32,
  loop,
  set,
  tee,
  v128,
  type Wasm,
  type WasmMemory,
} from './wasm.ts';

/**
 * Seeks words in [from, end) of a memory, ASCII letters in any case: true where one stands. Words are ASCII, in lower case, and
 * of two characters at least.
 */
export type Seek = (from: number, end: number) => boolean;

const LOWER = 0x20;

/** In plain JavaScript: what {@link seekByBlocks} is tested against, and what stands in for it where there is no WebAssembly. */
export function seekByBytes(buffer: ArrayBuffer, words: readonly string[]): Seek {
  const stands = standsAt(buffer, words);
  return (from, end) => {
    for (let at = from; at < end; at++) if (stands(at, end)) return true;
    return false;
  };
}

/**
 * The same, many times as fast: where the first, the second and the last letter of a word stand is found 16 bytes at a time,
 * and looked at. Up to 16 bytes and the length of a word behind `end` are read, whatever they are.
 */
export function seekByBlocks(wasm: Wasm, memory: WasmMemory, words: readonly string[]): Seek {
  const stands = standsAt(memory.buffer, words);
  const next = compileSearch(wasm, memory, words);
  return (from, end) => {
    for (let at = next(from, end); at < end; at = next(at + 1, end)) if (stands(at, end)) return true;
    return false;
  };
}

/** Whether a word stands at a place. */
function standsAt(buffer: ArrayBuffer, words: readonly string[]): (at: number, end: number) => boolean {
  const bytes = new Uint8Array(buffer);
  const letters = words.map((word) => Uint8Array.from(word, (c) => c.charCodeAt(0)));
  const folded = (byte: number): number => (byte >= 65 && byte <= 90 ? byte | LOWER : byte);
  return (at, end) => {
    for (const word of letters) {
      if (at + word.length > end) continue;
      let i = 0;
      while (i < word.length && folded(bytes[at + i]!) === word[i]) i++;
      if (i === word.length) return true;
    }
    return false;
  };
}

/** (from, end) → where a word may begin; `end` or more where none does. */
function compileSearch(
  wasm: Wasm,
  memory: WasmMemory,
  words: readonly string[],
): (from: number, end: number) => number {
  const [at, end] = [0, 1];
  // The letters of a word that are looked at, by their place in it.
  const looked = words.map((word) =>
    [...new Set([0, 1, word.length - 1])].map((i) => ({ i, letter: word.charCodeAt(i) | LOWER })),
  );
  // A vector for the 16 bytes at each place, one for each letter, and what was found.
  const places = [...new Set(looked.flatMap((of) => of.map(({ i }) => i)))];
  const letters = [...new Set(looked.flatMap((of) => of.map(({ letter }) => letter)))];
  const first = 2;
  const bytesAt = (i: number): number => first + places.indexOf(i);
  const splatOf = (letter: number): number => first + places.length + letters.indexOf(letter);
  const lower = first + places.length + letters.length;
  const found = lower + 1;
  const splat = (n: number, into: number): Code => [...i32.const(n), ...i8x16.splat, ...set(into)];
  const equal = ({ i, letter }: { i: number; letter: number }): Code => [
    ...get(bytesAt(i)),
    ...get(splatOf(letter)),
    ...i8x16.eq,
  ];
  const word = (of: (typeof looked)[number], n: number): Code => [
    ...of.flatMap((one, k) => [...equal(one), ...(k > 0 ? v128.and : [])]),
    ...(n > 0 ? v128.or : []),
  ];
  return compile(wasm, memory, { parameters: 2, vectors: places.length + letters.length + 1, numbers: 1 }, [
    ...letters.map((letter) => splat(letter, splatOf(letter))),
    splat(LOWER, lower),
    loop(
      ...places.map((i) => [...get(at), ...v128.load(i), ...get(lower), ...v128.or, ...set(bytesAt(i))]),
      ...looked.map(word),
      [...i8x16.bitmask, ...set(found)],
      block([...get(found), ...i32.eqz, ...branchIf(0)], [...get(at), ...get(found), ...i32.ctz, ...i32.add, ...give]),
      [...get(at), ...i32.const(16), ...i32.add, ...tee(at), ...get(end), ...i32.ltU, ...branchIf(0)],
    ),
    get(at),
  ]) as (from: number, end: number) => number;
}
