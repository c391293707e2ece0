import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { StoreError } from '../error.ts';
import { openLog } from '../log/log.ts';

/**
 * Appends frames to the log of a folder, many at a time, until it is killed; a line for each that was acknowledged: seq and
 * hash of the body. On a full disk the line is `refused CODE`, and it ends after the third.
 */
const [directory, worker, seed] = process.argv.slice(2) as [string, string, string];
const log = await openLog({ directory, worker: new URL(worker), segmentBytes: 200_000, reserveBytes: 0 });
writeSync(1, `open ${log.start.durable}\n`);
let refused = 0;

/** A body of up to 40 kB that is the same for the same seed and number. */
function bodyOf(n: number): Buffer {
  const hash = createHash('sha256').update(`${seed} ${n}`).digest();
  return Buffer.alloc(hash.readUInt16LE(0) % 40_000, hash);
}
async function sender(lane: number): Promise<void> {
  for (let n = lane; refused < 3; n += 8) {
    const body = bodyOf(n);
    try {
      const seq = await log.append({ n }, body, n);
      writeSync(1, `${seq} ${createHash('sha256').update(body).digest('hex')}\n`);
    } catch (error) {
      refused++;
      writeSync(1, `refused ${(error as StoreError).code}\n`);
    }
  }
}
await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(sender));
await log.close();
