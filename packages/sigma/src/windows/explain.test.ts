import { PlainEvent } from '@haetae/event';
import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet, explainEvent, type Overlay } from './index.ts';

const { rules } = parseRules(`title: user
logsource: {category: process_creation}
detection: {s: {Image|endswith: a.exe, User: 'CORP\\bob'}, condition: s}
---
title: command
logsource: {category: process_creation}
detection: {s: {CommandLine|contains: evil}, f: {CommandLine|contains: good}, condition: s and not f}
---
title: logon
logsource: {service: security}
detection: {s: {EventID: 4624}, condition: s}
---
title: deleted
logsource: {category: registry_delete}
detection: {s: {TargetObject|endswith: v}, condition: s}
`);
const set = createWindowsRuleSet(rules);

const event = (eventId: number, fields: Readonly<Record<string, string>>, provider = ''): PlainEvent =>
  new PlainEvent({
    timeMs: 0,
    channel: 'Security',
    provider,
    eventId,
    position: { kind: 'line', line: 1 },
    names: Object.keys(fields),
    values: Object.values(fields),
  });

const PROCESS = { NewProcessName: 'C:\\a.exe', SubjectUserName: 'bob', SubjectDomainName: 'CORP', CommandLine: 'x' };
const VALUE = { ObjectName: '\\REGISTRY\\MACHINE\\x', ObjectValueName: 'v', OperationType: '%%1905' };

const of = (title: string) => set.matchers.find(({ rule }) => rule.title === title)!;

test('every way that the rule sees the event, with what was missing', () => {
  const said = explainEvent(of('user'), event(4688, PROCESS));
  if (said.kind !== 'asked') throw new Error('another log');
  expect(said.matched).toBe(true);
  expect(said.ways.map(({ via, accepted, explanation: { near } }) => [via, accepted, near.held, near.of])).toEqual([
    ['mapped:4688', true, 1, 2],
    ['mapped:4688', true, 2, 2],
  ]);
  expect(said.ways[0]!.explanation.near.failed[0]).toMatchObject({ field: 'User', actual: ['bob'] });
});

test('an event of another log', () => {
  expect(explainEvent(of('user'), event(4624, {}))).toMatchObject({
    kind: 'other-log',
    sources: [
      { channel: 'Microsoft-Windows-Sysmon/Operational', eventIds: [1] },
      { channel: 'Security', eventIds: [4688] },
    ],
  });
});

test('an id that the rule does not ask for is a condition that failed', () => {
  expect(explainEvent(of('logon'), event(4688, PROCESS))).toMatchObject({
    kind: 'asked',
    matched: false,
    ways: [{ via: 'field', explanation: { near: { failed: [{ field: 'EventID', actual: ['4688'] }] } } }],
  });
});

test('an operation that is not the one of the log source', () => {
  expect(explainEvent(of('deleted'), event(4657, VALUE))).toMatchObject({
    matched: false,
    ways: [{ via: 'mapped:4657', accepted: false, explanation: { matched: true } }],
  });
});

test.each<[string, PlainEvent, Overlay | undefined, Overlay | undefined]>([
  ['a process', event(4688, PROCESS), undefined, undefined],
  ['of another provider', event(4688, PROCESS, 'Other'), undefined, undefined],
  ['decoded', event(4688, PROCESS), { CommandLine: ['evil'] }, undefined],
  ['decoded, with what is excluded', event(4688, PROCESS), { CommandLine: ['evil good'] }, undefined],
  ['joined', event(4688, PROCESS), undefined, { CommandLine: ['evil'] }],
  ['both', event(4688, PROCESS), { CommandLine: ['good'] }, { CommandLine: ['evil'] }],
  ['a logon', event(4624, {}), undefined, undefined],
  ['a value changed', event(4657, VALUE), undefined, undefined],
  ['a value deleted', event(4657, { ...VALUE, OperationType: '%%1906' }), undefined, undefined],
])('it says what matchEvent says: %s', (_what, seen, decoded, extracted) => {
  const matched = set.matchers.filter((matcher) => {
    const said = explainEvent(matcher, seen, decoded, extracted);
    return said.kind === 'asked' && said.matched;
  });
  expect(matched.map(({ rule }) => rule.title)).toEqual(
    set.matchEvent(seen, decoded, extracted).map(({ rule }) => rule.title),
  );
});
