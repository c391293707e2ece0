/**
 * Rolls what users start into dist/bundle: our own modules, and of the libraries those that every start needs, since to find and
 * read their files costs more than to run them. Their licences stand beside them, in LICENSES.txt.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const dir = join(root, 'dist', 'bundle');

const INPUT = [
  'cli/main',
  'pipeline/scan-worker',
  'hunt/hunt-worker',
  'pipeline/live/engine-worker',
  'pipeline/fleet/sift/sift-worker',
  'pipeline/live/rules-worker',
  'pipeline/live/report-worker',
  'pipeline/live/sink-worker',
  'pipeline/live/measure-worker',
  'store/store-worker',
  'store/log/log-worker',
];

/** Found when they are imported: those that few starts need, those with native parts, and one without a licence file. */
const EXTERNAL = [
  '@haetae/kafka',
  '@haetae/opensearch',
  '@haetae/postgres',
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  '@hono/node-server',
  '@hono/zod-openapi',
  '@node-rs/argon2',
  '@slack/socket-mode',
  '@slack/web-api',
  '@stricli/core',
  '@zip.js/zip.js',
  'hono',
  'iconv-lite',
  'openid-client',
  'saxes',
  'tinyglobby',
];

/** Modules that do nothing but when they are called: a thread that takes two functions of the server reads no other part of it. */
const isIdle = (id) => id.startsWith(join(root, 'dist', 'server')) || EXTERNAL.includes(id);

rmSync(dir, { recursive: true, force: true });
const bundle = await rolldown({
  input: INPUT.map((name) => join(root, 'dist', `${name}.js`)),
  platform: 'node',
  external: EXTERNAL,
  treeshake: { moduleSideEffects: (id) => (isIdle(id) ? false : undefined) },
});
const { output } = await bundle.write({ dir, format: 'esm' });

const folders = new Set();
for (const { moduleIds = [] } of output) {
  for (const id of moduleIds) {
    const found = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id);
    if (found !== null) folders.add(found[0]);
  }
}
const licences = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file: make it one of EXTERNAL`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync(join(dir, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(72)}\n\n`));
console.log(`dist/bundle: ${output.length} files, ${folders.size} libraries among them`);
