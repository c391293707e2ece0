import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readQuickly } from '../../packages/sigma/src/yaml/quick.ts';
import { readAnyYaml } from '../../packages/sigma/src/yaml/read.ts';
import { data, describeWithData } from '../data.ts';

describeWithData('YAML of SigmaHQ', () => {
  test.each([
    ['with its own line ends', (text: string) => text],
    ['with those of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('%s: the quick reader makes what that of the whole language does', (_, prepare) => {
    let files = 0;
    let quick = 0;
    for (const entry of readdirSync(data('sigma'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue;
      files++;
      const path = join(entry.parentPath, entry.name);
      const text = prepare(readFileSync(path, 'utf8'));
      const root = readQuickly(text);
      if (root === undefined) continue;
      quick++;
      expect({ path, documents: [{ ok: true, root }] }).toEqual({ path, documents: readAnyYaml(text, undefined) });
    }
    console.log(`${files} files, ${quick} read quickly`);
    expect(quick / files).toBeGreaterThan(0.99);
  });
});
