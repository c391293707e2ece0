import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet, windowsView } from './index.ts';

const event = (fields: readonly (readonly [string, string])[], more: Partial<PlainEvent> = {}): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel: 'Security',
    provider: 'P',
    computer: 'HOST',
    eventId: 4688,
    eventRecordId: 7,
    position: { kind: 'line', line: 1 },
    names: fields.map(([name]) => name),
    values: fields.map(([, value]) => value),
    systemNames: ['Level', 'Task'],
    systemValues: ['4', '0'],
    ...more,
  });

test.each([
  ['EventID', [['EventID', '1']], ['4688']],
  ['Channel', [['Channel', 'x']], ['Security']],
  ['Provider_Name', [], ['P']],
  ['Computer', [['Computer', 'x']], ['HOST']],
  ['EventRecordID', [], ['7']],
  ['Level', [], ['4']],
  ['Level', [['Level', 'High']], ['High']],
  ['ProcessName', [['Process Name', 'a']], ['a']],
  [
    'Data',
    [
      ['Data', 'a'],
      ['Data', 'b'],
    ],
    ['a', 'b'],
  ],
  ['Guid', [['Guid', '0cce922b-69ae-11d9-bed3-505054503030']], ['{0cce922b-69ae-11d9-bed3-505054503030}']],
  ['Guid', [['Guid', '{0cce922b-69ae-11d9-bed3-505054503030}']], ['{0cce922b-69ae-11d9-bed3-505054503030}']],
  ['Absent', [], undefined],
] as const)('%s of %j', (field, fields, values) => {
  expect(windowsView(event(fields)).values(field)).toEqual(values);
});

test('what the event does not tell leaves the data field', () => {
  const view = windowsView(
    event(
      [
        ['Channel', 'x'],
        ['EventID', '5'],
      ],
      { channel: '', eventId: 0 },
    ),
  );
  expect([view.values('Channel'), view.values('EventID')]).toEqual([['x'], ['5']]);
});

test('an overlay adds values; keywords see them', () => {
  const view = windowsView(event([['CommandLine', '-enc QQ']]), { CommandLine: ['decoded'], Extra: ['more'] });
  expect(view.values('CommandLine')).toEqual(['-enc QQ', 'decoded']);
  expect([...view.all()]).toEqual(
    expect.arrayContaining(['-enc QQ', 'decoded', 'more', 'Security', '4688', 'HOST', '4']),
  );
});

test('a process creation rule reads Security 4688', () => {
  const { rules } = parseRules(String.raw`title: t
logsource: {product: windows, category: process_creation}
detection:
  s:
    Image|endswith: '\cmd.exe'
    ParentImage: p
    ProcessId: '0x2'
    ParentProcessId: '0x1'
    User: bob
    LogonId: '0x3e7'
    IntegrityLevel: System
  condition: s
`);
  const set = createWindowsRuleSet(rules);
  const found = set.matchEvent(
    event(
      [
        ['NewProcessName', 'C:\\cmd.exe'],
        ['ParentProcessName', 'p'],
        ['NewProcessId', '0x2'],
        ['ProcessId', '0x1'],
        ['SubjectUserName', 'bob'],
        ['SubjectLogonId', '0x3e7'],
        ['MandatoryLabel', 'S-1-16-16384'],
      ],
      { provider: 'Microsoft-Windows-Security-Auditing' },
    ),
  );
  expect(found.map((m) => m.via)).toEqual(['mapped:4688']);
  expect(found[0]!.matcher.explain(found[0]!.view)).toHaveLength(7);
});
