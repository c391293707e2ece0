import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Collector, type CollectorLine } from './collector.ts';
import { decodeBatch, unpack } from './protocol/index.ts';
import type { Chunk, EventSource } from './sources/source.ts';
import { Spool } from './spool/spool.ts';
import { manualClock } from './testing/clock.ts';
import { Bell } from './uplink/bell.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haetae-collect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function made(maxBytes = 1e6, whenFull: 'hold' | 'drop-oldest' = 'hold') {
  const clock = manualClock();
  const news = new Bell();
  const spool = new Spool({ folder, maxBytes, whenFull, now: clock.now });
  const lines: CollectorLine[] = [];
  const said = (line: CollectorLine) => void lines.push(line);
  const collector = new Collector({ host: 'h1', spool, clock, random: () => 0, news, said, lingerMs: 1 });
  const stop = new AbortController();
  const batches = (): string[] => {
    const found: string[] = [];
    for (let one = spool.after(0); one !== undefined; one = spool.after(one.head.seq)) {
      const { head, packed } = decodeBatch(one.bytes);
      const text = unpack(head, packed).toString();
      found.push(
        `${head.source} ${head.format} ${head.items} ${head.bookmark} ${head.format === 'agent' ? JSON.parse(text).reason : text}`,
      );
    }
    return found;
  };
  return { spool, lines, collector, stop, batches, news, clock };
}
const items = (text: string, bookmark: string, format: 'ndjson' | 'syslog' = 'ndjson'): Chunk => ({
  kind: 'items',
  format,
  items: 1,
  body: Buffer.from(text),
  bookmark,
});
const gap = (bookmark: string): Chunk => ({
  kind: 'gap',
  gap: { reason: 'overwritten', count: 3, fromRecord: '1', toRecord: '3', fromMs: null, toMs: null, detail: '' },
  bookmark,
});
const until = async (test: () => boolean): Promise<void> => {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test('chunks of one form go together; another form, or a gap, begins another batch; the last bookmark holds', async () => {
  const { collector, stop, batches, spool } = made();
  const source: EventSource = {
    name: 's',
    async *read() {
      yield items('a', '1');
      yield items('b', '2');
      yield items('c', '3', 'syslog');
      yield gap('4');
      yield items('d', '5');
      await new Promise(() => {});
    },
  };
  void collector.follow(source, stop.signal);
  await until(() => spool.batches >= 4);
  expect(batches()).toEqual(['s ndjson 2 2 ab', 's syslog 1 3 c', 's agent 1 4 overwritten', 's ndjson 1 5 d']);
  stop.abort();
});

test('a source that fails is begun again behind what is in the spool, later each time', async () => {
  const { collector, stop, lines, clock } = made();
  const begun: (string | undefined)[] = [];
  const source: EventSource = {
    name: 's',
    async *read(bookmark) {
      begun.push(bookmark);
      if (begun.length === 1) yield items('a', '1');
      if (begun.length === 4) stop.abort();
      throw new Error('no such channel');
    },
  };
  await collector.follow(source, stop.signal);
  expect(begun).toEqual([undefined, '1', '1', '1']);
  expect(clock.slept).toEqual([1000, 2000, 4000]);
  expect(lines.filter(({ kind }) => kind === 'source-failed')).toHaveLength(3);
  expect(collector.health.get('s')).toMatchObject({ state: 'failed', error: 'no such channel' });
});

test('full, with `hold`: nothing more is read until there is room', async () => {
  const { collector, stop, spool, news, lines } = made(200);
  let asked = 0;
  const source: EventSource = {
    name: 's',
    async *read() {
      for (;;) {
        asked++;
        yield items(`${'x'.repeat(300_000)}${asked}`, String(asked));
      }
    },
  };
  const done = collector.follow(source, stop.signal);
  await until(() => lines.some(({ kind }) => kind === 'held'));
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(before);
  expect(collector.health.get('s')!.state).toBe('held');
  spool.ack(1);
  news.ring();
  await until(() => asked > before);
  stop.abort();
  news.ring();
  await done;
});

test('full, with `drop-oldest`: what goes is told, as a blind band of its source', async () => {
  const { collector, stop, spool, batches } = made(2_000, 'drop-oldest');
  let n = 0;
  const source: EventSource = {
    name: 's',
    async *read() {
      for (; n < 8; n++) {
        const noise = Array.from({ length: 26_000 }, (_, i) => String.fromCharCode(33 + ((i * i * (n + 7)) % 90))).join(
          '',
        );
        yield items(noise.repeat(11), String(n));
      }
      await new Promise(() => {});
    },
  };
  void collector.follow(source, stop.signal);
  await until(() => n === 8 && batches().some((text) => text.includes('spool-full')));
  expect(spool.dropped).toBeGreaterThan(0);
  stop.abort();
});

test('a disk that takes nothing is tried again, and nothing is lost meanwhile', async () => {
  const { collector, stop, spool, lines, batches } = made();
  const append = spool.append.bind(spool);
  let failing = 3;
  spool.append = (all) => {
    if (failing-- > 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return append(all);
  };
  const source: EventSource = {
    name: 's',
    async *read() {
      yield items('a', '1');
      await new Promise(() => {});
    },
  };
  void collector.follow(source, stop.signal);
  await until(() => spool.batches === 1);
  expect(batches()).toEqual(['s ndjson 1 1 a']);
  expect(lines.filter(({ kind }) => kind === 'spool-failed')).toHaveLength(3);
  stop.abort();
});
