import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from './cli.ts';
import { VERSION } from './version.ts';

/** The program `haetae-agent`. */
const stopping = new AbortController();
const stop = (): void => {
  if (stopping.signal.aborted) process.exit(130);
  stopping.abort();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  platform: process.platform,
  version: VERSION,
  program: fileURLToPath(import.meta.url),
  signal: stopping.signal,
  stdin: () => readFileSync(0, 'utf8'),
});
// Whatever still waits (a child that does not end) keeps nobody from ending.
setTimeout(() => process.exit(), 2_000).unref();
