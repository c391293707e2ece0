/**
 * The claims about reading, in one run: EVTX by the command line and by the package against evtx_dump (read-evtx.mjs), JSON
 * lines against bare JSON.parse (read-json.mjs). Each prints number, input and peer. Usage: HAETAE_DATA=… npm run bench:read
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bench = (name) => fileURLToPath(new URL(name, import.meta.url));
const cli = 'node packages/haetae/bin/haetae.js dump';
let failed = 0;
for (const args of [[bench('read-evtx.mjs'), '--dump', cli], [bench('read-evtx.mjs')], [bench('read-json.mjs')]]) {
  if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
