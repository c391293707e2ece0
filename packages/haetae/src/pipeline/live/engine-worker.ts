import { parentPort, workerData } from 'node:worker_threads';
import {
  busBounds,
  type Frame,
  followBus,
  followLog,
  joinedOf,
  type LogDamage,
  LogReader,
  StoreError,
  storeAt,
} from '../../store/index.ts';
import { Committer } from './committer.ts';
import { LiveEngine } from './engine.ts';
import type { EngineAnswer, EngineOrder, EnginePrepared, EngineStatus, EngineThreadData } from './engine-protocol.ts';
import { aheadOf } from './messages.ts';
import { MOST_PROBLEMS } from './problems.ts';

/** Bytes of frames taken between two looks at what else is to be done, and rows that wait for the store at most: more than come while its file is put in order. */
const STRETCH_BYTES = 256 * 1024;
const MOST_ROWS = 16_384;
const STATUS_MS = 1000;

const parent = parentPort;
if (parent === null) throw new Error('engine-worker runs as a worker thread only');
const tell = (answer: EngineAnswer): void => parent.postMessage(answer);
const ending = new AbortController();
let closing = false;
let data: EngineThreadData;
/** Set once there is an engine. A frame is taken in one go, so what comes by message comes between two frames. */
let obey = (order: EngineOrder): unknown => early.push(order);
const early: EngineOrder[] = [];
parent.on('message', (order: EngineOrder) => {
  if (order.kind === 'close') end();
  else if (order.kind === 'begin') begin(order.data);
  else obey(order);
});
const { bus } = workerData as EnginePrepared;
// Its code is loaded and has run once when the turn comes; whether the broker answers is not asked for here.
if (bus !== undefined) void busBounds(bus, joinedOf(bus)).catch(() => {});

function end(): void {
  closing = true;
  ending.abort();
  if (data.frames.kind === 'log') data.frames.port.close();
}
function fail(error: unknown): void {
  const code = error instanceof StoreError ? error.code : 'internal';
  tell({ kind: 'failed', code, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  end();
}

function begin(orders: EngineThreadData): void {
  data = orders;
  run()
    .catch(fail)
    // A client of a broker that went away may hold on to a connection.
    .finally(() => (data.frames.kind === 'bus' ? process.exit() : parent!.close()));
}

async function run(): Promise<void> {
  const store = storeAt(data.store);
  const [stored, snapshot] = [await store.intake.reached(), await store.snapshots.latest()];
  const engine = engineOf(stored, snapshot?.bytes);
  const frames = framesFrom(snapshot === undefined ? 1 : snapshot.seq + 1);
  let storedSeq = stored.seq;
  data.progress[1] = storedSeq;
  let lagMs = 0;
  let lastMs = 0;
  let told = '';
  let clockAt: number | undefined;
  const status = (): EngineStatus => ({
    seq: engine.seq,
    stored: storedSeq,
    counts: { ...engine.counts },
    hosts: engine.hosts,
    hours: engine.hours.save(),
    rules: {
      inForce: engine.detection.counts.inForce,
      refused: engine.detection.counts.refused,
      problems: engine.detection.problemTexts(MOST_PROBLEMS),
    },
    exceptions: {
      inForce: engine.detection.exceptions,
      problems: engine.detection.exceptionProblems.slice(0, MOST_PROBLEMS),
    },
    anomaly: data.detection.baseline !== undefined,
    incidents: engine.incidents,
    lagMs,
  });
  const tellStatus = (): void => {
    const now = status();
    const text = JSON.stringify(now);
    if (text !== told) tell({ kind: 'status', status: now });
    told = text;
  };
  const committer = new Committer({
    store,
    engine,
    keep: data.keep,
    ...(data.frames.kind === 'bus' && { term: data.frames.term }),
    now: () => performance.now(),
    tell: (messages) => tell({ kind: 'told', messages }),
    stored: ({ upTo, notices }) => {
      storedSeq = upTo;
      data.progress[1] = upTo;
      lagMs = Math.max(0, Date.now() - lastMs);
      for (const { code, ...about } of notices) {
        tell({
          kind: 'notice',
          level: 'warn',
          message: 'something that was sent could not be read',
          about: { code, ...about },
        });
      }
    },
    release: (seq) => tell({ kind: 'release', seq }),
    notice: (level, message, about) => tell({ kind: 'notice', level, message, about }),
    failed: fail,
  });
  obey = (order) => {
    if (order.kind === 'rules') engine.setRules(order.detection);
    else if (order.kind === 'policy') engine.detection.setPolicy(order.policy, order.nowMs);
    committer.snapshotSoon();
    committer.schedule();
    tellStatus();
  };
  for (const order of early.splice(0)) obey(order);
  const ticking = setInterval(tellStatus, STATUS_MS);
  tell({ kind: 'started', status: status(), restored: snapshot !== undefined });
  try {
    for await (const some of frames) {
      for (const frame of some) {
        engine.take(frame);
        lastMs = frame.receivedMs;
      }
      data.progress[0] = engine.seq;
      const fresh = engine.fresh();
      if (fresh.length > 0) tell({ kind: 'ahead', messages: fresh.map((one) => aheadOf(one, Date.now())) });
      committer.schedule();
      if (engine.wantsClockAt !== clockAt) {
        clockAt = engine.wantsClockAt;
        if (clockAt !== undefined) tell({ kind: 'clock', atMs: clockAt });
      }
      // Answers and orders are heard between two stretches.
      await new Promise(setImmediate);
      if (engine.rows > MOST_ROWS) await committer.idle();
      if (closing) break;
    }
  } finally {
    clearInterval(ticking);
  }
  await committer.finish();
  tellStatus();
}

function framesFrom(first: number): AsyncIterable<Frame[]> {
  const notice = (level: 'info' | 'error', message: string, about: object): void =>
    tell({ kind: 'notice', level, message, about });
  const damage = ({ path, ...about }: LogDamage): void =>
    notice('error', 'a part of the log cannot be read', { path, ...about });
  const { frames } = data;
  if (frames.kind === 'log')
    return followLog(new LogReader(frames.directory, first, damage), frames.port, STRETCH_BYTES);
  return followBus(frames.place, {
    ...{
      topic: joinedOf(frames.place),
      partition: 0,
      base: frames.base,
      from: first,
      maxBytes: STRETCH_BYTES,
      signal: ending.signal,
      damage,
    },
    state: (trouble) =>
      trouble === ''
        ? notice('info', 'the bus answers', {})
        : notice('error', 'the bus cannot be read: nothing is detected until it can', { reason: trouble }),
    end: (seq) => {
      data.progress[2] = seq;
    },
  });
}

function engineOf(
  stored: { seq: number; eventId: number; findingId: number },
  saved: Uint8Array | undefined,
): LiveEngine {
  const { detection, timeZone } = data;
  const setup = { detection, timeZone, stored, keep: data.keep };
  if (saved === undefined) return new LiveEngine(setup);
  try {
    return new LiveEngine({ ...setup, saved });
  } catch (error) {
    const about = { reason: (error as Error).message };
    tell({
      kind: 'notice',
      level: 'error',
      message: 'what was remembered cannot be read; what came before it is not known',
      about,
    });
    return new LiveEngine(setup);
  }
}
