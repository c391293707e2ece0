import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main, VERSION } from '@haetae/agent';

/** `haetae agent …`: what the program `haetae-agent` does. */
export async function runAgentCommand(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return main(argv, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    platform: process.platform,
    version: VERSION,
    // A service runs the agent alone, not all of this.
    program: fileURLToPath(import.meta.resolve('@haetae/agent/program')),
    signal: stopping.signal,
    stdin: () => readFileSync(0, 'utf8'),
  });
}
