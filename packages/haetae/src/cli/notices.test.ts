import { expect, test } from 'vitest';
import { KO_NOTICES } from '../locale/index.ts';
import { NOTICES } from '../source/index.ts';

test('every notice of a receipt has Korean words, and no words are left over', () => {
  expect(Object.keys(KO_NOTICES).sort()).toEqual(Object.keys(NOTICES).sort());
});
