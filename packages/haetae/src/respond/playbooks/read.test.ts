import { expect, test } from 'vitest';
import { builtinPlaybooks } from '../node.ts';
import { someIncident } from '../testing/incident.ts';
import { isLike, matchedBy } from './match.ts';
import { readPlaybooks } from './read.ts';

const GOOD = `id: 5b1f7d2e-6a53-4c37-9d0e-3a2f8f0f4c11
title: One
title_ko: 하나
when:
  techniques: [T1490]
  level: high
do:
  - action: kill-tree
approval: none
limits: { per_host_per_hour: 1, per_hour: 2 }
tests:
  - name: yes
    given: { techniques: [T1490], level: high }
    expect: [kill-tree]
  - name: no
    given: { techniques: [T1490], level: low }
    expect: []
`;
const read = (text: string) => readPlaybooks([{ path: 'a.yml', text }]);

test('the built-in ones have no fault, and each has tests of both kinds', () => {
  const { playbooks, problems } = readPlaybooks(builtinPlaybooks());
  expect(problems).toEqual([]);
  expect(playbooks).toHaveLength(builtinPlaybooks().length);
});

test('what it says', () => {
  const [playbook] = read(GOOD).playbooks;
  expect(playbook).toMatchObject({
    title: 'One',
    when: { techniques: ['T1490'], level: 'high', risk: null },
    do: [{ action: 'kill-tree', on: 'matched', minutes: 240 }],
    approval: 'none',
    limits: { perHostHour: 1, perHour: 2 },
  });
});

test.each([
  [
    'a misspelt member',
    GOOD.replace('per_hour: 2', 'per_hours: 2'),
    ['10:33 unknown-key limits.per_hours', '10:9 missing per_hour: 1–1000'],
  ],
  ['no such action', GOOD.replace('- action: kill-tree', '- action: kill-all'), ['8:13 no-action kill-all']],
  [
    'no such technique',
    GOOD.replace('techniques: [T1490]\n  level: high', 'techniques: [T9999]\n  level: high'),
    ['5:15 no-technique T9999'],
  ],
  [
    'no such level',
    GOOD.replace('level: high\ndo', 'level: grave\ndo'),
    ['6:10 no-level level: informational, low, medium, high, critical'],
  ],
  [
    'a trigger that is none',
    GOOD.replace('when:\n  techniques: [T1490]\n  level: high', 'when: {}'),
    ['4:7 no-trigger when'],
  ],
  [
    'isolation that nobody approves',
    GOOD.replaceAll('kill-tree', 'isolate-host'),
    ['9:11 needs-persons isolate-host: one'],
  ],
  ['a test that fails', GOOD.replace('level: low', 'level: critical'), ['15:5 test-fails no: [kill-tree] ≠ []']],
  ['a key twice', `${GOOD}title: Two\n`, ['18:1 yaml Map keys must be unique at line 18, column 1:']],
  [
    'no YAML',
    'a: [',
    ['1:5 yaml Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5:'],
  ],
  ['a list', '- a', ['1:1 not-a-map ']],
])('%s is told with its place, and plans nothing', (_, text, expected) => {
  const { playbooks, problems } = read(text);
  expect(playbooks).toEqual([]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ line, column, code, about }) => `${line}:${column} ${code} ${about}`)).toEqual(expected);
});

test('two playbooks of one id: the second is a fault', () => {
  const book = readPlaybooks([
    { path: 'a.yml', text: GOOD },
    { path: 'b.yml', text: GOOD },
  ]);
  expect(book.problems.map(({ file, code }) => [file, code])).toEqual([['b.yml', 'same-id']]);
  expect(book.playbooks).toHaveLength(1);
});

test.each([
  ['PC-1', 'pc-*', true],
  ['PC-1', '*-1', true],
  ['dc01.corp.local', 'dc*.corp.*', true],
  ['dc01', 'dc01*1', false],
  ['abc', 'a*b*c*', true],
  ['abc', 'abcd', false],
  ['', '*', true],
])('%s is like %s: %s', (text, glob, expected) => expect(isLike(text, glob)).toBe(expected));

test.each([
  ['all of one finding', { techniques: ['T1003'], level: 'high' as const }, [1]],
  ['a technique stands for its sub-techniques', { techniques: ['T1003'] }, [0, 1]],
  ['T100 stands for nothing', { techniques: ['T100'] }, []],
  ['the risk of the incident', { risk: 91 }, []],
  ['its host, without its domain', { hosts: ['pc-2'] }, [1]],
  ['the account of its process', { users: ['*\\kim'] }, [0]],
])('a trigger on %s', (_, when, expected) => {
  const incident = someIncident({
    processes: [{ key: 'p' }],
    findings: [
      { process: 'p', techniques: ['T1003.001'], level: 'medium' },
      { techniques: ['T1003'], host: 'PC-2.corp.local' },
    ],
  });
  const trigger = { rules: [], techniques: [], level: null, risk: null, hosts: [], users: [], ...when };
  expect(matchedBy({ when: trigger } as never, incident)).toEqual(expected);
});
