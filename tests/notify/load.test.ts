import { describe, expect, test } from 'vitest';
import { expectNoSecrets, expectTold, type Place, place, roots, settled, unsettled, until } from './place.ts';

/** 10,000 findings on so many hosts; `joined` of a host are one incident. */
async function flood(here: Place, hosts: number, joined: number): Promise<number> {
  for (let i = 0; i < 20; i++) await here.send(hosts, 500 / hosts, joined);
  await until(
    async () => roots(here).length > 0 && (await settled(here)),
    1_500_000,
    () => `${here.slack.calls.length} calls; ${unsettled}; ${here.said().slice(-2000)}`,
  );
  // What is stored is counted anew every two seconds, and put together within seconds: nothing may wait meanwhile.
  let stats = { findings: 0, openIncidents: 0 };
  let why = '';
  await until(
    async () => {
      stats = await here.get('/api/stats');
      why = await expectTold(here, 0).then(() => '', String);
      return stats.findings === 10_000 && why === '' && (await settled(here));
    },
    600_000,
    () => `${stats.findings} findings; ${unsettled}; ${why}`,
  );
  await expectTold(here, 0);
  // Edited in place: the message of each says what its incident is in the end.
  for (const { blocks, metadata } of own(here)) {
    const { findings } = await here.get<{ findings: number }>(`/api/incidents/${metadata.event_payload.incident}`);
    expect(JSON.stringify(blocks)).toContain(`Findings\\n${findings}`);
  }
  const texts = JSON.stringify([here.slack.messages, here.mail.mails, here.hook.got.map(({ body }) => body.title)]);
  expect(texts).not.toMatch(/https?:\/\/evil|evil\.example/);
  await expectNoSecrets(here);
  return stats.openIncidents;
}
const own = (here: Place) => roots(here).filter(({ metadata }) => metadata.event_payload.incident !== '');

describe('10,000 findings in a minute', () => {
  test('of attacks that are few: one root message an incident, at most 60 messages a minute and channel, the last state told', async () => {
    const here = await place('few', 'digest: { over: 100 }', [], 'never');
    // Live, what is joined late may be an incident of its own.
    const incidents = await flood(here, 5, 400);
    expect(incidents).toBeLessThanOrEqual(60);
    expect(own(here)).toHaveLength(incidents);
  }, 1_800_000);

  test('that have nothing to do with each other: each told of once, most of them in digests', async () => {
    const here = await place('many', '', [], 'never');
    expect(await flood(here, 20, 1)).toBeGreaterThan(5000);
    expect(own(here).length).toBeLessThanOrEqual(20);
  }, 1_800_000);
});

test('a picture and the report stand below the message of an incident, once', async () => {
  const here = await place('files');
  await here.send(2, 3);
  await until(
    async () => own(here).length === 2 && (await settled(here)),
    600_000,
    () => `${unsettled}; ${here.said()}`,
  );
  expect(own(here)).toHaveLength(2);
  for (const { ts } of own(here)) {
    const files = here.slack.messages.filter(({ thread, files: all }) => thread === ts && all.length > 0);
    expect(files.map((one) => one.files.map(({ title }) => title))).toEqual([['Timeline', 'Report (PDF)']]);
  }
}, 900_000);
