import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockEntry {
  readonly optionalDependencies?: Record<string, string>;
  readonly resolved?: string;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockEntry>;
};
const entries = Object.entries(lock.packages);

/** npm leaves platform binaries out of a lockfile in silence when the registry lacks them: `npm ci` on that platform then breaks. */
test('every optional dependency (the platform binaries) has a lock entry of its own', () => {
  const names = new Set(
    entries.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  const missing = entries.flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `${path} → ${name}`),
  );
  expect(missing).toEqual([]);
});

test('no locked package names the host it was downloaded from, so that any registry or mirror serves it', () => {
  expect(entries.filter(([, entry]) => /^https?:/.test(entry.resolved ?? '')).map(([path]) => path)).toEqual([]);
});

test('koffi, which an agent on Windows reads logs with, is there for every Windows', () => {
  for (const arch of ['x64', 'arm64'])
    expect(
      entries.some(([path]) => path.endsWith(`node_modules/@koromix/koffi-win32-${arch}`)),
      arch,
    ).toBe(true);
});

test('native packages are there for Windows, macOS and Linux', () => {
  for (const family of ['@biomejs/cli-', '@duckdb/node-bindings-', '@rolldown/binding-', '@typescript/typescript-']) {
    for (const platform of ['win32-x64', 'darwin-arm64', 'linux-x64']) {
      expect(
        entries.some(([path]) => path.includes(`${family}${platform}`)),
        `${family}${platform}`,
      ).toBe(true);
    }
  }
});
