/** Uniform in [0, 1), with 53 random bits. */
export type Random = () => number;

/**
 * The stream of one tree. It depends on the seed and the tree's number alone, so that trees may be grown in any order and by
 * any thread. sfc32 of PractRand: 128 bits of state, a counter among them, so that no two streams are in the same state.
 */
export function treeRandom(seed: number, tree: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 0x1_0000_0000) | 0;
  let c = tree | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 20; i++) next();
  return () => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000;
}
