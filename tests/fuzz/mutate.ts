/** A small seeded generator of random numbers (mulberry32), so that a case is its number and nothing else. */
export interface Random {
  /** An integer in [0, below). */
  int(below: number): number;
  pick<T>(list: readonly T[]): T;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const int = (below: number): number => (below <= 0 ? 0 : next() % below);
  return { int, pick: (list) => list[int(list.length)]! };
}

export interface Mutation {
  readonly name: string;
  /** True when it changes one byte and moves none: it lies within one entry, or on the line between two. */
  readonly point: boolean;
  apply(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer;
}

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
const MARKS = [
  '"',
  "'",
  '<',
  '>',
  '&',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\n',
  '\r',
  '\0',
  '\\',
  '<![CDATA[',
  '</Event>',
  '<Event>',
  '\u{feff}',
  '","',
  '}{',
];

/** Where to strike: as a rule not among the zeros that fill a file up. */
function place(bytes: Buffer, random: Random, length = 1): number {
  let at = 0;
  for (let tries = 0; tries < 8; tries++) {
    at = random.int(Math.max(1, bytes.length - length + 1));
    if (bytes[at] !== 0) break;
  }
  return at;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'bit',
    point: true,
    apply(bytes, random) {
      const bent = Buffer.from(bytes);
      bent[place(bent, random)]! ^= 1 << random.int(8);
      return bent;
    },
  },
  {
    name: 'byte',
    point: true,
    apply(bytes, random) {
      const bent = Buffer.from(bytes);
      bent[place(bent, random)] = random.int(256);
      return bent;
    },
  },
  {
    name: 'many bits',
    point: false,
    apply(bytes, random) {
      const bent = Buffer.from(bytes);
      for (let i = 2 + random.int(40); i > 0; i--) bent[place(bent, random)]! ^= 1 << random.int(8);
      return bent;
    },
  },
  {
    name: 'number',
    point: false,
    apply(bytes, random) {
      const bent = Buffer.from(bytes);
      const width = random.pick([2, 4]);
      if (bent.length < width) return bent;
      const value = random.pick(NUMBERS) >>> 0;
      const at = place(bent, random, width);
      if (width === 2) bent.writeUInt16LE(value & 0xffff, at);
      else bent.writeUInt32LE(value, at);
      return bent;
    },
  },
  { name: 'cut', point: false, apply: (bytes, random) => bytes.subarray(0, random.int(bytes.length)) },
  { name: 'behead', point: false, apply: (bytes, random) => bytes.subarray(random.int(bytes.length)) },
  {
    name: 'remove',
    point: false,
    apply(bytes, random) {
      const at = place(bytes, random);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(300))]);
    },
  },
  {
    name: 'repeat',
    point: false,
    apply(bytes, random) {
      const at = place(bytes, random);
      const block = bytes.subarray(at, at + 1 + random.int(2000));
      return Buffer.concat([
        bytes.subarray(0, at),
        ...Array<Buffer>(1 + random.int(4)).fill(block),
        bytes.subarray(at),
      ]);
    },
  },
  {
    name: 'insert',
    point: false,
    apply(bytes, random) {
      const at = place(bytes, random);
      const mark = Buffer.from(random.pick(MARKS).repeat(1 + random.int(3)));
      return Buffer.concat([bytes.subarray(0, at), mark, bytes.subarray(at)]);
    },
  },
  {
    name: 'nest',
    point: false,
    apply(bytes, random) {
      const at = place(bytes, random);
      const mark = Buffer.from(random.pick(['{"a":', '[', '<a>', '"']).repeat(1 + random.int(3000)));
      return Buffer.concat([bytes.subarray(0, at), mark, bytes.subarray(at)]);
    },
  },
  {
    name: 'fill',
    point: false,
    apply(bytes, random) {
      const at = place(bytes, random);
      return Buffer.from(bytes).fill(
        random.pick([0, 0x20, 0x41, 0xff]),
        at,
        Math.min(bytes.length, at + 1 + random.int(1000)),
      );
    },
  },
  {
    name: 'splice',
    point: false,
    apply(bytes, random, others) {
      const other = random.pick(others);
      const at = place(bytes, random);
      const from = place(other, random);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random.int(4000)), bytes.subarray(at)]);
    },
  },
];
