import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { haetae } from './haetae.ts';

/** `haetae lab` as a user runs it. Tests that would run are of our own making: nothing of an attack. */
let folder: string;
let atomics: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-e2e-lab-'));
  atomics = join(folder, 'T1082.yaml');
  writeFileSync(
    atomics,
    `attack_technique: T1082
atomic_tests:
- name: Says hello
  auto_generated_guid: 11111111-2222-3333-4444-555555555555
  supported_platforms: [linux, windows]
  executor: { name: sh, command: echo hello, cleanup_command: echo bye }
- name: Wipes
  auto_generated_guid: 11111111-2222-3333-4444-666666666666
  supported_platforms: [linux]
  executor: { name: sh, command: rm -rf / }
- name: Broken
  auto_generated_guid: none
  supported_platforms: [linux]
  executor: { name: sh, command: id }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('list names the tests, and a broken one with its place', async () => {
  const { stdout, stderr, code } = await haetae(['lab', 'list', '--atomics', atomics, '--lang', 'en']);
  expect(stdout).toMatch(/T1082#1\s+11111111\s+sh\s+linux,windows\s+Says hello/);
  expect(stderr).toContain(`${atomics}:12:24: error: no guid: none`);
  expect(stderr).toContain('2 tests in 1 files, 1 errors');
  expect(code).toBe(1);
});

test('plan shows what would be done, its undo, and what never is', async () => {
  const one = await haetae(['lab', 'plan', 'T1082#1', '--atomics', atomics, '--system', 'windows', '--lang', 'en']);
  expect(one.stdout).toMatch(/Run\n {4}sh -c\n {4}│ echo hello\n\n {2}Undo\n {4}sh -c\n {4}│ echo bye/);
  expect(one.code).toBe(0);
  const wipes = await haetae(['lab', 'plan', 'T1082#2', '--atomics', atomics, '--lang', 'ko']);
  expect(wipes.stdout).toContain('실행 거부: 시스템에 필요한 것을 삭제: rm -rf /');
  expect(wipes.code).toBe(1);
});

test('nothing runs where the lab has no token, and then only what was read', async () => {
  const lab = join(folder, 'lab');
  const run = (...flags: string[]) =>
    haetae(['lab', 'run', 'T1082#1', '--atomics', atomics, '--lab', lab, '--lang', 'en', ...flags]);
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('`haetae lab init`') });
  const made = await haetae(['lab', 'init', '--lab', lab, '--lang', 'en']);
  expect(made.stdout).toContain('belongs to the lab until');
  const output = join(folder, 'run.json');
  const { stderr, code } = await run('-o', output);
  if (process.platform === 'linux') expect(stderr).toContain('T1082#1 Says hello: was not read yet');
  expect(code).toBe(1);
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ haetae: 'lab-run.1', steps: [] });
});

test('labels that are no labels are told with their line', async () => {
  const labels = join(folder, 'labels.jsonl');
  writeFileSync(labels, '\n{"campaign":"c"}\n');
  const { stderr, code } = await haetae(['lab', 'score', '--labels', labels, atomics, '--lang', 'en']);
  expect(stderr).toContain(`${labels}:2: no text in \`step\``);
  expect(code).toBe(2);
});

test('a canary without a server is an alarm', async () => {
  const { stderr, code } = await haetae(['lab', 'canary', '--once', '--data', folder, '--lang', 'en']);
  expect(stderr).toMatch(/ALARM: no server answers/);
  expect(code).toBe(1);
});
