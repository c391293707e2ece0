import { expect, test } from 'vitest';
import type { PlannedAction } from '../plan.ts';
import { brakeAt, DEFAULT_BOUNDS, isNever } from './bounds.ts';
import { decide, isApproved, type Surroundings } from './decide.ts';
import { readNever } from './never.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const action = { host: 'PC-1', playbooks: ['p'], persons: 0 } as unknown as PlannedAction;
const own = { by: 'agent', agent: 'a1', eventMs: NOW - 1000, receivedMs: NOW - 500, doubtful: false } as const;
const calm: Surroundings = {
  nowMs: NOW,
  agent: 'a1',
  provenance: [own],
  deeds: [],
  fleet: 10,
  limits: new Map([['p', { perHostHour: 2, perHour: 3 }]]),
};
const deed = (host: string, minutesAgo: number) => ({ host, playbooks: ['p'], atMs: NOW - minutesAgo * MINUTE });

test('by itself: asked by a playbook, told by the enrolled agent of that host, now, within the limits', () =>
  expect(decide(action, DEFAULT_BOUNDS, calm)).toEqual({ kind: 'automatic' }));

test.each([
  ['a person asks for it', { playbooks: [] }, {}, 1, ['asked']],
  ['its playbook asks a person', { persons: 1 }, {}, 1, ['policy']],
  ['two are asked', { persons: 2 }, {}, 2, ['policy']],
  ['the host has no agent', {}, { agent: undefined }, 1, ['no-agent', 'provenance']],
  ['another agent told it', {}, { provenance: [{ ...own, agent: 'a2' }] }, 1, ['provenance']],
  ['syslog told it', {}, { provenance: [{ ...own, by: 'other', agent: '' }] }, 1, ['provenance']],
  ['one of two events was imported', {}, { provenance: [own, { ...own, by: 'other' }] }, 1, ['provenance']],
  ['it is marked', {}, { provenance: [{ ...own, doubtful: true }] }, 1, ['provenance']],
  ['nobody knows who told it', {}, { provenance: [] }, 1, ['provenance']],
  ['it happened ten minutes ago', {}, { provenance: [{ ...own, eventMs: NOW - 10 * MINUTE }] }, 1, ['stale']],
  ['it came ten minutes ago', {}, { provenance: [{ ...own, receivedMs: NOW - 10 * MINUTE }] }, 1, ['stale']],
  ['the host had its share', {}, { deeds: [deed('PC-1', 5), deed('PC-1', 50)] }, 1, ['host-limit']],
  ['the playbook had its share', {}, { deeds: [deed('PC-2', 5), deed('PC-3', 6), deed('PC-2', 7)] }, 1, ['hour-limit']],
  [
    'three other hosts were acted on',
    {},
    { limits: new Map([['p', { perHostHour: 9, perHour: 9 }]]), deeds: [deed('A', 1), deed('B', 2), deed('C', 3)] },
    1,
    ['fleet-brake'],
  ],
  ['its limits are gone', {}, { limits: new Map() }, 1, ['host-limit', 'hour-limit']],
])('it waits where %s', (_, change, around, persons, because) =>
  expect(
    decide({ ...action, ...change } as PlannedAction, DEFAULT_BOUNDS, { ...calm, ...around } as Surroundings),
  ).toEqual({
    kind: 'asks',
    persons,
    because,
  }),
);

test('what was done more than an hour ago counts no more', () =>
  expect(decide(action, DEFAULT_BOUNDS, { ...calm, deeds: [deed('PC-1', 61), deed('PC-1', 70)] })).toEqual({
    kind: 'automatic',
  }));

test.each([
  [1, 3],
  [150, 3],
  [199, 3],
  [200, 4],
  [10_000, 200],
])('of %i hosts %i may be acted on in an hour', (fleet, most) =>
  expect(brakeAt(DEFAULT_BOUNDS.brake, fleet)).toBe(most),
);

test.each([
  [1, ['kim'], true],
  [2, ['kim', 'kim'], false],
  [2, ['kim', 'lee'], true],
  [1, [], false],
])('%i persons, agreed by %j: %s', (persons, accounts, expected) =>
  expect(
    isApproved(
      persons,
      accounts.map((account) => ({ account, atMs: 0 })),
    ),
  ).toBe(expected),
);

test('a never-list: hosts with and without their domain, domains with all below them; half a list is none', () => {
  const read = readNever('hosts: [dc*]\ndomains: [corp.example]\n', DEFAULT_BOUNDS.never);
  if (!('never' in read)) throw new Error(read.fault);
  const { never } = read;
  expect([
    isNever(never, 'host', 'DC01.corp.local'),
    isNever(never, 'host', 'PC-1'),
    isNever(never, 'domain', 'www.corp.example'),
    isNever(never, 'domain', 'notcorp.example'),
    isNever(never, 'domain', 'download.windowsupdate.com'),
  ]).toEqual([true, false, true, false, true]);
  expect(readNever('host: [dc1]', DEFAULT_BOUNDS.never)).toEqual({ fault: 'there is no host' });
  expect(readNever('hosts: dc1', DEFAULT_BOUNDS.never)).toEqual({ fault: 'hosts is no list of names' });
});
