import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectNoSecrets, HAETAE, incidents, place, root, roots, until } from './place.ts';
import { buttonsOf, type SlackMessage } from './slack.ts';

/** Makes accounts. */
const account =
  (here: Awaited<ReturnType<typeof place>>) =>
  async (name: string, role: string): Promise<void> => {
    const answer = await fetch(`${here.server.url}/api/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${here.api}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, displayName: name, role, password: 'correct horse battery staple' }),
    });
    expect(answer.status).toBe(201);
  };

describe('buttons', () => {
  test('acknowledge and mark benign, in the name of an account that may; forged, foreign and wrong-role ones are refused', async () => {
    const here = await place('buttons');
    const make = account(here);
    await make('kim', 'analyst');
    await make('lee', 'viewer');
    await here.send(2, 1);
    await until(
      () => roots(here).length === 2 && here.slack.connections === 1,
      60_000,
      () => here.said(),
    );
    const [first, second] = roots(here) as [SlackMessage, SlackMessage];
    const statusOf = async (message: SlackMessage): Promise<string> =>
      (await incidents(here)).find(({ id }) => id === message.metadata.event_payload.incident)!.status;
    const { acknowledge, benign } = buttonsOf(first) as { acknowledge: string; benign: string };
    const refused = async (value: string, user: string, says: RegExp): Promise<void> => {
      const before = here.slack.whispers.length;
      here.slack.press(value, user, 'C0000001');
      await until(
        () => here.slack.whispers.length > before,
        10_000,
        () => here.said(),
      );
      expect(here.slack.whispers.at(-1)).toMatchObject({ user, text: expect.stringMatching(says) });
    };
    await refused(acknowledge, 'U_LEE', /role analyst/);
    await refused(acknowledge, 'U_STRANGER', /no account/);
    await refused(
      acknowledge.replace(first.metadata.event_payload.incident!, second.metadata.event_payload.incident!),
      'U_KIM',
      /not of this server/,
    );
    await refused(acknowledge.replace('acknowledge', 'benign'), 'U_KIM', /not of this server/);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['new', 'new']);
    here.slack.press(acknowledge, 'U_KIM', 'C0000001');
    await until(
      async () => (await statusOf(first)) === 'open',
      10_000,
      () => here.said(),
    );
    await until(
      () => JSON.stringify(first.blocks).includes('acknowledged · kim'),
      30_000,
      () => JSON.stringify(first.blocks),
    );
    await refused(acknowledge, 'U_KIM', /before/);
    here.slack.press(benign, 'U_KIM', 'C0000001');
    await until(
      async () => (await statusOf(first)) === 'closed',
      10_000,
      () => here.said(),
    );
    // Closed: no buttons any more.
    await until(
      () => buttonsOf(first).benign === undefined,
      30_000,
      () => JSON.stringify(first.blocks),
    );
    const audit = await here.get<{ action: string; actorName: string }[]>('/api/audit?limit=100');
    const pressed = audit.filter(({ action }) => action.startsWith('slack.'));
    expect(pressed.filter(({ action }) => action === 'slack.done').map(({ actorName }) => actorName)).toEqual([
      'kim',
      'kim',
    ]);
    expect(pressed.filter(({ action }) => action !== 'slack.done')).toHaveLength(5);
    await expectNoSecrets(here);
  }, 600_000);

  test('a response that waits is denied by who may, and by nobody else; approved it needs the host’s agent', async () => {
    const key = join(root, 'respond-key.pem');
    execFileSync(process.execPath, [HAETAE, 'respond', 'key', key], { stdio: 'ignore' });
    const here = await place('votes', '', ['--respond-key', key, '--no-builtin-playbooks']);
    await account(here)('kim', 'analyst');
    await account(here)('lee', 'responder');
    await here.send(1, 1);
    await until(
      () => roots(here).length === 1 && here.slack.connections === 1,
      120_000,
      () => here.said(),
    );
    const [message] = roots(here) as [SlackMessage];
    const incident = message.metadata.event_payload.incident!;
    const planned = await fetch(`${here.server.url}/api/incidents/${incident}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${here.api}`, 'content-type': 'application/json' },
      body: JSON.stringify({ actions: ['collect-triage'] }),
    });
    expect(planned.status).toBe(201);
    const votes = (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(buttonsOf(message))
          .filter(([name]) => /^(?:approve|deny)-/.test(name))
          .map(([name, value]) => [name.split('-', 1)[0]!, value]),
      );
    await until(
      () => votes().approve !== undefined,
      120_000,
      () => JSON.stringify(message.blocks),
    );
    const said = async (value: string, user: string): Promise<string> => {
      const before = here.slack.whispers.length;
      here.slack.press(value, user, 'C0000001');
      await until(
        () => here.slack.whispers.length > before,
        60_000,
        () => here.said(),
      );
      return here.slack.whispers.at(-1)!.text;
    };
    expect(await said(votes().approve!, 'U_KIM')).toMatch(/role responder/);
    expect(await said(votes().deny!.replace('deny', 'approve'), 'U_LEE')).toMatch(/not of this server/);
    expect(await said(votes().approve!, 'U_LEE')).toMatch(/no agent of the host is connected/);
    here.slack.press(votes().deny!, 'U_LEE', 'C0000001');
    await until(
      () => votes().deny === undefined,
      120_000,
      () => JSON.stringify(message.blocks),
    );
    const { items } = await here.get<{ items: { state: string }[] }>(`/api/incidents/${incident}/responses`);
    expect(items.map(({ state }) => state)).toEqual(['rejected']);
    await expectNoSecrets(here);
  }, 600_000);
});
