import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  createBaseline,
  distributionOf,
  ForestError,
  fit,
  load,
  loadBaseline,
  pValue,
  save,
  saveBaseline,
  score,
} from './index.ts';
import { sha256 } from './sha256.ts';
import { made } from './testing/made.ts';

const rows = made(400, 3);
rows[4] = NaN;
const forest = fit(rows, { features: 3, seed: -5, trees: 20, names: ['길이', 'b', 'c'] });
const bytes = save(forest);

test.each([0, 1, 55, 56, 63, 64, 65, 1000])('SHA-256 of %i bytes is that of node:crypto', (length) => {
  const some = Uint8Array.from({ length }, (_, i) => i * 7);
  expect([...sha256(some)]).toEqual([...createHash('sha256').update(some).digest()]);
});

/** What loading makes of bytes: code and text of the error. */
function failure(load: () => unknown): [string, string] {
  try {
    load();
  } catch (error) {
    if (error instanceof ForestError) return [error.code, error.message];
    throw error;
  }
  throw new Error('nothing failed');
}

const changed = (at: number, value: number): Uint8Array => bytes.slice().fill(value, at, at + 1);
const NAMES = 4 + 2 + 4 + 8 + 8 + 4;
const TREES = NAMES + 4 + new TextEncoder().encode('["길이","b","c"]').length + 3 * 16;

describe('a saved forest', () => {
  test('is the same when loaded', () => {
    expect(load(bytes)).toEqual(forest);
    expect(save(load(bytes))).toEqual(bytes);
    expect(score(load(bytes), rows)).toEqual(score(forest, rows));
  });

  test('is read from the middle of a larger buffer', () => {
    const larger = new Uint8Array(bytes.length + 11);
    larger.set(bytes, 7);
    expect(load(larger.subarray(7, 7 + bytes.length))).toEqual(forest);
  });

  test.each([
    { what: 'nothing', bad: new Uint8Array(0), code: 'not-ours', says: '0x00000000: no forest' },
    {
      what: 'something else',
      bad: changed(0, 0x4d),
      code: 'not-ours',
      says: '0x00000000: no forest: it does not begin with IFOR',
    },
    {
      what: 'another version',
      bad: changed(4, 2),
      code: 'version',
      says: '0x00000004: forest: version 2, only 1 is read here',
    },
    { what: 'a head', bad: bytes.subarray(0, 20), code: 'truncated', says: '0x00000014: forest: 20 bytes are too few' },
    { what: 'features', bad: changed(6, 0), code: 'damaged', says: '0x00000006: features is 0' },
    { what: 'names', bad: changed(NAMES + 4, 0x22), code: 'damaged', says: '0x0000001e: names is no JSON' },
    { what: 'no UTF-8', bad: changed(NAMES + 6, 0xff), code: 'damaged', says: '0x0000001e: names is no UTF-8' },
    {
      what: 'trees',
      bad: changed(TREES + 3, 0x7f),
      code: 'truncated',
      says: /^0x0000006[0-9a-f]: trees is 21\d+, which needs/,
    },
    { what: 'nodes', bad: changed(TREES + 4, 0), code: 'damaged', says: /^0x000000[67][0-9a-f]: tree 0 has \d+ nodes/ },
    { what: 'a bit', bad: changed(TREES + 12, 0x55), code: 'damaged', says: 'the SHA-256 at the end is not that of' },
    { what: 'its end', bad: bytes.subarray(0, -1), code: 'truncated', says: 'needs' },
    { what: 'more', bad: Uint8Array.from([...bytes, 0]), code: 'damaged', says: ': 1 bytes too many' },
  ])('is refused where $what is wrong', ({ bad, code, says }) => {
    const [its, message] = failure(() => load(bad));
    expect(message).toMatch(says);
    expect(its).toBe(code);
  });

  test('is refused, never believed, wherever a byte is another or the end is missing', () => {
    for (let at = 0; at < bytes.length; at += 211) {
      expect(failure(() => load(changed(at, bytes[at] ^ 0x41)))[1]).toMatch(/^0x/);
      expect(failure(() => load(bytes.subarray(0, at)))[1]).toMatch(/^0x/);
    }
  });
});

describe('a baseline', () => {
  const scores = distributionOf(score(forest, rows));
  const baseline = createBaseline({ forest, scores, from: 1000, to: 2000, about: { host: 'PC-1', features: '3' } });

  test('is the same when loaded, with the same id', () => {
    const loaded = loadBaseline(saveBaseline(baseline));
    expect(loaded).toEqual(baseline);
    expect(pValue(loaded.scores, 0.6)).toBe(pValue(scores, 0.6));
    expect(baseline.id).toMatch(/^[0-9a-f]{64}$/);
  });

  test('has an id of its content', () => {
    const again = { forest: load(bytes), scores, from: 1000, to: 2000, about: { features: '3', host: 'PC-1' } };
    expect(createBaseline(again).id).toBe(baseline.id);
    expect(createBaseline({ ...again, to: 2001 }).id).not.toBe(baseline.id);
  });

  test('cannot be changed', () => {
    expect(() => Object.assign(baseline, { id: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(baseline.about, { host: 'x' })).toThrow(TypeError);
  });

  test('says where in it the forest is damaged', () => {
    const saved = saveBaseline(baseline);
    const begin = 6 + 16 + 4 + '{"features":"3","host":"PC-1"}'.length + 4;
    const bad = saved.slice().fill(2, begin + 4, begin + 5);
    expect(failure(() => loadBaseline(bad))).toEqual([
      'version',
      expect.stringMatching(/^0x00000040: forest: version 2/),
    ]);
  });

  test('refuses a span that ends before it begins', () => {
    expect(() => createBaseline({ forest, scores, from: 2, to: 1 })).toThrow('from 2 to 1 is no span of time');
  });
});
