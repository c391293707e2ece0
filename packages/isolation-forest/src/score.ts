import { ForestError } from './error.ts';
import { fastPathLengths } from './fast.ts';
import { countRows } from './options.ts';
import { type Forest, type Rows, scoreOf } from './shape.ts';

/**
 * Anomaly score of each row, in (0, 1]; the higher the more unusual, about 0.5 where nothing is. `rows` is row-major n × d; `out`
 * takes the scores if given. Throws ForestError if d is not the forest's. Source: Liu, Ting & Zhou 2008, eq. 2 (scikit-learn
 * gives its negative).
 */
export function score(forest: Forest, rows: Rows, out?: Float64Array): Float64Array {
  const scores = pathLengths(forest, rows, out);
  for (let row = 0; row < scores.length; row++) scores[row] = scoreOf(forest, scores[row]);
  return scores;
}

/** h(x) of each row: its path length, mean of all trees. */
export function pathLengths(forest: Forest, rows: Rows, out?: Float64Array): Float64Array {
  const count = countRows(rows, forest.features);
  const lengths = out ?? new Float64Array(count);
  if (lengths.length !== count) throw new ForestError('rows', `out has ${lengths.length} places for ${count} rows`);
  fastPathLengths(forest, rows, 0, count, lengths);
  return lengths;
}
