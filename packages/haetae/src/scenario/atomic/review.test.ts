import { describe, expect, test } from 'vitest';
import { linuxReviews } from './node.ts';
import { admit, fingerprint, readReviews, reviewedPlan } from './review.ts';
import { atomic } from './testing/atomic.ts';

const GUID = atomic().guid;
const known = fingerprint(reviewedPlan(atomic(), {}, false));
const book = (rest: string) => readReviews(`reviewed:\n  - { test: ${GUID}, ${rest} }\n`, 'list.yml');

describe('only what was read runs, word by word', () => {
  const reviewed = book(`run: reads, sha256: ${known}`);
  test('as it was read', () => expect(admit(atomic(), reviewed)).toMatchObject({ kind: 'runs', touches: 'reads' }));

  test.each([
    { about: 'another command', given: { work: { command: 'id; id' } }, because: 'changed' },
    { about: 'a cleanup that was not there', given: { work: { cleanup: 'true' } }, because: 'changed' },
    { about: 'another shell', given: { work: { shell: 'bash' as const } }, because: 'changed' },
    {
      about: 'another input',
      given: { inputs: [{ name: 'x', description: '', type: 'string', value: '1' }], work: { command: 'id #{x}' } },
      because: 'changed',
    },
    { about: 'elevation', given: { work: { elevated: true } }, because: 'elevated' },
    { about: 'another test', given: { guid: '00000000-0000-0000-0000-000000000002' }, because: 'not-reviewed' },
    { about: 'another system', given: { platforms: ['windows'] }, because: 'not-linux' },
    { about: 'PowerShell', given: { work: { shell: 'powershell' as const } }, because: 'not-linux' },
  ])('not with $about', ({ given, because }) =>
    expect(admit(atomic(given), reviewed)).toEqual({ kind: 'refused', because }),
  );

  test('a reviewer’s error does not let destruction through', () => {
    const wipes = atomic({ work: { command: 'rm -rf /' } });
    const sha256 = fingerprint(reviewedPlan(wipes, {}, false));
    expect(admit(wipes, book(`run: reads, sha256: ${sha256}`))).toEqual({ kind: 'refused', because: 'refused-steps' });
  });

  test('what brings prerequisites runs only where that was read too', () => {
    const needy = atomic({ needs: [{ description: '', check: 'false', get: 'apt-get install x' }] });
    const sha256 = fingerprint(reviewedPlan(needy, {}, false));
    const admitted = admit(needy, book(`run: reads, sha256: ${sha256}`));
    expect(admitted.kind === 'runs' && admitted.plan.steps.map(({ phase }) => phase)).toEqual(['check', 'run']);
    expect(admit(needy, book(`run: reads, sha256: ${sha256}, prepare: true`))).toEqual({
      kind: 'refused',
      because: 'changed',
    });
  });
});

test.each([
  ['run: reads', 'list.yml:2:5: needs `sha256`, of the text that was read'],
  ['run: anything', 'list.yml:2:5: needs either `run` or `refuse`, of the known words'],
  [`run: reads, refuse: network, sha256: ${known}`, 'list.yml:2:5: needs either `run` or `refuse`, of the known words'],
])('a broken list is none: %s', (rest, says) => expect(() => book(rest)).toThrow(says));

test('the list that comes along names 162 tests, of which 87 may run', () => {
  const all = [...linuxReviews().values()];
  expect([all.length, all.filter(({ kind }) => kind === 'run').length]).toEqual([162, 87]);
});
