import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { linkRules } from '../link.ts';
import { parseRules } from '../parse.ts';
import { objectView } from '../view.ts';
import { suppressionOf } from './apply.ts';

const rule = (name: string, logsource = 'product: windows, category: process_creation'): string =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {${logsource}}\ndetection:\n  sel: {Image: rar.exe}\n  condition: sel\n`;
const filter = (
  rules: string,
  condition: string,
  searches: string,
  logsource = 'product: windows, category: process_creation',
): string =>
  `title: Known\nlogsource: {${logsource}}\nfilter:\n  rules: ${rules}\n${searches.replace(/^/gm, '  ')}\n  condition: ${condition}\n`;
const ADM = "selection: {User|startswith: 'adm_'}";
const link = (...documents: readonly string[]) => linkRules([parseRules(documents.join('---\n'), { file: 'f.yml' })]);

/** Which of these users' events rule `name` still matches. */
function left(documents: readonly string[], users: readonly string[], name = 'x'): string[] {
  const linked = link(...documents);
  const found = linked.rules.find((r) => r.name === name)!;
  const matcher = compile(found);
  return users.filter((User) => matcher.matches(objectView({ Image: 'rar.exe', User })));
}

describe('a filter takes matches away', () => {
  test.each<[string, string, string, string[]]>([
    ["as in the specification's example: the condition says what to suppress", 'selection', ADM, ['bob', 'root']],
    ['as in pySigma: the condition says what to keep', 'not selection', ADM, ['bob', 'root']],
    ['several searches', 'selection or other', `${ADM}\nother: {User: root}`, ['bob']],
    ['several searches, kept', 'not selection and not other', `${ADM}\nother: {User: root}`, ['bob']],
    ['1 of a pattern', '1 of sel*', `${ADM}\nselected: {User: root}`, ['bob']],
    ['not 1 of them', 'not 1 of them', `${ADM}\nother: {User: root}`, ['bob']],
    ['with an exception', 'selection and not other', `${ADM}\nother: {User: adm_bad}`, ['adm_bad', 'bob', 'root']],
    ['a list of maps', 'selection', 'selection:\n  - User: bob\n  - User: root', ['adm_a', 'adm_bad']],
    ['a list of conditions: any', '[selection, other]', `${ADM}\nother: {User: root}`, ['bob']],
  ])('%s', (_what, condition, searches, users) => {
    expect(left([rule('x'), filter('[x]', condition, searches)], ['adm_a', 'adm_bad', 'bob', 'root'])).toEqual(users);
  });

  test.each<[string, string[], string[]]>([
    ['any: every rule of the log source', [rule('x'), rule('y'), filter('any', 'selection', ADM)], []],
    ['an empty list: likewise', [rule('x'), rule('y'), filter('[]', 'selection', ADM)], []],
    ['one text', [rule('x'), rule('y'), filter('x', 'selection', ADM)], ['adm_a']],
    ['any, of part of the log source', [rule('x'), rule('y'), filter('any', 'selection', ADM, 'product: windows')], []],
    [
      'any, of another log source',
      [rule('x'), rule('y', 'product: windows, service: security'), filter('any', 'selection', ADM)],
      ['adm_a'],
    ],
  ])('%s', (_what, documents, users) => {
    expect(left(documents, ['adm_a'], 'x')).toEqual([]);
    expect(left(documents, ['adm_a'], 'y')).toEqual(users);
  });

  test('several filters; a search may be called as in the rule', () => {
    const documents = [
      rule('x'),
      filter('[x]', 'sel', 'sel: {User: bob}'),
      filter('any', 'not sel', 'sel: {User: root}'),
    ];
    expect(left(documents, ['adm_a', 'bob', 'root'])).toEqual(['adm_a']);
  });

  test('explain names the filter that did not apply', () => {
    const linked = link(rule('x'), filter('[x]', 'selection', ADM));
    const why = compile(linked.rules[0]!).explain(objectView({ Image: 'rar.exe', User: 'bob' }));
    expect(why).toMatchObject([
      { kind: 'held', selection: 'sel' },
      { kind: 'filter-not-held', selection: 'Known: selection' },
    ]);
    expect(linked.counts).toEqual({ read: 2, loaded: 2, refused: 0 });
  });
});

test.each<[string, string, string]>([
  ['what to suppress', 'selection', ADM],
  ['what to keep', 'not selection', ADM],
  ['a list of conditions', '[selection, other]', `${ADM}\nother: {User: adm_b}`],
])('suppressionOf matches what the filter takes away: %s', (_what, condition, searches) => {
  const { filters } = parseRules(filter('any', condition, searches), { file: 'f.yml' });
  const taken = compile(suppressionOf(filters[0]!));
  expect(['adm_a', 'bob'].map((User) => taken.matches(objectView({ Image: 'rar.exe', User })))).toEqual([true, false]);
});

describe('what is wrong', () => {
  test.each<[string, readonly string[], string[]]>([
    [
      'no such rule',
      [rule('exfil'), filter('[exfill]', 'selection', ADM)],
      ['error f.yml:11:11: no rule is called exfill; did you mean exfil?'],
    ],
    [
      'no such rule among others',
      [rule('x'), filter('[x, gone]', 'selection', ADM)],
      ['warning f.yml:11:14: no rule is called gone'],
    ],
    [
      'another log source',
      [rule('x'), filter('[x]', 'selection', ADM, 'product: windows, service: security')],
      ['error f.yml:11:11: the filter is for windows/security, x for windows/process_creation'],
    ],
    [
      'any, and no rule is of its log source',
      [rule('x'), filter('any', 'selection', ADM, 'product: linux')],
      ['warning f.yml:8:1: no rule is for linux'],
    ],
    [
      'a correlation',
      [
        rule('x'),
        'title: c\nname: c\ncorrelation: {type: event_count, rules: [x], timespan: 1m, condition: {gte: 1}}\n',
        filter('[c]', 'selection', ADM),
      ],
      ['error f.yml:15:11: c is a correlation; filter the rules below it'],
    ],
    [
      'a value that cannot be',
      [rule('x'), filter('[x]', 's', "s: {User|re: '('}")],
      ['error f.yml:12:16: this ( is never closed (at character 1 of the pattern)'],
    ],
    [
      'no rules',
      [rule('x'), filter('[x]', 's', 's: {a: 1}').replace('  rules: [x]\n', '')],
      ['error f.yml:11:3: a filter needs rules'],
    ],
    [
      'no condition',
      [rule('x'), filter('[x]', 's', 's: {a: 1}').replace('  condition: s\n', '')],
      ['error f.yml:11:3: filter needs a condition'],
    ],
    [
      'no search',
      [rule('x'), filter('[x]', 's', '# none')],
      ['error f.yml:11:3: filter needs a search beside its condition'],
    ],
    [
      'an unknown search',
      [rule('x'), filter('[x]', 'selektion', ADM)],
      ['error f.yml:13:14: no search is called selektion; did you mean selection?'],
    ],
    [
      'searches below detection',
      [rule('x'), `${filter('[x]', 's', 's: {a: 1}')}detection: {s: {a: 1}}\n`],
      ['error f.yml:14:1: a filter has no detection; its searches stand below filter'],
    ],
    [
      'a map of rules',
      [rule('x'), filter('[{a: 1}]', 's', 's: {a: 1}')],
      ["error f.yml:11:11: a filter's rules are ids or names, or any"],
    ],
    [
      'no map',
      [rule('x'), 'title: t\nlogsource: {product: windows}\nfilter: x\n'],
      ['error f.yml:10:9: filter is a map of rules, searches and a condition'],
    ],
    [
      'no log source',
      [rule('x'), filter('any', 's', 's: {a: 1}').replace(/logsource.*\n/, '')],
      ['error f.yml:8:1: a filter needs logsource'],
    ],
  ])('%s', (_what, documents, problems) => {
    const linked = link(...documents);
    expect(linked.problems.map((p) => `${p.severity} ${p.message}`)).toEqual(problems);
    const refused = problems.filter((p) => p.startsWith('error')).length;
    expect(linked.counts).toEqual({ read: documents.length, loaded: documents.length - refused, refused });
  });
});
