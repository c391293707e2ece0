import { describe, expect, test } from 'vitest';
import { linkRules, replaceRules } from './link.ts';
import { parseRules } from './parse.ts';

const rule = (name: string, extra = ''): string =>
  `title: Rule ${name}\nname: ${name}\n${extra}logsource: {product: windows, category: process_creation}\ndetection:\n  s: {E: ${name}}\n  condition: s\n`;
const counting = (name: string, rules: string, extra = ''): string =>
  `title: Count ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: ${rules}\n  timespan: 5m\n  condition: {gte: 2}\n${extra}`;
const link = (...files: readonly (readonly string[])[]) =>
  linkRules(files.map((documents, i) => parseRules(documents.join('---\n'), { file: `${'abc'[i]}.yml` })));
const messages = (...files: readonly (readonly string[])[]): string[] => link(...files).problems.map((p) => p.message);

describe('references', () => {
  const ID = '0000AAAA-0000-4000-8000-000000000001';
  test.each<[string, readonly (readonly string[])[]]>([
    ['by name', [[rule('x'), counting('c', '[x]')]]],
    ['by name as one text', [[rule('x'), counting('c', 'x')]]],
    ['by id, in any case', [[rule('x', `id: ${ID}\n`), counting('c', `[${ID.toLowerCase()}]`)]]],
    ['to a document further down', [[counting('c', '[x]'), rule('x')]]],
    ['to another file, before or behind', [[counting('c', '[x, y]')], [rule('x'), rule('y')]]],
    ['to a correlation', [[counting('c', '[d]'), counting('d', '[x]'), rule('x')]]],
    ['to its own file first, where two files have the name', [[rule('x'), counting('c', '[x]')], [rule('x')]]],
    [
      'to one rule that was read twice',
      [[counting('c', `[${ID}]`)], [rule('x', `id: ${ID}\n`)], [rule('x', `id: ${ID}\n`)]],
    ],
  ])('%s', (_what, files) => {
    const linked = link(...files);
    expect(linked.problems).toEqual([]);
    expect(linked.correlations.length).toBeGreaterThan(0);
    expect(linked.counts).toEqual({ read: linked.counts.loaded, loaded: linked.counts.loaded, refused: 0 });
  });

  test.each<[string, readonly (readonly string[])[], string[]]>([
    [
      'to nothing',
      [[rule('logon_failed'), counting('c', '[logon_faild]')]],
      ['a.yml:12:11: no rule is called logon_faild; did you mean logon_failed?'],
    ],
    ['to nothing like it', [[counting('c', '[zzzzzzzz]')]], ['a.yml:5:11: no rule is called zzzzzzzz']],
    [
      'to a title',
      [[rule('x'), counting('c', '[Rule x]')]],
      ['a.yml:12:11: Rule x is a title; rules are referred to by id or name; did you mean x?'],
    ],
    [
      'to two rules of one name',
      [[counting('c', '[x]')], [rule('x')], [rule('x')]],
      ['a.yml:5:11: 2 rules are called x: b.yml:1, c.yml:1'],
    ],
    [
      'to a refused rule',
      [[counting('c', '[x]')], [rule('x').replace('s: {', 's: {f|nope: 1, ')]],
      ['b.yml:5:9: no modifier |nope', 'a.yml:5:11: the rule x was refused: b.yml:5:9: no modifier |nope'],
    ],
    ['to itself', [[counting('c', '[c]')]], ['a.yml:5:11: correlations refer to each other in a circle: c → c']],
    [
      'in a circle',
      [[counting('c', '[d]'), counting('d', '[e]'), counting('e', '[c]')]],
      [
        'a.yml:21:11: correlations refer to each other in a circle: c → d → e → c',
        'a.yml:13:11: the correlation e was refused: a.yml:21:11: correlations refer to each other in a circle: c → d → e → c',
        'a.yml:5:11: the correlation d was refused: a.yml:13:11: the correlation e was refused: a.yml:21:11: correlations refer to each other in a circle: c → d → e → c',
      ],
    ],
    [
      'to one rule by two words',
      [[rule('x', `id: ${ID}\n`), counting('c', `[x, ${ID}]`)]],
      [`a.yml:13:14: ${ID} and x are one rule`],
    ],
  ])('%s', (_what, files, problems) => {
    const linked = link(...files);
    expect(linked.problems.map((p) => p.message)).toEqual(problems);
    const { read, loaded, refused } = linked.counts;
    expect([read, refused]).toEqual([loaded + refused, problems.length]);
  });
});

describe('aliases', () => {
  const aliased = (aliases: string): string =>
    counting('c', '[x, y]').replace('  timespan', `  group-by: [ip]\n  aliases: ${aliases}\n  timespan`);
  test.each<[string, string, string[]]>([
    ['of each rule', '{ip: {x: Source, y: Destination}}', []],
    ['of a rule that is not there', '{ip: {x: Source, z: Destination}}', ['a.yml:21:29: no rule is called z']],
    [
      'of a rule that is not meant',
      '{ip: {x: Source, y: B, o: C}}',
      ['a.yml:21:35: the correlation does not refer to o'],
    ],
    ['of some rules', '{ip: {x: Source}}', ['a.yml:21:13: the alias ip names no field of y']],
    ['of some rules, unused', '{ip: {x: A, y: B}, other: {x: Source}}', []],
  ])('%s', (_what, aliases, problems) => {
    expect(messages([rule('x'), rule('y'), aliased(aliases), rule('o')])).toEqual(problems);
  });
});

describe('who makes findings', () => {
  test.each<[string, readonly string[], string[], string[]]>([
    ['a rule that nothing refers to, and the correlation', [rule('x'), rule('y'), counting('c', '[x]')], ['x'], ['c']],
    ['the rules too, where generate is true', [rule('x'), counting('c', '[x]', '  generate: true\n')], [], ['c']],
    [
      'the rules too, where one of two says so',
      [rule('x'), counting('c', '[x]', '  generate: true\n'), counting('d', '[x]')],
      [],
      ['c', 'd'],
    ],
    ['of a chain only the last', [rule('x'), counting('c', '[x]'), counting('d', '[c]')], ['x'], ['d']],
    [
      'of a chain all, with generate',
      [rule('x'), counting('c', '[x]'), counting('d', '[c]', '  generate: true\n')],
      ['x'],
      ['c', 'd'],
    ],
  ])('%s', (_what, documents, silent, firing) => {
    const linked = link(documents);
    expect([...linked.silent].map(({ name }) => name)).toEqual(silent);
    expect(linked.correlations.filter(({ fires }) => fires).map(({ correlation }) => correlation.name)).toEqual(firing);
  });

  test('a correlation without a level has the highest of its rules', () => {
    const linked = link([
      rule('x', 'level: low\n'),
      rule('y', 'level: high\n'),
      counting('c', '[x, y]'),
      counting('d', '[c]'),
      `${counting('e', '[x]')}level: critical\n`,
    ]);
    expect(linked.correlations.map(({ level }) => level)).toEqual(['high', 'high', 'critical']);
  });
});

test('rules may be replaced; a correlation goes with the rules that it needs', () => {
  const linked = link([rule('x'), rule('y'), counting('c', '[x]'), counting('d', '[c]'), counting('e', '[y]')]);
  const replaced = replaceRules(linked, (r) => (r.name === 'x' ? undefined : { ...r, title: 'other' }));
  expect(replaced.rules.map(({ title }) => title)).toEqual(['other']);
  expect([...replaced.silent]).toEqual(replaced.rules);
  expect(replaced.correlations.map(({ correlation }) => correlation.name)).toEqual(['e']);
  expect(replaced.correlations[0]!.sources).toEqual([{ kind: 'rule', rule: replaced.rules[0] }]);
  expect(replaced.problems.map((p) => p.message)).toEqual([
    'a.yml:19:11: x, to which this correlation refers, is not in force',
    'a.yml:27:11: c, to which this correlation refers, is not in force',
  ]);
  expect(replaced.counts).toEqual({ read: 5, loaded: 2, refused: 3 });
});
