import type { Event } from '@haetae/event';
import { expect, test } from 'vitest';
import { markerOf } from '../atomic/marker.ts';
import type { RunRecord, StepRecord } from '../atomic/run/record.ts';
import { createRunLabeller, stepsOfRun } from './run-labels.ts';

const secret = 'a'.repeat(64);
const started = Date.parse('2026-03-02T01:00:00Z');
const marked = { host: 'LAB-1', step: 'guid-1', startedMs: started, once: '0123456789ab' };
const step: StepRecord = {
  ...{
    test: 'guid-1',
    name: 'Who',
    technique: 'T1033',
    tactics: ['discovery'],
    marker: markerOf(secret, marked),
    once: marked.once,
  },
  ...{
    hostPid: 10,
    startedMs: started,
    endedMs: started + 5000,
    outcome: 'done',
    phases: [],
    undone: 'cleanup',
    left: [],
  },
};
const run: RunRecord = {
  ...{
    haetae: 'lab-run.1',
    id: 'run-1',
    host: 'LAB-1',
    system: 'windows',
    isolation: 'none',
    startedMs: started,
    endedMs: started + 9000,
  },
  steps: [step, { ...step, test: 'guid-2', once: 'ffffffffffff', outcome: 'unmet' }],
};

let record = 0;
const event = (eventId: number, fields: Record<string, string>, at = 1000, computer = 'LAB-1'): Event =>
  ({
    eventId,
    computer,
    channel: 'c',
    eventRecordId: ++record,
    timeMs: started + at,
    get: (name: string) => fields[name],
  }) as unknown as Event;

test('events with the marker, of its process and of what that started are labelled; nothing else is', () => {
  const { add, labels } = createRunLabeller(run, secret);
  const expected = [
    {
      about: 'the shell itself',
      is: true,
      one: event(1, { ProcessGuid: '{A}', CommandLine: `cmd /c whoami & rem ${step.marker}` }),
    },
    {
      about: 'what it started',
      is: true,
      one: event(1, { ProcessGuid: '{B}', ParentProcessGuid: '{a}', CommandLine: 'whoami' }),
    },
    { about: 'what that connected to', is: true, one: event(3, { ProcessGuid: '{b}' }) },
    {
      about: 'another process',
      is: false,
      one: event(1, { ProcessGuid: '{C}', ParentProcessGuid: '{X}', CommandLine: 'calc' }),
    },
    {
      about: '4688 by numbers',
      is: true,
      one: event(4688, { NewProcessId: '0x1f', ProcessId: '0x4', CommandLine: `cmd /c x & rem ${step.marker}` }),
    },
    { about: 'its child', is: true, one: event(4688, { NewProcessId: '0x20', ProcessId: '0x1f', CommandLine: 'x' }) },
    {
      about: 'a forged marker',
      is: false,
      one: event(1, { CommandLine: 'evil & rem haetae-lab:0123456789ab:00000000000000000000' }),
    },
    {
      about: 'the marker on another host',
      is: false,
      one: event(1, { CommandLine: `rem ${step.marker}` }, 1000, 'LAB-2'),
    },
    { about: 'the marker an hour later', is: false, one: event(1, { CommandLine: `rem ${step.marker}` }, 3_600_000) },
    { about: 'its process an hour later', is: false, one: event(3, { ProcessGuid: '{a}' }, 3_600_000) },
  ];
  for (const { one } of expected) add(one);
  const named = new Set(labels().map((label) => label.record));
  expect(expected.map(({ about, one }) => [about, named.has(one.eventRecordId as number)])).toEqual(
    expected.map(({ about, is }) => [about, is]),
  );
  expect(labels()[0]).toMatchObject({
    campaign: 'run-1',
    step: 'guid-1',
    techniques: ['T1033'],
    time: '2026-03-02T01:00:01.000Z',
  });
});

test('what did not run is no step', () => expect(stepsOfRun(run).map(({ step: id }) => id)).toEqual(['guid-1']));
