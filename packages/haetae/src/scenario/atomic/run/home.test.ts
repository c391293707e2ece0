import { describe, expect, test } from 'vitest';
import { type Machine, newToken, tokenFor, whyNoToken } from './home.ts';

const machine: Machine = { system: 'windows', host: 'LAB-1', id: 'a-guid', domain: { kind: 'none' } };
const DAY = 86_400_000;
const token = newToken(machine, 0, 7);
const text = JSON.stringify(token);

test('a token is good for its machine until its day', () =>
  expect(tokenFor(text, machine, 7 * DAY - 1)).toEqual(token));

test.each([
  { because: 'no-token', given: undefined, at: machine, ms: 0 },
  { because: 'broken-token', given: '{', at: machine, ms: 0 },
  { because: 'broken-token', given: '{"haetae":"lab.1"}', at: machine, ms: 0 },
  { because: 'other-machine', given: text, at: { ...machine, id: 'another' }, ms: 0 },
  { because: 'expired', given: text, at: machine, ms: 7 * DAY },
  { because: 'domain-member', given: text, at: { ...machine, domain: { kind: 'member', of: 'corp' } as const }, ms: 0 },
  { because: 'domain-unknown', given: text, at: { ...machine, domain: { kind: 'unknown', why: '' } as const }, ms: 0 },
  { because: 'no-machine-id', given: text, at: { ...machine, id: '' }, ms: 0 },
])('nothing runs: $because', ({ because, given, at, ms }) => expect(tokenFor(given, at, ms)).toBe(because));

describe('a token is made only where it may be', () => {
  test.each([
    { of: machine, why: undefined },
    { of: { ...machine, domain: { kind: 'member', of: 'corp' } as const }, why: 'domain-member' },
    { of: { ...machine, domain: { kind: 'unknown', why: '' } as const }, why: 'domain-unknown' },
  ])('$why', ({ of, why }) => expect(whyNoToken(of)).toBe(why));
});
