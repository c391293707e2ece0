import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buttonsOf, SLACK_TOKENS, type Slack, type SlackMessage, slackStandIn } from '../notify/slack.ts';
import { Stage } from './stage.ts';
import { MISSING } from './world.ts';

const CHANNEL = 'C0000001';
const SLACK_PORT = 9443;
/** Nothing is a better way into a network namespace than what is no network: a Unix socket. */
const RELAY = `
  const net = require('node:net');
  net.createServer((near) => {
    const far = net.connect(process.argv[1]);
    for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy()).on('close', () => other.destroy());
    near.pipe(far).pipe(near);
  }).listen(${SLACK_PORT}, '127.0.0.1');`;

/** An approval that is clicked: in Slack (a stand-in, over Socket Mode), and on the dashboard (its requests). */
describe.skipIf(MISSING !== undefined)('a response that is approved by clicks', () => {
  let stage: Stage;
  let slack: Slack;
  beforeAll(async () => {
    let socket = '';
    stage = await Stage.open((here) => {
      socket = here.at('slack.sock');
      here.world.start(here.world.server, [process.execPath, '-e', RELAY, socket]);
      for (const [name, token] of Object.entries(SLACK_TOKENS)) writeFileSync(here.at(`slack-${name}`), `${token}\n`);
      writeFileSync(
        here.at('notify.yml'),
        `language: en
channels:
  slack:
    type: slack
    token: { file: "${here.at('slack-bot')}" }
    app_token: { file: "${here.at('slack-app')}" }
    channel: ${CHANNEL}
    api_url: http://127.0.0.1:${SLACK_PORT}/api/
    files: never
people: { U_KIM: kim, U_LEE: lee, U_PARK: park }
`,
      );
      return ['--notify', here.at('notify.yml')];
    });
    slack = await slackStandIn({ socket, port: SLACK_PORT });
    await stage.until('Socket Mode', () => (slack.connections === 1 ? true : undefined), 120_000);
  }, 600_000);
  afterAll(async () => {
    await stage?.close();
    await slack?.close();
  });

  /** The buttons of the newest response that stands in Slack and is no other's. */
  const asked = (known: ReadonlySet<string>): Promise<{ message: SlackMessage; approve: string; name: string }> =>
    stage.until('a question in Slack', () => {
      for (const message of slack.messages)
        for (const [name, value] of Object.entries(buttonsOf(message)))
          if (name.startsWith('approve-') && !known.has(name)) return { message, approve: value, name };
      return undefined;
    });
  const answerTo = async (value: string, user: string): Promise<string> => {
    const before = slack.whispers.length;
    slack.press(value, user, CHANNEL);
    return stage.until('an answer', () => slack.whispers[before]?.text);
  };
  const auditOf = async (id: string): Promise<string[]> =>
    (await stage.audit())
      .filter(({ object }) => object === id)
      .map(({ action, actorName }) => `${action} ${actorName}`)
      .reverse();

  test('one in Slack and one on the dashboard: killed, verified, audited; a viewer’s click and a second one of the same do nothing', async () => {
    const pid = stage.run('steals');
    const proposal = await stage.about(`(${pid})`, 'kill-tree');
    const { message, approve } = await asked(new Set());
    expect(await answerTo(approve, 'U_PARK')).toMatch(/role responder/);
    slack.press(approve, 'U_KIM', CHANNEL);
    const voted = await stage.until('the vote', async () =>
      (await stage.responses()).find(({ id, version }) => id === proposal.id && version > proposal.version),
    );
    // The message stands as it was shown to the first: that button is of a response that has changed since.
    expect(await answerTo(approve, 'U_KIM')).toMatch(/changed|before/);
    expect([voted.state, stage.isAlive(pid)]).toEqual(['proposed', true]);
    await stage.until('who approved', () => (JSON.stringify(message.blocks).includes('kim') ? true : undefined));
    const agreed = await stage.vote(stage.lee, voted);
    expect([agreed.status, agreed.body.state]).toEqual([200, 'running']);
    await stage.until('a kill', () => (stage.isAlive(pid) ? undefined : true));
    const { outcomes } = await stage.inState(proposal.id, 'done');
    expect(outcomes).toMatchObject([{ state: 'done', verified: true }]);
    expect(await auditOf(proposal.id)).toEqual([
      'response.propose Haetae',
      'response.approve kim',
      'response.approve lee',
      'response.send Haetae',
      'response.outcome Haetae',
    ]);
    await stage.until('no more buttons', () =>
      Object.keys(buttonsOf(message)).some((name) => name.startsWith('approve-')) ? undefined : true,
    );
    expect(await stage.kim.must('GET', '/api/audit/verify')).toMatchObject({ whole: true });
  }, 300_000);

  test('both in Slack, each by an account of its own', async () => {
    const known = new Set(slack.messages.flatMap((message) => Object.keys(buttonsOf(message))));
    const pid = stage.run('steals');
    const { id } = await stage.about(`(${pid})`, 'kill-tree');
    const first = await asked(known);
    slack.press(first.approve, 'U_LEE', CHANNEL);
    const second = await stage.until('the button for the next', () => {
      const value = buttonsOf(first.message)[first.name];
      return value === undefined || value === first.approve ? undefined : value;
    });
    expect(stage.isAlive(pid)).toBe(true);
    slack.press(second, 'U_KIM', CHANNEL);
    await stage.until('a kill', () => (stage.isAlive(pid) ? undefined : true));
    const { outcomes } = await stage.inState(id, 'done');
    expect(outcomes).toMatchObject([{ state: 'done', verified: true }]);
    expect((await auditOf(id)).filter((line) => line.startsWith('response.approve'))).toEqual([
      'response.approve lee',
      'response.approve kim',
    ]);
  }, 300_000);
});
