import { expect, test } from 'vitest';
import { compareUnits, type Unit } from './unit.ts';

const unit = (first: number, host: string, number: number): Unit => ({ first, toldMs: first, host, number }) as Unit;

test('units stand in the order of time; those of one moment by host, whichever came first, and those of one host as they came', () => {
  const units = [unit(2, 'A', 1), unit(1, 'B', 2), unit(1, 'A', 4), unit(1, 'A', 3), unit(Number.NaN, 'A', 0)];
  const said = units.sort(compareUnits).map(({ first, host, number }) => `${first} ${host} ${number}`);
  expect(said).toEqual(['1 A 3', '1 A 4', '1 B 2', '2 A 1', 'NaN A 0']);
});
