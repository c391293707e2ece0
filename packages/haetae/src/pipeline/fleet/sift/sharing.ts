import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../../server/index.ts';
import type { ShareAt, Store } from '../../../store/index.ts';
import type { SiftingSetup } from './mark.ts';
import type { PartitionStatus, SiftAnswer, SiftOrder, SiftThreadData } from './protocol.ts';

/** A partition is good for so long without a word, and a word is said as often. */
const HOLD_MS = 2500;
const TURN_MS = 1000;

export interface SharingOptions extends SiftThreadData {
  readonly store: Pick<Store, 'shares'>;
  /** What is shared: the log, and where it is passed on to. */
  readonly shared: string;
  /** Whether this server is also the one who finds. */
  readonly leads: () => boolean;
  readonly told: Log;
  readonly failed: (reason: string) => void;
  /** The compiled thread, where it does not lie beside this file. */
  readonly worker: URL | undefined;
}

/** A server's part of what is received: it sifts some of the partitions, as many as its share is. */
export interface Sharing {
  readonly partitions: readonly PartitionStatus[];
  /** Partitions that it took, and gave back or lost, since it began. */
  readonly handOvers: { readonly taken: number; readonly left: number };
  readonly servers: number;
  setRules(setup: SiftingSetup): void;
  /** Gives back what it has. */
  close(): Promise<void>;
}

export function startSharing({ store, shared, leads, told, failed, worker: at, ...data }: SharingOptions): Sharing {
  const holder = randomUUID();
  const worker = new Worker(at ?? new URL('./sift-worker.js', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const send = (order: SiftOrder): void => worker.postMessage(order);
  const handOvers = { taken: 0, left: 0 };
  let partitions: readonly PartitionStatus[] = [];
  let left: ShareAt[] = [];
  let mine = new Set<number>();
  /** Told to be given back; nobody else may have them before they are. */
  const leaving = new Set<number>();
  let servers = 0;
  let closing = false;
  let trouble = '';
  let timer: NodeJS.Timeout | undefined;

  worker.on('message', (answer: SiftAnswer) => {
    if (answer.kind === 'at') partitions = answer.at;
    else if (answer.kind === 'left') {
      left.push(...answer.left);
      if (!closing) hurry();
    } else if (answer.kind === 'notice') told({ ...answer.about, level: answer.level, message: answer.message });
    else failed(answer.message);
  });
  worker.once('error', (error) => failed(error.stack ?? error.message));
  worker.once('exit', (code) => {
    if (!closing) failed(`the thread that sifts ended with status ${code}`);
  });

  async function turn(forMs: number): Promise<void> {
    const gone = left;
    left = [];
    try {
      const answer = await store.shares.turn({
        ...{ log: shared, partitions: data.place.partitions, holder, forMs, leads: leads(), left: gone },
        at: partitions
          .filter(({ partition }) => mine.has(partition))
          .map(({ partition, seq, receivedMs }) => ({ partition, seq, receivedMs })),
      });
      if (trouble !== '') told({ level: 'info', message: 'partitions are shared again' });
      trouble = '';
      for (const { partition } of gone) leaving.delete(partition);
      servers = answer.servers;
      // What is too much is given back, once nothing more of it is passed on.
      for (const { partition } of answer.mine.slice(answer.most)) leaving.add(partition);
      const kept = answer.mine.filter(({ partition }) => !leaving.has(partition));
      const now = new Set(kept.map(({ partition }) => partition));
      handOvers.taken += [...now].filter((partition) => !mine.has(partition)).length;
      handOvers.left += [...mine].filter((partition) => !now.has(partition)).length;
      mine = now;
      if (!closing) send({ kind: 'shares', mine: kept, slowestMs: answer.slowestMs });
    } catch (error) {
      left = [...gone, ...left];
      const { message } = error as Error;
      if (message !== trouble && !closing)
        told({ level: 'warn', message: 'partitions cannot be shared', reason: message });
      trouble = message;
    }
  }
  let turning: Promise<void> = Promise.resolve();
  function hurry(): void {
    clearTimeout(timer);
    turning = turning.then(async () => {
      clearTimeout(timer);
      if (closing) return;
      await turn(HOLD_MS);
      if (!closing) timer = setTimeout(hurry, TURN_MS);
    });
  }
  hurry();
  return {
    get partitions() {
      return partitions.filter(({ partition }) => mine.has(partition));
    },
    handOvers,
    get servers() {
      return servers;
    },
    setRules: (setup) => send({ kind: 'rules', setup }),
    async close() {
      closing = true;
      clearTimeout(timer);
      await turning;
      send({ kind: 'close' });
      await ended;
      await turn(0);
    },
  };
}
