import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { createScriptJoiner, SCRIPT_JOINER_LIMITS, type ScriptJoinerLimits } from './scripts.ts';

const CHANNEL = 'Microsoft-Windows-PowerShell/Operational';

const part = (id: string, number: number | string, total: number | string, text: string, more = {}): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel: CHANNEL,
    provider: 'Microsoft-Windows-PowerShell',
    computer: 'PC',
    eventId: 4104,
    position: { kind: 'line', line: 1 },
    names: ['MessageNumber', 'MessageTotal', 'ScriptBlockText', 'ScriptBlockId', 'Path'],
    values: [String(number), String(total), text, id, 'C:\\a.ps1'],
    ...more,
  });

const run = (events: readonly PlainEvent[], limits: Partial<ScriptJoinerLimits> = {}) => {
  const joiner = createScriptJoiner({ ...SCRIPT_JOINER_LIMITS, ...limits });
  const texts = events.map((event) => joiner.add(event)?.text);
  return { texts, ...joiner.counts() };
};

test.each([
  ['in order', [part('a', 1, 3, 'x'), part('a', 2, 3, 'y'), part('a', 3, 3, 'z')], [undefined, undefined, 'xyz']],
  ['out of order', [part('a', 3, 3, 'z'), part('a', 1, 3, 'x'), part('a', 2, 3, 'y')], [undefined, undefined, 'xyz']],
  [
    'two scripts at once, ids in either case',
    [part('a', 1, 2, 'x'), part('b', 1, 2, 'p'), part('B', 2, 2, 'q'), part('A', 2, 2, 'y')],
    [undefined, undefined, 'pq', 'xy'],
  ],
  [
    'a part of another computer',
    [part('a', 1, 2, 'x'), part('a', 2, 2, 'y', { computer: 'OTHER' })],
    [undefined, undefined],
  ],
  ['one part is whole already', [part('a', 1, 1, 'x')], [undefined]],
  ['an empty part', [part('a', 1, 2, ''), part('a', 2, 2, 'y')], [undefined, 'y']],
  [
    'numbers that are none',
    [part('a', 'x', 2, 'x'), part('a', 0, 2, 'x'), part('a', 3, 2, 'y')],
    [undefined, undefined, undefined],
  ],
  ['another event', [part('a', 1, 2, 'x'), part('a', 2, 2, 'y', { eventId: 4103 })], [undefined, undefined]],
])('%s', (_what, events, texts) => {
  expect(run(events).texts).toEqual(texts);
});

test('what it gives and counts', () => {
  const joiner = createScriptJoiner();
  joiner.add(part('A', 1, 2, 'x'));
  joiner.add(part('A', 1, 2, 'other'));
  expect(joiner.counts()).toEqual({ joined: 0, waiting: 1, dropped: 0, repeated: 1 });
  expect(joiner.add(part('A', 2, 2, 'y'))).toEqual({
    scriptBlockId: 'a',
    text: 'xy',
    path: 'C:\\a.ps1',
    parts: 2,
    overlay: { ScriptBlockText: ['xy'] },
  });
  expect(joiner.counts()).toEqual({ joined: 1, waiting: 0, dropped: 0, repeated: 1 });
});

test('room is bounded: the script that waits longest is given up, and stays so', () => {
  const events = [
    part('a', 1, 2, 'x'),
    part('b', 1, 2, 'x'),
    part('c', 1, 2, 'x'),
    part('a', 2, 2, 'y'),
    part('c', 2, 2, 'y'),
  ];
  expect(run(events, { maxScripts: 2 })).toEqual({
    texts: [undefined, undefined, undefined, undefined, 'xy'],
    joined: 1,
    waiting: 1,
    dropped: 1,
    repeated: 0,
  });
  const many = Array.from({ length: 1000 }, (_, i) => part(`s${i}`, 1, 2, 'x'.repeat(10)));
  expect(run(many, { maxTotal: 100 })).toMatchObject({ waiting: 10, dropped: 990 });
});

test.each([
  ['parts', { maxParts: 2 }, [part('a', 1, 3, 'x'), part('a', 2, 3, 'y')]],
  ['characters', { maxScript: 3 }, [part('a', 1, 3, 'xxxx'), part('a', 2, 3, 'y'), part('a', 3, 3, 'z')]],
])('a script of too many %s is dropped and counted once', (_what, limits, events) => {
  expect(run(events, limits)).toMatchObject({ joined: 0, waiting: 0, dropped: 1 });
});

test('saved and begun again in the middle, it goes on as if nothing had happened', () => {
  const limits = { ...SCRIPT_JOINER_LIMITS, maxScripts: 2 };
  const joiner = createScriptJoiner(limits);
  for (const id of ['a', 'b', 'c']) joiner.add(part(id, 1, 2, `${id}1`));
  const again = createScriptJoiner(limits, structuredClone(joiner.save()));
  const rest = (one: typeof joiner) => ['a', 'b', 'c'].map((id) => one.add(part(id, 2, 2, `${id}2`))?.text);
  expect(rest(again)).toEqual([undefined, 'b1b2', 'c1c2']);
  expect(rest(joiner)).toEqual([undefined, 'b1b2', 'c1c2']);
  expect(again.counts()).toEqual(joiner.counts());
});
