import { expect, test } from 'vitest';
import { StoreError } from '../../store/index.ts';
import type { Proposal } from '../responses.ts';
import { manualClock, memoryStore } from '../testing/memory.ts';
import { type PressParts, press } from './press.ts';
import { type ButtonDeed, readButton, signButton } from './sign.ts';

const NOW = Date.parse('2026-03-17T05:00:00Z');
const KEY = new Uint8Array(32).fill(7);
const RESPONSE = '0b0f5c1e-0000-4000-8000-000000000001';

const value = (deed: ButtonDeed, more: { key?: Uint8Array; channel?: string; expiresMs?: number } = {}): string =>
  signButton(more.key ?? KEY, { deed, channel: more.channel ?? 'slack', expiresMs: more.expiresMs ?? NOW + 1000 });
const vote = (action: 'approve' | 'deny', version = 3): ButtonDeed => ({
  ...{ action, version, incident: 'i1', response: RESPONSE },
});

function made(votes: Proposal['votes'] = [], answer: () => void = () => {}) {
  const kept = memoryStore(manualClock(NOW));
  kept.put({ id: 'i1' });
  const voted: string[] = [];
  const parts: PressParts = {
    ...{ store: kept.store, key: KEY, language: 'en', now: () => NOW, changed: () => {} },
    people: new Map([
      ['U_KIM', 'kim'],
      ['U_LEE', 'lee'],
      ['U_PARK', 'park'],
      ['U_CHOI', 'choi'],
    ]),
    responses: {
      waiting: async () => [
        { id: RESPONSE, version: 3, action: 'end process', host: 'PC-1', about: '', persons: 2, votes },
      ],
      incidents: async () => ['i1'],
      async vote({ id, version }, decision, { name }) {
        answer();
        voted.push(`${decision} ${id === RESPONSE} ${version} ${name}`);
      },
    },
  };
  return { parts, voted, kept };
}

test.each([
  { what: 'who may approve does', user: 'U_CHOI', deed: vote('approve'), is: 'done', voted: ['approve true 3 choi'] },
  { what: 'who may deny does', user: 'U_CHOI', deed: vote('deny'), is: 'done', voted: ['deny true 3 choi'] },
  { what: 'an analyst approves nothing', user: 'U_KIM', deed: vote('approve'), is: 'responder', voted: [] },
  { what: 'a viewer approves nothing', user: 'U_LEE', deed: vote('approve'), is: 'responder', voted: [] },
  { what: 'a disabled account nothing at all', user: 'U_PARK', deed: vote('approve'), is: 'role', voted: [] },
  { what: 'a stranger nothing', user: 'U_X', deed: vote('approve'), is: 'unknown', voted: [] },
  { what: 'another version than was shown', user: 'U_CHOI', deed: vote('approve', 2), is: 'changed', voted: [] },
  {
    what: 'a response that no longer waits',
    user: 'U_CHOI',
    deed: { ...vote('approve'), response: 'r-gone' } as ButtonDeed,
    is: 'already',
    voted: [],
  },
])('$what: $is', async ({ user, deed, is, voted }) => {
  const { parts, voted: heard, kept } = made();
  expect(await press(parts, { channel: 'slack', value: value(deed), user })).toBe(is);
  expect(heard).toEqual(voted);
  // What is done is written down before, and every press as what it came to.
  const actions = (kept.audit as { action: string }[]).map(({ action }) => action);
  expect(actions).toEqual(is === 'done' ? [`response.${deed.action}`, 'slack.done'] : [`slack.${is}`]);
});

test('two approvals are of two accounts', async () => {
  const { parts, voted } = made([{ account: 'u4', name: 'choi' }]);
  expect(await press(parts, { channel: 'slack', value: value(vote('approve')), user: 'U_CHOI' })).toBe('already');
  expect(voted).toEqual([]);
});

test('a response that cannot be carried out now says so', async () => {
  const { parts } = made([], () => {
    throw new StoreError('conflict', 'no agent of PC-1 is connected');
  });
  expect(await press(parts, { channel: 'slack', value: value(vote('approve')), user: 'U_CHOI' })).toBe('away');
});

test.each([
  { what: 'another key', value: value(vote('approve'), { key: new Uint8Array(32) }), is: 'forged' },
  { what: 'another channel', value: value(vote('approve'), { channel: 'other' }), is: 'forged' },
  { what: 'denied turned into approved', value: value(vote('deny')).replace('deny', 'approve'), is: 'forged' },
  { what: 'another response', value: value(vote('approve')).replace('0001', '0002'), is: 'forged' },
  { what: 'another version', value: value(vote('approve')).replace(':3.', ':4.'), is: 'forged' },
  { what: 'a day ago', value: value(vote('approve'), { expiresMs: NOW }), is: 'expired' },
  { what: 'nothing', value: '', is: 'forged' },
  { what: 'too long', value: 'x'.repeat(500), is: 'forged' },
])('a button of $what is $is', async ({ value: shown, is }) => {
  expect(readButton(KEY, shown, 'slack', NOW).kind).toBe(is);
  const { parts, voted } = made();
  expect(await press(parts, { channel: 'slack', value: shown, user: 'U_CHOI' })).toBe(is);
  expect(voted).toEqual([]);
});
