/**
 * What the write-ahead log takes in: frames of one size from many senders at once, each waiting for its acknowledgement.
 * Prints frames/s, MB/s, syncs/s and CPU of the whole process. Beside it the disk alone: writes of the same size, each synced.
 *
 *     node bench/log.mjs [--seconds 5] [--senders 64] [--folder DIR]
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openLog } from '../packages/haetae/dist/store/index.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    senders: { type: 'string', default: '64' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const [seconds, senders] = [Number(values.seconds), Number(values.senders)];
const number = (n) => n.toLocaleString('en', { maximumFractionDigits: n < 100 ? 1 : 0 });

function diskAlone(folder, bytes) {
  const fd = openSync(join(folder, 'alone'), 'w');
  const block = Buffer.alloc(bytes, 'x');
  const end = performance.now() + 1000;
  let n = 0;
  for (; performance.now() < end; n++) {
    writeSync(fd, block, 0, bytes, n * bytes);
    fdatasyncSync(fd);
  }
  closeSync(fd);
  return n;
}

for (const bytes of [500, 20_000, 500_000]) {
  const folder = mkdtempSync(join(values.folder, 'haetae-bench-log-'));
  try {
    const alone = diskAlone(folder, bytes);
    const log = await openLog({ directory: join(folder, 'log') });
    const body = Buffer.alloc(bytes, 'event ');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const cpu = process.cpuUsage();
    const started = performance.now();
    const waits = [];
    let frames = 0;
    const send = async () => {
      while (performance.now() - started < seconds * 1000) {
        const asked = performance.now();
        const seq = await log.append({ protocol: 'bench' }, body, Date.now());
        waits.push(performance.now() - asked);
        frames++;
        if (seq % 500 === 0) void log.release(seq);
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
    const took = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    delay.disable();
    const { commits, syncMs } = await log.status();
    await log.close();
    waits.sort((a, b) => a - b);
    const at = (q) => waits[Math.floor(waits.length * q)];
    console.log(
      [
        `${number(bytes)} bytes × ${senders} senders: ${number(frames / took)} frames/s`,
        `${number((frames * bytes) / took / 1e6)} MB/s`,
        `${number(commits / took)} syncs/s of ${number(syncMs / commits)} ms (the disk alone ${number(alone)} a second)`,
        `${number((user + system) / frames)} µs CPU a frame`,
        `answered within ${number(at(0.5))} ms (median), ${number(at(0.99))} ms (99 %)`,
        `event loop delayed ${number(delay.percentile(99) / 1e6)} ms (99 %)`,
      ].join(' · '),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
