/**
 * A forest as bytes. All numbers are little-endian.
 *
 *     "IFOR", u16 version = 1
 *     u32 features · f64 seed · f64 rows · u32 ψ · names as JSON (u32 bytes, UTF-8)
 *     f64 low, f64 high of each feature
 *     u32 trees, then each tree: u32 nodes, then each node, breadth first:
 *       inner node: u16 feature, f64 threshold
 *       leaf:       u16 0xffff, u32 size
 *     SHA-256 of all before
 *
 * Children of the k-th inner node of a tree are its nodes 2k + 1 and 2k + 2: no bytes can name a loop or a node outside.
 */
import { Reader, Writer } from './bytes.ts';
import { join, type Trees } from './fit.ts';
import { expectPathLengths, heightLimit } from './grow.ts';
import { MAX_FEATURES, MAX_SAMPLE, MAX_TREES } from './options.ts';
import { type Forest, treeCount } from './shape.ts';

const MAGIC = 'IFOR';
const VERSION = 1;
const LEAF = 0xffff;
const SMALLEST_TREE = 10;

export function save(forest: Forest): Uint8Array {
  const out = new Writer(MAGIC, VERSION);
  out.u32(forest.features);
  out.f64(forest.seed);
  out.f64(forest.rows);
  out.u32(forest.sampleSize);
  out.text(JSON.stringify(forest.names));
  for (let f = 0; f < forest.features; f++) {
    out.f64(forest.low[f]);
    out.f64(forest.high[f]);
  }
  out.u32(treeCount(forest));
  for (let tree = 0; tree < treeCount(forest); tree++) {
    const [root, end] = [forest.roots[tree], forest.roots[tree + 1]];
    out.u32(end - root);
    for (let node = root; node < end; node++) {
      if (forest.left[node] === 0) {
        out.u16(LEAF);
        out.u32(forest.size[node]);
      } else {
        out.u16(forest.feature[node]);
        out.f64(forest.threshold[node]);
      }
    }
  }
  return out.end();
}

/** Throws ForestError, with the offset, if the bytes are of something else, of another version, cut short or damaged. */
export const load = (bytes: Uint8Array): Forest => loadAt(bytes, 0);

/** As {@link load}, of bytes that lie `origin` bytes within others: errors count offsets from there. */
export function loadAt(bytes: Uint8Array, origin: number): Forest {
  const from = new Reader(bytes, MAGIC, VERSION, 'forest', origin);
  const features = from.u32('features');
  if (features < 1 || features > MAX_FEATURES) from.damaged(`features is ${features}`, 4);
  const seed = from.f64('seed');
  if (!Number.isSafeInteger(seed)) from.damaged(`seed is ${seed}`, 8);
  const rows = from.f64('rows');
  const sampleSize = from.u32('sample size');
  if (sampleSize < 1 || sampleSize > MAX_SAMPLE) from.damaged(`sample size is ${sampleSize}`, 4);
  if (!Number.isSafeInteger(rows) || rows < sampleSize) from.damaged(`rows is ${rows}, sample size ${sampleSize}`, 12);
  const names = namesOf(from, features);
  const low = new Float64Array(features);
  const high = new Float64Array(features);
  for (let f = 0; f < features; f++) {
    low[f] = from.f64(`least value of feature ${f}`);
    high[f] = from.f64(`greatest value of feature ${f}`);
    const missing = Number.isNaN(low[f]) && Number.isNaN(high[f]);
    if (!missing && !(Number.isFinite(high[f] - low[f]) || low[f] < high[f])) from.damaged(`range of feature ${f}`, 16);
  }
  const trees = from.count(SMALLEST_TREE, 'trees');
  if (trees < 1 || trees > MAX_TREES) from.damaged(`trees is ${trees}`, 4);

  const read: Trees[] = [];
  for (let tree = 0; tree < trees; tree++) read.push(treeOf(from, tree, features, sampleSize));
  from.end();
  return join(read, { features, names, seed, rows, sampleSize, trees }, { low, high });
}

function namesOf(from: Reader, features: number): string[] {
  const at = from.at;
  const names = from.json('names');
  const fits = Array.isArray(names) && (names.length === 0 || names.length === features);
  if (!fits || names.some((name) => typeof name !== 'string'))
    from.damaged('names are not one text a feature', from.at - at);
  return names as string[];
}

function treeOf(from: Reader, tree: number, features: number, sampleSize: number): Trees {
  const nodes = from.count(2, `nodes of tree ${tree}`);
  if (nodes % 2 === 0 || nodes > 2 * sampleSize - 1) from.damaged(`tree ${tree} has ${nodes} nodes`, 4);
  const made = {
    counts: Uint32Array.of(nodes),
    feature: new Uint16Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Uint32Array(nodes),
    size: new Uint32Array(nodes),
    expected: new Float64Array(nodes),
  };
  const depth = new Uint8Array(nodes);
  let child = 1;
  for (let node = 0; node < nodes; node++) {
    const where = `node ${node} of tree ${tree}`;
    if (node >= child) from.damaged(`${where} has no parent`, 0);
    const feature = from.u16(`feature of ${where}`);
    if (feature === LEAF) {
      made.size[node] = from.u32(`size of ${where}`);
      if (made.size[node] < 1 || made.size[node] > sampleSize) from.damaged(`size of ${where}`, 4);
      continue;
    }
    if (feature >= features) from.damaged(`${where} splits feature ${feature} of ${features}`, 2);
    if (child + 2 > nodes) from.damaged(`${where} has no place for its children`, 2);
    if (depth[node] >= heightLimit(sampleSize)) from.damaged(`${where} lies too deep`, 2);
    made.feature[node] = feature;
    made.threshold[node] = from.f64(`threshold of ${where}`);
    if (!Number.isFinite(made.threshold[node])) from.damaged(`threshold of ${where} is not a number`, 8);
    made.left[node] = child;
    depth[child] = depth[child + 1] = depth[node] + 1;
    child += 2;
  }
  for (let node = nodes - 1; node >= 0; node--) {
    const left = made.left[node];
    if (left !== 0) made.size[node] = made.size[left] + made.size[left + 1];
  }
  if (made.size[0] !== sampleSize)
    from.damaged(`the leaves of tree ${tree} hold ${made.size[0]} rows of ${sampleSize}`, 0);
  expectPathLengths(made, depth, nodes);
  return made;
}
