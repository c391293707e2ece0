import { expect, test } from 'vitest';
import type { AgentPost, News, PostedCommand, ShareTurn, Store } from '../index.ts';
import { batch, type Sample } from './events.ts';
import { finding, incident } from './rows.ts';

type AgentTurn = Parameters<AgentPost['turn']>[0];

const sample = (id: number): Sample => ({ id, seq: id, fields: [['Image', 'C:\\a.exe']] });

/** What several servers of one store owe each other. `open`: the store of a name, as each of the servers opens it. */
export function sharedContract(open: (name: string) => Promise<Store>): void {
  const pair = async (name: string) => [await open(name), await open(name)] as const;

  test('a duty is held by one, renewed by it alone, and its term rises with each holder', async () => {
    const [one, other] = await pair('duty');
    expect(await one.duties.hold('detect', 'a', 60_000)).toBe(1);
    expect(await other.duties.hold('detect', 'b', 60_000)).toBeUndefined();
    expect(await one.duties.hold('detect', 'a', 60_000)).toBe(1);
    expect(await other.duties.hold('other', 'b', 60_000)).toBe(1);
    await other.duties.leave('detect', 'b');
    expect(await other.duties.hold('detect', 'b', 60_000)).toBeUndefined();
    await one.duties.leave('detect', 'a');
    expect(await other.duties.hold('detect', 'b', 0)).toBe(2);
    await expect.poll(() => one.duties.hold('detect', 'a', 60_000)).toBe(3);
  });

  test('a duty of a process that is gone is free before its time, that of one which only says nothing is not', async () => {
    const [gone, silent, other] = [await open('gone'), await open('gone'), await open('gone')];
    expect(await gone.duties.hold('detect', 'gone', 60_000)).toBe(1);
    expect(await silent.duties.hold('other', 'silent', 60_000)).toBe(1);
    // Who would take it has been there since before the last word.
    expect(await other.duties.hold('detect', 'b', 60_000)).toBeUndefined();
    expect(await gone.duties.hold('detect', 'gone', 60_000)).toBe(1);
    await gone.close();
    expect(await other.duties.hold('detect', 'b', 60_000)).toBeUndefined();
    await expect.poll(() => other.duties.hold('detect', 'b', 60_000), { timeout: 10_000 }).toBe(2);
    expect(await other.duties.hold('other', 'b', 60_000)).toBeUndefined();
  });

  test('a batch of a turn that is over stores nothing', async () => {
    const [one, other] = await pair('term');
    const first = (await one.duties.hold('detect', 'a', 60_000))!;
    await one.intake.commit(batch(1, [sample(1)], { term: { duty: 'detect', term: first } }));
    await one.duties.leave('detect', 'a');
    const second = (await other.duties.hold('detect', 'b', 60_000))!;
    await expect(
      one.intake.commit(batch(2, [sample(2)], { term: { duty: 'detect', term: first } })),
    ).rejects.toMatchObject({ code: 'taken' });
    expect(await other.intake.committed()).toBe(1);
    await other.intake.commit(batch(2, [sample(2)], { term: { duty: 'detect', term: second } }));
    expect(await one.events.count({})).toBe(2);
  });

  test('a log begins where what is committed ends, and stays there', async () => {
    const [one, other] = await pair('base');
    expect(await one.duties.baseOf('first')).toBe(0);
    await one.intake.commit(batch(7, [sample(7)]));
    expect(await other.duties.baseOf('first')).toBe(0);
    expect(await other.duties.baseOf('second')).toBe(7);
  });

  test('partitions are shared fairly, the leader last, and each goes on where it was left', async () => {
    const [one, other] = await pair('shares');
    const turn = (holder: string, more: Partial<ShareTurn> = {}): ShareTurn => ({
      ...{ log: 'l', partitions: 5, holder, forMs: 60_000, leads: false, at: [], left: [], ...more },
    });
    const all = [0, 1, 2, 3, 4];
    const alone = await one.shares.turn(turn('a', { leads: true }));
    expect(alone).toEqual({
      mine: all.map((partition) => ({ partition, seq: 0 })),
      ...{ most: 5, servers: 1, slowestMs: Number.POSITIVE_INFINITY },
    });
    // There is nothing to take before the first gives back what is more than its share.
    expect(await other.shares.turn(turn('b'))).toMatchObject({ mine: [], most: 3, servers: 2, slowestMs: 0 });
    const at = all.map((partition) => ({ partition, seq: 10 + partition, receivedMs: 1000 * (partition + 1) }));
    expect(await one.shares.turn(turn('a', { leads: true, at }))).toMatchObject({ most: 2, mine: { length: 5 } });
    const left = [4, 3, 2].map((partition) => ({ partition, seq: 20, receivedMs: 9000 }));
    expect((await one.shares.turn(turn('a', { leads: true, left }))).mine).toEqual([
      { partition: 0, seq: 10 },
      { partition: 1, seq: 11 },
    ]);
    expect(await other.shares.turn(turn('b'))).toEqual({
      mine: [2, 3, 4].map((partition) => ({ partition, seq: 20 })),
      ...{ most: 3, servers: 2, slowestMs: 1000 },
    });
    // What another has is not moved on, and nothing goes back.
    await one.shares.turn(turn('a', { leads: true, at: [{ partition: 3, seq: 99, receivedMs: 1 }] }));
    const back = [{ partition: 3, seq: 5, receivedMs: 1 }];
    expect((await other.shares.turn(turn('b', { at: back }))).mine).toContainEqual({ partition: 3, seq: 20 });
  });

  test('partitions of a server that says nothing are taken by another', async () => {
    const [one, other] = await pair('shares-gone');
    const turn = (holder: string, forMs: number): ShareTurn => ({
      ...{ log: 'l', partitions: 2, holder, forMs, leads: false, at: [], left: [] },
    });
    expect(await one.shares.turn(turn('a', 1))).toMatchObject({ mine: { length: 2 } });
    await expect.poll(async () => (await other.shares.turn(turn('b', 60_000))).mine.length).toBe(2);
    expect(await one.shares.turn(turn('a', 60_000))).toMatchObject({ mine: [], most: 1 });
  });

  test('the state of whoever detects is the other server’s to go on from', async () => {
    const [one, other] = await pair('snapshots');
    const bytes = (n: number) => new Uint8Array(1_500_000).map((_, i) => (i * n) % 251);
    expect(await one.snapshots.latest()).toBeUndefined();
    await expect(one.snapshots.save({ seq: 1, bytes: bytes(1) })).rejects.toMatchObject({ code: 'invalid' });
    for (const seq of [1, 2, 3]) {
      await one.intake.commit(batch(seq, [sample(seq)]));
      await one.snapshots.save({ seq, bytes: bytes(seq) });
    }
    const latest = (await other.snapshots.latest())!;
    expect(latest.seq).toBe(3);
    expect(Buffer.compare(latest.bytes, bytes(3))).toBe(0);
    expect(await other.snapshots.releasable()).toBe(2);
  });

  test('every server hears what any of them stored, changed or told', async () => {
    const [one, other] = await pair('news');
    const { heard, end } = await hearing(one, other);
    await one.intake.commit(
      batch(1, [sample(1)], { findings: [finding({ id: 1 })], incidents: [incident({ id: 'i' })] }),
    );
    await other.incidents.triage('i', 1, { status: 'open' }, 'kim', 5 as never);
    await expect
      .poll(() => heard.filter(({ kind }) => kind !== 'policy'))
      .toEqual([
        { kind: 'stored', findings: [1], incidents: ['i'] },
        { kind: 'stored', findings: [], incidents: ['i'] },
      ]);
    await end();
  });

  test('more than one message holds is told by several', async () => {
    const [one, other] = await pair('long');
    const { heard, end } = await hearing(one, other);
    const many = Array.from({ length: 350 }, (_, i) => finding({ id: 1_000_000_000_000 + i }));
    await one.intake.commit(batch(1, [sample(1)], { findings: many }));
    await expect
      .poll(() => heard.flatMap((news) => (news.kind === 'stored' ? news.findings : [])))
      .toEqual(many.map(({ id }) => id));
    await end();
  });

  test('an agent is where it came last, for as long as that server is there', async () => {
    const [one, other] = await pair('agents');
    const turn = (server: string, more: Partial<AgentTurn> = {}): AgentTurn => ({
      ...{ server, key: 'k', forMs: 60_000, seen: [], left: [], ...more },
    });
    const seenBy = async (store: Store): Promise<string[]> =>
      (await store.agents.seen())
        .map(({ agent, connected, seen }) => `${agent} ${connected} ${JSON.stringify(seen)}`)
        .sort();
    expect(await other.agents.keys()).toEqual([]);
    await one.agents.turn(turn('s1', { seen: ['a', 'b'].map((agent) => ({ agent, seen: { at: 1, text: "o'\0" } })) }));
    expect(await seenBy(other)).toEqual(['a', 'b'].map((agent) => `${agent} true {"at":1,"text":"o'\\u0000"}`));
    await other.agents.turn(turn('s2', { key: 'other', seen: [{ agent: 'b', seen: { at: 2 } }] }));
    // It noticed later that this one is gone.
    await one.agents.turn(turn('s1', { left: ['a', 'b'] }));
    expect(await seenBy(one)).toEqual(['a false {"at":1,"text":"o\'\\u0000"}', 'b true {"at":2}']);
    expect(await one.agents.keys()).toEqual(['k', 'other']);
    await other.agents.turn(turn('s2', { forMs: 0 }));
    expect((await seenBy(one)).at(-1)).toBe('b false {"at":2}');
    expect(await one.agents.keys()).toEqual(['k']);
    const many = Array.from({ length: 1200 }, (_, i) => ({ agent: `m${i}`, seen: { i } }));
    await one.agents.turn(turn('s1', { seen: many }));
    await one.agents.turn(turn('s1', { left: many.slice(1).map(({ agent }) => agent) }));
    expect((await one.agents.seen()).filter(({ connected }) => connected)).toEqual([
      { agent: 'm0', connected: true, seen: { i: 0 } },
    ]);
    await one.agents.turn(turn('s1', { forMs: -1 }));
    expect((await one.agents.seen()).some(({ connected }) => connected)).toBe(false);
  });

  test('a command is told to every server, and there for its agent until it is over', async () => {
    const [one, other] = await pair('commands');
    const { heard, end } = await hearing(one, other);
    const command = (id: string, more: Partial<PostedCommand> = {}): PostedCommand => ({
      ...{ id, agent: 'a', text: '{"x":"\\\\"}', signature: 's', untilMs: Date.now() + 60_000, ...more },
    });
    await one.agents.post(command('c1'));
    await one.agents.post(command('c2', { untilMs: Date.now() - 1 }));
    await one.agents.post(command('c3', { agent: 'b' }));
    await expect(one.agents.post(command('c1'))).rejects.toMatchObject({ code: 'taken' });
    expect(await other.agents.posted('a')).toEqual([
      expect.objectContaining({ id: 'c1', text: '{"x":"\\\\"}', signature: 's' }),
    ]);
    expect((await other.agents.posted('b')).map(({ id }) => id)).toEqual(['c3']);
    await expect
      .poll(() => heard.filter(({ kind }) => kind !== 'policy'))
      .toEqual(['a', 'a', 'b'].map((agent) => ({ kind: 'agent', agent, what: 'command' })));
    await end();
  });
}

/** What one store hears of what others tell, from now on: `one` has been heard. */
async function hearing(one: Store, other: Store): Promise<{ readonly heard: readonly News[]; end(): Promise<void> }> {
  const ending = new AbortController();
  const heard: News[] = [];
  const over = (async () => {
    for await (const news of other.news.hear({ signal: ending.signal })) heard.push(news);
  })();
  await expect
    .poll(async () => {
      await one.news.tell({ kind: 'policy' });
      return heard.length;
    })
    .toBeGreaterThan(0);
  return {
    heard,
    async end() {
      ending.abort();
      await over;
    },
  };
}
