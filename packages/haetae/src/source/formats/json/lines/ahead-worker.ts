import { parentPort, workerData } from 'node:worker_threads';
import { utf8Stream } from '../../../encoding/index.ts';
import { meter } from '../../../intake/stream.ts';
import { Ledger } from '../../../ledger.ts';
import { openFile } from '../../../node.ts';
import type { AheadTask, Back, Said, Stretch, Told } from './ahead.ts';
import { LineIndexer } from './line-index.ts';
import { namesFrom } from './names.ts';

/** Bytes handed over at a time, and so many of them ahead. */
const STRETCH = 512 * 1024;
const AHEAD = 6;

const port = parentPort;
if (port === null) throw new Error('ahead-worker runs as a worker thread only');
const tell = (told: Told, moved: readonly ArrayBuffer[] = []): void => port.postMessage(told, moved);

/** What a ledger is told, for the one in the thread that leads. */
class Recorder extends Ledger {
  #said: Said[] = [];

  override inferred(...of: Parameters<Ledger['inferred']>): void {
    this.#said.push({ kind: 'inferred', of });
  }

  override repaired(...of: Parameters<Ledger['repaired']>): void {
    this.#said.push({ kind: 'repaired', of });
  }

  override lost(...of: Parameters<Ledger['lost']>): void {
    this.#said.push({ kind: 'lost', of });
  }

  take(): Said[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }
}

const { file, encoding, hash } = workerData as AheadTask;
const free: Back[] = Array.from({ length: AHEAD }, () => ({
  bytes: new Uint8Array(STRETCH),
  lines: new Int32Array(STRETCH / 4),
}));
let wake = (): void => {};
port.on('message', (back: Back) => {
  free.push(back);
  wake();
});

async function room(): Promise<Back> {
  while (free.length === 0)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  return free.pop()!;
}

const count = meter(hash);
try {
  const opened = await openFile(file);
  try {
    const recorder = new Recorder();
    const indexer = new LineIndexer();
    let pieces: Stretch['pieces'][number][] = [];
    let { bytes, lines } = await room();
    indexer.clear(lines);
    let filled = 0;
    let names = 1;
    const flush = async (): Promise<void> => {
      const fresh = namesFrom(names);
      names += fresh.length;
      lines = indexer.lines;
      tell({ kind: 'stretch', bytes, lines, pieces, names: fresh }, [bytes.buffer, lines.buffer]);
      ({ bytes, lines } = await room());
      indexer.clear(lines);
      pieces = [];
      filled = 0;
    };
    for await (const piece of utf8Stream(count.through(opened.stream()), encoding, recorder)) {
      if (filled + piece.length > bytes.length) {
        if (filled > 0) await flush();
        if (piece.length > bytes.length) bytes = new Uint8Array(piece.length);
      }
      bytes.set(piece, filled);
      filled += piece.length;
      pieces.push({ to: filled, index: indexer.add(piece), said: recorder.take() });
    }
    if (filled > 0) await flush();
    tell({ kind: 'end', bytes: count.bytes, sha256: count.sha256(), said: recorder.take() });
  } finally {
    await opened.close();
  }
} catch (error) {
  const failure = error instanceof Error ? error : new Error(String(error));
  const syscall = 'syscall' in failure && typeof failure.syscall === 'string' ? failure.syscall : undefined;
  tell({ kind: 'failed', error: failure, syscall, bytes: count.bytes, sha256: count.sha256() });
}
// The thread that leads ends this one: until then buffers may come back.
