/** A rule of which no check has anything to say. */
export const CLEAN = String.raw`title: Suspicious Whoami Execution By Service
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
status: experimental
description: Detects whoami that runs as a child of a service.
references:
    - https://example.org/whoami
author: Someone
date: 2025-06-23
modified: 2025-06-24
tags:
    - attack.discovery
    - attack.t1033
logsource:
    product: windows
    category: process_creation
detection:
    selection_img:
        Image|endswith:
            - '\whoami.exe'
            - '\hostname.exe'
    selection_cli:
        CommandLine|contains|windash:
            - ' -all'
            - ' -groups'
    filter_main_updater:
        ParentImage|endswith: '\updater.exe'
    condition: all of selection_* and not 1 of filter_main_*
falsepositives:
    - Administrators
level: high
`;

const IMG = String.raw`        Image|endswith:
            - '\whoami.exe'
            - '\hostname.exe'
`;
const CONDITION = 'all of selection_* and not 1 of filter_main_*';

/** The clean rule with other lines in its first search. */
export const withItem = (...lines: readonly string[]): string =>
  CLEAN.replace(IMG, () => lines.map((line) => `        ${line}\n`).join(''));
const withCondition = (condition: string): string => CLEAN.replace(CONDITION, () => condition);
const withLine = (start: string, line: string): string =>
  CLEAN.replace(new RegExp(`^${start}.*\n(?:    .*\n)*`, 'm'), () => (line === '' ? '' : `${line}\n`));
const withSearches = (...lines: readonly string[]): string =>
  CLEAN.replace(/(?<=^detection:\n)[\s\S]*(?=^falsepositives)/m, () => lines.map((line) => `    ${line}\n`).join(''));

export interface Sample {
  readonly check: string;
  readonly text: string;
  readonly file?: string;
}

const of = (check: string, ...texts: readonly string[]): readonly Sample[] => texts.map((text) => ({ check, text }));

/** For each check at least one rule of which it has something to say. */
export const SAMPLES: readonly Sample[] = [
  ...of('yaml', `${CLEAN}a: [`, 'x'),
  ...of(
    'structure',
    withLine('detection', '').replace(/^ .*selection[\s\S]*?(?=falsepositives)/m, ''),
    withLine('title', ''),
  ),
  ...of('modifier', withItem('Image|endwith: a'), withItem('Image|lt: a')),
  ...of('value', withItem('"|re": a', 'Image|hour: 25')),
  ...of('regex', withItem("Image|re: 'a('")),
  ...of('cidr', withItem('DestinationIp|cidr: 10.0.0.1/8')),
  ...of('condition', withCondition('selection_img and')),
  ...of('correlation', 'title: c\ncorrelation: {type: nothing}\n'),
  ...of(
    'filter',
    'title: f\nlogsource: {product: windows}\ndetection: {}\nfilter: {rules: [a], b: {c: 1}, condition: b}\n',
    'title: f\nlogsource: {product: windows}\nfilter: 5\n',
  ),
  ...of('placeholder', withItem("Image|expand: '%a%'")),
  ...of('unused-search', withCondition('selection_img')),
  ...of('metadata', withLine('level', 'level: hihg'), withLine('tags', 'tags: [{a: b}]')),

  ...of('not-utf-8', withItem("Image: 'a\ufffd'")),
  ...of('byte-order-mark', `\ufeff${CLEAN}`),
  ...of('line-ends', CLEAN.replaceAll('\n', '\r\n')),
  ...of('tab', `${CLEAN}#\t\n`),
  ...of(
    'trailing-blank',
    CLEAN.replace('level: high', 'level: high  '),
    withLine('description', 'description: |\n    Detects a thing  \n    of some kind'),
  ),
  ...of('final-line-end', CLEAN.trimEnd()),
  ...of('long-line', withLine('description', `description: ${'x'.repeat(600)}`)),
  ...of('indentation', withLine('logsource', 'logsource:\n  product: windows\n  category: process_creation')),
  { check: 'file-name', text: CLEAN, file: 'rules/Whoami.yaml' },
  { check: 'file-name', text: CLEAN, file: 'a.yml' },

  ...of('unknown-key', CLEAN.replace('author:', 'autor:'), CLEAN.replace('references:', 'reference:')),
  ...of('empty-key', withLine('references', 'references:')),
  ...of('key-order', withLine('level', '').replace('title:', 'level: high\ntitle:')),
  ...of('id-missing', withLine('id', '')),
  ...of('id-form', withLine('id', 'id: one'), withLine('id', 'id: 929a690e-bef0-1204-a928-ef5e620d6fcc')),
  ...of('id-duplicate', `${CLEAN}---\n${CLEAN}`),
  ...of('name-duplicate', `${CLEAN}name: whoami\n---\n${CLEAN}name: whoami\n`),
  ...of('title-duplicate', `${CLEAN}---\n${withLine('id', 'id: 929a690e-bef0-4204-a928-ef5e620d6fcd')}`),
  ...of('title-length', withLine('title', `title: ${'Long '.repeat(30)}`), withLine('title', 'title: Short')),
  ...of('title-case', withLine('title', 'title: Suspicious whoami Execution')),
  ...of('title-end', withLine('title', 'title: Suspicious Whoami Execution.')),
  ...of('title-words', withLine('title', 'title: Detects Whoami Execution')),
  ...of('title-level', withLine('level', 'level: low')),
  ...of('title-blanks', withLine('title', "title: 'Suspicious  Whoami Execution '")),
  ...of('status-missing', withLine('status', '')),
  ...of('status-case', withLine('status', 'status: Test')),
  ...of('status-related', withLine('status', 'status: deprecated')),
  ...of('level-missing', withLine('level', '')),
  ...of('level-case', withLine('level', 'level: High')),
  ...of('description-missing', withLine('description', '')),
  ...of('description-short', withLine('description', 'description: Whoami')),
  ...of('description-title', withLine('description', 'description: Suspicious Whoami Execution By Service')),
  ...of('references-missing', withLine('references', '')),
  ...of('references-list', withLine('references', 'references: https://example.org')),
  ...of('reference-form', withLine('references', 'references:\n    - A talk')),
  ...of(
    'reference-attack',
    withLine('references', 'references:\n    - https://attack.mitre.org/techniques/T1059/001/'),
  ),
  ...of('reference-permalink', withLine('references', 'references:\n    - https://github.com/a/b/blob/master/c.md')),
  ...of(
    'reference-duplicate',
    withLine('references', 'references:\n    - https://a.org/\n    - https://a.org/ # again'),
  ),
  ...of('author-missing', withLine('author', '')),
  ...of('author-form', withLine('author', 'author: A; B'), withLine('author', 'author: [A, B]')),
  ...of('date-missing', withLine('date', '')),
  ...of(
    'date-form',
    withLine('date', 'date: 2025/06/03'),
    withLine('date', "date: '2025-6-3'"),
    withLine('date', 'date: 2025-02-30'),
  ),
  ...of('modified-form', withLine('modified', 'modified: 2025/06/24'), withLine('modified', 'modified: soon')),
  ...of('modified-before-date', withLine('modified', 'modified: 2024-06-24')),
  ...of('falsepositives-missing', withLine('falsepositives', '')),
  ...of('falsepositives-words', withLine('falsepositives', 'falsepositives:\n    - None')),
  ...of('falsepositives-list', withLine('falsepositives', 'falsepositives: Unknown')),
  ...of('related-form', CLEAN.replace('status:', 'related:\n    - id: x\n      type: kin\nstatus:')),
  ...of('taxonomy', CLEAN.replace('status:', 'taxonomy: ecs\nstatus:')),

  ...of('tags-missing', withLine('tags', '')),
  ...of('tag-namespace', withLine('tags', 'tags:\n    - attak.t1033\n    - windows')),
  ...of('tag-case', withLine('tags', 'tags:\n    - attack.discovery\n    - attack.T1033')),
  ...of('tag-underscore', withLine('tags', 'tags:\n    - attack.defense_evasion')),
  ...of('tag-form', withLine('tags', 'tags:\n    - attack.t10\n    - cve.1')),
  ...of('tag-unknown', withLine('tags', 'tags:\n    - attack.discovery\n    - attack.t9999')),
  ...of('tag-duplicate', withLine('tags', 'tags:\n    - attack.discovery\n    - attack.discovery')),
  ...of('tag-tactic', withLine('tags', 'tags:\n    - attack.t1033')),

  ...of('logsource-key', CLEAN.replace('    category: process', '    servce: x\n    category: process')),
  ...of('logsource-case', CLEAN.replace('product: windows', 'product: Windows')),
  ...of(
    'logsource-unknown',
    CLEAN.replace('process_creation', 'proces_creation'),
    CLEAN.replace('category: process_creation', 'category: process_creation\n    service: system'),
  ),
  ...of('logsource-product', CLEAN.replace('product: windows\n    category: process_creation', 'category: ps_script')),
  ...of(
    'logsource-generic',
    CLEAN.replace('category: process_creation', 'service: sysmon').replace(
      '        Image',
      '        EventID: 1\n        Image',
    ),
  ),
  ...of('field-unknown', withItem("Imgae|endswith: '\\a.exe'")),
  ...of('field-blank', withItem("Process Name|endswith: '\\a.exe'")),

  ...of('search-name', withSearches('whoami:', "    Image|endswith: '\\whoami.exe'", 'condition: whoami')),
  ...of('search-reserved', withSearches('them:', "    Image|endswith: '\\whoami.exe'", 'condition: them')),
  ...of(
    'filter-name',
    withSearches('selection:', '    A: 1', 'filter:', '    B: 2', 'condition: selection and not filter'),
  ),
  ...of(
    'search-same',
    withSearches('selection_a:', '    A: 1', 'selection_b:', '    A: 1', 'condition: 1 of selection_*'),
  ),
  ...of('search-empty', withSearches('selection_a: {}', 'selection_b:', '    A: 1', 'condition: 1 of selection_*')),
  ...of('too-broad', withSearches('selection:', '    EventID: 4624', 'condition: selection')),
  ...of('old-timeframe', withSearches('selection:', '    A: 1', 'timeframe: 5m', 'condition: selection')),
  ...of('single-alternative', withSearches('selection:', '    - A: 1', 'condition: selection')),
  ...of('alternatives-merge', withSearches('selection:', '    - A: 1', '    - A: 2', 'condition: selection')),
  ...of(
    'single-value-list',
    withItem('A:', "    - 'x'"),
    withItem('A: [x]'),
    withItem('A|contains:', '    - 5 # five'),
    withItem('A: # why', "    - 'x'"),
  ),

  ...of(
    'wildcard-modifier',
    withItem("A: '*x*'"),
    withItem("A|all: ['*x*', '*y*']"),
    withItem("A: '*\\x'"),
    withItem("A|cased: 'C:\\\\*'"),
    withItem('A:', "    - 'x*'", "    - '5*'"),
  ),
  ...of(
    'wildcard-needless',
    withItem("A|contains: '*x*'"),
    withItem("A|startswith: 'x\\\\*'"),
    withItem("A|endswith: '*it''s'"),
  ),
  ...of('wildcard-double', withItem("A: 'a**b'"), withItem("A: 'a\\\\***b\\**'")),
  ...of('wildcard-only', withItem("A: '*'")),
  ...of('wildcard-escaped', withItem("A|contains: 'C:\\Temp\\*'")),
  ...of('backslash-three', withItem("A|contains: 'C:\\\\\\x'")),
  ...of('backslash-end', withItem("A: 'C:\\Temp\\'")),
  ...of(
    'value-duplicate',
    withItem('A:', "    - 'x'", "    - 'X'", "    - 'y'"),
    withItem('A|re:', "    - 'x'", "    - 'x'"),
    withItem('A: [x, x]'),
  ),
  ...of(
    'value-implied',
    withItem('A|contains:', "    - 'foo'", "    - 'FooBar'"),
    withItem('A|endswith:', "    - '.exe'", "    - 'x.exe'"),
  ),
  ...of('value-empty', withItem("A|contains: ''")),
  ...of('value-blank', withItem("A: 'x '"), withItem("A|endswith: 'x '")),
  ...of('value-control', withItem('A: "C:\\temp"')),
  ...of('value-invisible', withItem("A: 'a\u00a0b'")),
  ...of('value-quotes', withItem('A: "x"')),
  ...of('number-as-text', withItem("A: '4624'")),
  ...of('null-in-list', withItem('A: [null, x]')),
  ...of('keyword-short', withSearches('keywords:', "    - 'ab'", "    - 'secret'", 'condition: keywords')),
  ...of('keyword-wildcard', withSearches('keywords:', "    - '*secret*'", "    - 'secret'", 'condition: keywords')),
  ...of('image-name', withItem('Image|endswith: whoami.exe'), withItem('Image: whoami.exe')),
  ...of('cidr-instead', withItem("DestinationIp|startswith: '10.1.'")),

  ...of('all-single', withItem("A|contains|all: 'x'"), withItem('A|contains|all:', "    - 'x'")),
  ...of('all-equal', withItem('A|all:', "    - 'x'", "    - 'y'")),
  ...of('modifier-twice', withItem("A|contains|contains: 'x'"), withItem("'A|windash|contains|windash': ' -x'")),
  ...of('modifier-order', withItem('A|all|contains:', "    - 'x'", "    - 'y'")),
  ...of('windash-dash', withItem("A|windash|contains: 'x y'")),
  ...of('windash-missing', withItem("CommandLine|contains: ' -e '")),
  ...of('base64offset-contains', withItem("A|base64offset: 'x y z'")),
  ...of('utf16-alone', withItem("A|wide|contains: 'xyz'")),
  ...of('cased-pointless', withItem("A|contains|cased: '1-2'")),
  ...of('fieldref-self', withItem('A|fieldref: A')),
  ...of('re-needless', withItem("A|re: 'powershell\\.exe'")),
  ...of('re-edges', withItem("A|re: '.*a[bc]d.*'"), withItem("A|re: '.*?x{2}\\.*'")),
  ...of('re-flag', withItem("A|re: '(?i)a[bc]d'"), withItem('A|re:', "    - '(?i)ab+'", "    - '(?i)c{2}'")),
  ...of('re-backtracks', withItem("A|re: '^(a+)+$'")),

  ...of('condition-all-of-them', withCondition('all of them')),
  ...of('condition-them-filter', withCondition('1 of them')),
  ...of('condition-of-one', withCondition('1 of selection_i* and selection_cli and not 1 of filter_main_*')),
  ...of('condition-mixed', withCondition('selection_img or selection_cli and not 1 of filter_main_*')),
  ...of(
    'condition-parentheses',
    withCondition('(selection_img and selection_cli)'),
    withCondition('not(filter_main_updater)and (selection_img) and selection_cli'),
  ),
  ...of(
    'condition-case',
    withCondition('ALL OF selection_* AND NOT filter_main_updater'),
    withCondition("'selection_img Or selection_cli'"),
  ),
  ...of('condition-list', withSearches('selection:', '    A: 1', 'condition: [selection, selection]')),
  ...of('condition-negation', withSearches('filter_main_a:', '    A: 1', 'condition: not filter_main_a')),
  ...of('selection-negated', withCondition('selection_img and not selection_cli')),
  ...of('filter-positive', withCondition('selection_img and filter_main_updater')),
];
