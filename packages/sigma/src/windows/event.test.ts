import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet, type WindowsEvent, windowsEvent, windowsView } from './index.ts';

const seen = (event: WindowsEvent): unknown => ({
  all: [...windowsView(event).all()],
  texts: windowsView(event).texts?.(),
  asked: ['a', 'Process Name', 'ProcessName', 'empty', 'Level', 'EventID', 'EventRecordID', 'none'].map((name) =>
    windowsView(event).values(name),
  ),
  first: [event.get('a'), event.get('empty'), event.get('none')],
});

test('a plain object is seen as the same event of @haetae/event is', () => {
  const head = { channel: 'c', provider: 'p', computer: 'h', eventId: 7, eventRecordId: 9 };
  const names = ['a', 'a', 'Process Name', 'empty'];
  const values = ['x', '1', 'true', ''];
  const own = windowsEvent({
    ...head,
    fields: { a: ['x', 1], 'Process Name': true, empty: null },
    system: { Level: 4 },
  });
  const line = { kind: 'line', line: 1 } as const;
  const plain = new PlainEvent({
    ...head,
    timeMs: 0,
    position: line,
    names,
    values,
    systemNames: ['Level'],
    systemValues: ['4'],
  });
  expect(seen(own)).toEqual(seen(plain));
  expect(own.getAll('a')).toEqual(['x', '1']);
  expect(seen(windowsEvent({}))).toEqual(seen(new PlainEvent({ timeMs: 0, position: line, names: [], values: [] })));
});

test('rules are asked of it', () => {
  const set = createWindowsRuleSet(
    parseRules(`title: t
logsource: {product: windows, category: process_creation}
detection: {s: {Image|endswith: a.exe, IntegrityLevel: High}, condition: s}`).rules,
  );
  const event = windowsEvent({
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId: 4688,
    fields: { NewProcessName: 'C:\\A.exe', MandatoryLabel: 'S-1-16-12288' },
  });
  expect(set.matchEvent(event).map(({ via }) => via)).toEqual(['mapped:4688']);
});
