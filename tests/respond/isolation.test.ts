import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PORT, type Shown, Stage, sleep } from './stage.ts';
import { AGENT, MISSING, PROBE, PROBE6, SERVER } from './world.ts';

/** A host that is cut off for real, in its own network namespace, and each way out of it. */
describe.skipIf(MISSING !== undefined)('an isolation', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
    // What all of them are planned on.
    stage.run('drops');
    await stage.about('drops', 'quarantine-file');
  }, 240_000);
  afterAll(() => stage?.close());

  const isolate = async (): Promise<Shown> => {
    const { status, body } = await stage.vote(stage.lee, await stage.propose('isolate-host'));
    expect([status, body.state]).toEqual([200, 'running']);
    return body;
  };
  const isCut = (): boolean =>
    stage.world.run(stage.world.agent, ['nft', 'list', 'ruleset']).includes('haetae_isolation');
  /** What the server's side drops of the agent, while the work goes on. */
  const dropping = async (match: string, work: () => Promise<void>): Promise<void> => {
    const { server } = stage.world;
    const chain = `chain i {\n type filter hook input priority 0;\n ip saddr ${AGENT} ${match} drop\n }`;
    stage.world.run(server, ['nft', '-f', '-'], `table inet t {\n ${chain}\n}\n`);
    try {
      await work();
    } finally {
      stage.world.run(server, ['nft', '-f', '-'], 'table inet t\ndelete table inet t\n');
    }
  };

  test('cuts all but the server, both ways, both families, flows that were there too; undo brings all back', async () => {
    const { world } = stage;
    const ways = () => ({
      ...world.reaches({ probe: [PROBE, 53], probe6: [PROBE6, 53], otherPort: [SERVER, 22], server: [SERVER, PORT] }),
      ...world.reaches({ inwards: [AGENT, 22] }, world.server),
    });
    const open = { probe: true, probe6: true, otherPort: true, server: true, inwards: true };
    expect(ways()).toEqual(open);
    let isUp = false;
    const echo = `require('net').createServer((s)=>s.on('data',(d)=>s.write(d))).listen(7777,'${PROBE}',()=>console.log('up'))`;
    const listener = world.start(world.server, [process.execPath, '-e', echo], () => {
      isUp = true;
    });
    await stage.until('a listener', () => (isUp ? true : undefined));
    let echoed = '';
    const speak = `const s=require('net').connect(7777,'${PROBE}');s.on('data',(d)=>process.stdout.write(d));setInterval(()=>s.write('.'),100)`;
    const flow = world.start(world.agent, [process.execPath, '-e', speak], (text) => {
      echoed += text;
    });
    await stage.until('a flow', () => (echoed.length > 3 ? true : undefined));
    const { id } = await isolate();
    const done = await stage.inState(id, 'done');
    expect(done.outcomes).toMatchObject([{ state: 'done', verified: true }]);
    // Four hours, where nobody says how long.
    const [{ atMs, detail }] = done.outcomes as [Shown['outcomes'][number]];
    expect(Math.abs(Date.parse(detail.replace('until ', '')) - atMs - 4 * 3_600_000)).toBeLessThan(240_000);
    const heard = echoed.length;
    expect(ways()).toEqual({ probe: false, probe6: false, inwards: false, otherPort: false, server: true });
    expect(echoed.length).toBe(heard);
    await stage.undo(stage.kim, done);
    await stage.inState(id, 'undone');
    expect([ways(), isCut()]).toEqual([open, false]);
    await world.end(flow, 'SIGKILL');
    await world.end(listener, 'SIGKILL');
  }, 240_000);

  test(
    'that cannot reach the server right after is taken back within a minute',
    () =>
      // The connection that is there goes on; a new one, as the self-test makes, does not come about.
      dropping(`tcp dport ${PORT} ct state new`, async () => {
        const begun = Date.now();
        const { id } = await isolate();
        const { outcomes } = await stage.inState(id, 'failed', 70_000);
        expect(outcomes).toMatchObject([{ state: 'rolled-back', reason: 'no-route' }]);
        expect(Date.now() - begun).toBeLessThan(240_000);
        expect([isCut(), stage.world.reaches({ probe: [PROBE, 53] }).probe]).toEqual([false, true]);
      }),
    90_000,
  );

  test('that still reaches a second address is taken back within a minute', async () => {
    stage.policy({ probe: '127.0.0.1:9' });
    const begun = Date.now();
    const { id } = await isolate();
    const { outcomes } = await stage.inState(id, 'failed');
    expect(outcomes).toMatchObject([{ state: 'rolled-back', detail: '127.0.0.1:9 can still be reached' }]);
    expect(Date.now() - begun).toBeLessThan(240_000);
    expect([isCut(), stage.world.reaches({ probe: [PROBE, 53] }).probe]).toEqual([false, true]);
    stage.policy();
  }, 240_000);

  test('ends when somebody at the host says so, and the server is told', async () => {
    const { id } = await isolate();
    await stage.inState(id, 'done');
    expect(stage.release()).toBe('The isolation is over.\n');
    expect([isCut(), stage.world.reaches({ probe: [PROBE, 53] }).probe]).toEqual([false, true]);
    const { outcomes } = await stage.inState(id, 'undone');
    expect(outcomes.at(-1)).toMatchObject({ state: 'undone', detail: 'released at the host' });
    expect(stage.release()).toBe('This host is not isolated.\n');
  }, 240_000);

  test('ends by its own time, across a killed agent, and not because the server is cut off', async () => {
    stage.policy({ isolationMinutes: 1 });
    const { id } = await isolate();
    const [{ atMs }] = (await stage.inState(id, 'done')).outcomes as [Shown['outcomes'][number]];
    await stage.world.end(stage.agent, 'SIGKILL');
    await dropping('', async () => {
      expect(isCut()).toBe(true);
      // As after a restart of the host: the rules are gone, the agent makes them again.
      stage.world.run(stage.world.agent, ['nft', 'flush', 'ruleset']);
      stage.startAgent();
      await stage.until('rules made again', () => (isCut() ? true : undefined));
      while (Date.now() < atMs + 45_000) {
        expect(isCut()).toBe(true);
        await sleep(3000);
      }
      await stage.until('an end by itself', () => (isCut() ? undefined : true), 40_000);
      expect(Date.now() - atMs).toBeLessThan(75_000);
    });
    const { outcomes } = await stage.inState(id, 'undone', 240_000);
    expect(outcomes.map(({ state }) => state)).toEqual(['done', 'ended']);
    stage.policy();
  }, 240_000);
});
