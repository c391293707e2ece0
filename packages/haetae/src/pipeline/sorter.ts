import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Rows kept in memory before a sorted run goes to disk: a finding is 1–4 KB, so about 100 MB. */
const ROWS_IN_MEMORY = 30_000;

/**
 * Sorts any number of rows in bounded memory: sorted runs on disk (JSON lines in a temporary folder), merged at the end.
 * Equal rows keep the order in which they were added.
 */
export class Sorter<Row> {
  readonly #compare: (a: Row, b: Row) => number;
  readonly #limit: number;
  #rows: Row[] = [];
  #folder: string | undefined;
  #runs: string[] = [];
  size = 0;

  constructor(compare: (a: Row, b: Row) => number, rowsInMemory = ROWS_IN_MEMORY) {
    this.#compare = compare;
    this.#limit = rowsInMemory;
  }

  add(row: Row): void {
    this.#rows.push(row);
    this.size++;
    if (this.#rows.length >= this.#limit) this.#spill();
  }

  /** All rows in order, once. Call {@link dispose} afterwards, whatever happened. */
  async *sorted(): AsyncGenerator<Row> {
    this.#rows.sort(this.#compare);
    if (this.#runs.length === 0) {
      yield* this.#rows;
      return;
    }
    const runs: AsyncIterator<Row>[] = [...this.#runs.map((file) => readRun<Row>(file)), fromArray(this.#rows)];
    const heads = await Promise.all(runs.map((run) => run.next()));
    for (;;) {
      let least = -1;
      for (let i = 0; i < heads.length; i++) {
        if (heads[i]!.done) continue;
        if (least < 0 || this.#compare(heads[i]!.value, heads[least]!.value) < 0) least = i;
      }
      if (least < 0) return;
      yield heads[least]!.value;
      heads[least] = await runs[least]!.next();
    }
  }

  dispose(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#rows = [];
    this.#runs = [];
  }

  #spill(): void {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'haetae-sort-'));
    this.#rows.sort(this.#compare);
    const file = join(this.#folder, `${this.#runs.length}.jsonl`);
    const fd = openSync(file, 'wx', 0o600);
    try {
      for (let i = 0; i < this.#rows.length; i += 500) {
        writeSync(
          fd,
          `${this.#rows
            .slice(i, i + 500)
            .map((row) => JSON.stringify(row))
            .join('\n')}\n`,
        );
      }
    } finally {
      closeSync(fd);
    }
    this.#runs.push(file);
    this.#rows = [];
  }
}

/** Split at LF alone: node:readline would also split at U+2028, which JSON leaves as it is inside a string. */
async function* readRun<Row>(file: string): AsyncGenerator<Row, undefined> {
  let rest = '';
  for await (const text of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Row;
  }
  return undefined;
}

async function* fromArray<Row>(rows: readonly Row[]): AsyncGenerator<Row, undefined> {
  yield* rows;
  return undefined;
}
