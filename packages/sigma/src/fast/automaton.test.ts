import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Automaton } from './automaton.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function found(
  literals: readonly string[],
  from: 'anywhere' | 'start' | 'end',
  value: string,
  bytes: boolean,
): number[] {
  const into = new Int32Array(literals.length);
  const outs = literals.map((_, i) => i);
  const count = new Automaton(literals, outs, from).scan(value, bytes ? bytesOf(value) : undefined, into, 0);
  return [...into.subarray(0, count)].sort((a, b) => a - b);
}

test.each([
  { literals: ['aab', 'ab', 'b'], value: 'xaab', from: 'anywhere', outs: [0, 1, 2] },
  { literals: ['aabc', 'ab', 'b'], value: 'aab', from: 'anywhere', outs: [1, 2] },
  { literals: ['\\cmd.exe', 'cmd'], value: 'C:\\CMD.EXE', from: 'anywhere', outs: [0, 1] },
  { literals: ['ab', 'ab'], value: 'ab ab', from: 'anywhere', outs: [0, 1] },
  { literals: ['ab', 'abc', 'b'], value: 'ABx', from: 'start', outs: [0] },
  { literals: ['bc', 'abc', 'b'], value: 'xABC', from: 'end', outs: [0, 1] },
  { literals: ['a'], value: '', from: 'anywhere', outs: [] },
] as const)('$literals $from in $value', ({ literals, value, from, outs }) => {
  expect(found(literals, from, value, false)).toEqual(outs);
  expect(found(literals, from, value, true)).toEqual(outs);
});

test('what includes, startsWith and endsWith find', () => {
  const text = (max: number) => fc.string({ unit: fc.constantFrom('a', 'b', 'B', ' ', '.'), maxLength: max });
  const literals = fc.array(
    text(4).map((t) => `${t}a`.toLowerCase()),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(literals, text(30), (all, value) => {
      const lower = value.toLowerCase();
      const those = (test: (literal: string) => boolean): number[] => all.flatMap((l, i) => (test(l) ? [i] : []));
      for (const bytes of [false, true]) {
        expect(found(all, 'anywhere', value, bytes)).toEqual(those((l) => lower.includes(l)));
        expect(found(all, 'start', value, bytes)).toEqual(those((l) => lower.startsWith(l)));
        expect(found(all, 'end', value, bytes)).toEqual(those((l) => lower.endsWith(l)));
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});
