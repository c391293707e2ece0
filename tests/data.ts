import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';

const root = process.env.HAETAE_DATA;
if (root !== undefined && !existsSync(root)) throw new Error(`HAETAE_DATA names ${root}, which does not exist`);
if (root === undefined && process.env.CI === 'true')
  throw new Error('CI must set HAETAE_DATA: a skip would hide failures');

/** Path below the folder of real logs and oracles. Call it only inside {@link describeWithData}. */
export function data(...parts: string[]): string {
  if (root === undefined) throw new Error('HAETAE_DATA is not set');
  return join(root, ...parts);
}

/** A suite over real logs, which are not part of the repository: skipped, in one line, where HAETAE_DATA is not set. */
export function describeWithData(title: string, suite: () => void): void {
  if (root === undefined) test.skip(`${title} (skipped: HAETAE_DATA is not set)`);
  else describe(title, suite);
}
