import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, haetae, ROOT } from './haetae.ts';

const SAMPLES = join(ROOT, 'packages/haetae/content/samples');
const PASSWORD = 'correct horse battery staple';

describe('scan --open', () => {
  test('the pages hold what the scan found, for whoever has the link; Ctrl-C takes all of it away', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'haetae-open-'));
    const child = spawn(process.execPath, [BIN, 'scan', SAMPLES, '--open', '--lang', 'en', '--timezone', 'KST'], {
      env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      let said = '';
      const heard = async (sought: RegExp): Promise<RegExpExecArray> => {
        for (;;) {
          const found = sought.exec(said);
          if (found !== null) return found;
          if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
          await new Promise((resolve) => child.stderr.once('data', resolve));
        }
      };
      child.stdout.on('data', (bytes: Buffer) => (said += bytes));
      child.stderr.on('data', (bytes: Buffer) => (said += bytes));
      await heard(/641 events are on the pages/);
      const [, url, token] = /Pages +(http:\/\/127\.0\.0\.1:\d+)\/setup#(\S+)/.exec(said)!;
      const ask = (path: string, init: RequestInit = {}) => fetch(`${url}/api/${path}`, init);
      expect(await (await ask('login')).json()).toEqual({ oidc: false, setup: true, shows: 'scan' });
      expect((await ask('incidents')).status).toBe(401);
      const setup = () =>
        ask('setup', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token, name: 'scan', password: PASSWORD }),
        });
      const me = await setup();
      const headers = { cookie: me.headers.get('set-cookie')!.split(';')[0]! };
      expect((await setup()).status).toBe(403);
      const titles = async () => {
        const { items } = (await (await ask('incidents?limit=100', { headers })).json()) as {
          items: { title: string; level: string; hosts: string[] }[];
        };
        return items;
      };
      await expect
        .poll(async () => (await titles()).some(({ level }) => level === 'critical'), { timeout: 60_000 })
        .toBe(true);
    } finally {
      child.kill('SIGINT');
    }
    expect(await ended).toBe(0);
    expect(readdirSync(temporary).filter((name) => name.startsWith('haetae-scan-'))).toEqual([]);
    rmSync(temporary, { recursive: true });
  }, 120_000);

  test.each([
    ['--from', '2026-03-17'],
    ['--detectors', 'sigma'],
    ['--profile', 'seed'],
  ])('what the pages cannot do is refused before anything is read: %s', async (flag, value) => {
    const { code, stderr } = await haetae(['scan', SAMPLES, '--open', flag, value, '--lang', 'en']);
    expect(code).toBe(2);
    expect(stderr).toContain(`--open shows the logs whole: without ${flag}.`);
  });

  test('standard input cannot be read twice', async () => {
    const { code, stderr } = await haetae(['scan', '-', '--open', '--lang', 'en']);
    expect(code).toBe(2);
    expect(stderr).toContain('give files or folders');
  });
});
