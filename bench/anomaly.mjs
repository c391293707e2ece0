/**
 * Claim: `@haetae/isolation-forest` fits and scores 1,000,000 rows of 10 features with 2 threads in at most the wall time of
 * scikit-learn's `IsolationForest(n_jobs=2)`, with at most half of its peak memory.
 *
 * Input: made here from a seed, the same file of float64 for both: lengths and counts with long tails, shares, hours, rare ones;
 * one row in a hundred is off. Peer: a python3 that has scikit-learn (`python3 -m venv .venv; .venv/bin/pip install scikit-learn`,
 * then PYTHON=.venv/bin/python); without it its lines are left out. Both run as processes of their own over the same file, in
 * turns; medians. Time is of fit and score, memory of the whole process. Usage: node bench/anomaly.mjs [runs]
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const peer = fileURLToPath(new URL('./anomaly_sklearn.py', import.meta.url));
const python = process.env.PYTHON ?? 'python3';
const ROWS = 1_000_000;
const FEATURES = 10;
const THREADS = 2;
const LIMITS = { wall: 1, megabytes: 0.5 };

/** Writes the rows, some thousands at a time. A process of its own: a child's peak memory is never below that of who starts it. */
function make(path) {
  let state = 20_240_601;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const file = openSync(path, 'w');
  const some = new Float64Array(5000 * FEATURES);
  for (let done = 0; done < ROWS; done += 5000) {
    for (let at = 0; at < some.length; at += FEATURES) {
      const off = next() < 0.01 ? 3 : 1;
      some[at] = Math.round(Math.exp(4 + off * 0.8 * normal())); // length of a command line
      some[at + 1] = 4.5 + off * 0.4 * normal(); // its entropy
      some[at + 2] = next() ** (8 / off); // share of symbols
      some[at + 3] = next() ** (4 / off); // share of digits
      some[at + 4] = Math.floor(-2 * off * Math.log(next())); // children
      some[at + 5] = Math.floor(24 * next() ** (1 / off)); // hour
      some[at + 6] = -Math.log2(next()) * off; // rarity of the image
      some[at + 7] = -Math.log2(next()) * off; // rarity of parent and child
      some[at + 8] = next() < 0.02 * off ? 1 : 0; // path that a user may write
      some[at + 9] = Math.exp(6 + off * 2 * normal()); // lifetime
    }
    writeSync(file, some);
  }
  closeSync(file);
}

/** In the child: reads the file, fits, scores, and prints what it took. */
async function measure(path) {
  const { openThreads } = await import(new URL('../packages/isolation-forest/dist/node.js', import.meta.url).href);
  const rows = new Float64Array(new SharedArrayBuffer(8 * ROWS * FEATURES));
  const bytes = new Uint8Array(rows.buffer);
  const file = openSync(path);
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, at);
  closeSync(file);

  const before = process.cpuUsage();
  const begin = performance.now();
  const threads = openThreads(THREADS);
  const forest = await threads.fit(rows, { features: FEATURES, seed: 0 });
  const fitted = performance.now();
  const scores = await threads.score(forest, rows);
  const done = performance.now();
  await threads.close();
  const cpu = process.cpuUsage(before);
  const mean = scores.reduce((a, b) => a + b) / ROWS;
  const seconds = { fit: (fitted - begin) / 1000, score: (done - fitted) / 1000, wall: (done - begin) / 1000 };
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ...seconds, cpu: (cpu.user + cpu.system) / 1e6, megabytes, mean }));
}

function run(command, args) {
  const child = spawnSync(command, args, { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${child.error ?? child.stderr}`);
  return JSON.parse(child.stdout);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const of = (results) => (key) => median(results.map((result) => result[key]));

function say(what, results) {
  const m = of(results);
  const time = `fit ${m('fit').toFixed(2)} s + score ${m('score').toFixed(2)} s = ${m('wall').toFixed(2)} s wall`;
  console.log(
    `  ${what}: ${time}, ${m('cpu').toFixed(2)} s CPU, ${m('megabytes').toFixed(0)} MB, mean score ${m('mean').toFixed(4)}`,
  );
}

function judge(what, value, limit) {
  if (value > limit) process.exitCode = 1;
  console.log(`  ${value <= limit ? 'ok' : 'NOT MET'}: ${what} ${value.toFixed(2)} (at most ${limit})`);
}

function main(runs) {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-bench-'));
  try {
    const path = join(folder, 'rows.f64');
    const made = spawnSync(process.execPath, [self, 'make', path], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    const withPeer = spawnSync(python, ['-c', 'import sklearn']).status === 0;
    if (!withPeer) console.log(`${python} has no scikit-learn: the peer is left out (PYTHON names another)`);
    const [ours, theirs] = [[], []];
    for (let i = 0; i < runs; i++) {
      ours.push(run(process.execPath, [self, 'measure', path]));
      if (withPeer) theirs.push(run(python, [peer, path, String(FEATURES)]));
    }
    console.log(
      `${ROWS} × ${FEATURES} float64, 100 trees of 256 rows, ${THREADS} threads, median of ${runs} runs in turns`,
    );
    say('@haetae/isolation-forest', ours);
    if (!withPeer) return;
    say(`scikit-learn ${theirs[0].version}, n_jobs=2`, theirs);
    const [m, p] = [of(ours), of(theirs)];
    judge('wall, × scikit-learn', m('wall') / p('wall'), LIMITS.wall);
    console.log(`  CPU, × scikit-learn ${(m('cpu') / p('cpu')).toFixed(2)}`);
    judge('peak memory, × scikit-learn', m('megabytes') / p('megabytes'), LIMITS.megabytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [mode, path] = process.argv.slice(2);
if (mode === 'make') make(path);
else if (mode === 'measure') await measure(path);
else main(Number(mode ?? 3));
