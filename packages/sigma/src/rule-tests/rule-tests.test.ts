import { expect, test } from 'vitest';
import { parseRules } from '../parse.ts';
import { createWindowsRuleSet } from '../windows/index.ts';
import { exampleEvent, parseRuleTests, testCorrelation, testRule } from './rule-tests.ts';

const TESTS = String.raw`
rule: 929a690e-bef0-4204-a928-ef5e620d6fcc
positive:
  - channel: Microsoft-Windows-Sysmon/Operational
    provider: Microsoft-Windows-Sysmon
    eventId: 1
    fields: { Image: 'C:\whoami.exe', ProcessId: 4 }
  - channel: Security
    provider: Microsoft-Windows-Security-Auditing
    eventId: 4688
    fields: { NewProcessName: 'C:\whoami.exe' }
negative:
  - name: another event
    channel: Microsoft-Windows-Sysmon/Operational
    provider: Microsoft-Windows-Sysmon
    eventId: 5
    fields: { Image: 'C:\whoami.exe' }
  - channel: Microsoft-Windows-Sysmon/Operational
    provider: Microsoft-Windows-Sysmon
    eventId: 1
    fields: { Image: ['a', 'C:\WHOAMI.EXE'] }
`;

test('a rule is asked of its events', () => {
  const { tests, problems } = parseRuleTests(TESTS, { file: 't.yml' });
  expect(problems).toEqual([]);
  const { rules } = parseRules(String.raw`
title: t
logsource: {product: windows, category: process_creation}
detection: {s: {Image|endswith: '\whoami.exe'}, condition: s}
`);
  const set = createWindowsRuleSet(rules);
  const results = testRule(tests[0]!, (example) => set.matchEvent(exampleEvent(example)).length > 0);
  expect(results.map(({ expected, fired, ok }) => [expected, fired, ok])).toEqual([
    [true, true, true],
    [true, true, true],
    [false, false, true],
    [false, true, false],
  ]);
  expect(results[3]!.example.at).toEqual({ line: 18, column: 5 });
  expect(results[2]!.example.name).toBe('another event');
});

test('a correlation is asked of sequences, in which what is repeated is written out', () => {
  const { tests, problems } = parseRuleTests(
    `rule: a
positive:
  - name: three hosts
    events:
      - { computer: 'PC{n}', after: 1m, times: 3, every: 10s, channel: Security, eventId: 4625, fields: { TargetUserName: 'u{n}' } }
negative:
  - events: [{ channel: Security, eventId: 4625 }]
`,
  );
  expect(problems).toEqual([]);
  const [one] = tests;
  expect([one!.positive, one!.negative]).toEqual([[], []]);
  expect(one!.sequences.positive[0]!.name).toBe('three hosts');
  expect(
    one!.sequences.positive[0]!.events.map(({ computer, afterMs, fields }) => [computer, afterMs, fields]),
  ).toEqual([
    ['PC1', 60_000, [['TargetUserName', 'u1']]],
    ['PC2', 70_000, [['TargetUserName', 'u2']]],
    ['PC3', 80_000, [['TargetUserName', 'u3']]],
  ]);
  const results = testCorrelation(one!, ({ events }) => events.length >= 3);
  expect(results.map(({ expected, fired, ok }) => [expected, fired, ok])).toEqual([
    [true, true, true],
    [false, false, true],
  ]);
});

test.each([
  ['', 't.yml:1:1: no tests in this text'],
  ['- a', 't.yml:1:1: tests of a rule are a map of rule, positive, negative'],
  ['rule: a\npositiv: []', 't.yml:2:1: tests of a rule are a map without positiv; did you mean positive?'],
  ['positive: []', 't.yml:1:1: tests need rule, the id of a rule'],
  ['rule: a\nnegative: []', 't.yml:1:1: tests need a positive event: a rule that never fires passes every other test'],
  ['rule: a\npositive: x', 't.yml:2:11: positive is a list of events'],
  ['rule: a\npositive: [{eventId: x}]', 't.yml:2:22: eventId is a whole number'],
  ['rule: a\npositive: [{fields: {a: {b: c}}}]', 't.yml:2:25: the field a holds a text or a list of texts'],
  ['rule: a\npositive: [{events: x}]', 't.yml:2:21: events is a list of events'],
  ['rule: a\npositive: [{events: [{times: 0}]}]', 't.yml:2:30: times is a number from 1 to 10000'],
  [
    'rule: a\npositive: [{events: [{after: 5}]}]',
    't.yml:2:30: the timespan 5 is not a number and a unit (s, m, h, d, w, M or y), such as 10m',
  ],
  ['rule: [a]\npositive: []', 't.yml:1:7: rule is a text'],
])('%j is refused', (text, problem) => {
  expect(parseRuleTests(text, { file: 't.yml' }).problems.map((p) => p.message)).toEqual([problem]);
});
