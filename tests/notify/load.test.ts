import { describe, expect, test } from 'vitest';
import { expectNoSecrets, expectTold, place, roots, settled, until } from './place.ts';

describe('10,000 findings in a minute', () => {
  test('one root message an incident, at most 60 messages a minute and channel, the last state told', async () => {
    const here = await place('load');
    for (let i = 0; i < 20; i++) await here.send(20, 25);
    await until(
      () => settled(here),
      500_000,
      () => JSON.stringify(here.slack.calls.length),
    );
    expect((await here.get<{ findings: number }>('/api/stats')).findings).toBe(10_000);
    await expectTold(here, 0);
    // Edited in place: the message of each says what its incident is in the end.
    for (const message of roots(here).filter(({ metadata }) => metadata.event_payload.incident !== '')) {
      const id = message.metadata.event_payload.incident!;
      const { findings } = await here.get<{ findings: number }>(`/api/incidents/${id}`);
      expect(JSON.stringify(message.blocks)).toContain(`Findings\\n${findings}`);
    }
    const texts = JSON.stringify([here.slack.messages, here.mail.mails, here.hook.got.map(({ body }) => body.title)]);
    expect(texts).not.toMatch(/https?:\/\/evil|evil\.example/);
    // A picture and the report below each, once.
    const own = roots(here).filter(({ metadata }) => metadata.event_payload.incident !== '');
    for (const { ts } of own) {
      const files = here.slack.messages.filter(({ thread, files: all }) => thread === ts && all.length > 0);
      expect(files.map((one) => one.files.map(({ title }) => title))).toEqual([['Timeline', 'Report (PDF)']]);
    }
    await expectNoSecrets(here);
  }, 900_000);
});
