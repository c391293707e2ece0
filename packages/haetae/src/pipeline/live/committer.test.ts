import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_EVENTS, StoreError } from '../../store/index.ts';
import { Committer } from './committer.ts';
import { emptyCut } from './output.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
afterEach(() => void vi.useRealTimers());

const SNAPSHOTS = { save: async () => {}, releasable: async () => 0 };

/** A committer over an engine that took frames, and a store that takes so long for a commit; when commits began. */
function committer(takesMs: number, eventsOfFrame = 0, snapshots: object = SNAPSHOTS) {
  const begun: number[] = [];
  const released: number[] = [];
  let cutSeq = 0;
  const engine = {
    ...{ seq: 0, rows: 0, hasNews: false },
    cut() {
      begun.push(Date.now());
      engine.hasNews = false;
      const rows = (engine.seq - cutSeq) * eventsOfFrame;
      cutSeq = engine.seq;
      return { ...emptyCut(engine.seq), events: { ...NO_EVENTS, rows } };
    },
    save: () => new Uint8Array(0),
  };
  const commit = () => new Promise((resolve) => setTimeout(() => resolve({ changed: [] }), takesMs));
  const nothing = (): void => {};
  const one = new Committer({
    store: { intake: { commit }, snapshots } as never,
    engine,
    keep: true,
    now: Date.now,
    ...{ tell: nothing, stored: nothing, release: (seq: number) => released.push(seq), notice: nothing },
    failed(error) {
      throw error;
    },
  });
  /** At a time, a frame is taken that changes incidents, or none. */
  const frame = async (at: number, news: boolean): Promise<void> => {
    await vi.advanceTimersByTimeAsync(at - Date.now());
    engine.seq++;
    engine.hasNews ||= news;
    one.schedule();
  };
  return { begun, released, frame, snapshotSoon: () => one.snapshotSoon() };
}

test('frames are stored together, a quarter of a second after those before', async () => {
  const { begun, frame } = committer(30);
  for (let at = 2000; at < 3000; at += 20) await frame(at, false);
  expect(begun).toEqual([2000, 2250, 2500, 2750]);
});

test('incidents that changed are stored at once, and no sooner than a tenth of a second after the last commit', async () => {
  const { begun, frame } = committer(30);
  await frame(2000, false);
  await frame(2040, false);
  await frame(2170, true);
  await frame(2180, true);
  await frame(2200, false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toEqual([2000, 2170, 2270]);
});

test('where a commit takes longer than that, what came meanwhile goes with the next', async () => {
  const { begun, frame } = committer(400);
  for (let at = 2000; at < 3000; at += 50) await frame(at, true);
  expect(begun).toEqual([2000, 2400, 2800]);
});

test('of many events a second more go with one commit, as long as they come', async () => {
  const { begun, frame } = committer(30, 250);
  for (let at = 2000; at < 4000; at += 20) await frame(at, false);
  for (let at = 4000; at < 6000; at += 200) await frame(at, false);
  expect(begun).toEqual([2000, 2250, 2750, 3250, 3750, 4250, 4500, 4750, 5000, 5250, 5500, 5750]);
});

test('a store that goes away when all but the last question is answered is asked that again', async () => {
  const away = new StoreError('unreachable', 'the database cannot be reached');
  const releasable = vi.fn().mockRejectedValueOnce(away).mockResolvedValue(1);
  const { released, frame, snapshotSoon } = committer(30, 0, { save: async () => {}, releasable });
  snapshotSoon();
  await frame(2000, false);
  await vi.advanceTimersByTimeAsync(3000);
  expect(releasable).toHaveBeenCalledTimes(2);
  expect(released).toEqual([1]);
});

test('the state is kept every ten seconds, and once more when nothing comes any more', async () => {
  const kept: (readonly [at: number, seq: number])[] = [];
  const save = async ({ seq }: { seq: number }) => void kept.push([Date.now(), seq]);
  const { frame } = committer(30, 0, { ...SNAPSHOTS, save });
  for (let at = 2000; at < 14_000; at += 250) await frame(at, false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kept).toEqual([
    [11_030, 36],
    [21_030, 48],
  ]);
});
