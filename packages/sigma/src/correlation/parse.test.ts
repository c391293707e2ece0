import { describe, expect, test } from 'vitest';
import { parseRules } from '../parse.ts';

const parse = (text: string) => parseRules(text, { file: 'c.yml' });
const body = (text: string): string => `title: t\ncorrelation:\n${text.replace(/^/gm, '  ')}\n`;
const COUNT = 'type: event_count\nrules: [x]\ntimespan: 5m\n';

test('a correlation keeps what its document says', () => {
  const { correlations, problems } = parse(`title: Brute force
id: 0000aaaa-0000-4000-8000-000000000001
name: brute
level: high
tags: [attack.t1110]
correlation:
  type: value_count
  rules:
    - failed_logon
    - "other one"
  group-by:
    - Source
    - where
  aliases:
    where:
      failed_logon: Computer
      other one: Host
  timespan: 15m
  condition:
    field: User
    gt: 10
    lte: 200
  generate: true
`);
  expect(problems).toEqual([]);
  expect(correlations).toMatchObject([
    {
      title: 'Brute force',
      id: '0000aaaa-0000-4000-8000-000000000001',
      name: 'brute',
      level: 'high',
      path: 'c.yml',
      tags: ['attack.t1110'],
      type: 'value_count',
      rules: [
        { text: 'failed_logon', at: { line: 9, column: 7 } },
        { text: 'other one', at: { line: 10, column: 8 } },
      ],
      groupBy: ['Source', 'where'],
      aliases: [
        {
          name: 'where',
          at: { line: 15, column: 5 },
          fields: [
            { text: 'failed_logon', field: 'Computer' },
            { text: 'other one', field: 'Host' },
          ],
        },
      ],
      timespan: { text: '15m', ms: 900_000 },
      condition: {
        kind: 'bounds',
        bounds: [
          { op: 'gt', number: 10 },
          { op: 'lte', number: 200 },
        ],
        fields: ['User'],
        percentile: undefined,
      },
      generate: true,
    },
  ]);
});

test('temporal without a condition asks for all rules; generate may stand at the top, as in the JSON schema', () => {
  const { correlations } = parse(`generate: true\n${body('type: temporal\nrules: [x, y, z]\ntimespan: 1h')}`);
  expect(correlations[0]).toMatchObject({
    condition: { kind: 'bounds', bounds: [{ op: 'gte', number: 3 }] },
    generate: true,
    groupBy: [],
  });
});

describe('what is wrong is said with its place', () => {
  test.each<[string, string]>([
    ['rules: [x]', '3:3: a correlation needs type'],
    ['typ: event_count\nrules: [x]', '3:3: a correlation has no typ; did you mean type?'],
    ['type: event_cuont\nrules: [x]', '3:9: no correlation type event_cuont; did you mean event_count?'],
    [
      'type: sequence\nrules: [x]',
      '3:9: no correlation type sequence; there are event_count, value_count, value_sum, value_avg, value_percentile, value_median, temporal, temporal_ordered',
    ],
    ['type: event_count\ntimespan: 5m', '3:3: a correlation needs rules'],
    ['type: event_count\nrules: []\ntimespan: 5m', '4:10: a correlation needs at least one rule'],
    ['type: event_count\nrules: [x, y, x]\ntimespan: 5m', '4:17: the rule x is listed twice'],
    ['type: event_count\nrules: [{a: 1}]', '4:11: a reference to a rule is one text'],
    ['type: event_count\nrules: [x]', '3:3: a correlation needs timespan'],
    ['type: event_count\nrules: [x]\ntimeframe: 5m', '5:3: a correlation has no timeframe; did you mean timespan?'],
    [
      'type: event_count\nrules: [x]\ntimespan: 5',
      '5:13: the timespan 5 is not a number and a unit (s, m, h, d, w, M or y), such as 10m',
    ],
    ['type: event_count\nrules: [x]\ntimespan: 1h30m', '5:13: the timespan 1h30m has two units; did you mean 90m?'],
    [
      'type: event_count\nrules: [x]\ntimespan: 5min',
      '5:13: no unit min in the timespan 5min: s, m, h, d, w, M (month), y; did you mean 5m?',
    ],
    [
      'type: event_count\nrules: [x]\ntimespan: 5H',
      '5:13: no unit H in the timespan 5H: s, m, h, d, w, M (month), y; did you mean 5h?',
    ],
    ['type: event_count\nrules: [x]\ntimespan: 0s', '5:13: the timespan 0s is empty'],
    ['type: event_count\nrules: [x]\ntimespan: 1001y', '5:13: the timespan 1001y is longer than 1000y'],
    [COUNT, '3:3: a correlation needs condition'],
    [`${COUNT}condition:`, '6:13: the condition is empty; such as { gte: 10 }'],
    [`${COUNT}condition: {}`, '6:14: the condition needs one of gt, gte, lt, lte, eq, neq'],
    [`${COUNT}condition: {get: 1}`, "6:15: a correlation's condition has no get; did you mean gt?"],
    [`${COUNT}condition: {">=": 1}`, "6:16: a correlation's condition has no >=; did you mean gte?"],
    [`${COUNT}condition: {gte: many}`, '6:20: gte is a number'],
    [`${COUNT}condition: {gte: 1.5}`, '6:20: event_count counts: gte is a whole number'],
    [`${COUNT}condition: {gte: 1000001}`, '6:20: gte is more than 1000000, which no window holds'],
    [`${COUNT}condition: {gt: 5, lt: 6}`, '6:14: gt 5 and lt 6 can never hold: no number keeps all of it'],
    [`${COUNT}condition: {lt: 1}`, '6:14: lt 1 can never hold: it is never below 1'],
    [
      `${COUNT}condition: {field: U, gte: 1}`,
      '6:15: event_count counts events, not values; a field is for value_count and its like',
    ],
    [`${COUNT}condition: {percentile: 5, gte: 1}`, '6:15: percentile is for value_percentile, not event_count'],
    [
      `${COUNT}condition: x and y`,
      '6:14: the condition of event_count is a map such as { gte: 10 }; a text is for temporal',
    ],
    [`${COUNT}condition: {gte: 1}\ngroup-by: {a: b}`, '7:13: a field of group-by is one text'],
    [`${COUNT}condition: {gte: 1}\ngroup-by: [a, a]`, '7:17: group-by names a twice'],
    [`${COUNT}condition: {gte: 1}\ngroup_by: [a]`, '7:3: a correlation has no group_by; did you mean group-by?'],
    [`${COUNT}condition: {gte: 1}\ngenerate: maybe`, '7:13: generate is true or false'],
    [`${COUNT}condition: {gte: 1}\naliases: [a]`, '7:12: aliases is a map: alias → rule → field'],
    [`${COUNT}condition: {gte: 1}\naliases: {a: b}`, '7:16: the alias a is a map: rule → field'],
    [`${COUNT}condition: {gte: 1}\naliases: {a: {x: [b]}}`, '7:20: the alias a names one field for x'],
    [
      'type: value_sum\nrules: [x]\ntimespan: 5m\ncondition: {gte: 1}',
      '6:14: the condition of value_sum needs a field',
    ],
    [
      'type: value_sum\nrules: [x]\ntimespan: 5m\ncondition: {field: [a, b], gte: 1}',
      '6:26: value_sum is of one field',
    ],
    [
      'type: value_percentile\nrules: [x]\ntimespan: 5m\ncondition: {field: a, percentile: 101, gte: 1}',
      '6:37: percentile is a number from 0 to 100',
    ],
    [
      'type: value_percentile\nrules: [x]\ntimespan: 5m\ncondition: {field: a, gt: 100}',
      '6:14: gt 100 can never hold: no number keeps all of it',
    ],
    [
      'type: temporal\nrules: [x, y]\ntimespan: 5m\ncondition: {gte: 3}',
      '6:14: gte 3 can never hold: it is never below 1 or above 2',
    ],
    [
      'type: temporal\nrules: [x, yy]\ntimespan: 5m\ncondition: x and yyy',
      '6:20: no rule is called yyy; did you mean yy?',
    ],
    [
      'type: temporal\nrules: [x, y]\ntimespan: 5m\ncondition: x and',
      '6:16: the condition ends where a rule is expected',
    ],
    ['type: temporal\nrules: [x, y]\ntimespan: 5m\ncondition: "x and z"', '6:21: no rule is called z'],
    [
      'type: temporal\nrules: [x, y]\ntimespan: 5m\ncondition: x',
      '4:14: the condition does not depend on y, which rules lists',
    ],
    [
      'type: temporal\nrules: [x, y]\ntimespan: 5m\ncondition: x or not y',
      '6:14: the condition would hold where nothing happened; it needs a rule that must have matched',
    ],
    ['type: temporal\nrules: [x]\ntimespan: 5m\ncondition: x and not x', '6:14: the condition can never hold'],
    ['type: temporal\ntimespan: 5m', '3:3: a correlation needs rules'],
    [
      `type: temporal\ntimespan: 5m\ncondition: 10 of them`,
      "5:14: 'of' means rules out of the list rules, which is missing",
    ],
  ])('%j', (text, message) => {
    const { correlations, refused, problems } = parse(body(text));
    expect(problems.map((p) => p.message)).toEqual([`c.yml:${message}`]);
    expect([correlations.length, refused.length]).toEqual([0, 1]);
  });

  test.each<[string, string]>([
    ['title: t\ncorrelation: x', '2:14: correlation is a map of type, rules, group-by, timespan, condition'],
    [
      'title: t\ncorrelation: {type: temporal}\ndetection: {}',
      '3:1: a correlation has no detection of its own; write the rule as a document beside it',
    ],
    [`correlation: {type: temporal, rules: [x], timespan: 1m}`, '1:1: a correlation needs title'],
  ])('%j', (text, message) => {
    expect(parse(text).problems.map((p) => p.message)).toEqual([`c.yml:${message}`]);
  });
});

test("another tool's key is a warning", () => {
  const { correlations, problems } = parse(body(`${COUNT}condition: {gte: 1}\nx-backend: fast`));
  expect(correlations).toHaveLength(1);
  expect(problems.map((p) => [p.severity, p.message])).toEqual([
    ['warning', "c.yml:7:3: the correlation's x-backend means nothing to Sigma"],
  ]);
});

test('what is global is laid under rules, not under correlations and filters', () => {
  const { rules, correlations, filters, problems } = parse(`action: global
logsource: {product: windows}
level: low
---
title: r
detection: {s: {x: 1}, condition: s}
---
title: c
correlation: {type: event_count, rules: [r], timespan: 1m, condition: {gte: 1}}
---
title: f
logsource: {product: windows}
filter: {rules: any, s: {x: 2}, condition: s}
`);
  expect(problems).toEqual([]);
  expect([rules[0]!.level, correlations[0]!.level, filters[0]!.level]).toEqual(['low', undefined, undefined]);
});
