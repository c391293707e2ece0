import { expect, test } from 'vitest';
import { parseRules } from './parse.ts';
import { createRuleSet } from './ruleset.ts';
import { objectView } from './view.ts';
import { WINDOWS } from './windows/index.ts';

const rule = (title: string, logsource: string, search: string): string =>
  `title: ${title}\nlogsource: {${logsource}}\ndetection: {s: {${search}}, condition: s}\n`;

const { rules } = parseRules(
  [
    rule('process', 'category: process_creation', 'Image: a'),
    rule('logon', 'service: security', 'EventID: [4624, 4625]'),
    rule('not a logon', 'service: security', 'EventID|neq: 4624, A: b'),
    rule('anything', 'product: windows', 'A: b'),
    rule('broken', 'product: windows', 'A|cidr: b'),
  ].join('---\n'),
);
const set = createRuleSet(rules, { logSources: WINDOWS });
const titles = (channel: string, id: number): string[] => set.candidates(channel, id).map((c) => c.matcher.rule.title);

test('a rule that does not compile is a problem; the others are in force', () => {
  expect(set.matchers).toHaveLength(4);
  expect(set.problems.map((p) => [p.code, p.line, p.column])).toEqual([['bad-cidr', 19, 25]]);
});

test.each([
  ['Microsoft-Windows-Sysmon/Operational', 1, ['process', 'anything']],
  ['MICROSOFT-WINDOWS-SYSMON/OPERATIONAL', 2, ['anything']],
  ['security', 4624, ['logon', 'anything']],
  ['Security', 4634, ['not a logon', 'anything']],
  ['Security', 4688, ['process', 'not a logon', 'anything']],
  ['', 0, ['anything']],
])('events of %s %i go to %j', (channel, id, names) => {
  expect(titles(channel, id)).toEqual(names);
});

test('a match says through which fields the rule saw the event', () => {
  const seen = (event: Record<string, string>, id: number) =>
    set
      .match('Security', id, objectView({ EventID: id, Channel: 'Security', ...event }))
      .map((m) => [m.rule.title, m.via]);
  expect(seen({ NewProcessName: 'A' }, 4688)).toEqual([['process', 'mapped:4688']]);
  expect(seen({ Image: 'a' }, 4688)).toEqual([]);
  expect(seen({ A: 'b' }, 4624)).toEqual([
    ['logon', 'field'],
    ['anything', 'field'],
  ]);
});

test('how many rules could fire on what was seen', () => {
  const able = set.couldFire([
    { channel: 'Security', eventId: 4624 },
    { channel: 'Security', eventId: 4634 },
  ]);
  expect([...able].map((m) => m.rule.title)).toEqual(['logon', 'anything', 'not a logon']);
});

test('a log that invents channels keeps the memory of routes bounded, and the answers right', () => {
  for (let i = 0; i < 10_000; i++) set.candidates(`c${i}`, i);
  expect(titles('security', 4624)).toEqual(['logon', 'anything']);
});
