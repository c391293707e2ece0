import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { parseRules } from './parse.ts';
import { type Fields, matcherOf, ruleOf } from './testing/rule.ts';
import { objectView } from './view.ts';
import { WINDOWS } from './windows/index.ts';

const matches = (detection: string, event: Fields): boolean => matcherOf(detection).matches(objectView(event));

describe('values', () => {
  test.each([
    { item: 'f: Abc', event: { f: 'aBC' }, is: true },
    { item: 'f: abc', event: { f: 'abcd' }, is: false },
    { item: 'f: "*b*"', event: { f: 'a\nb\nc' }, is: true },
    { item: 'f: "*"', event: { f: '' }, is: true },
    { item: 'f: "*"', event: {}, is: false },
    { item: "f: ''", event: { f: '' }, is: true },
    { item: "f: ''", event: {}, is: false },
    { item: 'f: null', event: {}, is: true },
    { item: 'f: null', event: { f: '' }, is: true },
    { item: 'f: null', event: { f: ['', 'x'] }, is: false },
    { item: 'f: []', event: {}, is: true },
    { item: 'f: [null, a]', event: { f: 'a' }, is: true },
    { item: 'f: 5', event: { f: '05' }, is: true },
    { item: 'f: 5', event: { f: '5.0' }, is: true },
    { item: 'f: 5', event: { f: '0x5' }, is: false },
    { item: 'f: 0x1F', event: { f: '0x1f' }, is: true },
    { item: 'f: 0x1F', event: { f: '31' }, is: true },
    { item: 'f: "5"', event: { f: '05' }, is: false },
    { item: 'f: 0429', event: { f: '429' }, is: false },
    { item: 'f: 0429', event: { f: '0429' }, is: true },
    { item: 'f: true', event: { f: 'TRUE' }, is: true },
    { item: 'f: no', event: { f: 'no' }, is: true },
    { item: 'f: [a, b]', event: { f: 'b' }, is: true },
    { item: 'f: a', event: { f: ['x', 'a'] }, is: true },
  ])('$item over $event: $is', ({ item, event, is }) => {
    expect(matches(`s:\n  ${item}\ncondition: s`, event)).toBe(is);
  });
});

describe('searches', () => {
  test.each([
    ['a map: all', 's: {f: a, g: b}\ncondition: s', { f: 'a', g: 'x' }, false],
    ['a list of maps: any', 's: [{f: a}, {g: b}]\ncondition: s', { g: 'b' }, true],
    ['keywords: any, anywhere, in either case', 's: [mimi, katz]\ncondition: s', { x: 'a MIMIkatz b' }, true],
    ['keywords with wildcards', 's: ["m*z"]\ncondition: s', { x: 'a mimikatz b' }, true],
    ['keywords do not reach over two values', 's: ["ab"]\ncondition: s', { x: 'a', y: 'b' }, false],
    ['a number as keyword', 's: [4688]\ncondition: s', { x: 'id 4688.' }, true],
    ['keywords and maps mixed: any', 's: [mimi, {f: a}]\ncondition: s', { f: 'a' }, true],
    ['one keyword', 's: mimi\ncondition: s', { f: 'mimi' }, true],
    ['2 of', 'a: {f: 1}\nb: {g: 1}\nc: {h: 1}\ncondition: 2 of them', { f: 1, h: 1 }, true],
    ['2 of', 'a: {f: 1}\nb: {g: 1}\nc: {h: 1}\ncondition: 2 of them', { f: 1 }, false],
    ['conditions in a list: any', 'a: {f: 1}\nb: {g: 1}\ncondition: [a, b]', { g: 1 }, true],
    ['not of an absent field', 'a: {f: 1}\ncondition: not a', {}, true],
  ])('%s', (_what, detection, event, is) => {
    expect(matches(detection, event as Fields)).toBe(is);
  });
});

describe('explain', () => {
  const matcher = matcherOf(String.raw`selection:
  Image|endswith: '\powershell.exe'
  CommandLine|contains|all: [' -enc ', JAB]
other:
  User: root
words: [secret]
filter_main_a:
  ParentImage: x
filter_null:
  Company: null
condition: (selection or other) and words and not 1 of filter_main_* and filter_null`);

  test('names what held with the value, and which filters did not', () => {
    const event = { Image: 'C:\\PowerShell.EXE', CommandLine: 'x -ENC JABx secret', ParentImage: 'y' };
    const base = { kind: 'held', negated: false } as const;
    expect(matcher.explain(objectView(event))).toEqual([
      {
        ...base,
        selection: 'selection',
        field: 'Image',
        op: 'endswith',
        pattern: '\\powershell.exe',
        value: event.Image,
        at: { start: 2, end: 17 },
      },
      {
        ...base,
        selection: 'selection',
        field: 'CommandLine',
        op: 'contains',
        pattern: ' -enc ',
        value: event.CommandLine,
        at: { start: 1, end: 7 },
      },
      {
        ...base,
        selection: 'selection',
        field: 'CommandLine',
        op: 'contains',
        pattern: 'JAB',
        value: event.CommandLine,
        at: { start: 7, end: 10 },
      },
      {
        ...base,
        selection: 'words',
        field: undefined,
        op: 'contains',
        pattern: 'secret',
        value: event.CommandLine,
        at: { start: 12, end: 18 },
      },
      { kind: 'filter-not-held', selection: 'filter_main_a' },
      { ...base, selection: 'filter_null', field: 'Company', op: 'null', pattern: 'null', value: undefined },
    ]);
  });

  test('is empty for what does not match', () => {
    expect(matcher.explain(objectView({ Image: 'x' }))).toEqual([]);
  });

  test.each([
    ['f: "a*c"', { f: 'abc' }, { op: 'wildcard', pattern: 'a*c', value: 'abc' }],
    ['f|re: b+', { f: ['x', 'abb'] }, { op: 're', pattern: 'b+', value: 'abb' }],
    ['f|cidr: 10.0.0.0/8', { f: '10.1.1.1' }, { op: 'cidr', pattern: '10.0.0.0/8', value: '10.1.1.1' }],
    ['f|gte: 5', { f: '7' }, { op: 'gte', pattern: '5', value: '7' }],
    ['f|fieldref: g', { f: 'A', g: 'a' }, { op: 'fieldref', pattern: 'g', value: 'A' }],
    ['f|exists: false', {}, { op: 'exists', pattern: 'false', value: undefined }],
    ['f|windash|contains: " -x"', { f: 'a /x' }, { op: 'contains', pattern: ' -x', value: 'a /x' }],
    ['f|neq: a', { f: 'b' }, { op: 'equals', pattern: 'a', value: 'b', negated: true }],
    ['f: [x, y, B]', { f: 'b' }, { op: 'equals', pattern: 'B', value: 'b' }],
  ])('%s', (item, event, why) => {
    const [first] = matcherOf(`s:\n  ${item}\ncondition: s`).explain(objectView(event as Fields));
    expect(first).toMatchObject(why);
  });
});

test.each([
  ['keywords: [null]', 'rule.yml:5:14: null says nothing as a keyword; name a field'],
  ['s: {f|base64|re: x}', 'rule.yml:5:16: |re takes the value as it is written; it cannot follow |base64'],
  ['s: {f|i: x}', 'rule.yml:5:9: |i works on a regular expression (|re), not on text'],
])('%s fails at compile', (search, message) => {
  const name = search.slice(0, search.indexOf(':'));
  expect(() => compile(ruleOf(`${search}\ncondition: ${name}`))).toThrow(message);
});

test.each([
  ['{product: macos}', 'no event source for product macos; the log sources given are those of windows, linux'],
  ['{product: linux, service: auditd}', 'no event source for service auditd'],
  ['{product: linux, category: registry_set}', 'no event source for category registry_set'],
  ['{category: process_creaton}', 'no event source for category process_creaton; did you mean process_creation?'],
  ['{category: file_access}', 'no event source for category file_access'],
  ['{service: sysmn}', 'no event source for service sysmn; did you mean sysmon?'],
  [
    '{category: ps_script, service: security}',
    'category ps_script and service security have no event source in common',
  ],
])('a log source that no event has: %s', (logsource, reason) => {
  const [rule] = parseRules(`title: t\nlogsource: ${logsource}\ndetection: {s: {f: 1}, condition: s}`).rules;
  expect(() => compile(rule!, { logSources: WINDOWS })).toThrow(`<rule>:2:12: ${reason}`);
});
