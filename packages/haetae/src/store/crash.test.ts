import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { limitsHere, openDuckdb } from './engines/duckdb/duckdb.ts';
import { openPostgres, placeOf } from './engines/postgres/postgres.ts';
import type { Store } from './index.ts';
import { bundled, tempFolder } from './testing/fixtures.ts';
import { noPostgres, startPostgres } from './testing/postgres.ts';

const [child, worker] = await bundled(
  new URL('./testing/commit-child.ts', import.meta.url),
  new URL('./store-worker.ts', import.meta.url),
);

/** Runs the child until it has said so many commits, kills it, and gives the last one that it said. */
async function killedAfter(folder: string, url: string, from: number, cut: number, commits: number): Promise<number> {
  const args = [fileURLToPath(child!), folder, worker!.href, String(from), String(cut), url];
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void running.kill('SIGKILL'));
  const ended = once(running, 'exit');
  let last = 0;
  let said = 0;
  for await (const line of createInterface({ input: running.stdout })) {
    last = Number(line.split(' ')[1]);
    if (line.startsWith('committed') && ++said >= commits) running.kill('SIGKILL');
  }
  await ended;
  return last;
}

const limits = { ...limitsHere(), memory: 256e6 };
const NAME = 'killed in the middle of commits and begun again before them, every row is stored once';

test(NAME, () => {
  const folder = tempFolder();
  return outlivesKills(folder, '', () => openDuckdb(folder, () => 1, limits));
});

const missing = noPostgres();
if (missing !== undefined && process.env.CI === undefined) {
  test.skip(`${NAME}, as Parquet: ${missing}`, () => {});
} else {
  const server = await startPostgres();
  afterAll(() => server.stop());
  test(`${NAME}, as Parquet`, async () => {
    const folder = tempFolder();
    const url = `${server.url}?events=${folder}/events`;
    await outlivesKills(folder, url, () => openPostgres(placeOf(url), folder, () => 1, limits));
  });
}

async function outlivesKills(folder: string, url: string, open: () => Promise<Store>): Promise<void> {
  let committed = 0;
  for (const [cut, commits] of [
    [3, 4],
    [7, 9],
    [4, 2],
    [50, 12],
  ] as const) {
    const said = await killedAfter(folder, url, Math.max(1, committed - 5), cut, commits);
    const store = await open();
    await store.upkeep.tidy();
    committed = await store.intake.committed();
    expect(committed).toBeGreaterThanOrEqual(said);
    const { key: _, seen } = (await store.events.top({ by: 'host', limit: 1 }))[0]!;
    expect(seen.count).toBe(committed * 5);
    expect(
      await store.events.count({
        filter: { kind: 'field', field: 'command_line', is: { op: 'equals', value: `frame ${committed}` } },
      }),
    ).toBe(5);
    const findings = await store.findings.list({ limit: committed + 10 });
    expect(findings.map(({ id }) => id)).toEqual(Array.from({ length: committed }, (_, i) => committed - i));
    const { rows } = await store.incidents.list({ order: 'newest', limit: 9 });
    expect(Math.max(...rows.map((row) => row.findings))).toBe(committed);
    await store.close();
  }
}
