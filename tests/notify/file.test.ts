import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { expectNoSecrets, type Place, place, root, roots, until } from './place.ts';
import { proxyServer, type Tunnels } from './proxy.ts';

const channelsOf = async (here: Place) =>
  (await here.get<{ channels: { name: string; state: string }[] }>('/api/notify')).channels.map(
    ({ name, state }) => `${name} ${state}`,
  );

describe('the file of channels', () => {
  test('is read again when it changes, without a restart; an unsound one changes nothing, and a secret that changes is taken', async () => {
    const here = await place('reload', '', ['--verbose']);
    const path = join(root, 'reload', 'notify.yml');
    const before = readFileSync(path, 'utf8');
    expect(await channelsOf(here)).toEqual(['slack on', 'mail on', 'hook on']);
    await here.send(1, 1);
    await until(
      () => roots(here).length === 1 && here.mail.mails.length === 1 && here.hook.got.length === 1,
      120_000,
      () => here.said(),
    );
    writeFileSync(path, before.replace('language: en', 'langage: en'));
    await until(
      () => /the file of channels cannot be used/.test(here.said()),
      60_000,
      () => here.said(),
    );
    expect(here.said()).toMatch(/"line":1\b/);
    expect(await channelsOf(here)).toEqual(['slack on', 'mail on', 'hook on']);
    writeFileSync(path, before.replace(/ {2}mail: .*\n/, '').replace('language: en', 'language: ko'));
    await until(
      async () => (await channelsOf(here)).join() === 'slack on,hook on',
      60_000,
      () => here.said(),
    );
    // Nothing that was told is told again, and what comes is told as the file says now.
    await here.send(2, 1, 1);
    await until(
      () => here.hook.got.length === 3,
      120_000,
      () => here.said(),
    );
    expect([here.mail.mails.length, here.hook.got.slice(1).map(({ body }) => /[가-힣]/.test(body.title))]).toEqual([
      1,
      [true, true],
    ]);
    writeFileSync(join(root, 'reload', 'hook-url'), `${here.hook.url}/moved\n`);
    await until(
      () => here.said().split('the file of channels was read again').length === 3,
      60_000,
      () => here.said(),
    );
    await here.send(3, 1, 1);
    await until(
      () => here.hook.got.length >= 6,
      120_000,
      () => here.said(),
    );
    expect(here.hook.got.map(({ path: at }) => at.endsWith('/moved'))).toEqual([
      ...Array(3).fill(false),
      ...Array(here.hook.got.length - 3).fill(true),
    ]);
    await expectNoSecrets(here);
  }, 600_000);

  describe('with a proxy', () => {
    let proxy: Tunnels;
    afterAll(() => proxy?.close());

    test('all that goes over HTTP goes through it, buttons too; mail and a channel that says so go straight', async () => {
      const password = 'planted-proxy-password';
      proxy = await proxyServer('haetae', password);
      process.env.HAETAE_T_PROXY = `http://haetae:${password}@127.0.0.1:${proxy.port}`;
      const here = await place('proxy', 'proxy: { env: HAETAE_T_PROXY }', ['--verbose']);
      await here.send(1, 1);
      await until(
        () =>
          roots(here).length === 1 &&
          here.mail.mails.length === 1 &&
          here.hook.got.length === 1 &&
          here.slack.connections === 1,
        120_000,
        () => here.said(),
      );
      const [slack, hook] = [new URL(here.slack.url).host, new URL(here.hook.url).host];
      const login = `Basic ${Buffer.from(`haetae:${password}`).toString('base64')}`;
      expect([...new Set(proxy.asked.map(({ to }) => to))].sort()).toEqual([slack, hook].sort());
      expect(proxy.asked.every((one) => one.login === login)).toBe(true);
      const path = join(root, 'proxy', 'notify.yml');
      writeFileSync(path, readFileSync(path, 'utf8').replace('type: webhook,', 'type: webhook, proxy: false,'));
      await until(
        () => here.said().includes('the file of channels was read again'),
        60_000,
        () => here.said(),
      );
      const asked = proxy.asked.filter(({ to }) => to === hook).length;
      await here.send(2, 1, 1);
      await until(
        () => here.hook.got.length >= 3,
        120_000,
        () => here.said(),
      );
      expect(proxy.asked.filter(({ to }) => to === hook)).toHaveLength(asked);
      await expectNoSecrets(here);
      expect(here.said()).not.toContain(password);
    }, 600_000);
  });
});
