import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pause } from '../chaos/serve.ts';
import { expectNoSecrets, expectTold, incidents, place, root, settled, until } from './place.ts';

describe('trouble', () => {
  test('429, 5xx, answers that never come, kills: nothing lost, Slack each once, the others as promised', async () => {
    const here = await place('trouble', 'digest: { over: 100 }');
    here.slack.trouble.push({ kind: 'ratelimited', seconds: 2 }, { kind: 'lost' }, { kind: 'status', status: 503 });
    here.hook.next.push(429, 500, 'lost', 503);
    here.mail.defer = 1;
    here.mail.lose = 1;
    await here.send(12, 3);
    let kills = 0;
    for (const ms of [1300, 900, 2100, 1700, 600]) {
      await pause(ms);
      here.slack.trouble.push({ kind: 'lost' });
      await here.crash();
      kills++;
      await here.send(12, 1);
    }
    await until(
      () => settled(here),
      500_000,
      () => JSON.stringify([here.slack.messages.length, here.mail.mails.length, here.hook.got.length]),
    );
    await expectTold(here, kills + 1);
    await expectNoSecrets(here);
  }, 900_000);

  test('a dead channel: its fallback says so and tells what it was to tell', async () => {
    const here = await place('dead', 'routes: [{ to: slack, level: low }]\n');
    await here.server.stop();
    const file = join(root, 'dead', 'notify.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('channel: C0000001', 'channel: C0000001, fallback: hook'));
    await here.start();
    here.slack.trouble.push({ kind: 'error', error: 'channel_not_found' });
    await here.send(3, 1);
    await until(
      () => here.hook.got.length >= 4,
      240_000,
      () => JSON.stringify(here.hook.got),
    );
    expect(here.hook.got[0]!.body.title).toBe('Haetae: channel slack cannot be reached');
    const ids = (await incidents(here)).map(({ id }) => id).sort();
    expect(
      here.hook.got
        .slice(1)
        .map(({ body }) => body.incident!.id)
        .sort(),
    ).toEqual(ids);
    const { channels } = await here.get<{ channels: { name: string; state: string; why: string }[] }>('/api/notify');
    expect(channels.find(({ name }) => name === 'slack')).toMatchObject({ state: 'dead', why: 'channel_not_found' });
  }, 600_000);
});
