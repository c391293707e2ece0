/**
 * Builds the pages into packages/haetae/dist/dashboard and lays smaller forms (brotli, gzip) beside them. Does nothing when
 * nothing changed that they are made of.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('.', import.meta.url));
const out = join(root, '..', 'haetae', 'dist', 'dashboard');
const stamp = join(root, '..', 'haetae', 'dist', '.dashboard');

const sources = ['.', '../haetae/src/chart', '../haetae/src/locale', '../haetae/src/attack', '../event/src'];
const hash = createHash('sha256');
hash.update(readFileSync(join(root, '..', '..', 'package-lock.json')));
for (const source of sources)
  for (const name of readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(?:ts|js|mjs|svelte|css|html|svg|woff2|txt|json)$/.test(name) && !name.includes('node_modules'))
      hash.update(`${source}/${name}\0`).update(readFileSync(join(root, source, name)));
const state = hash.digest('hex');
if (existsSync(join(out, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === state) {
  console.log('dist/dashboard: as it was');
  process.exit(0);
}

const { build } = await import('vite');
await build({ configFile: join(root, 'vite.config.mjs'), logLevel: 'warn' });

let initial = 0;
const html = readFileSync(join(out, 'index.html'), 'utf8');
for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(?:js|css|html|svg|txt)$/.test(name)) continue;
  const bytes = readFileSync(join(out, name));
  const gzip = gzipSync(bytes, { level: 9 });
  if (name.endsWith('.js') && html.includes(name.split(/[\\/]/).at(-1))) initial += gzip.length;
  if (bytes.length < 512) continue;
  writeFileSync(join(out, `${name}.gz`), gzip);
  writeFileSync(
    join(out, `${name}.br`),
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
}
const most = 250_000;
if (initial > most)
  throw new Error(`the first view needs ${initial} bytes of JavaScript, gzipped; ${most} are allowed`);
writeFileSync(stamp, state);
console.log(`dist/dashboard: first view ${(initial / 1000).toFixed(1)} kB of JavaScript, gzipped`);
