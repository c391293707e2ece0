import { expect, test } from 'vitest';
import type { Incident } from '../../../incident/index.ts';
import { EVENT_FLAGS } from '../../../store/index.ts';
import type { Fleet } from './fleet.ts';
import { provenanceOf } from './provenance.ts';

const EVENTS = new Map<string, object>([
  ['own', { origin: 'a1', flags: 0, timeMs: 1, receivedMs: 2 }],
  ['shipped', { origin: 't1', flags: 0, timeMs: 3, receivedMs: 4 }],
  ['again', { origin: 'a1', flags: EVENT_FLAGS.repeated, timeMs: 5, receivedMs: 6 }],
]);
const events = { get: async (id: string) => EVENTS.get(id) } as never;
const fleet: Fleet = { size: 1, has: (id) => id === 'a1', agentOf: () => 'a1', presenceOf: () => 'connected' };
const incident = {
  findings: [['own'], ['shipped'], ['again', 'gone', null]].map((records) => ({
    events: records.map((record) => ({ record })),
  })),
} as unknown as Incident;
const told = async (findings: number[], triggers: number[]) =>
  (await provenanceOf(incident, { findings, triggers }, events, fleet)).map(
    ({ by, agent, eventMs, doubtful }) => `${by} ${agent} ${eventMs} ${doubtful}`,
  );

test.each([
  ['what the agent sent', [0], [], ['agent a1 1 false']],
  ['a trigger that others sent, of another object', [0], [1], ['agent a1 1 false', 'other  3 false']],
  ['the same twice', [0], [0], ['agent a1 1 false']],
  [
    'a repeat, one that is gone, one that was never stored',
    [2],
    [],
    ['agent a1 5 true', 'other  0 true', 'other  0 true'],
  ],
])('%s', async (_, findings, triggers, expected) => expect(await told(findings, triggers)).toEqual(expected));
