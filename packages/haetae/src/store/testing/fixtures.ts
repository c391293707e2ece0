import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { onTestFinished, vi } from 'vitest';

/** Real files, synced, and processes of their own: on a machine that is busy they take their time. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const lasting: string[] = [];
process.once('exit', () => {
  for (const folder of lasting) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes when the test is over. */
export function tempFolder(): string {
  const folder = lastingFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder that goes when all tests of the file are over. */
export function lastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-store-'));
  lasting.push(folder);
  return folder;
}

/**
 * A thread's or child's entry, bundled out of today's sources, so that a test of processes never runs against a stale build.
 * It lies below the workspace, where packages are found.
 */
export async function bundled(...entries: readonly URL[]): Promise<readonly URL[]> {
  const root = fileURLToPath(new URL('../../../../../', import.meta.url));
  const out = mkdtempSync(join(root, 'node_modules', '.store-test-'));
  lasting.push(out);
  await build({
    input: entries.map((entry) => fileURLToPath(entry)),
    output: { dir: out, format: 'esm', entryFileNames: '[name].js' },
    platform: 'node',
    external: ['@duckdb/node-api', '@duckdb/node-bindings', 'postgres'],
    resolve: { conditionNames: ['haetae-source', 'node', 'import', 'default'] },
    logLevel: 'warn',
  });
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  return entries.map((entry) => pathToFileURL(join(out, `${basename(fileURLToPath(entry), '.ts')}.js`)));
}
