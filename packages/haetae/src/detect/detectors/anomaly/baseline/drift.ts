/** Bins of a feature: as many as there are deciles, fewer where values repeat. */
const BINS = 10;
/** A share of nothing has no logarithm. */
const LEAST = 1e-4;

/** From here on a feature is said to have shifted. A common reading of the index: below 0.1 no change, 0.1–0.25 some. */
export const SHIFTED = 0.25;

/**
 * Population stability index of one column between two weighted sets: Σ (a − b)·ln(a/b) over the deciles of the first, with a
 * bin for missing values. 0: the same distribution.
 */
export function stability(
  before: { readonly matrix: Float64Array; readonly weights: ArrayLike<number> },
  now: { readonly matrix: Float64Array; readonly weights: ArrayLike<number> },
  column: number,
  width: number,
): number {
  const edges = decilesOf(before, column, width);
  const a = sharesOf(before, edges, column, width);
  const b = sharesOf(now, edges, column, width);
  let psi = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Math.max(a[i]!, LEAST), Math.max(b[i]!, LEAST)];
    psi += (x - y) * Math.log(x / y);
  }
  return psi;
}

type Weighted = Parameters<typeof stability>[0];

function decilesOf({ matrix, weights }: Weighted, column: number, width: number): number[] {
  const values: [number, number][] = [];
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const value = matrix[i * width + column]!;
    if (Number.isNaN(value)) continue;
    values.push([value, weights[i]!]);
    total += weights[i]!;
  }
  values.sort((x, y) => x[0] - y[0]);
  const edges: number[] = [];
  let sum = 0;
  let next = 1;
  for (const [value, weight] of values) {
    sum += weight;
    if (sum < (total * next) / BINS || next >= BINS) continue;
    if (edges.at(-1) !== value) edges.push(value);
    while (next < BINS && sum >= (total * next) / BINS) next++;
  }
  return edges;
}

/** Shares of the bins `… ≤ edge`, `> last edge`, and of missing values. */
function sharesOf(
  { matrix, weights }: Weighted,
  edges: readonly number[],
  column: number,
  width: number,
): Float64Array {
  const shares = new Float64Array(edges.length + 2);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const value = matrix[i * width + column]!;
    const weight = weights[i]!;
    total += weight;
    if (Number.isNaN(value)) {
      shares[edges.length + 1]! += weight;
      continue;
    }
    let bin = 0;
    while (bin < edges.length && value > edges[bin]!) bin++;
    shares[bin]! += weight;
  }
  return total === 0 ? shares : shares.map((n) => n / total);
}
