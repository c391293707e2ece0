import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isolationScript } from '../node.ts';
import { planAtomic } from '../plan.ts';
import { atomic } from '../testing/atomic.ts';
import { runIsolated } from './isolated.ts';

const mayIsolate = ((): boolean => {
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', '--pid', '--net', '--fork', 'true'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

const run = (work: Parameters<typeof atomic>[0], seconds = 10, signal = new AbortController().signal) =>
  runIsolated(planAtomic(atomic(work), { folder: '/opt' }), {
    ...{ script: isolationScript(), seconds, secret: 's', host: 'LAB-1', signal, now: Date.now },
  });
const printed = async (command: string) => (await run({ work: { command } })).phases.at(-1)!.output;

describe.skipIf(!mayIsolate)('the throw-away root (user, mount, PID and network namespaces)', () => {
  test('an account without rights, none to be had', async () => {
    const output = await printed(
      'id -u; grep -E "^(Cap(Prm|Eff|Bnd)|NoNewPrivs)" /proc/self/status; unshare --user true 2>&1 || echo no',
    );
    expect(output).toMatch(/^1000\nCapPrm:\t0{16}\nCapEff:\t0{16}\nCapBnd:\t0{16}\nNoNewPrivs:\t1\n.*no\n$/s);
  });

  test('no network, not even to itself', async () => {
    expect(await printed('ls /sys 2>/dev/null; grep -c : /proc/net/dev; cat /proc/net/route | sed 1d')).toBe('1\n');
  });

  test('nothing of the machine but programs, and those cannot be written', async () => {
    const output = await printed(
      'ls /; ls /home /tmp; touch /usr/x 2>/dev/null || echo "read only"; cut -d: -f1 /etc/passwd',
    );
    for (const there of ['usr', 'proc', 'analyst', 'read only', 'root']) expect(output).toContain(there);
    for (const not of ['work', 'mnt', 'srv', 'boot', 'sys\n', 'media'])
      expect(output.split('\n')).not.toContain(not.trim());
  });

  test('processes of its own: the first is ours, and nothing else of the machine is seen', async () => {
    expect(Number(await printed('ls -d /proc/[0-9]* | wc -l'))).toBeLessThan(8);
  });

  test('prerequisites are brought where they are missing, then the step, then its undo; what it left is told', async () => {
    const needs = [{ description: '', check: 'test -e /tmp/need', get: 'touch /tmp/need' }];
    const record = await run({ needs, work: { command: 'touch /tmp/left /tmp/gone', cleanup: 'rm /tmp/gone' } });
    expect(record.phases.map(({ phase, status }) => `${phase} ${status}`)).toEqual([
      'check 1',
      'get 0',
      'check 0',
      'run 0',
      'undo 0',
    ]);
    expect(record).toMatchObject({ outcome: 'done', undone: 'thrown-away', left: ['/tmp/left', '/tmp/need'] });
    for (const { pid, startedMs, endedMs } of record.phases) {
      expect(pid).toBeGreaterThan(1);
      expect(endedMs).toBeGreaterThanOrEqual(startedMs);
    }
  });

  test('what it needs and cannot get ends it', async () => {
    const record = await run({ needs: [{ description: '', check: 'false', get: 'true' }] });
    expect(record.outcome).toBe('unmet');
    expect(record.phases.map(({ phase }) => phase)).toEqual(['check', 'get', 'check']);
  });

  test('a step that does not end is ended, and taken back', async () => {
    const record = await run({ work: { command: 'sleep 60', cleanup: 'echo undone' } }, 1);
    expect(record.outcome).toBe('timed-out');
    expect(record.phases.map(({ phase, timedOut, output }) => [phase, timedOut, output])).toEqual([
      ['run', true, ''],
      ['undo', false, 'undone\n'],
    ]);
  });

  test('a run that is stopped leaves no process and no file', async () => {
    // Others run beside this, with roots of their own.
    const own = mkdtempSync(join(tmpdir(), 'haetae-stopped-'));
    onTestFinished(() => rmSync(own, { recursive: true }));
    vi.stubEnv('TMPDIR', own);
    onTestFinished(() => void vi.unstubAllEnvs());
    const stop = new AbortController();
    const running = run({ work: { command: 'sleep 4321' } }, 60, stop.signal);
    stop.abort();
    expect((await running).outcome).toBe('broken');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4321');
    expect(readdirSync(own)).toEqual([]);
  });

  test('the marker stands in the command line of the step', async () => {
    const record = await run({ work: { command: 'tr "\\0" " " < /proc/$$/cmdline' } });
    expect(record.phases[0]!.output).toContain(record.marker);
  });
});
