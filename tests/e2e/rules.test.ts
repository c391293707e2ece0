import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const EVTX = join(SAMPLES, 'DESKTOP-HT01_Sysmon.evtx');
const root = mkdtempSync(join(tmpdir(), 'haetae-rules-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ID = '2f0a1c34-5b6d-4e7f-8a90-b1c2d3e4f506';
const rule = (more = ''): string => `title: Whoami Started
id: ${ID}
status: test
description: Somebody asked who he is.
author: Haetae
date: 2026-01-02
tags:
    - attack.discovery
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\whoami.exe'
        User|contains: nobody
    filter_main_system:
        IntegrityLevel: System
    condition: selection and not 1 of filter_main_*
falsepositives:
    - Administrators
level: high
${more}`;
const write = (path: string, text: string): string => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
};
const pack = join(root, 'pack');
write('pack/proc_creation_win_whoami.yml', rule('haetae:\n    title_ko: whoami 실행\n'));
const OWN = ['--rules', pack, '--no-builtin'];

/** Sysmon 1 as a JSON line in evtx_dump's shape. */
const event = (data: Record<string, string>): string =>
  `${JSON.stringify({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
        EventID: 1,
        TimeCreated: { '#attributes': { SystemTime: '2026-01-02T03:04:05.1234567Z' } },
        EventRecordID: 7,
        Channel: 'Microsoft-Windows-Sysmon/Operational',
        Computer: 'PC',
      },
      EventData: data,
    },
  })}\n`;
const log = write(
  'log.jsonl',
  event({ Image: 'C:\\a.exe', User: 'PC\\nobody' }) +
    event({ Image: 'C:\\whoami.exe', User: 'PC\\kim' }) +
    event({ Image: 'C:\\whoami.exe', User: 'PC\\nobody', IntegrityLevel: 'System' }) +
    event({ Image: 'C:\\whoami.exe', User: 'PC\\nobody', IntegrityLevel: 'High' }),
);

describe('rules list', () => {
  test('lists the built-in rules, the worst first, in the language asked for', async () => {
    const { code, stdout } = await haetae(['rules', 'list', '--lang', 'ko', '--tactic', 'exfiltration']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[0-9a-f]{8} {2}■ 심각 .*[가-힣].* T\d{4}/);
    expect(stdout).toMatch(/규칙 \d+개\n$/);
  });

  test('as JSON', async () => {
    const { stdout } = await haetae(['rules', 'list', ...OWN, '--format', 'json', '--technique', 'T1033']);
    expect(JSON.parse(stdout)).toEqual([
      {
        id: ID,
        title: 'Whoami Started',
        titleKo: 'whoami 실행',
        kind: 'rule',
        level: 'high',
        status: 'test',
        logsource: { product: 'windows', category: 'process_creation' },
        tactics: ['discovery'],
        techniques: ['T1033'],
        path: join(pack, 'proc_creation_win_whoami.yml'),
      },
    ]);
  });
});

test('rules show tells a rule in words, found by the beginning of its id', async () => {
  const { stdout } = await haetae(['rules', 'show', ID.slice(0, 8), ...OWN]);
  expect(stdout).toContain('▲ high  Whoami Started');
  expect(stdout).toContain('Microsoft-Windows-Sysmon/Operational: event id 1');
  expect(stdout).toContain('Security: event id 4688, ');
  expect(stdout).toContain(`Matches when
  all of these:
    all of these:  [selection]
      Image ends with '\\whoami.exe'
      User contains 'nobody'
    not:
      IntegrityLevel is 'System'  [filter_main_system]`);
  expect(stdout).toContain('T1033 System Owner/User Discovery');
});

test('rules coverage counts tactics and writes a layer for the Navigator', async () => {
  const file = join(root, 'layer.json');
  const { stdout } = await haetae(['rules', 'coverage', ...OWN, '-o', file]);
  expect(stdout).toContain('1 rule, 1 technique of ATT&CK v19');
  const layer = JSON.parse(readFileSync(file, 'utf8'));
  expect(layer).toMatchObject({
    versions: { attack: '19', layer: '4.5' },
    domain: 'enterprise-attack',
    techniques: [{ techniqueID: 'T1033', score: 1, comment: 'high: Whoami Started' }],
  });
});

describe('rules check', () => {
  const bad = write('bad/rule_with_faults.yml', rule().replace('|contains', '|containz'));

  test('says what is wrong, where, and what to do; errors are exit status 1', async () => {
    const { code, stdout } = await haetae(['rules', 'check', bad]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/rule_with_faults\.yml:16:14: error: .*\|containz; did you mean \|contains\? \[modifier\]/);
    expect(stdout).toMatch(/1 file: 1 error, 0 warnings, 1 note\n/);
  });

  test('mends what is safe to mend', async () => {
    const file = write(
      'fix/proc_creation_win_mend.yml',
      rule().replace('title: Whoami Started', 'title: Whoami Started.'),
    );
    const { code, stderr } = await haetae(['rules', 'check', file, '--fix']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('title-end')]);
    expect(readFileSync(file, 'utf8')).toBe(rule());
    expect(readdirSync(join(root, 'fix'))).toEqual(['proc_creation_win_mend.yml']);
  });

  test('as SARIF', async () => {
    const { stdout } = await haetae(['rules', 'check', bad, '--format', 'sarif', '--min-severity', 'error']);
    const { version, runs } = JSON.parse(stdout);
    expect(version).toBe('2.1.0');
    expect(runs[0].results[0]).toMatchObject({
      ruleId: 'modifier',
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 16, startColumn: 14 } } }],
    });
  });
});

test('rules test runs the examples beside rules; a failure is exit status 1 with its place', async () => {
  const example = (image: string): string =>
    `  - channel: Microsoft-Windows-Sysmon/Operational\n    eventId: 1\n    fields: { Image: 'C:\\${image}', User: nobody }\n`;
  write('tested/whoami.yml', rule());
  const tests = write(
    'tested/tests/whoami.yml',
    `rule: ${ID}\npositive:\n${example('whoami.exe')}${example('other.exe')}negative:\n${example('a.exe')}`,
  );
  const { code, stdout } = await haetae(['rules', 'test', join(root, 'tested'), '--no-builtin']);
  expect(code).toBe(1);
  expect(stdout).toContain('✗ FAILED  Whoami Started  positive 2, negative 1');
  expect(stdout).toContain(`${tests}:6:5: positive event 2 did not match`);
  expect(stdout).toContain('0 passed, 1 failed');
  // The same folder as a pack: examples are no broken rules.
  const scanned = await haetae(['scan', log, '--rules', join(root, 'tested'), '--no-builtin', '--format', 'jsonl']);
  expect(scanned.stderr).not.toContain('could not be loaded');
  expect(scanned.stdout.split('\n').length).toBe(2);
});

describe('rules explain', () => {
  test('shows near misses first: what was asked, what the event has, which filter applied', async () => {
    const { stdout } = await haetae(['rules', 'explain', 'whoami', log, ...OWN]);
    expect(stdout).toContain('4 of 4 events are of its log source\n  1 match, 3 do not');
    expect(stdout.match(/\d of 3 conditions held/g)).toEqual([
      '2 of 3 conditions held',
      '2 of 3 conditions held',
      '2 of 3 conditions held',
    ]);
    expect(stdout).toContain(`✗ [selection] User contains 'nobody'\n      event has "PC\\kim"`);
    expect(stdout).toContain('✗ kept from matching by filter_main_system');
    expect(stdout.indexOf('● match')).toBeGreaterThan(stdout.lastIndexOf('○'));
  });

  test('one event as JSON', async () => {
    const { stdout } = await haetae(['rules', 'explain', ID, log, '--line', '2', '--format', 'json', ...OWN]);
    const { events, matched, misses } = JSON.parse(stdout);
    expect([events, matched, misses.length]).toEqual([1, 0, 1]);
    expect(misses[0]).toMatchObject({ line: 2, file: log, matched: false, near: { held: 2, of: 3 } });
  });
});

test('rules bench tells the cost of each rule, its method, and the fast engine beside it', async () => {
  const { stdout } = await haetae(['rules', 'bench', log, ...OWN, '--format', 'json']);
  const { sampled, read, plainNs, fastNs, rules } = JSON.parse(stdout);
  expect([sampled, read, rules.length]).toEqual([4, 4, 1]);
  expect(rules[0]).toMatchObject({ id: ID, events: 4, matches: 1, share: 1 });
  expect(plainNs > 0 && fastNs > 0).toBe(true);
});

describe('rules pull', () => {
  test('from a folder: a pack with its manifest; then what changed; a dry run writes nothing', async () => {
    const source = join(root, 'source');
    const into = join(root, 'into');
    write('source/a.yml', rule());
    write('source/LICENSE', 'free');
    const first = await haetae(['rules', 'pull', source, '--into', into]);
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('first pull: every rule is new')]);
    expect(readdirSync(into).sort()).toEqual(['LICENSE', 'a.yml', 'haetae-pack.json']);
    write('source/a.yml', rule().replace('level: high', 'level: low'));
    const dry = await haetae(['rules', 'pull', source, '--into', into, '--dry-run', '--lang', 'ko']);
    expect(dry.stdout).toContain('바뀐 규칙 1개 (수준 1)\n  ~ ▪ Whoami Started  수준 높음 → 낮음');
    expect(readFileSync(join(into, 'a.yml'), 'utf8')).toContain('level: high');
  });

  test('what cannot be fetched is exit status 2 with what to do', async () => {
    const { code, stderr } = await haetae(['rules', 'pull', join(root, 'nowhere')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Give a git repository, a .zip or a folder.')]);
  });
});

test('ready tells which rules could fire, which are blind, and the setting that opens their eyes', async () => {
  const blind = write(
    'blind/load.yml',
    rule().replace('process_creation', 'image_load').replace(ID, ID.replace('2f', '3f')),
  );
  const { code, stdout } = await haetae(['ready', EVTX, ...OWN, '--rules', blind]);
  expect(code).toBe(0);
  expect(stdout).toContain('1 of 2 rules could fire on these logs (178 events)');
  expect(stdout).toMatch(/Sysmon\/Operational 7 .* opens 1 rule/);
  expect(stdout).toContain('<ImageLoad onmatch="exclude"/>');
});

describe('a scan', () => {
  const jsonl = async (...flags: string[]) =>
    (await haetae(['scan', EVTX, '--format', 'jsonl', '--by', 'finding', ...flags])).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  test('says via what a rule saw the event; --strict-sigma leaves plain Sigma', async () => {
    const usual = await jsonl();
    const strict = await jsonl('--strict-sigma', '--no-cache');
    expect(new Set(usual.map(({ via }) => via))).toEqual(new Set(['field', 'decoded']));
    expect(new Set(strict.map(({ via }) => via))).toEqual(new Set(['field']));
    expect(strict.length).toBe(usual.filter(({ via }) => via === 'field').length);
  });

  test('lays pipelines over the rules', async () => {
    const pipeline = write(
      'pipeline.yml',
      'name: t\npriority: 10\ntransformations:\n  - id: m\n    type: field_name_mapping\n    mapping: { Account: User }\n',
    );
    const rules = write('mapped/r.yml', rule().replace('User|contains', 'Account|contains'));
    const run = (...flags: string[]) =>
      haetae(['scan', log, '--rules', rules, '--no-builtin', '--format', 'jsonl', ...flags]);
    expect((await run()).stdout).toBe('');
    expect(JSON.parse((await run('--pipeline', pipeline)).stdout).line).toBe(4);
  });
});

test('help and wrong usage of the nested commands speak the language asked for', async () => {
  const help = await haetae(['rules', '--help', '--lang', 'ko']);
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('규칙 하나를 설명')]);
  const wrong = await haetae(['rules', 'shwo', '--lang', 'ko']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('show')]);
});
