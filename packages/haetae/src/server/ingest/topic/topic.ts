import type { Consumer } from '@haetae/kafka';
import { busError, clientOf, kafka, leave } from '../../../store/index.ts';
import type { Parts } from '../../context.ts';
import { acceptFrame } from '../gate.ts';
import { octetCounted } from '../syslog/framing.ts';
import type { TopicSource } from './place.ts';

export interface TopicRunning {
  close(): Promise<void>;
}

const FRAME_BYTES = 1024 * 1024;
const FRAME_RECORDS = 2000;
const AGAIN_MS = 1000;
/** One that died without a word holds its partitions for so long. */
const MEMBER = { sessionTimeout: 10_000, heartbeatInterval: 3000, rebalanceTimeout: 20_000 } as const;

type Stream = Awaited<ReturnType<Consumer['consume']>>;
type Message = NonNullable<ReturnType<Stream['read']>>;

/** Records side by side in one partition: by the number of the first each of them is known. */
interface Run {
  readonly partition: number;
  readonly first: bigint;
  readonly values: Buffer[];
}

/**
 * Takes what others write into a topic, until it is closed. The group's place moves on only when what stands before it is durable
 * here; what comes twice is told apart by its partition and offset. `token`: the id of that by which its events may come.
 */
export async function startTopic(source: TopicSource, token: string, parts: Parts): Promise<TopicRunning> {
  const { cluster, topic, group } = source;
  // Whether the driver is there is told at once, not in the log.
  const { Consumer } = await kafka();
  const closing = new AbortController();
  const { signal } = closing;
  const about = { topic, group };
  let told = '';
  let wake = (): void => {};
  signal.addEventListener('abort', () => wake(), { once: true });
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms);
    });
  const tell = (reason: string): void => {
    if (reason === told) return;
    if (reason === '') parts.log({ level: 'warn', message: 'the source is read again', ...about });
    else parts.log({ level: 'error', message: 'the source cannot be read: it is tried again', ...about, reason });
    told = reason;
  };

  async function follow(): Promise<void> {
    const consumer = new Consumer({ ...clientOf(cluster), groupId: group, retries: 3, ...MEMBER });
    let stream: Stream | undefined;
    try {
      const { topics } = await consumer.metadata({ topics: [topic] });
      const { id } = topics.get(topic)!;
      const how = { mode: 'committed', fallbackMode: source.from, autocommit: false, isolationLevel: 1 } as const;
      stream = await consumer.consume({ topics: [topic], ...how });
      let failure: Error | undefined;
      stream.on('error', (error: Error) => {
        failure = error;
        wake();
      });
      stream.on('readable', () => wake());
      while (!signal.aborted && failure === undefined && !stream.destroyed) {
        const waits = new Promise<void>((resolve) => (wake = resolve));
        const some = taken(stream);
        if (some.length === 0) {
          await waits;
          continue;
        }
        tell('');
        for (const run of runsOf(some)) if (!(await keep(run, id))) return;
        await consumer.commit({ offsets: placesBehind(some) });
      }
      if (failure !== undefined) throw failure;
    } finally {
      stream?.destroy();
      await leave({ close: () => consumer.close(true) });
    }
  }

  /** Tries until it is durable; false when the server ends before. */
  async function keep({ partition, first, values }: Run, id: string): Promise<boolean> {
    const position = `${topic}/${id}/${partition}:${first}`;
    const frame = { format: `topic-${source.format}`, bytes: octetCounted(values), items: values.length, position };
    while (!signal.aborted) {
      const shown = await parts.tokens.byId(token, '');
      if (shown.kind === 'token') {
        const outcome = await acceptFrame(parts, 'kafka', '', shown.token, frame);
        if (outcome.kind === 'durable') return true;
      } else tell(`its token is ${shown.kind === 'refused' ? shown.why : 'not there'}`);
      await pause(AGAIN_MS);
    }
    return false;
  }

  const running = (async () => {
    while (!signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (!signal.aborted) tell(busError(error).message);
      }
      if (!signal.aborted) await pause(AGAIN_MS);
    }
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What is there already, up to a frame's worth. */
function taken(stream: Stream): Message[] {
  const messages: Message[] = [];
  for (let bytes = 0; bytes < FRAME_BYTES && messages.length < FRAME_RECORDS; ) {
    const message = stream.read() as Message | null;
    if (message === null) break;
    messages.push(message);
    bytes += message.value?.length ?? 0;
  }
  return messages;
}

/** Where a topic has a gap (marks of transactions, records that were compacted away) a new run begins. */
function runsOf(messages: readonly Message[]): Run[] {
  const open = new Map<number, Run>();
  const runs: Run[] = [];
  for (const { partition, offset, value } of messages) {
    const before = open.get(partition);
    const bytes = value ?? Buffer.alloc(0);
    if (before !== undefined && before.first + BigInt(before.values.length) === offset) before.values.push(bytes);
    else {
      const run = { partition, first: offset, values: [bytes] };
      open.set(partition, run);
      runs.push(run);
    }
  }
  return runs;
}

function placesBehind(messages: readonly Message[]): Parameters<Consumer['commit']>[0]['offsets'] {
  const last = new Map(messages.map((message) => [message.partition, message]));
  return [...last.values()].map(({ topic, partition, offset }) => ({
    ...{ topic, partition, offset: offset + 1n, leaderEpoch: -1 },
  }));
}
