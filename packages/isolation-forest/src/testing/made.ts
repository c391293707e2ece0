/** n × d numbers in [0, 1) that look random but are the same in every run. */
export function made(n: number, d: number): Float64Array {
  let state = 12345;
  return Float64Array.from({ length: n * d }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}
