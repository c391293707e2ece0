import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openAhead } from './ahead.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('who asks for an incident that was told waits until it is stored', async () => {
  const ahead = openAhead();
  const said: string[] = [];
  ahead.told('a');
  ahead.told('b');
  void ahead.one('a').then((is) => said.push(`a ${is}`));
  void ahead.all().then(() => said.push('all'));
  await vi.advanceTimersByTimeAsync(500);
  expect(said).toEqual([]);
  ahead.stored('a');
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual(['a true']);
  ahead.stored('b');
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual(['a true', 'all']);
});

test('a list waits a second at most, one incident ten; for others nobody waits', async () => {
  const ahead = openAhead();
  const said: string[] = [];
  ahead.told('a');
  ahead.stored('x');
  void ahead.one('x').then((is) => said.push(`x ${is}`));
  void ahead.all().then(() => said.push('all'));
  void ahead.one('a').then((is) => said.push(`a ${is}`));
  await vi.advanceTimersByTimeAsync(999);
  expect(said).toEqual(['x false']);
  await vi.advanceTimersByTimeAsync(1);
  expect(said).toEqual(['x false', 'all']);
  await vi.advanceTimersByTimeAsync(9000);
  expect(said).toEqual(['x false', 'all', 'a false']);
});

test('what is never stored keeps one list waiting, not every list', async () => {
  const ahead = openAhead();
  ahead.told('a');
  const first = ahead.all();
  await vi.advanceTimersByTimeAsync(1000);
  await first;
  await ahead.all();
  expect(vi.getTimerCount()).toBe(0);
});
