import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { bundled, tempFolder } from '../testing/fixtures.ts';
import { LogReader } from './reader.ts';
import { LogWriter } from './writer.ts';

const [child, worker] = await bundled(
  new URL('../testing/append-child.ts', import.meta.url),
  new URL('./log-worker.ts', import.meta.url),
);

/** Starts the child; gives its lines until it ended, `stop` is asked at each whether to kill it. */
async function run(start: ChildProcess, stop: (lines: readonly string[]) => boolean): Promise<string[]> {
  onTestFinished(() => void start.kill('SIGKILL'));
  const lines: string[] = [];
  const ended = once(start, 'exit');
  for await (const line of createInterface({ input: start.stdout! })) {
    lines.push(line);
    if (stop(lines)) start.kill('SIGKILL');
  }
  await ended;
  return lines;
}
const args = (folder: string, seed: string): string[] => [fileURLToPath(child!), folder, worker!.href, seed];

/** The hash of every frame in the log, by seq. */
function hashesIn(folder: string): Map<number, string> {
  const writer = new LogWriter({ directory: folder });
  const { durable } = writer.start;
  writer.close();
  const reader = new LogReader(folder, 1, (damage) => expect.unreachable(JSON.stringify(damage)));
  const found = new Map<number, string>();
  for (let frames = reader.read(durable); frames.length > 0; frames = reader.read(durable)) {
    for (const { seq, body } of frames) found.set(seq, createHash('sha256').update(body).digest('hex'));
  }
  reader.close();
  expect([...found.keys()]).toEqual(Array.from({ length: durable }, (_, i) => i + 1));
  return found;
}

test('killed again and again in the middle of its work, the log holds every frame that was acknowledged', {
  timeout: 120_000,
}, async () => {
  const folder = tempFolder();
  const acknowledged = new Map<number, string>();
  for (const [round, after] of [1, 7, 40, 111, 300].entries()) {
    const process_ = spawn(process.execPath, args(folder, `${round}`), { stdio: ['ignore', 'pipe', 'inherit'] });
    const [opened, ...lines] = await run(process_, (all) => all.length > after);
    expect(Number(opened!.split(' ')[1])).toBeGreaterThanOrEqual(acknowledged.size);
    for (const line of lines.filter((l) => /^\d+ [0-9a-f]{64}$/.test(l))) {
      const [seq, hash] = line.split(' ') as [string, string];
      expect(acknowledged.has(Number(seq)), `seq ${seq} was given twice`).toBe(false);
      acknowledged.set(Number(seq), hash);
    }
    const there = hashesIn(folder);
    expect([...acknowledged].filter(([seq, hash]) => there.get(seq) !== hash)).toEqual([]);
  }
  expect(acknowledged.size).toBeGreaterThan(400);
});

/** A limit of the size of files stands for a disk that runs full: the write that reaches it fails with EFBIG. */
test.skipIf(process.platform === 'win32')(
  'where a write fails for want of space, frames are refused and those before it stay',
  async () => {
    const folder = tempFolder();
    const quoted = args(folder, 'full').map((arg) => `'${arg}'`);
    const limited = spawn('sh', ['-c', `ulimit -f 100; exec '${process.execPath}' ${quoted.join(' ')}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = await run(limited, () => false);
    const refused = lines.filter((line) => line.startsWith('refused'));
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(new Set(refused)).toEqual(new Set(['refused full']));
    const there = hashesIn(folder);
    const acknowledged = lines.filter((line) => /^\d+ /.test(line)).map((line) => line.split(' ') as [string, string]);
    expect(acknowledged.filter(([seq, hash]) => there.get(Number(seq)) !== hash)).toEqual([]);
    expect(there.size).toBe(acknowledged.length);
  },
);
