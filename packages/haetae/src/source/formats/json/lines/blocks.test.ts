import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { marksByBlocks, marksByBytes } from './marks.ts';
import { webAssembly } from './wasm.ts';
import { seekByBlocks, seekByBytes } from './words.ts';

describe.skipIf(webAssembly === undefined)('in blocks as byte by byte', () => {
  const memory = () => new webAssembly!.Memory({ initial: 1, maximum: 1 });
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });

  test('marks', () => {
    const room = memory();
    const [blocks, each] = [marksByBlocks(webAssembly!, room), marksByBytes(room.buffer)];
    fc.assert(
      fc.property(bytes, fc.nat({ max: 20 }), (content, from) => {
        const end = from + content.length;
        new Uint8Array(room.buffer).fill(0x20, 0, 1000);
        new Uint8Array(room.buffer).set(content, from);
        const found = [blocks, each].map((of) => {
          const behind = of(from, end, 4096);
          return [...new Int32Array(room.buffer, 4096, (behind - 4096) / 4)];
        });
        expect(found[0]).toEqual(found[1]);
      }),
    );
  });

  test('words', () => {
    const letters = fc.constantFrom(...'aAbBkK:\\u0Z[{ é');
    const word = fc.string({ unit: fc.constantFrom(...'abk:\\u0z'), minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.string({ unit: letters, maxLength: 80 }),
        fc.nat({ max: 20 }),
        (words, text, from) => {
          const room = memory();
          const content = Buffer.from(text, 'latin1');
          const end = from + content.length;
          // What lies around must not matter.
          new Uint8Array(room.buffer).fill(0x61);
          new Uint8Array(room.buffer).set(content, from);
          const stands = words.some((one) => text.toLowerCase().includes(one));
          const blocks = seekByBlocks(webAssembly!, room, words)(from, end);
          expect([blocks, seekByBytes(room.buffer, words)(from, end)]).toEqual([stands, stands]);
        },
      ),
    );
  });
});
