import { parseRules } from '@haetae/sigma';
import { describe, expect, test } from 'vitest';
import { wordsOf } from '../locale/index.ts';
import { correlationWording, wording } from './wording.ts';

const told = (detection: string, lang: 'ko' | 'en' = 'en'): string[] => {
  const indented = detection.replaceAll(/^/gm, '  ');
  const { rules, problems } = parseRules(`title: t\nlogsource: {product: windows}\ndetection:\n${indented}\n`);
  expect(problems.map(({ message }) => message)).toEqual([]);
  const { phrases } = wordsOf(lang).ruleTools;
  return wording(rules[0]!.detection, phrases).map(({ depth, text }) => '  '.repeat(depth) + text);
};

describe('a condition in words', () => {
  test('tells and, or, not, of, lists and maps as they are nested', () => {
    expect(
      told(String.raw`
img:
  - Image|endswith: ['\a.exe', '\b.exe']
  - OriginalFileName: A.EXE
cli:
  CommandLine|contains|all: [x, y]
  User: null
filter_a: { Company: '' }
filter_b: { Product|re|i: '^z' }
only: { Port|gte: 1024 }
condition: img and cli and (only or not img) and not 1 of filter_*`),
    ).toEqual([
      'all of these:',
      '  any of these:  [img]',
      '    Image ends with one of:',
      String.raw`      '\a.exe'`,
      String.raw`      '\b.exe'`,
      "    OriginalFileName is 'A.EXE'",
      '  all of these:  [cli]',
      '    CommandLine contains all of:',
      "      'x'",
      "      'y'",
      '    User is absent or empty',
      '  any of these:',
      '    Port is at least 1024  [only]',
      '    none of these:  [img]',
      '      Image ends with one of:',
      String.raw`        '\a.exe'`,
      String.raw`        '\b.exe'`,
      "      OriginalFileName is 'A.EXE'",
      '  none of these:  [filter_*]',
      '    Company is empty  [filter_a]',
      "    Product fits the regular expression '^z' (in any letter case)  [filter_b]",
    ]);
  });

  test.each([
    [`Image: '*\\a?.exe'`, `Image has the form '*\\a?.exe'`],
    [`Image: 'a\\*b'`, `Image is 'a\\*b'`],
    ['A|fieldref: B', 'A is the value of B'],
    ['A|fieldref|startswith: B', 'A begins with the value of B'],
    ['A|exists: true', 'A is there, whatever its value'],
    ['A|exists: false', 'A is not there'],
    ['A|cidr: 10.0.0.0/8', "A lies in '10.0.0.0/8'"],
    ['A|wide|base64offset|contains: x', "A contains 'x' (as UTF-16LE, somewhere within Base64)"],
    ['A|windash|contains: " -e"', "A contains ' -e' (with any kind of dash)"],
    ['A|cased: x', "A is 'x' (letter case counts)"],
    ['UtcTime|hour|gte: 22', 'the hour of UtcTime is at least 22'],
  ])('%s: %s', (item, line) => {
    expect(told(`s:\n  ${item}\ncondition: s`)).toEqual([`${line}  [s]`]);
  });

  test('tells keywords, a negated item, not all, and several conditions', () => {
    expect(told('k: [mimikatz, sekurlsa]\nn: { A|neq: x }\ncondition: [k, n, not all of them]')).toEqual([
      'any of these:',
      '  any value of the event contains one of:  [k]',
      "    'mimikatz'",
      "    'sekurlsa'",
      '  not:  [n]',
      "    A is 'x'",
      '  not all of these:  [them]',
      '    any value of the event contains one of:  [k]',
      "      'mimikatz'",
      "      'sekurlsa'",
      '    not:  [n]',
      "      A is 'x'",
    ]);
  });

  test('speaks Korean', () => {
    expect(told('s: { A|contains: [x, y] }\nf: { B: z }\ncondition: s and not f', 'ko')).toEqual([
      '다음이 모두 성립:',
      '  A: 다음 중 하나 포함:  [s]',
      "    'x'",
      "    'y'",
      '  다음이 성립하지 않음:',
      "    B: 'z'  [f]",
    ]);
  });
});

describe('a correlation in words', () => {
  const said = (correlation: string): string[] => {
    const { correlations, problems } = parseRules(`title: t\ncorrelation:\n${correlation.replaceAll(/^/gm, '  ')}\n`);
    expect(problems.map(({ message }) => message)).toEqual([]);
    return correlationWording(correlations[0]!, wordsOf('en').ruleTools).map(
      ({ depth, text }) => '  '.repeat(depth) + text,
    );
  };
  test.each([
    [
      'type: value_count\nrules: a\ngroup-by: [Ip]\ntimespan: 5m\ncondition: {gte: 10, lt: 99, field: User}',
      [
        'the number of different values of User is at least 10',
        'the number of different values of User is less than 99',
        '  within 5m',
        '  for each: Ip',
        '  over the rules:',
        '    a',
      ],
    ],
    [
      'type: temporal_ordered\nrules: [a, b]\ntimespan: 1h',
      ['all of its rules are seen, in this order', '  within 1h', '  over the rules:', '    a', '    b'],
    ],
    [
      'type: temporal\nrules: [a, b, c]\ntimespan: 1h\ncondition: a and (b or not c)',
      ['of its rules are seen: a and (b or not c)', '  within 1h', '  over the rules:', '    a', '    b', '    c'],
    ],
  ])('%j', (text, lines) => {
    expect(said(text)).toEqual(lines);
  });
});
