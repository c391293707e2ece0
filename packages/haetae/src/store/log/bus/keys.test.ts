import { expect, test } from 'vitest';
import { partitionOf } from './keys.ts';

const HEAD = { token: 't1', address: '10.0.0.1' };
const of = (text: string, head: typeof HEAD = HEAD): number => partitionOf(head, Buffer.from(text), 64);
const json = (host: string, message = ''): string => JSON.stringify({ Message: message, Hostname: host });

test('events of one host are in one partition, whoever sends them and however the host is written', () => {
  const other = { token: 't2', address: '10.0.0.2' };
  expect(of(json('PC-1'))).toBe(of(json('pc-1.corp.example'), other));
  expect(of(json('PC-1'))).toBe(of('<Event><System><Computer>PC-1</Computer>'));
  expect(of(json('PC-1'))).not.toBe(of(json('PC-2')));
});

test('a host behind a long message is found', () => {
  for (const length of [0, 2000, 2040, 2048, 30_000])
    expect(of(json('PC-1', 'x'.repeat(length)))).toBe(of(json('PC-1')));
});

test('what names no host goes by its sender', () => {
  expect(of('<13>Oct 1 00:00:00 pc app: x')).toBe(of('something else'));
  expect(of('x'.repeat(100_000))).toBe(of('something else'));
});

test('with one partition there is nothing to choose', () => {
  expect(partitionOf(HEAD, Buffer.from(json('PC-1')), 1)).toBe(0);
});
