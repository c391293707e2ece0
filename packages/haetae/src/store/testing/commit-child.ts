import { writeSync } from 'node:fs';
import { openStore } from '../open.ts';
import { batch, type Sample, T } from './events.ts';
import { finding, incident } from './rows.ts';

/**
 * A reader that commits what frame after frame holds until it is killed, from its own snapshot on: it begins some frames
 * before what is committed, as one does after a crash, and cuts its batches elsewhere each time. A line for each commit.
 */
const [directory, worker, first, cut, url] = process.argv.slice(2) as [string, string, string, string, string?];
const store = await openStore({ directory, worker: new URL(worker), memory: 256e6, ...(url && { url }) });
writeSync(1, `open ${await store.intake.committed()}\n`);

/** Frame `seq` holds five events and a finding, the same whenever it is read. */
const eventsOf = (seq: number): Sample[] =>
  Array.from({ length: 5 }, (_, i) => ({
    id: seq * 5 + i,
    seq,
    timeMs: T + seq,
    fields: [['CommandLine', `frame ${seq}`]],
  }));

for (let from = Number(first); ; from += Number(cut)) {
  const seqs = Array.from({ length: Number(cut) }, (_, i) => from + i);
  const rest = {
    findings: seqs.map((seq) => finding({ id: seq, seq })),
    incidents: seqs.map((seq) => incident({ id: `i${seq % 3}`, seq, findings: seq })),
  };
  const { seq } = await store.intake.commit(batch(from + Number(cut) - 1, seqs.flatMap(eventsOf), rest));
  writeSync(1, `committed ${seq}\n`);
}
