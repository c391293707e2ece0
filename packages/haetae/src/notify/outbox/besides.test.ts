import { describe, expect, test } from 'vitest';
import { failed } from '../channels/channel.ts';
import type { Proposal, Responses } from '../responses.ts';
import { bodyWith } from '../testing/memory.ts';
import { fileOf, type Heard, place, room } from '../testing/room.ts';

/** Responses that wait, as somebody else keeps them. */
function responsesOf(waiting: Proposal[]): Responses {
  return {
    waiting: async () => waiting,
    incidents: async () => (waiting.length === 0 ? [] : ['i1']),
    vote: async () => {},
  };
}
const proposal = (more: Partial<Proposal> = {}): Proposal => ({
  ...{ id: 'r1', version: 1, action: 'end process', host: 'PC-1', about: 'evil.exe (4711)', persons: 2, votes: [] },
  ...more,
});
const asks = (heard: readonly Heard[]) =>
  heard
    .filter(({ how }) => how === 'send' || how === 'edit')
    .map(({ message }) => (message.kind === 'incident' ? message.asks.map(({ text }) => text) : []));

describe('a response that waits for people', () => {
  test('stands in the message of its incident from the first, and as it is now', async () => {
    const slack = place(true);
    const waiting = [proposal()];
    const it = room(fileOf(['slack']), { slack }, { responses: responsesOf(waiting) });
    await it.start();
    it.kept.put({ id: 'i1', body: bodyWith([5000]) });
    await it.pass(20_000);
    waiting[0] = proposal({ version: 2, votes: [{ account: 'u1', name: 'kim' }] });
    it.responded('i1');
    await it.pass(20_000);
    waiting.pop();
    it.responded('i1');
    await it.pass(20_000);
    expect(asks(slack.heard)).toEqual([
      ['end process · evil.exe (4711) · PC-1 · approved by 0 of 2'],
      ['end process · evil.exe (4711) · PC-1 · approved by 1 of 2 (kim)'],
      [],
    ]);
  });

  test('that comes later is told below the message too, for an edit tells nobody', async () => {
    const slack = place(true);
    const waiting: Proposal[] = [];
    const it = room(fileOf(['slack']), { slack }, { responses: responsesOf(waiting) });
    await it.start();
    it.kept.put({ id: 'i1', body: bodyWith([5000]) });
    await it.pass(20_000);
    waiting.push(proposal());
    it.responded('i1');
    await it.pass(120_000);
    const last = slack.heard.at(-1)!;
    expect([last.how, last.message.kind === 'incident' && last.message.notes]).toEqual([
      'reply',
      ['A response waits for approval: end process · evil.exe (4711) · PC-1 · approved by 0 of 2'],
    ]);
  });

  test('while nobody ran is found at the start', async () => {
    const slack = place(true);
    const waiting: Proposal[] = [];
    const it = room(fileOf(['slack']), { slack }, { responses: responsesOf(waiting) });
    await it.start();
    it.kept.put({ id: 'i1', body: bodyWith([5000]) });
    await it.pass(20_000);
    waiting.push(proposal());
    await it.crash();
    await it.pass(20_000);
    expect(asks(slack.heard).at(-1)).toHaveLength(1);
  });

  test.each([
    { redaction: 'names', text: 'end process · PC-1 · approved by 0 of 2' },
    { redaction: 'minimal', text: 'end process · approved by 0 of 2' },
  ])('tells a channel of $redaction no more than it may know', async ({ redaction, text }) => {
    const slack = place(true);
    const file = fileOf(['slack']).replace('redaction: full', `redaction: ${redaction}`);
    const it = room(file, { slack }, { responses: responsesOf([proposal()]) });
    await it.start();
    it.kept.put({ id: 'i1', body: bodyWith([5000]) });
    await it.pass(5000);
    expect(asks(slack.heard)[0]).toEqual([text]);
  });
});

describe('files of an incident', () => {
  const attach = async (incident: string) => [
    { name: `${incident}.png`, title: 'Timeline', bytes: new Uint8Array(1) },
    { name: `${incident}.pdf`, title: 'Report', bytes: new Uint8Array(1) },
  ];
  const files = (heard: readonly Heard[]) =>
    heard.filter(({ how }) => how === 'files').map(({ message }) => String(message));
  const begun = async (slack: ReturnType<typeof place>, more: Parameters<typeof room>[2] = {}) => {
    const it = room(fileOf(['slack']), { slack }, { attach, ...more });
    await it.start();
    return it;
  };

  test('go below its message once, when it has been quiet for half a minute', async () => {
    const slack = place(true);
    const it = await begun(slack);
    it.kept.put({ id: 'i1' });
    for (let i = 0; i < 6; i++) {
      await it.pass(10_000);
      it.kept.put({ id: 'i1', findings: i + 2 });
    }
    expect(files(slack.heard)).toEqual([]);
    await it.pass(120_000);
    it.kept.put({ id: 'i1', findings: 99 });
    await it.pass(120_000);
    expect(files(slack.heard)).toEqual(['i1.png,i1.pdf']);
  });

  test('of many incidents at once: each has its own, and nothing waits in the end', async () => {
    const slack = place(true);
    const it = await begun(slack);
    for (let i = 0; i < 10; i++) it.kept.put({ id: `i${i}` });
    await it.pass(10_000);
    for (let i = 0; i < 10; i++) it.kept.put({ id: `i${i}`, findings: 9 });
    await it.pass(600_000);
    expect(files(slack.heard).sort()).toEqual([...Array(10).keys()].map((i) => `i${i}.png,i${i}.pdf`));
    expect(it.lanes.get('slack')!.open.size).toBe(0);
  });

  test('or when it never is, after five minutes', async () => {
    const slack = place(true);
    const it = await begun(slack);
    it.kept.put({ id: 'i1' });
    for (let i = 0; i < 40; i++) {
      await it.pass(10_000);
      it.kept.put({ id: 'i1', findings: i + 2 });
    }
    expect(files(slack.heard)).toEqual(['i1.png,i1.pdf']);
  });

  test('after an answer that never came they are looked for before they are sent again', async () => {
    const slack = place(true);
    const it = await begun(slack);
    it.kept.put({ id: 'i1' });
    await it.pass(20_000);
    slack.next.push('lost');
    await it.pass(120_000);
    expect(files(slack.heard)).toHaveLength(1);
  });

  test.each([
    { what: 'the app may not send any', outcome: failed('missing_scope: files:write', { dead: true }) },
    { what: 'they are refused', outcome: { kind: 'refused', why: 'answer 413' } as const },
  ])('where $what the channel lives on, and so does the message', async ({ outcome }) => {
    const slack = place(true);
    const it = await begun(slack);
    it.kept.put({ id: 'i1' });
    await it.pass(20_000);
    slack.next.push(outcome);
    await it.pass(60_000);
    it.kept.put({ id: 'i1', findings: 7 });
    await it.pass(60_000);
    expect(files(slack.heard)).toEqual([]);
    expect(slack.heard.at(-1)!.how).toBe('edit');
    expect(it.lanes.get('slack')!.deadSinceMs).toBeNull();
  });

  test('that cannot be made, or not in time, are left out', async () => {
    const slack = place(true);
    const it = await begun(slack, { attach: () => new Promise(() => {}) });
    it.kept.put({ id: 'i1' });
    await it.pass(20_000);
    const few = async (): Promise<void> => {
      for (let i = 0; i < 50; i++) await Promise.resolve();
    };
    await it.clock.advance(60_000, few);
    // Nobody waits for them: what is new is told meanwhile.
    it.kept.put({ id: 'i2', level: 'medium' });
    it.responded('i2');
    await it.clock.advance(20_000, few);
    expect(slack.heard.filter(({ how }) => how === 'send')).toHaveLength(2);
    await it.clock.advance(400_000, few);
    expect(files(slack.heard)).toEqual([]);
    expect(it.log).toContainEqual(
      expect.objectContaining({ message: 'the files of an incident were not made', why: 'it took too long' }),
    );
  });

  test('are not for a level that the channel does not want, nor for one that may not be told all', async () => {
    const slack = place(true);
    const it = room(fileOf(['slack']).replace('full', 'names'), { slack }, { attach });
    await it.start();
    it.kept.put({ id: 'i1' });
    await it.pass(120_000);
    expect(files(slack.heard)).toEqual([]);
  });
});
