import { expect, test } from 'vitest';
import { ROOT, run } from './haetae.ts';

/** Run by Node on the built package, as a thread is a file of its own. Prints what went otherwise than with one thread. */
const SCRIPT = `
import { createHash } from 'node:crypto';
import { fit, save, score } from '@haetae/isolation-forest';
import { openThreads } from '@haetae/isolation-forest/node';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (scores) => Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
let state = 1;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const rows = Float64Array.from({ length: 20_000 * 4 }, () => (next() < 0.01 ? NaN : next()));
const shared = new Float32Array(new SharedArrayBuffer(4 * rows.length));
shared.set(rows);
const weights = Array.from({ length: 20_000 }, (_, i) => i % 3);
const cases = {
  plain: [rows, { features: 4, seed: 42 }],
  shared: [shared, { features: 4, seed: 2 ** 40, trees: 7, sampleSize: 2000 }],
  weights: [rows, { features: 4, seed: -1, trees: 30, weights }],
};
const told = {};
for (const threads of [1, 2, 3]) {
  const pool = openThreads(threads);
  for (const [name, [values, options]] of Object.entries(cases)) {
    const alone = fit(values, options);
    const forest = await pool.fit(values, options);
    const scores = await pool.score(forest, values);
    told[name + ' ' + threads] = [
      hash(save(forest)) === hash(save(alone)),
      hash(bytesOf(scores)) === hash(bytesOf(score(alone, values))),
      scores.length,
    ];
  }
  if (threads === 3) {
    const [wrong] = await Promise.allSettled([pool.fit(rows, { features: 7, seed: 1 })]);
    told.refused = wrong.reason.message;
    const late = Promise.allSettled([pool.score(fit(rows, { features: 4, seed: 1 }), rows)]);
    await pool.close();
    told.closed = (await late)[0].reason?.message;
  } else await pool.close();
}
console.log(JSON.stringify(told));
`;

test('a forest and its scores have the same bytes for any number of threads', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', SCRIPT], { cwd: ROOT });
  expect(code, stderr).toBe(0);
  const same = [true, true, 20_000];
  const of = (threads: number) => ({
    [`plain ${threads}`]: same,
    [`shared ${threads}`]: same,
    [`weights ${threads}`]: same,
  });
  expect(JSON.parse(stdout)).toEqual({
    ...of(1),
    ...of(2),
    ...of(3),
    refused: '80000 values are no whole number of rows of 7',
    closed: 'the threads are closed',
  });
});
