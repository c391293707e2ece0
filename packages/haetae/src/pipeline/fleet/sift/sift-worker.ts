import { parentPort, workerData } from 'node:worker_threads';
import {
  type BusWriter,
  type Fetching,
  openBusWriter,
  openFetching,
  receivedOf,
  siftedOf,
} from '../../../store/index.ts';
import { type Passing, passOn } from './passing.ts';
import type { SiftAnswer, SiftOrder, SiftThreadData } from './protocol.ts';
import { Sifter } from './sifter.ts';

const TELL_MS = 250;

const parent = parentPort;
if (parent === null) throw new Error('sift-worker runs as a worker thread only');
const { place, log, setup, timeZone } = workerData as SiftThreadData;
const tell = (answer: SiftAnswer): void => parent.postMessage(answer);
const sifter = new Sifter(setup, timeZone);
const passing = new Map<number, Passing>();
let slowestMs = 0;
let closing = false;

/** Until when all is passed on, of this server's partitions and the others'. */
const slowest = (): number => Math.min(slowestMs, ...[...passing.values()].map(({ status }) => status.receivedMs));

async function leave(partitions: readonly number[]): Promise<void> {
  const left = partitions.flatMap((partition) => passing.get(partition) ?? []);
  for (const { end } of left) end.abort();
  await Promise.all(left.map(({ over }) => over));
  for (const partition of partitions) passing.delete(partition);
  if (left.length > 0)
    tell({
      kind: 'left',
      left: left.map(({ status: { partition, seq, receivedMs } }) => ({ partition, seq, receivedMs })),
    });
}

function share(fetching: Fetching, writer: BusWriter, mine: Extract<SiftOrder, { kind: 'shares' }>['mine']): void {
  const wanted = new Set(mine.map(({ partition }) => partition));
  void leave([...passing.keys()].filter((partition) => !wanted.has(partition))).catch(fail);
  for (const { partition, seq } of mine) {
    if (passing.has(partition)) continue;
    const one = passOn({ place, log, partition, after: seq, sifter, fetching, writer, slowest, notice });
    passing.set(partition, one);
    one.over.catch(fail);
  }
}

function notice(level: 'info' | 'error', message: string, about: object): void {
  tell({ kind: 'notice', level, message, about });
}
function fail(error: unknown): void {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

async function run(port: NonNullable<typeof parent>): Promise<void> {
  const writer = await openBusWriter(place, siftedOf(place), 0, true);
  const fetching = await openFetching(place, receivedOf(place));
  const telling = setInterval(
    () => tell({ kind: 'at', at: [...passing.values()].map(({ status }) => status) }),
    TELL_MS,
  );
  await new Promise<void>((resolve) => {
    port.on('message', (order: SiftOrder) => {
      if (closing) return;
      if (order.kind === 'rules') sifter.setRules(order.setup);
      else if (order.kind === 'shares') {
        ({ slowestMs } = order);
        share(fetching, writer, order.mine);
      } else {
        closing = true;
        clearInterval(telling);
        leave([...passing.keys()])
          .catch(fail)
          .finally(resolve);
      }
    });
  });
  await Promise.all([writer.close(), fetching.close()]);
  // A client of a broker that went away may hold on to a connection.
  process.exit();
}

run(parent).catch(fail);
