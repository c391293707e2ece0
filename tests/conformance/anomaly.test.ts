/** The Isolation Forest against scikit-learn's, on the oracle's arrays: the seed's own features, and four public data sets. */
import { readFileSync } from 'node:fs';
import * as forest from '@haetae/isolation-forest';
import { expect, test } from 'vitest';
import { data, describeWithData } from '../data.ts';

interface Oracle {
  readonly public: Readonly<Record<string, PublicSet>>;
  readonly seed: {
    readonly rows: readonly number[];
    readonly x: readonly (readonly number[])[];
    readonly randomState42: { readonly score: readonly number[]; readonly flaggedRows: readonly number[] };
    readonly fiftySeeds: { readonly meanScore: readonly number[] };
  };
}

interface PublicSet {
  readonly rows: number;
  readonly features: number;
  readonly outliers: number;
  readonly rocAuc: { readonly mean: number };
  readonly averagePrecision: { readonly mean: number };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Ranks from 1, the mean rank where values are equal. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranked = new Float64Array(values.length);
  for (let begin = 0, end = 0; begin < order.length; begin = end) {
    while (end < order.length && values[order[end]] === values[order[begin]]) end++;
    for (let i = begin; i < end; i++) ranked[order[i]] = (begin + end + 1) / 2;
  }
  return ranked;
}

function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) ** 2;
    yy += (y[i] - middle) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const both = [...a].filter((row) => b.has(row)).length;
  return both / (a.size + b.size - both);
}

/** By the ranks of the outliers (Mann & Whitney). */
function rocAuc(scores: Float64Array, outlier: readonly boolean[]): number {
  const ranked = ranks(scores);
  const positives = outlier.filter(Boolean).length;
  const sum = ranked.reduce((all, rank, i) => all + (outlier[i] ? rank : 0), 0);
  return (sum - (positives * (positives + 1)) / 2) / (positives * (outlier.length - positives));
}

/** Sum of precision × step of recall, equal scores as one step, as scikit-learn. */
function averagePrecision(scores: Float64Array, outlier: readonly boolean[]): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const positives = outlier.filter(Boolean).length;
  let [sum, hits] = [0, 0];
  for (let begin = 0, end = 0; begin < order.length; begin = end) {
    const before = hits;
    for (; end < order.length && scores[order[end]] === scores[order[begin]]; end++) if (outlier[order[end]]) hits++;
    sum += (hits / end) * ((hits - before) / positives);
  }
  return sum;
}

const scored = (rows: Float64Array, features: number, seed: number): Float64Array =>
  forest.score(forest.fit(rows, { features, seed }), rows);

describeWithData('Isolation Forest beside scikit-learn', () => {
  const oracle = JSON.parse(readFileSync(data('oracle', 'oracle-anomaly.json'), 'utf8')) as Oracle;

  test('seed profile: ranks and flagged rows over 50 seeds', () => {
    const { rows, x, randomState42, fiftySeeds } = oracle.seed;
    expect(x).toHaveLength(473);
    const matrix = Float64Array.from(x.flat());
    const wanted = new Set(randomState42.flaggedRows);
    const runs = Array.from({ length: 50 }, (_, seed) => {
      const scores = scored(matrix, 3, seed);
      const flagged = new Set(Array.from(forest.flagByContamination(scores, 0.05), (i) => rows[i]));
      expect(flagged.size).toBe(24);
      const ranked = spearman(scores, fiftySeeds.meanScore);
      return { spearman: ranked, jaccard: jaccard(flagged, wanted), mean: mean([...scores]) };
    });
    const [ranked, sets] = [runs.map((run) => run.spearman), runs.map((run) => run.jaccard)];
    const of = (values: number[]) => `mean ${mean(values).toFixed(4)}, least ${Math.min(...values).toFixed(4)}`;
    console.log(`seed profile, 473 rows, 24 flagged, seeds 0…49: Spearman ${of(ranked)}; Jaccard ${of(sets)}`);
    expect(Math.min(...ranked)).toBeGreaterThanOrEqual(0.97);
    expect(mean(sets)).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...sets)).toBeGreaterThanOrEqual(0.65);
    expect(mean(runs.map((run) => run.mean))).toBeCloseTo(mean(fiftySeeds.meanScore), 2);
  });

  test.each(Object.entries(oracle.public))('%s: outliers are found as well, mean of 10 seeds', (name, wanted) => {
    const lines = readFileSync(data('oracle', 'anomaly', `${name}.csv`), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1);
    const table = lines.map((line) => line.split(',').map(Number));
    const outlier = table.map((row) => row.at(-1) === 1);
    const matrix = Float64Array.from(table.flatMap((row) => row.slice(0, -1)));
    expect([table.length, matrix.length / table.length]).toEqual([wanted.rows, wanted.features]);
    expect(outlier.filter(Boolean)).toHaveLength(wanted.outliers);
    const runs = Array.from({ length: 10 }, (_, seed) => scored(matrix, wanted.features, seed));
    const auc = mean(runs.map((scores) => rocAuc(scores, outlier)));
    const precision = mean(runs.map((scores) => averagePrecision(scores, outlier)));
    const beside = (value: number, theirs: number) => `${value.toFixed(4)} (scikit-learn ${theirs.toFixed(4)})`;
    const { rocAuc: auc0, averagePrecision: precision0 } = wanted;
    console.log(`${name}: ROC-AUC ${beside(auc, auc0.mean)}, average precision ${beside(precision, precision0.mean)}`);
    expect(auc).toBeGreaterThanOrEqual(auc0.mean - 0.01);
    expect(precision).toBeGreaterThanOrEqual(precision0.mean - 0.02);
  });
});
