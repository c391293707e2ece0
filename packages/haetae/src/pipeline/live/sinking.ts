import { Worker } from 'node:worker_threads';
import type { Log, LogLine, RunningServer } from '../../server/index.ts';
import { noStatus, type SinkPlace, type SinkStatus } from '../../sink/index.ts';
import { type OpenStore, StoreError } from '../../store/index.ts';

/** What the thread is told at its start, and what it says. */
export interface SinkOrder {
  readonly store: ReturnType<OpenStore['connect']>;
  readonly place: SinkPlace;
}
export type SinkSaid =
  | { readonly kind: 'status'; readonly status: SinkStatus }
  | { readonly kind: 'log'; readonly line: LogLine };

export interface Sinking {
  status(): SinkStatus;
  close(): Promise<void>;
}

const CLOSING_MS = 5000;
const MEMORY_MB = 512;

/** Throws `missing` where the optional package is not there: who asked for it is to know at the start. */
export function checkSink(): void {
  try {
    import.meta.resolve('@haetae/opensearch');
  } catch (error) {
    const message = 'OpenSearch needs the package @haetae/opensearch: npm install @haetae/opensearch';
    throw new StoreError('missing', message, { cause: error });
  }
}

/** Writes what is stored into OpenSearch, in a thread of its own: making documents holds up nobody who sends or looks. */
export function sinking(store: Pick<OpenStore, 'connect'>, place: SinkPlace, log: Log, at?: URL): Sinking {
  const port = store.connect();
  const worker = new Worker(at ?? new URL('./sink-worker.js', import.meta.url), {
    workerData: { store: port, place } satisfies SinkOrder,
    transferList: [port],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  let status: SinkStatus = noStatus();
  let closing = false;
  worker.on('message', (said: SinkSaid) => {
    if (said.kind === 'status') status = said.status;
    else log(said.line);
  });
  worker.on('error', (error) => log({ level: 'error', message: 'writing to OpenSearch ended', error }));
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', (code) => {
      status = { ...status, up: false };
      if (!closing && code === 0) log({ level: 'error', message: 'writing to OpenSearch ended' });
      resolve();
    }),
  );
  worker.unref();
  return {
    status: () => status,
    async close() {
      closing = true;
      worker.postMessage('close');
      const timer = setTimeout(() => void worker.terminate(), CLOSING_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Numbers of it for monitoring. Of several servers the one that detects has them; the others say 0. */
export function watchSink(metrics: RunningServer['parts']['metrics'], running: () => Sinking | undefined): void {
  const now = (): SinkStatus => running()?.status() ?? noStatus();
  const kinds = (of: (status: SinkStatus) => SinkStatus['written']) =>
    function* () {
      for (const [kind, n] of Object.entries(of(now()))) yield [{ kind }, n] as const;
    };
  metrics.gauge('haetae_opensearch_up', 'Whether OpenSearch takes what it is given.', () => Number(now().up));
  metrics.gauge(
    'haetae_opensearch_documents_total',
    'Documents that were written, by kind.',
    kinds(({ written }) => written),
  );
  metrics.gauge(
    'haetae_opensearch_refused_total',
    'Documents that OpenSearch refused for good, by kind.',
    kinds(({ refused }) => refused),
  );
  metrics.gauge(
    'haetae_opensearch_missed_total',
    'Events and findings that were removed from the store before they were written; of all time.',
    () => now().missed,
  );
  metrics.gauge('haetae_opensearch_lag_events', 'Events that are stored and not written.', () => now().lagEvents);
  metrics.gauge(
    'haetae_opensearch_lag_seconds',
    'How long ago the next event to be written was received.',
    () => now().lagMs / 1000,
  );
}
