import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CANARY_HOST, scoreCard } from '../../scenario/index.ts';
import type { Frame } from '../../store/index.ts';
import { openLabBook } from './book.ts';
import { canaryDesk } from './canary.ts';

const HOST = 'PC-1.example';
const card = (id: string, madeMs: number) =>
  scoreCard({ id, title: id, madeMs, source: 'logs', minLevel: 'medium' }, [], {
    labels: [
      {
        campaign: 'c',
        step: 's',
        techniques: ['T1082'],
        computer: HOST,
        channel: 'c',
        eventId: 1,
        record: 1,
        time: '2026-03-02T01:00:00Z',
      },
    ],
    ...{ present: new Set(), findings: [], blind: () => ({ kind: 'rule-blind' as const, about: [] }) },
  });

describe('cards that are kept', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'haetae-lab-book-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('the newest first, also for who opens the folder anew; removed they are gone', () => {
    openLabBook(folder).add(card('old', 1), false);
    openLabBook(folder).add(card('new', 2), true);
    const book = openLabBook(folder);
    expect(book.list().map(({ card: { id }, exercise }) => [id, exercise])).toEqual([
      ['new', true],
      ['old', false],
    ]);
    expect([book.remove('old'), book.remove('old'), openLabBook(folder).list().length]).toEqual([true, false, 1]);
  });

  test.each(['../x', 'a/b', ''])('an id that is no name of a file is refused: %s', (id) => {
    const book = openLabBook(folder);
    expect(() => book.add(card(id, 1), false)).toThrow('letters');
    expect(book.get(id)).toBeUndefined();
  });

  test('one’s calls are graded once, and kept', () => {
    const book = openLabBook(folder);
    book.add(card('drill', 1), true);
    const by = { actor: 'u1', name: 'Kim', atMs: 5 };
    const calls = [{ host: 'pc-1', timeMs: Date.parse('2026-03-02T01:00:00Z'), technique: 'T1082' }];
    expect(book.grade('drill', calls, by).mark).toBe(100);
    expect(() => book.grade('drill', calls, by)).toThrow('already');
    expect(() => book.grade('none', calls, by)).toThrow('no such');
    expect(openLabBook(folder).get('drill')!.attempts).toMatchObject([{ name: 'Kim', grades: { mark: 100 } }]);
  });
});

describe('the canary', () => {
  function desk(outcome: 'durable' | 'full' = 'durable') {
    const frames: Omit<Frame, 'seq' | 'body'>[] & { bytes?: Uint8Array }[] = [];
    const clock = { now: 1000 };
    const accept = async (frame: never) => {
      frames.push(frame);
      return outcome === 'durable'
        ? { kind: 'durable' as const, seq: 1 }
        : { kind: 'full' as const, reason: 'no space' };
    };
    return { frames, clock, desk: canaryDesk({ accept: accept as never }, () => clock.now) };
  }

  test('is an event of the lab: of its own host, marked, by nobody’s token', async () => {
    const { desk: canary, frames } = desk();
    await canary.play(60_000);
    expect(frames[0]).toMatchObject({ format: 'ndjson', origin: 'lab', token: '', items: 1 });
    const event = JSON.parse(Buffer.from(frames[0]!.bytes!).toString());
    expect(event).toMatchObject({
      Hostname: CANARY_HOST,
      EventID: 1,
      CommandLine: expect.stringMatching(/^whoami.*haetae-lab:/),
    });
  });

  test.each([
    { about: 'in time', heard: 3000, asked: 3000, state: 'came', afterMs: 2000 },
    { about: 'not yet', heard: undefined, asked: 60_000, state: 'waiting', afterMs: null },
    { about: 'never', heard: undefined, asked: 61_001, state: 'late', afterMs: null },
    { about: 'too late', heard: 62_000, asked: 62_000, state: 'late', afterMs: 61_000 },
  ])('the finding comes $about', async ({ heard, asked, state, afterMs }) => {
    const { desk: canary, clock } = desk();
    const { sentMs } = await canary.play(60_000);
    canary.heard({ host: 'PC-1', timeMs: sentMs });
    if (heard !== undefined) {
      clock.now = heard;
      canary.heard({ host: CANARY_HOST, timeMs: sentMs });
    }
    clock.now = asked;
    expect(canary.list()).toMatchObject([{ state, afterMs }]);
  });

  test('a server that takes nothing in says so', async () => {
    const { desk: canary } = desk('full');
    await expect(canary.play(1000)).rejects.toThrow('no space');
    expect(canary.list()).toEqual([]);
  });
});
