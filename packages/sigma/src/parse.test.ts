import { describe, expect, test } from 'vitest';
import { parseRules } from './parse.ts';

const HEAD = 'title: t\nlogsource: {product: windows}\n';
const GOOD = `${HEAD}detection:\n  a: {x: 1}\n  condition: a\n`;
const problems = (text: string): string[] => parseRules(text, { file: 'r.yml' }).problems.map((p) => p.message);

test('a rule keeps what its document says', () => {
  const { rules, problems } = parseRules(
    `title: Encoded command
id: 6e4d1c9a-0000-4000-8000-000000000001
status: test
description: |
  Two
  lines
references: [https://example.org/a]
author: Someone
date: 2024-05-31
modified: 2024/06/01
tags:
  - attack.execution
  - attack.t1059.001
logsource:
  category: process_creation
  product: windows
detection:
  selection:
    Image|endswith: '\\powershell.exe'
  condition: selection
fields: [CommandLine]
falsepositives:
  - Administrators
level: high
custom: {deep: [1, yes]}
`,
    { file: 'a/b.yml' },
  );
  expect(problems).toEqual([]);
  const [rule] = rules;
  expect(rule).toMatchObject({
    id: '6e4d1c9a-0000-4000-8000-000000000001',
    title: 'Encoded command',
    path: 'a/b.yml',
    status: 'test',
    level: 'high',
    description: 'Two\nlines\n',
    author: 'Someone',
    date: '2024-05-31',
    modified: '2024/06/01',
    tags: ['attack.execution', 'attack.t1059.001'],
    references: ['https://example.org/a'],
    falsepositives: ['Administrators'],
    fields: ['CommandLine'],
    logsource: { category: 'process_creation', product: 'windows' },
  });
  expect(rule!.raw.custom).toEqual({ deep: [1, 'yes'] });
  expect(rule!.detection.searches.get('selection')).toEqual({
    kind: 'all',
    at: { line: 19, column: 5 },
    of: [
      {
        kind: 'item',
        field: 'Image',
        modifiers: [{ name: 'endswith', at: { line: 19, column: 11 } }],
        values: [{ value: '\\powershell.exe', text: '\\powershell.exe', at: { line: 19, column: 21 } }],
        at: { line: 19, column: 5 },
      },
    ],
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    [
      `${HEAD}detection:\n  a:\n    x|containz: 1\n  condition: a`,
      'r.yml:5:7: no modifier |containz; did you mean |contains?',
    ],
    [
      `${HEAD}detection:\n  a:\n    "x|all|endwith": 1\n  condition: a`,
      'r.yml:5:12: no modifier |endwith; did you mean |endswith?',
    ],
    [`${HEAD}detection:\n  a:\n    x|: 1\n  condition: a`, 'r.yml:5:7: no modifier |; a | without a modifier'],
    [`${HEAD}detection:\n  sel: {x: 1}\n  condition: sell`, 'r.yml:5:14: no search is called sell; did you mean sel?'],
    [
      `${HEAD}detection:\n  sel: {x: 1}\n  condition: sel and 1 of filter_*`,
      'r.yml:5:27: no search is meant by filter_*',
    ],
    [
      `${HEAD}detection:\n  a: {x: 1}\n  condition: a |  count() > 5`,
      "r.yml:5:16: an aggregation after '|' is the old form of Sigma 1; write a correlation document beside the rule",
    ],
    [`${HEAD}detection:\n  a: {x: 1}`, 'r.yml:4:3: detection needs a condition'],
    [`${HEAD}detection:\n  a: {x: 1}\n  conditon: a`, 'r.yml:4:3: detection needs a condition; did you mean conditon?'],
    [
      `${HEAD}detection:\n  a: {x: {y: 1}}\n  condition: a`,
      'r.yml:4:10: x needs a value or a list of values, not a map',
    ],
    [`${HEAD}detection:\n  a: {}\n  condition: a`, 'r.yml:4:6: an empty search'],
    [`${HEAD}detecton:\n  a: {}`, 'r.yml:3:1: no detection; did you mean it by detecton?'],
    [`title: t\ndetection: {}`, 'r.yml:1:1: a rule needs logsource'],
    [`title: t\nlogsource: {}\ndetection: {}`, 'r.yml:2:12: logsource needs product, category or service'],
    ['title: t\ncorrelation: {}', 'r.yml:2:14: a correlation needs type'],
    ['title: t\nlogsource: {}\nfilter: {}', 'r.yml:3:9: a filter needs rules'],
    ['- 1', 'r.yml:1:1: a rule is a map of keys such as title and detection'],
    ['', 'r.yml:1:1: no rule in this text'],
    ['title: [1', 'r.yml:1:10: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['title: a\ntitle: b', 'r.yml:2:1: the key title stands twice in this map'],
    ['action: globl', 'r.yml:1:9: action is global, repeat or reset; did you mean global?'],
  ])('%j', (text, message) => {
    expect(problems(text)).toEqual([message]);
  });

  test.each([
    [
      `${GOOD}level: hgh`,
      'r.yml:6:8: level hgh is none of informational, low, medium, high, critical; did you mean high?',
    ],
    [`${GOOD}status: {a: 1}`, 'r.yml:6:9: status is text, not a map'],
    [`${GOOD.replace('condition', 'b: {y: 1}\n  condition')}`, 'r.yml:5:3: the condition does not use b'],
  ])('as a warning where the rule works all the same: %j', (text, message) => {
    const { rules, problems } = parseRules(text, { file: 'r.yml' });
    expect(rules).toHaveLength(1);
    expect(problems.map((p) => [p.severity, p.message])).toEqual([['warning', message]]);
  });
});

test('documents: a global one is laid under the following, a broken one costs itself alone', () => {
  const { rules, problems } = parseRules(
    `action: global
title: shared
logsource: {product: windows}
detection: {condition: sel}
---
detection: {sel: {EventID|x: 1}}
---
detection: {sel: {EventID: 1}}
---
action: repeat
title: own
---
action: reset
---
detection: {sel: {EventID: 1}}
---
`,
    { file: 'r.yml' },
  );
  expect(rules.map((r) => r.title)).toEqual(['shared', 'own']);
  expect(problems.map((p) => p.message)).toEqual(['r.yml:6:27: no modifier |x', 'r.yml:15:1: a rule needs logsource']);
});

describe('hostile YAML is refused, soon', () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefghij'[i]}`)}]`).join('\n')}`;
  test.each([
    ['an alias bomb', bomb, 'r.yml:5:29: more than 100000 values, repeated ones included'],
    ['an alias to itself', 'a: &a [*a]', 'r.yml:1:8: the alias *a names nothing above it'],
    ['brackets', '['.repeat(100_000), 'r.yml:1:257: nested more than 64 deep'],
    ['flow maps', '{a: '.repeat(5000), 'r.yml:1:1: nested more than 64 deep'],
    ['nested lists', '- '.repeat(1000), 'r.yml:1:129: nested more than 64 deep'],
    [
      'many keys',
      Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n'),
      'r.yml:50000:9: more than 100000 values, repeated ones included',
    ],
  ])('%s', (_what, text, message) => {
    const [problem] = parseRules(text, { file: 'r.yml' }).problems;
    expect(problem?.reason).toBe(message.split(': ').slice(1).join(': '));
  });

  test('a key __proto__ is a member like any other', () => {
    const { rules } = parseRules(`${GOOD}__proto__: {polluted: 1}`);
    expect(Object.getPrototypeOf(rules[0]!.raw)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a byte order mark, CRLF and a quoted condition leave places right', () => {
  const text = `\ufeff${HEAD}detection:\n  a: {x: 1}\n  condition: "a and b"`.replaceAll('\n', '\r\n');
  expect(problems(text)).toEqual(['r.yml:5:21: no search is called b']);
  const { rules } = parseRules(`\ufeff${GOOD}`.replaceAll('\n', '\r\n'));
  expect(rules[0]!.title).toBe('t');
});

test('aliases and merge keys', () => {
  const { rules, problems } = parseRules(
    `${HEAD}base: &b {x: 1, y: 2}\ndetection:\n  a:\n    <<: *b\n    y: 3\n  condition: a`,
  );
  expect(problems).toEqual([]);
  expect(rules[0]!.raw.detection).toEqual({ a: { y: 3, x: 1 }, condition: 'a' });
});
