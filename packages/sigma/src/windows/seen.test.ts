import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { createSeenKinds, SEEN_LIMITS } from './seen.ts';

const event = (channel: string, eventId: number, fields: Readonly<Record<string, string>>): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel,
    eventId,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

test('kinds with their counts, and the fields that some event of the kind has a value in', () => {
  const seen = createSeenKinds();
  seen.add(event('Security', 4688, { NewProcessName: 'a', CommandLine: '', TargetUserName: '-' }));
  seen.add(event('Security', 4688, { NewProcessName: 'b', CommandLine: 'c' }));
  seen.add(event('Defender', 1116, { 'Threat Name': 'x' }));
  expect(seen.kinds()).toEqual([
    { channel: 'Security', eventId: 4688, events: 2, fields: new Set(['NewProcessName', 'CommandLine']) },
    { channel: 'Defender', eventId: 1116, events: 1, fields: new Set(['ThreatName']) },
  ]);
});

test('what is beyond the limits is counted', () => {
  const seen = createSeenKinds({ ...SEEN_LIMITS, maxKinds: 2, maxFields: 1 });
  for (const id of [1, 2, 3, 3, 1]) seen.add(event('c', id, { [`f${id}`]: 'x' }));
  seen.add(event('c', 1, { g: 'x' }));
  expect(seen.dropped).toBe(2);
  expect(seen.kinds().map(({ eventId, events, fields }) => [eventId, events, [...fields]])).toEqual([
    [1, 3, ['f1']],
    [2, 1, ['f2']],
  ]);
});
