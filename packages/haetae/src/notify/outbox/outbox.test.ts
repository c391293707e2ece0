import { describe, expect, test } from 'vitest';
import { failed } from '../channels/channel.ts';
import { bodyWith } from '../testing/memory.ts';
import { fileOf, type Heard, place, room } from '../testing/room.ts';

const MINUTE = 60_000;
const said = (heard: readonly Heard[]) =>
  heard.map(({ how, id }) => [how, id.includes('.') ? 'again' : 'first'].join(' '));

async function begun(yaml: string, places: Parameters<typeof room>[1], more: Parameters<typeof room>[2] = {}) {
  const made = room(yaml, places, more);
  await made.start();
  return made;
}

describe('one incident', () => {
  test('is one message with its details below, edited at most every 5 s, told of what is worth a message once a minute', async () => {
    const slack = place(true);
    const it = await begun(fileOf(['slack']), { slack });
    it.kept.put({ id: 'i1', body: bodyWith([5000, 5001]) });
    for (let i = 0; i < 100; i++) {
      await it.pass(200);
      it.kept.put({ id: 'i1', findings: i + 2 });
    }
    await it.pass(10_000);
    const { heard } = slack;
    expect(heard.filter(({ how }) => how === 'send')).toHaveLength(1);
    expect(heard.filter(({ how }) => how === 'reply')).toHaveLength(1);
    const edits = heard.filter(({ how }) => how === 'edit').map(({ atMs }) => atMs);
    expect(edits.length).toBeGreaterThan(2);
    for (let i = 1; i < edits.length; i++) expect(edits[i]! - edits[i - 1]!).toBeGreaterThanOrEqual(5000);
    const last = heard.filter(({ how }) => how === 'edit').at(-1)!.message;
    expect(last.kind === 'incident' && last.data.findings).toBe(101);
    it.kept.put({ id: 'i1', level: 'critical', hosts: ['PC-1', 'DC-1.corp.example'] });
    await it.pass(MINUTE);
    const news = heard.at(-1)!;
    expect([news.how, news.message.kind === 'incident' && news.message.notes]).toEqual([
      'reply',
      ['Level: high → critical', 'Further hosts: DC-1[.]corp[.]example'],
    ]);
  });

  test('in a channel that cannot edit is told again only when it grows worse, under an id of its own', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail']), { mail });
    it.kept.put({ id: 'i1' });
    await it.pass(2000);
    it.kept.put({ id: 'i1', findings: 9 });
    await it.pass(MINUTE);
    it.kept.put({ id: 'i1', level: 'critical' });
    await it.pass(MINUTE);
    expect(said(mail.heard)).toEqual(['send first', 'send again']);
    expect(new Set(mail.heard.map(({ id }) => id)).size).toBe(2);
    it.kept.put({ id: 'i1', findings: 12 });
    await it.pass(MINUTE);
    // Nothing more is owed, and nothing is counted as if it were.
    expect(it.lanes.get('mail')!.open.size).toBe(0);
  });

  test.each([
    { what: 'was there before anybody was to be told', put: 'before', level: 'high', records: [5000], told: 0 },
    { what: 'was imported', put: 'after', level: 'high', records: [1, 2], told: 0 },
    { what: 'was imported, and goes on live', put: 'after', level: 'high', records: [1, 5000], told: 1 },
    { what: 'is too mild for the route', put: 'after', level: 'low', records: [5000], told: 0 },
    { what: 'is live', put: 'after', level: 'medium', records: [5000], told: 1 },
  ] as const)('that $what: $told messages', async ({ put, level, records, told }) => {
    const mail = place(false);
    const it = room(fileOf(['mail']), { mail });
    if (put === 'before') it.kept.put({ id: 'i1', level, body: bodyWith(records) });
    await it.start();
    if (put === 'after') it.kept.put({ id: 'i1', level, body: bodyWith(records) });
    await it.pass(MINUTE);
    expect(mail.heard).toHaveLength(told);
  });

  test('that was imported is told once something live joins it, however soon', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail']), { mail });
    it.kept.put({ id: 'i1', body: bodyWith([1]) });
    await it.pass(1000);
    it.kept.put({ id: 'i1', body: bodyWith([1, 5000]) });
    await it.pass(10_000);
    expect(mail.heard).toHaveLength(1);
  });

  test('imports are told where that is asked for', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail'], 'imports: true'), { mail });
    it.kept.put({ id: 'i1', body: bodyWith([1]) });
    await it.pass(1000);
    expect(mail.heard).toHaveLength(1);
  });

  test('that was joined to another says so in its message, and is told no more', async () => {
    const slack = place(true);
    const it = await begun(fileOf(['slack']), { slack });
    it.kept.put({ id: 'i1' });
    await it.pass(10_000);
    it.kept.put({ id: 'i1', mergedInto: 'ffff00001111' });
    await it.pass(2 * MINUTE);
    const last = slack.heard.at(-1)!.message;
    expect(last.kind === 'incident' && last.notes).toEqual(['joined to incident ffff0000']);
  });
});

describe('under load', () => {
  test('10,000 findings in a minute: at most 60 messages a minute and channel, one message an incident, nothing lost', async () => {
    const [slack, mail] = [place(true), place(false)];
    const it = await begun(fileOf(['slack', 'mail'], 'digest: { over: 1000 }'), { slack, mail });
    for (let i = 0; i < 10_000; i++) {
      it.kept.put({ id: `i${i % 40}`, findings: Math.floor(i / 40) + 1 });
      if (i % 33 === 32) await it.pass(200);
    }
    await it.pass(10 * MINUTE);
    for (const { heard } of [slack, mail]) {
      const roots = heard.filter(({ how }) => how === 'send');
      expect(roots).toHaveLength(40);
      const times = heard.map(({ atMs }) => atMs);
      for (let i = 0; i < times.length; i++)
        expect(times.filter((at) => at >= times[i]! && at < times[i]! + MINUTE).length).toBeLessThanOrEqual(60);
    }
    // What stands in the end is the end.
    const last = new Map(
      slack.heard
        .filter(({ how }) => how !== 'reply')
        .map(({ message }) => [message.kind === 'incident' && message.incident, message]),
    );
    expect([...last.values()].map((one) => one.kind === 'incident' && one.data.findings)).toEqual(Array(40).fill(250));
    expect([...it.kept.deliveries.values()].every(({ state }) => state === 'sent')).toBe(true);
  });

  test('what is not grave is told together; the grave one by one, the gravest first; each once', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail']), { mail });
    for (let i = 0; i < 300; i++) it.kept.put({ id: `m${i}`, level: 'medium', risk: 40 });
    for (let i = 0; i < 5; i++) it.kept.put({ id: `c${i}`, level: 'critical', risk: 90 + i });
    await it.pass(10 * MINUTE);
    const kinds = mail.heard.map(({ message }) => message.kind);
    expect(kinds.filter((kind) => kind === 'digest')).toHaveLength(1);
    const digest = mail.heard.find(({ message }) => message.kind === 'digest')!.message;
    expect([
      digest.title,
      digest.kind === 'digest' && digest.lines.length,
      digest.kind === 'digest' && digest.lines.at(-1),
    ]).toEqual(['300 new incidents', 21, '… and 280 more incidents']);
    expect(mail.heard.flatMap(({ message }) => (message.kind === 'incident' ? [message.incident] : []))).toEqual([
      'c4',
      'c3',
      'c2',
      'c1',
      'c0',
    ]);
    it.kept.put({ id: 'm7', level: 'high' });
    await it.pass(MINUTE);
    expect(mail.heard.at(-1)!.message).toMatchObject({ kind: 'incident', incident: 'm7', reason: 'worse' });
  });
});

describe('trouble', () => {
  test('more incidents at one moment than are read at once: none is passed over', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail']), { mail });
    for (let i = 0; i < 6000; i++) it.kept.put({ id: `l${i}`, level: 'low', risk: 10 });
    it.kept.put({ id: 'grave', level: 'critical', risk: 99 });
    await it.pass(MINUTE);
    expect(mail.heard.map(({ message }) => message.kind === 'incident' && message.incident)).toEqual(['grave']);
    it.kept.put({ id: 'l0', level: 'high', risk: 60 });
    await it.pass(MINUTE);
    expect(mail.heard.at(-1)!.message).toMatchObject({ kind: 'incident', incident: 'l0' });
  });

  test('a delivery that was read before it was done is read again: it holds up nobody', async () => {
    const slack = place(true);
    const it = await begun(fileOf(['slack']), { slack });
    it.kept.put({ id: 'i1' });
    await it.pass(MINUTE);
    const [delivery] = [...it.kept.deliveries.values()];
    it.kept.put({ id: 'i1', findings: 2 });
    // Somebody else's write, between the look and the edit.
    const list = it.kept.store.deliveries.list;
    it.kept.store.deliveries.list = async (wanted) => {
      const read = await list(wanted);
      it.kept.store.deliveries.list = list;
      await it.kept.store.deliveries.update(delivery!.id, delivery!.version, {}, '', delivery!.updatedMs);
      return read;
    };
    await it.pass(MINUTE);
    it.kept.put({ id: 'i2' });
    await it.pass(MINUTE);
    expect([...it.kept.deliveries.values()].map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(slack.heard.filter(({ how }) => how === 'send')).toHaveLength(2);
  });

  test('a pause that is asked for is kept, for the whole channel', async () => {
    const mail = place(false);
    mail.next.push({ kind: 'busy', waitMs: 30_000, why: '429' });
    const it = await begun(fileOf(['mail']), { mail });
    it.kept.put({ id: 'i1' });
    it.kept.put({ id: 'i2' });
    await it.pass(29_000);
    expect(mail.heard).toHaveLength(0);
    await it.pass(5000);
    expect(mail.heard).toHaveLength(2);
  });

  test.each(['mail', 'slack'])('%s: what fails is tried again, ever more seldom, until it arrives', async (name) => {
    const there = place(name === 'slack');
    for (let i = 0; i < 7; i++) there.next.push(failed('answer 503'));
    const it = await begun(fileOf([name]), { [name]: there });
    it.kept.put({ id: 'i1' });
    await it.pass(62_000);
    expect(there.heard).toHaveLength(0);
    await it.pass(70_000);
    expect(there.heard.filter(({ how }) => how === 'send')).toHaveLength(1);
  });

  test('an answer that never came: Slack is looked through and gets no second one, mail gets one more with the same id', async () => {
    const [slack, mail] = [place(true), place(false)];
    slack.next.push('lost');
    mail.next.push('lost');
    const it = await begun(fileOf(['slack', 'mail']), { slack, mail });
    it.kept.put({ id: 'i1' });
    await it.pass(MINUTE);
    expect(slack.heard.filter(({ how }) => how === 'send')).toHaveLength(1);
    expect(mail.heard).toHaveLength(2);
    expect(new Set(mail.heard.map(({ id }) => id)).size).toBe(1);
  });

  test.each([0, 1, 2, 3])(
    'killed at message %i, again and again: nothing lost, Slack each once, mail at most one repeat a crash',
    async (n) => {
      const [slack, mail] = [place(true), place(false)];
      const it = await begun(fileOf(['slack', 'mail'], 'digest: { over: 1000 }'), { slack, mail });
      for (let i = 0; i < 10; i++) it.kept.put({ id: `i${i}` });
      let crashes = 0;
      for (let round = 0; round < 12; round++) {
        const there = round % 2 === 0 ? slack : mail;
        for (let i = 0; i < n; i++) there.next.push({ kind: 'sent', ref: null });
        there.next.push('crash');
        await it.pass(n * 1000 + 1500);
        there.next.length = 0;
        await it.crash();
        crashes++;
      }
      await it.pass(5 * MINUTE);
      const roots = (heard: readonly Heard[]) =>
        heard.filter(({ how }) => how === 'send').map(({ message }) => message.kind === 'incident' && message.incident);
      expect(roots(slack.heard).sort()).toEqual(Array.from({ length: 10 }, (_, i) => `i${i}`));
      expect(new Set(roots(mail.heard)).size).toBe(10);
      expect(roots(mail.heard).length).toBeLessThanOrEqual(10 + crashes);
      const byId = new Map<string, Set<unknown>>();
      for (const { id, message } of mail.heard)
        byId.set(id, (byId.get(id) ?? new Set()).add(message.kind === 'incident' && message.incident));
      expect([...byId.values()].every(({ size }) => size === 1)).toBe(true);
      expect(slack.heard.filter(({ how }) => how === 'reply')).toHaveLength(10);
    },
  );

  test('what changed while it was down is told when it is back', async () => {
    const slack = place(true);
    const it = await begun(fileOf(['slack']), { slack });
    it.kept.put({ id: 'i1' });
    await it.pass(MINUTE);
    it.kept.kill();
    it.kept.put({ id: 'i1', findings: 77 });
    it.kept.put({ id: 'i2' });
    await it.crash();
    await it.pass(MINUTE);
    const told = slack.heard
      .slice(2)
      .map(({ how, message }) => [how, message.kind === 'incident' && message.data.findings]);
    expect(told).toEqual([
      ['edit', 77],
      ['send', 1],
      ['reply', 1],
    ]);
  });

  test('a dead channel is told of by its fallback, with what it was to tell; alive again, it is told of what is new', async () => {
    const [slack, mail] = [place(true), place(false)];
    const it = await begun(fileOf(['slack>mail', 'mail'], 'routes: [{ to: slack, level: low }]'), { slack, mail });
    slack.next.push(failed('invalid_auth', { dead: true }));
    it.kept.put({ id: 'i1' });
    it.kept.put({ id: 'i2' });
    await it.pass(10_000);
    expect(mail.heard.map(({ message }) => message.title)).toEqual([
      'Haetae: channel slack cannot be reached',
      '[high] A rule (PC-1)',
      '[high] A rule (PC-1)',
    ]);
    const [, second] = mail.heard;
    expect(second!.message.kind === 'incident' && second!.message.notes).toEqual([
      'Meant for slack, which cannot be reached.',
    ]);
    it.kept.put({ id: 'i3' });
    await it.pass(10_000);
    expect([slack.heard.length, mail.heard.length]).toEqual([0, 4]);
    await it.pass(6 * MINUTE);
    it.kept.put({ id: 'i4' });
    await it.pass(MINUTE);
    expect(
      slack.heard
        .filter(({ how }) => how === 'send')
        .map(({ message }) => message.kind === 'incident' && message.incident),
    ).toEqual(['i4']);
    expect(mail.heard.at(-1)!.message.title).toBe('Haetae: channel slack can be reached again');
    expect(
      [...it.kept.deliveries.values()].filter(({ state }) => state === 'given-up').map(({ error }) => error),
    ).toEqual(['invalid_auth; told by mail', 'invalid_auth; told by mail']);
  });

  test('without a fallback what a dead channel was to tell waits for it', async () => {
    const mail = place(false);
    for (let i = 0; i < 12; i++) mail.next.push(failed('ECONNREFUSED'));
    const it = await begun(fileOf(['mail']), { mail });
    it.kept.put({ id: 'i1' });
    await it.pass(120 * MINUTE);
    expect(mail.heard).toHaveLength(1);
  });

  test('a channel that is off: its fallback is told, and says for whom', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['slack>mail', 'mail'], 'routes: [{ to: slack, level: low }]'), { mail });
    it.kept.put({ id: 'i1' });
    await it.pass(10_000);
    expect(mail.heard.map(({ message }) => message.kind === 'incident' && message.notes)).toEqual([
      ['Meant for slack, which cannot be reached.'],
    ]);
  });

  test('a message that is refused is given up and told by the fallback; the others go on', async () => {
    const [mail, mail2] = [place(false), place(false)];
    mail.next.push({ kind: 'refused', why: 'answer 413' });
    const it = await begun(fileOf(['mail>mail2', 'mail2'], 'routes: [{ to: mail }]'), { mail, mail2 });
    it.kept.put({ id: 'i1', risk: 90 });
    it.kept.put({ id: 'i2', risk: 50 });
    await it.pass(10_000);
    const told = (heard: readonly Heard[]) =>
      heard.map(({ message }) => message.kind === 'incident' && message.incident);
    expect([told(mail.heard), told(mail2.heard)]).toEqual([['i2'], ['i1']]);
  });
});

describe('the time of day', () => {
  const night = Date.parse('2026-03-17T15:00:00Z'); // 00:00 in Seoul
  const quiet = 'routes: [{ to: mail, level: low, quiet: { between: "22:00-07:00" } }]';

  test('in quiet hours only what is critical is told; the rest in the morning', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail'], quiet), { mail }, { startMs: night });
    it.kept.put({ id: 'i1' });
    it.kept.put({ id: 'i2', level: 'critical' });
    await it.pass(60 * MINUTE);
    expect(mail.heard).toHaveLength(1);
    await it.pass(6 * 60 * MINUTE + MINUTE);
    expect(mail.heard.map(({ atMs }) => new Date(atMs).toISOString())).toEqual([
      '2026-03-17T15:00:00.000Z',
      '2026-03-17T22:00:00.000Z',
    ]);
  });

  test('what grows critical while it is held is told at once', async () => {
    const mail = place(false);
    const it = await begun(fileOf(['mail'], quiet), { mail }, { startMs: night });
    it.kept.put({ id: 'i1' });
    await it.pass(MINUTE);
    it.kept.put({ id: 'i1', level: 'critical' });
    await it.pass(MINUTE);
    expect(mail.heard).toHaveLength(1);
  });
});
