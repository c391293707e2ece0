import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { SigmaError } from '../error.ts';
import { parseRules } from '../parse.ts';
import { randomOf } from '../regex/testing/random.ts';
import type { Search } from '../rule.ts';
import { objectView } from '../view.ts';
import { WINDOWS } from '../windows/index.ts';
import type { LintOptions } from './check.ts';
import { applyFixes, CHECKS, fixText, lint, lintText } from './index.ts';
import { CLEAN, SAMPLES, withItem } from './testing/samples.ts';

const OPTIONS: LintOptions = {
  logSources: [WINDOWS],
  tag: (tag) => (tag === 'attack.t9999' ? { known: false } : undefined),
  fields: ({ category }) =>
    category === 'process_creation'
      ? new Set(['Image', 'CommandLine', 'ParentImage', 'A', 'DestinationIp'])
      : undefined,
};

test('of a clean rule nothing is found', () => {
  expect(lint([{ path: 'proc_creation_win_whoami.yml', text: CLEAN }], OPTIONS)).toEqual([]);
});

test('nor of a clean correlation and filter', () => {
  const meta = CLEAN.slice(CLEAN.indexOf('\nstatus:'), CLEAN.indexOf('tags:'));
  const text = `title: Many Failed Logons Of One Account
id: 929a690e-bef0-4204-a928-ef5e620d6fce${meta}tags:
    - attack.credential-access
correlation:
    type: event_count
    rules:
        - failed_logon
    group-by:
        - TargetUserName
    timespan: 5m
    condition:
        gte: 10
falsepositives:
    - Unknown
level: medium
---
title: Accounts That Are Known To Fail
id: 929a690e-bef0-4204-a928-ef5e620d6fcf${meta}logsource:
    product: windows
    service: security
filter:
    rules:
        - failed_logon
    selection:
        TargetUserName|startswith: 'adm_'
    condition: not selection
`;
  expect(lintText(text, OPTIONS)).toEqual([]);
});

describe('checks', () => {
  test('there are at least fifty, each with an id, words and a sample', () => {
    expect(Object.keys(CHECKS).length).toBeGreaterThanOrEqual(50);
    expect(Object.keys(CHECKS).filter((id) => !SAMPLES.some((s) => s.check === id))).toEqual([]);
    for (const [id, { what, why }] of Object.entries(CHECKS)) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(what, id).toMatch(/^\S.*\.$/);
      expect(why, id).toMatch(/^\S.*\.$/);
    }
  });

  test.each(SAMPLES.map((s, i) => [s.check, i] as const))('%s finds sample %i', (check, i) => {
    const { text, file } = SAMPLES[i]!;
    const found = lintText(text, { ...OPTIONS, ...(file === undefined ? {} : { file }) });
    expect(found.map((f) => f.check)).toContain(check);
    for (const { line, column, message, severity } of found) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(text.split('\n').length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toMatch(/undefined|\[object|\.$/);
      expect(severity).toBe(CHECKS[found.find((f) => f.message === message)!.check]!.severity);
    }
  });

  test('those that say so have a sample with a fix, the others none', () => {
    const fixed = new Set(
      SAMPLES.flatMap(({ text }) => lintText(text, OPTIONS).flatMap((f) => (f.fix === undefined ? [] : [f.check]))),
    );
    expect([...fixed].sort()).toEqual(
      Object.entries(CHECKS)
        .flatMap(([id, { fixes }]) => (fixes ? [id] : []))
        .sort(),
    );
  });

  test('can be left out', () => {
    expect(lintText(withItem("A: '*'"), { ...OPTIONS, skip: ['wildcard-only'] })).toEqual([]);
  });
});

test.each<[check: string, line: number, column: number, message: string]>([
  ['modifier', 18, 15, 'no modifier |endwith; did you mean |endswith?'],
  ['single-value-list', 19, 13, 'a list of one value; write it behind the field'],
  ['wildcard-modifier', 18, 9, 'write |contains instead of wildcards'],
  ['image-name', 18, 25, "write '\\whoami.exe': without the backslash other programs end so too"],
  ['tag-namespace', 11, 7, 'no tags begin with attak; did you mean attack?'],
  ['logsource-unknown', 15, 15, 'no event source for category proces_creation; did you mean process_creation?'],
  ['field-unknown', 18, 9, 'events of this log source have no field Imgae; did you mean Image?'],
  ['unknown-key', 7, 1, 'autor is no key of the specification; did you mean author?'],
])('%s is told at %i:%i: %s', (check, line, column, message) => {
  const { text } = SAMPLES.find((s) => s.check === check)!;
  const found = lintText(text, OPTIONS).find((f) => f.check === check)!;
  expect([found.line, found.column, found.message]).toEqual([line, column, message]);
});

test.each<[before: string, after: string]>([
  ["A: '*x*'", "A|contains: 'x'"],
  ["A|all: ['*x*', '*y*']", "A|contains|all: ['x', 'y']"],
  ["A|cased: 'C:\\\\*'", "A|startswith|cased: 'C:\\\\'"],
  ["A|contains: '*x*'", "A|contains: 'x'"],
  ["A: 'a\\\\***b\\**'", "A|startswith: 'a\\\\*b\\*'"],
  ['A: [x]', 'A: x'],
  ["A|contains|all: ['x']", "A|contains: 'x'"],
  ["'A|windash|contains|windash': ' -x'", "'A|windash|contains': ' -x'"],
  ["A|re: '(?i).*ab+.*'", "A|re|i: 'ab+'"],
  ['A: "x"', "A: 'x'"],
])('%s is mended: %s', (before, after) => {
  expect(fixText(withItem(before), { ...OPTIONS, skip: ['re-needless'] })).toBe(
    before.includes('***') ? withItem("A: 'a\\\\*b\\**'") : withItem(after),
  );
});

/** Events whose values are those of the rules, whole, in parts, with more around them, in another case. */
function* events(texts: readonly string[], random: () => number): Iterable<Record<string, string>> {
  const fields = new Map<string, string[]>();
  const collect = (search: Search): void => {
    if (search.kind !== 'item') {
      search.of.forEach(collect);
      return;
    }
    const field = search.field ?? 'Any';
    for (const { text } of search.values)
      fields.set(field, [
        ...(fields.get(field) ?? []),
        text,
        text.replaceAll(/\\?\*/g, 'zz'),
        text.replaceAll('\\\\', '\\'),
      ]);
  };
  for (const text of texts) for (const rule of parseRules(text).rules) rule.detection.searches.forEach(collect);
  const shapes: ((v: string) => string)[] = [
    (v) => v,
    (v) => v.toUpperCase(),
    (v) => `${v}tail`,
    (v) => `head${v}`,
    (v) => `h ${v} t`,
    (v) => v.slice(1),
    (v) => v.slice(0, -1),
    (v) => v.replaceAll(/[\\*?().+]/g, ''),
    () => '',
  ];
  for (let n = 0; n < 120; n++) {
    const event: Record<string, string> = {};
    for (const [field, values] of fields) {
      if (random() < 0.15) continue;
      const value = values[Math.floor(random() * values.length)]!;
      event[field] = shapes[Math.floor(random() * shapes.length)]!(value);
    }
    yield event;
  }
}

function matchersOf(text: string) {
  return parseRules(text).rules.flatMap((rule) => {
    try {
      return [compile(rule)];
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      return [];
    }
  });
}

describe('fixes', () => {
  test.each(SAMPLES.map((s, i) => [s.check, i] as const))(
    'of %s (sample %i) are final and change no match',
    (_check, i) => {
      const { text } = SAMPLES[i]!;
      const mended = fixText(text, OPTIONS);
      expect(fixText(mended, OPTIONS)).toBe(mended);
      expect(lintText(mended, OPTIONS).filter((f) => f.fix !== undefined)).toEqual([]);
      const before = matchersOf(text);
      const after = matchersOf(mended);
      expect(after.length).toBe(before.length);
      for (const event of events([text, mended], randomOf(i + 1))) {
        const view = objectView(event);
        expect(after.map((m) => m.matches(view))).toEqual(before.map((m) => m.matches(view)));
      }
    },
  );

  test('are done together where they do not touch', () => {
    const text = CLEAN.replace('level: high', 'level: High').replace('status: exp', 'status: Exp');
    expect(applyFixes(text, lintText(text, OPTIONS))).toBe(CLEAN);
  });

  test('leave alone what is repeated by an alias', () => {
    const text = withItem("A: &a '*x*'", 'B: *a');
    expect(lintText(text, OPTIONS).filter((f) => f.fix !== undefined)).toEqual([]);
  });

  test('survive what is no rule', () => {
    for (const text of [
      '',
      '\u0000',
      '[[[[',
      '- a',
      'a: &x [*x]',
      '? [a]\n: b',
      `${'['.repeat(500)}`,
      'title: [a]\ndetection: 5\ntags: {a: b}',
    ])
      expect(() => fixText(text, OPTIONS)).not.toThrow();
  });
});

test('duplicates are found across files', () => {
  const found = lint(
    [
      { path: 'proc_creation_a.yml', text: CLEAN },
      { path: 'proc_creation_b.yml', text: CLEAN },
    ],
    OPTIONS,
  );
  expect(found.map((f) => [f.file, f.check, f.message])).toEqual([
    [
      'proc_creation_a.yml',
      'title-duplicate',
      'the title Suspicious Whoami Execution By Service is also that of proc_creation_b.yml:1',
    ],
    [
      'proc_creation_a.yml',
      'id-duplicate',
      'the id 929a690e-bef0-4204-a928-ef5e620d6fcc is also that of proc_creation_b.yml:2',
    ],
    [
      'proc_creation_b.yml',
      'title-duplicate',
      'the title Suspicious Whoami Execution By Service is also that of proc_creation_a.yml:1',
    ],
    [
      'proc_creation_b.yml',
      'id-duplicate',
      'the id 929a690e-bef0-4204-a928-ef5e620d6fcc is also that of proc_creation_a.yml:2',
    ],
  ]);
});
