/**
 * Just enough of an assembler for WebAssembly to write down the inner loops that look at 16 bytes at a time, which JavaScript
 * cannot say. Names are those of the specification: https://webassembly.github.io/spec/core/binary
 */
export interface Wasm {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Module: new (program: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** undefined where the system forbids it. */
export const webAssembly = (globalThis as { WebAssembly?: Wasm }).WebAssembly;

export type Code = readonly number[];

/** LEB128 of a number that is not negative; `const` reads it as signed. */
const unsigned = (n: number): Code => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >> 7)]);
const signed = (n: number): Code => (n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...signed(n >> 7)]);

const I32 = 0x7f;
const V128 = 0x7b;
const END: Code = [0x0b];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
export const i32 = {
  const: (n: number): Code => [0x41, ...signed(n)],
  store: [0x36, 2, 0] as Code,
  eqz: [0x45] as Code,
  ltU: [0x49] as Code,
  ctz: [0x68] as Code,
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  and: [0x71] as Code,
};
export const v128 = {
  /** The 16 bytes at the address on the stack, so many bytes further. */
  load: (offset: number): Code => [0xfd, 0, 0, ...unsigned(offset)],
  and: [0xfd, 78] as Code,
  or: [0xfd, 80] as Code,
};
export const i8x16 = {
  splat: [0xfd, 15] as Code,
  eq: [0xfd, 35] as Code,
  ltU: [0xfd, 38] as Code,
  bitmask: [0xfd, 100] as Code,
};
/** `again(depth)` within it goes back to its beginning. */
export const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), ...END];
/** `leave(depth)` within it goes to its end. */
export const block = (...body: readonly Code[]): Code => [0x02, 0x40, ...body.flat(), ...END];
/** Where the number on the stack is not 0. */
export const branchIf = (depth: number): Code => [0x0d, depth];
export const end = END;
export const give: Code = [0x0f];

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))];
const letter = (c: string): Code => [1, c.charCodeAt(0)];

/**
 * Compiles a function of `parameters` numbers that gives one, over a memory. Its locals are the parameters, then so many
 * vectors, then so many numbers.
 */
export function compile(
  wasm: Wasm,
  memory: WasmMemory,
  locals: { readonly parameters: number; readonly vectors: number; readonly numbers: number },
  body: readonly Code[],
): unknown {
  const { parameters, vectors, numbers } = locals;
  const declared = list([
    [...unsigned(vectors), V128],
    [...unsigned(numbers), I32],
  ]);
  const type = [0x60, ...list(new Array<Code>(parameters).fill([I32])), ...list([[I32]])];
  const program = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(2, [[...letter('_'), ...letter('m'), 2, 0, 1]]),
    ...section(3, [[0]]),
    ...section(7, [[...letter('f'), 0, 0]]),
    ...section(10, [sized([...declared, ...body.flat(), ...END])]),
  ];
  const module = new wasm.Module(Uint8Array.from(program));
  return new wasm.Instance(module, { _: { m: memory } }).exports.f;
}
