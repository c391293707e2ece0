import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { onTestFinished } from 'vitest';

/** A folder that goes when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'haetae-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A thread's or child's entry, bundled out of today's sources, so that a test of processes never runs against a stale build.
 * It lies below the workspace, where packages are found.
 */
export async function bundled(entry: string, from: string): Promise<URL> {
  const root = fileURLToPath(new URL('../../../../../', import.meta.url));
  const out = mkdtempSync(join(root, 'node_modules', '.store-test-'));
  process.once('exit', () => rmSync(out, { recursive: true, force: true }));
  await build({
    input: fileURLToPath(new URL(entry, from)),
    output: { dir: out, format: 'esm', entryFileNames: '[name].mjs' },
    platform: 'node',
    external: ['@duckdb/node-api'],
    resolve: { conditionNames: ['haetae-source', 'node', 'import', 'default'] },
    logLevel: 'warn',
  });
  return pathToFileURL(join(out, `${entry.split('/').at(-1)!.replace(/\.ts$/, '')}.mjs`));
}
