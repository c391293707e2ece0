/** The agent as one file: what a service runs, copied to where only administrators write. ws goes into it, its licence beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const bundle = await rolldown({
  input: join(root, 'dist', 'main.js'),
  platform: 'node',
  // Asked for by ws, and done without where they are not there.
  external: ['bufferutil', 'utf-8-validate'],
});
await bundle.write({ file: join(root, 'dist', 'bundle', 'haetae-agent.js'), format: 'esm' });
const ws = dirname(createRequire(import.meta.url).resolve('ws/package.json'));
const { version, license } = JSON.parse(readFileSync(join(ws, 'package.json'), 'utf8'));
writeFileSync(
  join(root, 'dist', 'bundle', 'LICENSES.txt'),
  `ws ${version} (${license})\n\n${readFileSync(join(ws, 'LICENSE'), 'utf8').trim()}\n`,
);
