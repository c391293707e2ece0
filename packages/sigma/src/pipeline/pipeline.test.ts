import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { parseRules } from '../parse.ts';
import { randomOf } from '../regex/testing/random.ts';
import { ruleOf } from '../testing/rule.ts';
import { literal, ONE, type Part, parseText, STAR } from '../text.ts';
import { objectView } from '../view.ts';
import { applyPipelines, type Pipeline, parsePipeline, REFUSED_TRANSFORMATIONS, TRANSFORMATIONS } from './index.ts';
import { show } from './testing/show.ts';
import { readPlain, showPlain, writeText } from './values.ts';

const FILES: Readonly<Record<string, string>> = {
  'admins.txt': 'root\n\n  adm*\n',
  'hosts.csv': 'name,zone\r\na,"x,1"\r\n"b ""q""",y\r\n',
  'hosts.json': '{"items":[{"name":"a"},{"name":"b"},{"name":null}]}',
  'hosts.yml': 'items: [a, 5]',
};

/** A pipeline with these transformations (YAML, a list). Throws its first problem. */
function pipelineOf(transformations: string, head = ''): Pipeline {
  const lines = transformations
    .trim()
    .split('\n')
    .map((line) => `  ${line}`);
  const { pipeline, problems } = parsePipeline(`${head}transformations:\n${lines.join('\n')}\n`, {
    file: 'p.yml',
    loadFile: (path) => {
      const text = FILES[path];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
  });
  if (problems[0] !== undefined) throw problems[0];
  return pipeline!;
}

/** What becomes of a search, or the reason why the rule is refused. */
function processed(search: string, transformations: string, head = ''): string {
  const rule = ruleOf(`s:\n  ${search.trim().split('\n').join('\n  ')}\ncondition: s`);
  const { rules, problems } = applyPipelines({ rules: [rule] }, [pipelineOf(transformations, head)]);
  return (
    problems[0]?.message ??
    show(rules[0]!)
      .replace(/^s: /, '')
      .replace(/ if s$/, '')
  );
}

describe('transformations', () => {
  test.each<[search: string, transformations: string, becomes: string]>([
    ['A: x', '- {type: field_name_mapping, mapping: {A: B}}', 'B=x'],
    ['A|contains: x', '- {type: field_name_mapping, mapping: {A: [B, C]}}', '(B|contains=x / C|contains=x)'],
    ['A: x\nB: y', '- {type: field_name_mapping, mapping: {A: B, B: A}}', '(B=x & A=y)'],
    ['A|fieldref: B', '- {type: field_name_mapping, mapping: {B: C}}', 'A|fieldref=C'],
    ['- x', '- {type: field_name_mapping, mapping: {null: M}}', 'M=*x*'],
    ['- "*x"', '- {type: field_name_mapping, mapping: {~: [M, N]}}', '(M=*x* / N=*x*)'],
    ['win.A: x\nwin.B: y', '- {type: field_name_prefix_mapping, mapping: {win.: w_}}', '(w_A=x & w_B=y)'],
    ['A: x', '- {type: field_name_prefix, prefix: w.}', 'w.A=x'],
    ['A: x', '- {type: field_name_suffix, suffix: .raw}', 'A.raw=x'],
    [
      'A: x\nB: y',
      '- type: drop_detection_item\n  field_name_conditions: [{type: include_fields, fields: [A]}]',
      'B=y',
    ],
    ['A|endswith: \\a.exe', "- {type: replace_string, regex: '^\\*\\\\', replacement: '*/'}", 'A=*/a.exe'],
    ['A: foobar', "- {type: replace_string, regex: '(o+)(b)', replacement: '\\2$\\1'}", 'A=fb$ooar'],
    ['A: foobar', "- {type: replace_string, regex: '(?P<o>o+)', replacement: '<\\g<o>>'}", 'A=f<oo>bar'],
    ["A: 'a\\*b*'", "- {type: replace_string, regex: 'b', replacement: 'c'}", 'A=a\\*c*'],
    ["A: 'C:\\x\\\\*'", "- {type: replace_string, regex: 'x', replacement: 'y'}", 'A=C:\\y\\\\*'],
    ['A: a*b', "- {type: replace_string, regex: '[ab]', replacement: '*', skip_special: true}", 'A=\\**\\*'],
    [
      'A: a*b',
      "- {type: replace_string, regex: b, replacement: '?', skip_special: true, interpret_special: true}",
      'A=a*?',
    ],
    ['A: 5', "- {type: replace_string, regex: '5', replacement: '6'}", 'A=6'],
    ['A|re: x', '- {type: replace_string, regex: x, replacement: y}', 'A|re=x'],
    ['A: [x, y]', '- {type: map_string, mapping: {x: [a, b*]}}', 'A=a,b*,y'],
    ['A|contains: x', "- {type: map_string, mapping: {'*x*': z, x: no}}", 'A=z'],
    ['A: [x, y]', '- {type: set_value, value: 5}', 'A=<5>,<5>'],
    ['A: x', '- {type: set_value, value: 5, force_type: str}', 'A=5'],
    ['A|contains: x', '- {type: set_value, value: null}', 'A=<null>'],
    ['A: [5, x]', '- {type: convert_type, target_type: str}', 'A=5,x'],
    ["A: '5'", '- {type: convert_type, target_type: num}', 'A=<5>'],
    ['A: FooBar', '- {type: case, method: snake_case}', 'A=foo_bar'],
    ['A: HTTPServer', '- {type: case, method: snake_case}', 'A=h_t_t_p_server'],
    ['A: FooBar*', '- {type: case, method: upper}', 'A=FOOBAR*'],
    ['A|windash|contains: -X', '- {type: case}', 'A|windash|contains=-X'],
    ["A: 'a.*'", '- {type: regex, method: plain}', 'A|re=(?s)\\Aa\\..*\\Z'],
    ['A|endswith: ab', '- {type: regex, method: ignore_case_flag}', 'A|re|i=(?s)\\A.*ab\\Z'],
    ['A: a1', '- type: regex', 'A|re=(?s)\\A[aA]1\\Z'],
    [
      'Hashes|contains: [MD5=AB, SHA1=CD]',
      '- {type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: File}',
      '(FileMD5=AB / FileSHA1=CD)',
    ],
    [`Hashes: ${'A'.repeat(32)}`, '- {type: hashes_fields, valid_hash_algos: [MD5]}', `MD5=${'A'.repeat(32)}`],
    [
      'reg: Dword:5',
      "- {type: extract_fields, regex: '(?P<type>\\w+):(?P<v>\\d+)', field_prefix: reg}",
      '(reg.type=Dword & reg.v=<5>)',
    ],
    [
      'reg: [A:05, x]',
      "- {type: extract_fields, regex: '(?P<t>\\w+):(?P<v>\\d+)', preserve_unmatched: true}",
      '((t=A & v=05) / reg=x)',
    ],
    ['A|expand: x%n%', '- type: wildcard_placeholders', 'A=x*'],
    ['A|expand|contains: "%n%"', '- type: value_placeholders', 'A|contains=a*,5'],
    ['A|expand: "%n%-%m%"', '- {type: value_placeholders, exclude: [m]}', 'A|expand=a*-%m%,5-%m%'],
    ['A|contains|all|expand: ["%n%", y]', '- type: value_placeholders', '(A|contains=a*,5 & A|contains=y)'],
    ['A|re|expand: "^%n%$"', '- type: value_placeholders', 'A|re=^a.*$,^5$'],
    ["A|expand: ['5\\% %n%', '\\%']", '- type: wildcard_placeholders', 'A=5% *,%'],
    ['A: "%n%"', '- type: wildcard_placeholders', 'A=%n%'],
    ['A|expand: "%u%"', '- {type: file_placeholders, path: admins.txt}', 'A=root,adm*'],
    ['A|expand: "%u%"', '- {type: file_placeholders, path: admins.txt, filter: "^r"}', 'A=root'],
    ['A|expand: "%u%"', '- {type: file_placeholders, path: hosts.csv, format: csv, csv_column: name}', 'A=a,b "q"'],
    ['A|expand: "%u%"', '- {type: file_placeholders, path: hosts.csv, format: csv, csv_column: 1}', 'A=x,1,y'],
    [
      'A|expand: "%u%"',
      '- {type: file_placeholders, path: hosts.json, format: json, jq_expression: ".items[].name"}',
      'A=a,b',
    ],
    [
      'A|expand: "%u%"',
      '- {type: file_placeholders, path: hosts.yml, format: yaml, jq_expression: ".items[]"}',
      'A=a,5',
    ],
    ['A: x', '- {type: add_condition, conditions: {C: 1}}', 'A=x; _cond: C=<1> if (_cond and s)'],
    [
      'A: x',
      '- {type: add_condition, name: n, negated: true, conditions: {C|contains: [1, 2]}}',
      'A=x; n: C|contains=<1>,<2> if (not n and s)',
    ],
    [
      'A: x',
      `- {type: add_condition, template: true, conditions: {C: "$product-$$1-${'$'}{product}"}}`,
      'A=x; _cond: C=windows-$1-windows if (_cond and s)',
    ],
    [
      'A: x',
      '- type: nest\n  items:\n  - {type: field_name_prefix, prefix: a.}\n  - {type: field_name_suffix, suffix: .b}',
      'a.A.b=x',
    ],
  ])('%s through %s', (search, transformations, becomes) => {
    expect(processed(search, transformations, 'vars: {n: [a*, 5]}\n')).toBe(becomes);
  });

  test.each<[search: string, transformations: string, reason: string]>([
    ['A: x', '- {type: rule_failure, message: not here}', 'rule.yml:1:1: not here (rule_failure of p.yml:2)'],
    ['A: x', '- {type: detection_item_failure, id: mine, message: no}', 'rule.yml:6:5: no (mine of p.yml:2)'],
    [
      'A: x',
      '- type: drop_detection_item',
      'rule.yml:1:1: nothing is left of the detection (drop_detection_item of p.yml:2)',
    ],
    [
      'A: x',
      '- {type: convert_type, target_type: num}',
      'rule.yml:6:5: convert_type: x is no number (convert_type of p.yml:2)',
    ],
    [
      'A|expand: "%z%"',
      '- type: value_placeholders',
      'rule.yml:6:5: value_placeholders: no variable z; there are none (value_placeholders of p.yml:2)',
    ],
    [
      'Hashes: x',
      '- {type: hashes_fields, valid_hash_algos: [MD5]}',
      'rule.yml:6:5: hashes_fields: no hash of MD5 among the values of Hashes (hashes_fields of p.yml:2)',
    ],
    [
      'A: x\nB: y',
      '- {type: field_name_mapping, mapping: {A: C}}\n- type: strict_field_mapping_failure',
      'rule.yml:1:1: these fields are not mapped: B (strict_field_mapping_failure of p.yml:3)',
    ],
    [
      'A: x',
      '- {type: add_condition, template: true, conditions: {C: $service}}',
      "rule.yml:1:1: add_condition asks for $service, which the rule's log source has not (add_condition of p.yml:2)",
    ],
  ])('%s through %s is refused', (search, transformations, reason) => {
    expect(processed(search, transformations)).toBe(reason);
  });
});

describe('conditions', () => {
  const on = (kind: string, conditions: string, more = ''): string =>
    `- type: field_name_suffix\n  suffix: "!"\n  ${kind}_conditions: ${conditions}${more === '' ? '' : `\n  ${more}`}`;
  test.each<[search: string, transformations: string, becomes: string]>([
    ['A: x', on('rule', '[{type: logsource, product: windows}]'), 'A!=x'],
    ['A: x', on('rule', '[{type: logsource, category: dns}]'), 'A=x'],
    ['A: x', on('rule', '[{type: logsource, category: dns}]', 'rule_cond_not: true'), 'A!=x'],
    [
      'A: x',
      on('rule', '[{type: logsource, category: dns}, {type: contains_field, field: A}]', 'rule_cond_op: or'),
      'A!=x',
    ],
    [
      'A: x',
      on('rule', '{a: {type: is_sigma_rule}, b: {type: contains_field, field: B}}', 'rule_cond_expr: a and not b'),
      'A!=x',
    ],
    ['A: x', on('rule', '[{type: contains_detection_item, field: A, value: x}]'), 'A!=x'],
    ['A: x', on('rule', '[{type: contains_detection_item, field: A, value: y}]'), 'A=x'],
    ['A: x', on('rule', '[{type: is_sigma_correlation_rule}]'), 'A=x'],
    ['A: x', on('rule', '[{type: rule_attribute, attribute: title, value: t}]'), 'A!=x'],
    ['A: x', on('rule', '[{type: rule_attribute, attribute: level, value: low, op: gte}]'), 'A=x'],
    ['A: x', on('rule', '[{type: tag, tag: attack.t1059}]'), 'A=x'],
    ['A: x\nB: y', on('field_name', '[{type: include_fields, fields: [A]}]'), '(A!=x & B=y)'],
    ['A: x\nB: y', on('field_name', '[{type: exclude_fields, fields: [A]}]'), '(A=x & B!=y)'],
    ['Ab: x\nB: y', on('field_name', "[{type: include_fields, fields: ['A.'], mode: re}]"), '(Ab!=x & B=y)'],
    [
      'A: x\nB: y',
      on('field_name', '[{type: include_fields, fields: [A]}]', 'field_name_cond_not: true'),
      '(A=x & B!=y)',
    ],
    ['A: x\nB: 5', on('detection_item', '[{type: match_string, cond: any, pattern: x}]'), '(A!=x & B=<5>)'],
    ['A|contains: x', on('detection_item', "[{type: match_string, cond: all, pattern: '\\*x\\*$'}]"), 'A!|contains=x'],
    ['A: x', on('detection_item', '[{type: match_string, cond: any, pattern: x, negate: true}]'), 'A=x'],
    ['A|re: x', on('detection_item', '[{type: match_string, cond: any, pattern: x, negate: true}]'), 'A!|re=x'],
    ['A|re: x', on('detection_item', '[{type: match_value, cond: any, value: x}]'), 'A|re=x'],
    ['A: 5\nB: x', on('detection_item', '[{type: match_value, cond: any, value: 5}]'), '(A!=<5> & B=x)'],
    ['A: x*\nB: x', on('detection_item', '[{type: contains_wildcard, cond: any}]'), '(A!=x* & B=x)'],
    ['A: null\nB: x', on('detection_item', '[{type: is_null, cond: all}]'), '(A!=<null> & B=x)'],
    [
      'A: x\nB: y',
      `- {id: one, type: field_name_mapping, mapping: {A: C}}\n${on('field_name', '[{type: processing_item_applied, processing_item_id: one}]')}`,
      '(C!=x & B=y)',
    ],
    [
      'A: x\nB: y',
      `- {id: one, type: map_string, mapping: {x: z}}\n${on('detection_item', '[{type: processing_item_applied, processing_item_id: one}]')}`,
      '(A!=z & B=y)',
    ],
    [
      'A: x',
      `- {id: one, type: case, rule_conditions: [{type: contains_field, field: B}]}\n${on('rule', '[{type: processing_item_applied, processing_item_id: one}]', 'rule_cond_not: true')}`,
      'A!=x',
    ],
    [
      'A: x',
      `- {type: set_state, key: k, val: 3}\n${on('rule', '[{type: processing_state, key: k, val: 2, op: gt}]')}`,
      'A!=x',
    ],
    ['A: x', on('rule', '[{type: processing_state, key: k, val: 2}]'), 'A=x'],
    [
      'A: x',
      `- {type: set_custom_attribute, attribute: mine, value: 7}\n${on('rule', '[{type: rule_attribute, attribute: mine, value: 7}]')}`,
      'A!=x',
    ],
  ])('%s through %s', (search, transformations, becomes) => {
    expect(processed(search, transformations)).toBe(becomes);
  });
});

test.each<[text: string, problem: string]>([
  ['', 'p.yml:1:1: an empty pipeline'],
  ['a: [', 'p.yml:1:5: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ['- a', 'p.yml:1:1: a pipeline is a map of name, priority, vars and transformations'],
  ['prioritiy: 1', 'p.yml:1:1: a pipeline has no prioritiy; did you mean priority?'],
  ['priority: x', 'p.yml:1:11: priority is a number'],
  ['vars: {a: {b: c}}', 'p.yml:1:11: the variable a holds texts or numbers'],
  ['transformations: x', 'p.yml:1:18: transformations is a list'],
  ['transformations:\n- typ: x', 'p.yml:2:3: no type; did you mean it by typ?'],
  ['transformations:\n- type: map_strin', 'p.yml:2:9: no transformation map_strin; did you mean map_string?'],
  [
    'transformations:\n- type: set_value\n  value: 1\n  vaule: 2',
    'p.yml:4:3: the transformation set_value has no vaule; did you mean value?',
  ],
  ['transformations:\n- type: map_string', 'p.yml:2:3: the transformation map_string needs mapping'],
  [
    'transformations:\n- type: case\n  method: lowr',
    'p.yml:3:11: method is one of lower, upper, snake_case, not lowr; did you mean lower?',
  ],
  [
    'transformations:\n- type: case\n  rule_conditions: [{type: logsorce}]',
    'p.yml:3:28: no condition of a rule is called logsorce; did you mean logsource?',
  ],
  [
    'transformations:\n- type: case\n  rule_conditions: [{type: tag, tagg: a, tag: b}]',
    'p.yml:3:33: the condition tag has no tagg; did you mean tag?',
  ],
  [
    'transformations:\n- type: case\n  rule_conditions: {a: {type: is_sigma_rule}}\n  rule_cond_expr: a or b',
    'p.yml:4:19: rule_cond_expr: no condition is called b; there are a',
  ],
  [
    'transformations:\n- type: case\n  rule_conditions: {a: {type: is_sigma_rule}, b: {type: is_sigma_rule}}\n  rule_cond_expr: (a',
    'p.yml:4:19: rule_cond_expr: a ( is never closed',
  ],
  [
    'transformations:\n- type: case\n  rule_conditions: {a: {type: is_sigma_rule}, b: {type: is_sigma_rule}}\n  rule_cond_expr: a',
    'p.yml:4:19: rule_cond_expr: the condition b is not used',
  ],
  [
    'transformations:\n- type: replace_string\n  regex: "a("\n  replacement: b',
    'p.yml:3:10: regex: Invalid regular expression: /a(/g: Unterminated group',
  ],
  [
    'transformations:\n- type: file_placeholders\n  path: nowhere',
    'p.yml:3:9: nowhere cannot be read: the caller gave no way to files',
  ],
  [
    'transformations:\n- type: query_expression_placeholders',
    'p.yml:2:9: query_expression_placeholders cannot be applied: it writes a query, and here rules match events without one; use value_placeholders or file_placeholders',
  ],
  [
    'postprocessing:\n- type: embed',
    'p.yml:2:1: postprocessing changes queries; here rules match events and no query is made, so it cannot be applied',
  ],
  [
    'finalizers:\n- type: concat',
    'p.yml:2:1: finalizers puts queries together; here rules match events and no query is made, so it cannot be applied',
  ],
  ['transformations:\n- type: nest\n  items:\n  - type: cas', 'p.yml:4:11: no transformation cas; did you mean case?'],
])('%j is refused', (text, problem) => {
  const { pipeline, problems } = parsePipeline(text, { file: 'p.yml' });
  expect(pipeline).toBeUndefined();
  expect(problems[0]!.message).toBe(problem);
});

test('every problem of a pipeline is told', () => {
  const { problems } = parsePipeline('priority: x\ntransformations:\n- type: a\n- type: b\n', { file: 'p.yml' });
  expect(problems.map((p) => p.line)).toEqual([1, 3, 4]);
});

test('pipelines go by priority and share variables, state and ids; rules given are not changed', () => {
  const rule = ruleOf('s:\n  A|expand: "%v%"\ncondition: s');
  const before = show(rule);
  const last = pipelineOf('- {id: b, type: field_name_suffix, suffix: "2"}', 'priority: 20\nvars: {v: late}\n');
  const first = pipelineOf(
    '- {id: a, type: field_name_suffix, suffix: "1"}\n- type: value_placeholders',
    'priority: 10\nvars: {v: early}\n',
  );
  const { rules, applied } = applyPipelines({ rules: [rule] }, [last, first]);
  expect(show(rules[0]!)).toBe('s: A12=late if s');
  expect(applied.get(rules[0]!)).toEqual(['a', 'value_placeholders', 'b']);
  expect(show(rule)).toBe(before);
  expect(show(applyPipelines({ rules: [rule] }, [first], { vars: { v: ['x', 'y'] } }).rules[0]!)).toBe(
    's: A1=x,y if s',
  );
});

test('a dropped search asks nothing, also below a not', () => {
  const rule = ruleOf('a: {X: 1}\nb: {Y: 2}\nf: {X: 3}\ncondition: (a or b) and all of f* and not a');
  const drop = pipelineOf(
    '- type: drop_detection_item\n  field_name_conditions: [{type: include_fields, fields: [X]}]',
  );
  expect(show(applyPipelines({ rules: [rule] }, [drop]).rules[0]!)).toBe('b: Y=<2> if b');
});

test('correlations: group-by, aliases, fields and the log source of what they refer to', () => {
  const documents = parseRules(`
title: r
name: r
logsource: {product: windows}
detection: {s: {A: 1}, condition: s}
---
title: c
correlation:
  type: value_count
  rules: [r]
  group-by: [A, mine]
  aliases: {mine: {r: B}}
  timespan: 1m
  condition: {gte: 2, field: A}
`);
  const pipeline = pipelineOf(
    '- type: field_name_mapping\n  mapping: {A: X, B: Y, mine: no}\n  rule_conditions: [{type: logsource, product: windows}]',
  );
  const { correlations, problems } = applyPipelines(documents, [pipeline]);
  expect(problems).toEqual([]);
  expect(correlations[0]).toMatchObject({
    groupBy: ['X', 'mine'],
    aliases: [{ name: 'mine', fields: [{ text: 'r', field: 'Y' }] }],
    condition: { fields: ['X'] },
  });
  const many = pipelineOf('- {type: field_name_mapping, mapping: {A: [X, Y]}}');
  expect(applyPipelines(documents, [many]).problems.map((p) => p.reason)).toEqual([
    'the field A is mapped to 2 fields; it can have one (field_name_mapping of p.yml:2)',
  ]);
});

test('what comes out compiles and matches', () => {
  const rule = ruleOf("s:\n  Image|endswith: '\\a.exe'\ncondition: s");
  const pipeline = pipelineOf('- {type: field_name_mapping, mapping: {Image: [process.path, image]}}\n- type: regex');
  const matcher = compile(applyPipelines({ rules: [rule] }, [pipeline]).rules[0]!);
  expect(matcher.matches(objectView({ image: 'C:\\A.EXE' }))).toBe(true);
  expect(matcher.matches(objectView({ image: 'C:\\a.exe.txt' }))).toBe(false);
});

test('texts survive being written and shown', () => {
  const random = randomOf(11);
  for (let n = 0; n < 3000; n++) {
    const parts: Part[] = [];
    for (let k = Math.floor(random() * 5); k >= 0; k--) {
      const what = random();
      if (what < 0.2) parts.push(STAR);
      else if (what < 0.3) parts.push(ONE);
      else {
        let text = '';
        for (let c = Math.floor(random() * 4); c >= 0; c--) text += ['\\', '*', '?', 'a'][Math.floor(random() * 4)]!;
        if (parts.at(-1)?.kind !== 'literal') parts.push(literal(text));
      }
    }
    expect(parseText(writeText(parts))).toEqual(parts);
    expect(readPlain(showPlain(parts))).toEqual(parts);
  }
});

test('every transformation says what it does, or why it is refused', () => {
  for (const { summary } of Object.values(TRANSFORMATIONS)) expect(summary).toMatch(/^[A-Z].*\.$/);
  for (const { refused } of Object.values(REFUSED_TRANSFORMATIONS)) expect(refused).toMatch(/; (use|fetch|write) /);
});
