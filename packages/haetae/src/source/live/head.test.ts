import { expect, test } from 'vitest';
import { type FrameHead, mayName, positionOf, readFrameHead } from './head.ts';

const HEAD: FrameHead = {
  format: 'ndjson',
  origin: 'import',
  token: 't',
  hosts: ['a'],
  address: '',
  position: 'p',
  items: 2,
};

test('a head is read back as it was written', () => {
  expect(readFrameHead(JSON.parse(JSON.stringify(HEAD)))).toEqual(HEAD);
  for (const wrong of [null, 1, [], {}, { ...HEAD, origin: 'x' }, { ...HEAD, hosts: 'a' }])
    expect(readFrameHead(wrong)).toBeUndefined();
});

test.each([
  ['', 3, ''],
  ['batch-7', 3, 'batch-7:3'],
  ['abc:100', 3, 'abc:103'],
  ['C:\\logs\\a.json:0', 3, 'C:\\logs\\a.json:3'],
])('event %2$i of a frame at %1$j', (position, index, expected) => {
  expect(positionOf({ ...HEAD, position }, index)).toBe(expected);
});

test.each([
  [[], 'any', true],
  [['ws*'], 'WS01.corp.example', true],
  [['ws01'], 'WS01.corp.example', true],
  [['ws01.corp.example'], 'WS01', false],
  [['ws01.corp.example'], 'ws01.corp.example', true],
  [['ws?1'], 'WS01', true],
  [['ws?1'], 'WS001', false],
  [['*.corp.example'], 'ws01.evil.example', false],
  [['a.b'], 'axb', false],
  [['김*'], '김PC', true],
  [['********************************x'], 'y'.repeat(255), false],
])('a token for %j and the host %s: %s', (hosts, computer, expected) =>
  expect(mayName(hosts, computer)).toBe(expected),
);
