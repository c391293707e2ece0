import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const EVTX = join(SAMPLES, 'DESKTOP-HT01_Sysmon.evtx');
const folder = mkdtempSync(join(tmpdir(), 'haetae-exceptions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exception = (more: { title?: string; rules?: string; expires?: string; owner?: string } = {}): string => `
title: ${more.title ?? 'Downloads by our own script'}
logsource: { product: windows, category: process_creation }
filter:
  rules: ${more.rules ?? 'any'}
  s: { Image|endswith: '\\certutil.exe' }
  condition: s
haetae: { owner: ${more.owner ?? 'kim'}, reason: tested in the lab, expires: ${more.expires ?? '2099-12-31'} }
`;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('scan --exceptions', () => {
  test('leaves out what is excepted, and says so', async () => {
    const plain = await haetae(['scan', EVTX, '--format', 'jsonl', '--detectors', 'sigma']);
    const receipt = join(folder, 'receipt.json');
    const excepted = await haetae([
      ...['scan', EVTX, '--format', 'jsonl', '--detectors', 'sigma', '--receipt', receipt],
      ...['--exceptions', file('a.yml', exception())],
    ]);
    const all = lines(plain.stdout).map((line) => JSON.parse(line));
    const left = lines(excepted.stdout).map((line) => JSON.parse(line));
    const isTaken = (one: { fields: { Image?: string }; eventId: number }): boolean =>
      one.eventId === 1 && /\\certutil\.exe$/i.test(one.fields.Image ?? '');
    const taken = all.filter(isTaken).length;
    expect(taken).toBeGreaterThan(0);
    expect(left).toEqual(all.filter((one) => !isTaken(one)));
    expect(excepted.stderr).toContain(`hidden by exceptions (1 in force): ${taken} findings`);
    expect(excepted.stderr).toContain(
      `Downloads by our own script: ${taken} (kim, until 2099-12-31) – tested in the lab`,
    );
    expect(JSON.parse(readFileSync(receipt, 'utf8')).exceptions).toMatchObject({
      inForce: 1,
      hidden: [{ title: 'Downloads by our own script', owner: 'kim', expires: '2099-12-31', findings: taken }],
      notInForce: [],
    });
  });

  test('an expired or incomplete one hides nothing, and is named', async () => {
    const path = file('b.yml', exception({ expires: '2020-01-01' }));
    const other = file('c.yml', exception({ title: 'Nobody’s', owner: "''" }));
    const { stderr } = await haetae(['scan', EVTX, '--format', 'jsonl', '--exceptions', path, '--exceptions', other]);
    expect(stderr).toContain('exceptions: 0 in force; none hid anything');
    expect(stderr).toContain(`Downloads by our own script (${path}:2): expired on 2020-01-01; owner kim`);
    expect(stderr).toContain(`Nobody’s (${other}:2): its haetae: lacks owner`);
  });

  test('a rule may be named; a path that is not there is wrong usage', async () => {
    const path = file('d.yml', exception({ rules: '[no_such_rule]' }));
    const { stderr, code } = await haetae(['scan', EVTX, '--format', 'jsonl', '--exceptions', path, '--lang', 'ko']);
    expect(stderr).toContain('예외: 유효 1개, 숨긴 탐지 없음');
    expect(code).toBe(0);
    const missing = await haetae(['scan', EVTX, '--exceptions', join(folder, 'nowhere')]);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain('no such file or folder');
  });
});

describe('exceptions', () => {
  const rules = ['--detectors', 'sigma'];
  const about = ['--owner', 'kim', '--reason', 'our deployment', '--expires', '2099-12-31'];
  const CERTUTIL = 'd4ce64f0-48f5-469d-aecc-70c0561422f8';

  test('propose, add, list, check, review', async () => {
    const target = join(folder, 'added');
    const proposed = await haetae(['exceptions', 'propose', SAMPLES, ...rules, '--rule', CERTUTIL, ...about]);
    expect(proposed.code).toBe(0);
    expect(proposed.stdout).toContain(`    - ${CERTUTIL} # `);
    expect(proposed.stderr).toContain('1 exception proposed; it hides 2 of 2 findings');
    const ask = ['exceptions', 'add', SAMPLES, ...rules, '--rule', CERTUTIL, ...about, '--exceptions', target];
    const added = await haetae(ask);
    expect(added.code).toBe(0);
    const [name] = readdirSync(target);
    expect(readFileSync(join(target, name!), 'utf8')).toBe(proposed.stdout);
    // What is excepted needs no exception.
    expect(await haetae(ask)).toMatchObject({ code: 2 });

    const list = await haetae(['exceptions', 'list', '--exceptions', target, '--format', 'json']);
    expect(JSON.parse(list.stdout)).toMatchObject([
      { owner: 'kim', reason: 'our deployment', expires: '2099-12-31', state: 'in-force', rules: [CERTUTIL] },
    ]);
    const check = await haetae(['exceptions', 'check', '--exceptions', target]);
    expect(check).toMatchObject({ code: 0 });
    expect(check.stdout).toContain('1 exception: 0 errors, 1 warning');
    const review = await haetae(['exceptions', 'review', SAMPLES, ...rules, '--exceptions', target]);
    expect(review.stdout).toMatch(/2026-W12 {2}would have hidden 2 findings: .*certutil.* ×2 \(DESKTOP-HT01\)/i);
    const scan = await haetae(['scan', SAMPLES, ...rules, '--exceptions', target, '--format', 'jsonl']);
    expect(scan.stdout).not.toContain(CERTUTIL);
  }, 120_000);

  test('a known attack is never hidden', async () => {
    const wide = file('wide.yml', exception());
    const tests = await haetae(['exceptions', 'check', '--exceptions', wide]);
    expect(tests.code).toBe(1);
    expect(tests.stdout).toMatch(/hides a positive test of its rule, builtin\/tests\/\w+\.yml:\d+/);
    const bad = await haetae([
      ...['exceptions', 'propose', SAMPLES, ...rules, '--rule', CERTUTIL, ...about, '--known-bad', EVTX],
    ]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/1 other finding looks the same \(DESKTOP-HT01_Sysmon\.evtx#\d+\)/);
    expect(bad.stdout).toBe('');
  }, 60_000);

  test.each([
    ['nothing that is meant', ['exceptions', 'propose', SAMPLES], '--id of an incident, or --rule'],
    ['a day that is over', ['exceptions', 'propose', SAMPLES, '--rule', 'x', '--expires', '2020-01-01'], 'is over'],
    ['no day', ['exceptions', 'propose', SAMPLES, '--rule', 'x', '--expires', 'soon'], 'give a day as 2026-12-31'],
    ['no folder', ['exceptions', 'add', SAMPLES, '--rule', 'x'], 'Give one --exceptions'],
    ['no owner', ['exceptions', 'add', SAMPLES, '--rule', 'x', '--exceptions', folder], '--owner, --reason, --expires'],
    ['no exceptions', ['exceptions', 'check'], 'Give --exceptions'],
    ['no such rule', ['exceptions', 'propose', SAMPLES, '--rule', 'nosuchrule'], 'no finding is of such a rule'],
  ])('%s is wrong usage', async (_what, args, message) => {
    const { code, stderr } = await haetae(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
