import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HAETAE, PLANTED, place, root, roots, SECRETS } from './place.ts';

test('a test message goes through each channel, and no secret is said', async () => {
  const here = await place('tested');
  const path = join(root, 'tested', 'notify.yml');
  const run = (env: Record<string, string>) =>
    new Promise<{ status: number | null; text: string }>((resolve) => {
      execFile(
        process.execPath,
        [HAETAE, 'notify', 'test', '--file', path, '--lang', 'en'],
        { env: { ...process.env, ...env } },
        (error, stdout, stderr) => resolve({ status: error === null ? 0 : Number(error.code), text: stdout + stderr }),
      );
    });
  expect(await run(SECRETS)).toEqual({ status: 0, text: 'slack: sent\nmail: sent\nhook: sent\n' });
  expect([roots(here).length, here.mail.mails.length, here.hook.got.length]).toEqual([1, 1, 1]);
  expect(here.mail.logins).toEqual([`haetae:${SECRETS.HAETAE_T_MAIL}`]);
  const wrong = await run({ ...SECRETS, HAETAE_T_BOT: 'xoxb-planted-wrong' });
  expect(wrong).toEqual({ status: 1, text: 'slack: failed – invalid_auth\nmail: sent\nhook: sent\n' });
  const linted = spawnSync(process.execPath, [HAETAE, 'notify', 'lint', path, '--lang', 'en'], { encoding: 'utf8' });
  expect(linted.stdout).toContain('a secret is not there: slack: token: env HAETAE_T_BOT');
  for (const secret of PLANTED) expect(wrong.text + linted.stdout + linted.stderr).not.toContain(secret);
}, 600_000);
