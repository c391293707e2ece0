import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityPem, newIdentity } from '@haetae/agent/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processStarted, startedMs, statOf } from '../respond/sysmon.ts';
import { haetae, run } from './haetae.ts';

/** `haetae respond` as a user runs it: of logs, without a server or an agent. Only processes that a test started are ever signalled. */
let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-respond-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const RULE = `title: A program out of nowhere
id: 11111111-2222-4333-8444-555555555555
status: test
logsource: { product: windows }
detection:
  program: { Channel: Linux-Sysmon/Operational, EventID: 1, Image|endswith: /evil }
  condition: program
tags: [attack.impact, attack.t1486, attack.execution, attack.t1204.002]
level: critical
`;

/** A program that does nothing, running; its log, and the id of the incident in it. */
async function found(
  startMs?: (pid: number) => number,
): Promise<{ pid: number; program: string; id: string; logs: string[] }> {
  const program = join(folder, 'evil');
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o751);
  utimesSync(program, 1_700_000_000, 1_700_000_000);
  child = spawn(program, ['600'], { stdio: 'ignore' });
  const pid = child.pid!;
  while (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(program))
    await new Promise((resolve) => setTimeout(resolve, 10));
  const sha256 = createHash('sha256').update(readFileSync(program)).digest('hex');
  const log = join(folder, 'sysmon.log');
  writeFileSync(
    log,
    processStarted(pid, {
      host: 'web-01',
      record: 1,
      more: { Hashes: `SHA256=${sha256}` },
      startMs: startMs?.(pid) ?? startedMs(pid),
    }),
  );
  writeFileSync(join(folder, 'rule.yml'), RULE);
  const logs = [log, '--rules', join(folder, 'rule.yml'), '--no-builtin', '--detectors', 'sigma'];
  const { stdout, stderr } = await haetae(['incident', ...logs, '--format', 'json']);
  const [incident] = JSON.parse(stdout) as { id: string }[];
  expect(incident, stderr).toBeDefined();
  return { pid, program, id: incident!.id, logs };
}

const script = (bundle: string, ...args: string[]) => run('sh', [join(bundle, 'web-01', 'haetae-respond.sh'), ...args]);
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(process.platform === 'linux')('of a log to a bundle', () => {
  test('plans, and does nothing; the same logs give the same bytes', async () => {
    const { pid, id, logs } = await found();
    const plan = (into: string) => haetae(['respond', 'plan', id.slice(0, 8), ...logs, '-o', join(folder, into)]);
    const { code, stdout, stderr } = await plan('one');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`1. end process and its descendants: ${join(folder, 'evil')} (${pid})`);
    expect(stdout).toContain('quarantine file');
    await plan('two');
    const files = readdirSync(join(folder, 'one', 'web-01')).sort();
    expect(files).toEqual(['README.txt', 'SHA256SUMS', 'haetae-respond.sh', 'plan.json', 'plan.tsv']);
    for (const name of files)
      expect(readFileSync(join(folder, 'two', 'web-01', name))).toEqual(
        readFileSync(join(folder, 'one', 'web-01', name)),
      );
    expect((await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: join(folder, 'one', 'web-01') })).code).toBe(0);
    const shown = await script(join(folder, 'one'));
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('does    signal');
    expect(statOf(pid)[0]).not.toBe('Z');
    expect(existsSync(join(folder, 'evil'))).toBe(true);
  });

  test('a wrong use says what to do', async () => {
    mkdirSync(join(folder, 'there'));
    const { logs, id } = await found();
    for (const [args, said] of [
      [['--action', 'kill-all'], '--action kill-all: no such action'],
      [['--server', 'example.com:1'], '--server example.com:1: give an address'],
      [['-o', join(folder, 'there')], 'is there already'],
      [['--host', 'web-02'], 'There are: web-01'],
    ] as const)
      expect(await haetae(['respond', 'plan', id, ...logs, ...args])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(said),
      });
    expect(await haetae(['respond', 'plan', 'ffff', ...logs])).toMatchObject({ code: 2 });
  });
});

describe.runIf(isRoot)('a bundle on its host', () => {
  test('ends the process, takes the file away, and brings it back byte for byte', async () => {
    const { pid, program, id, logs } = await found();
    await haetae(['respond', 'plan', id, ...logs, '-o', join(folder, 'bundle')]);
    const before = { bytes: readFileSync(program), stat: statSync(program) };
    const done = await script(join(folder, 'bundle'), '--apply');
    expect(done.stdout).toBe(
      [
        `1. kill-tree: ${program} (${pid})`,
        '   done and verified',
        `2. quarantine-file: ${program}`,
        '   done and verified',
        '',
      ].join('\n'),
    );
    expect(done.code).toBe(0);
    expect(existsSync(program)).toBe(false);
    expect((await script(join(folder, 'bundle'), '--apply')).stdout).toContain('was done before');
    const undone = await script(join(folder, 'bundle'), '--undo');
    expect(undone.stdout).toBe(
      [
        `2. quarantine-file: ${program}`,
        '   taken back',
        `1. kill-tree: ${program} (${pid})`,
        '   there is no way back',
        '',
      ].join('\n'),
    );
    const { mode, uid, gid, mtimeMs } = statSync(program);
    expect(readFileSync(program)).toEqual(before.bytes);
    expect({ mode, uid, gid, mtimeMs }).toEqual({
      mode: before.stat.mode,
      uid: before.stat.uid,
      gid: before.stat.gid,
      mtimeMs: before.stat.mtimeMs,
    });
  });

  test('a process that has the id now but started at another time is left alone, and so is a file that is another one', async () => {
    const { pid, program, id, logs } = await found((at) => startedMs(at) - 60_000);
    await haetae(['respond', 'plan', id, ...logs, '-o', join(folder, 'bundle')]);
    writeFileSync(`${program}.new`, 'another');
    rmSync(program);
    copyFileSync(`${program}.new`, program);
    const done = await script(join(folder, 'bundle'), '--apply');
    expect(done.code).toBe(1);
    expect(done.stdout).toContain(`refused: process ${pid} is another one: it started at another time`);
    expect(done.stdout).toContain(`refused: ${program} is another file than the one that was found`);
    expect(statOf(pid)[0]).not.toBe('Z');
    expect(readFileSync(program, 'utf8')).toBe('another');
  });
});

test('respond lint: the built-in playbooks are whole; a fault is told with its place', async () => {
  expect(await haetae(['respond', 'lint'])).toMatchObject({ code: 0, stdout: '7 playbooks: 0 errors, 0 warnings\n' });
  writeFileSync(join(folder, 'bad.yml'), 'id: x\n');
  const { code, stdout } = await haetae(['respond', 'lint', join(folder, 'bad.yml'), '--lang', 'ko']);
  expect(code).toBe(1);
  expect(stdout).toContain('bad.yml:1:5: 오류: x: UUID가 아닙니다\n');
});

test('respond key: a key of its own, never over another', async () => {
  const path = join(folder, 'respond.pem');
  const { stdout, code } = await haetae(['respond', 'key', path]);
  expect([code, statSync(path).mode & 0o777]).toEqual([0, 0o600]);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^[\w-]{43}$/);
  expect(await haetae(['respond', 'key', path])).toMatchObject({ code: 2 });
});

test.each([
  ['below the data folder', 'data/key.pem', 0o600, 'lies below the data folder'],
  ['that leads there', 'link.pem', 0o600, 'lies below the data folder'],
  ['that others may read', 'open.pem', 0o644, 'others may read it'],
  ["that is the server's own", 'same.pem', 0o600, 'this is the server’s own key'],
  ['that is none', 'none.pem', 0o600, 'no Ed25519 key'],
])('serve takes no key %s', async (_, name, mode, why) => {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const pem = identityPem(newIdentity());
  writeFileSync(join(data, 'identity.pem'), pem);
  writeFileSync(join(data, 'key.pem'), identityPem(newIdentity()), { mode: 0o600 });
  const path = join(folder, name);
  const text = name === 'none.pem' ? 'x' : name === 'same.pem' ? pem : identityPem(newIdentity());
  if (name === 'link.pem') symlinkSync(join(data, 'key.pem'), path);
  else writeFileSync(path, text, { mode });
  const { code, stderr } = await haetae(['serve', '--data', data, '--respond-key', path]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
});
