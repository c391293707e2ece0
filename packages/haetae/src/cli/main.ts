import { readFileSync } from 'node:fs';
import { run } from '@stricli/core';
import { isLanguage, systemLanguage, wordsOf } from '../locale/index.ts';
import { application } from './app.ts';
import { type Console, processOut } from './console.ts';
import { languageFlag } from './options.ts';
import { EXIT } from './usage.ts';

const argv = process.argv.slice(2);
const asked = languageFlag(argv);
const runtime = new Intl.DateTimeFormat().resolvedOptions().locale;
const words = wordsOf(asked !== undefined && isLanguage(asked) ? asked : systemLanguage(process.env, runtime));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The agent is a program of its own, with its own words and flags; it is here so that one name is enough. */
if (argv[0] === 'agent') {
  const { runAgentCommand } = await import('./agent.ts');
  const code = await runAgentCommand(argv.slice(1));
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(code);
}

const stopping = new AbortController();
/** The first Ctrl-C asks the run to stop between two stretches; a second one does not wait. */
process.on('SIGINT', () => {
  if (stopping.signal.aborted) process.exit(EXIT.interrupted);
  stop();
});
process.on('SIGTERM', stop);

function stop(): void {
  stopping.abort();
  // Whoever waits for more input would not hear of it.
  if (argv.includes('-')) process.stdin.destroy();
}

let status: number | undefined;
const console: Console = {
  stdout: processOut(process.stdout as never, process.env),
  stderr: processOut(process.stderr as never, process.env),
  words,
  version,
  signal: stopping.signal,
  now: () => Date.now(),
  exit: (code, when) => {
    status = code;
    if (when === 'now') process.exit(code);
  },
};

const shown = {
  stdout: { write: (text: string) => console.stdout.write(text), getColorDepth: () => 1 },
  stderr: { write: (text: string) => console.stderr.write(text), getColorDepth: () => 1 },
  // null: not told yet. Any number here would keep the parser from telling its own.
  exitCode: null as number | string | null,
};
await run(application(words, version), argv.length === 0 ? ['--help'] : argv, { process: shown, console });
// The parser counts its own failures below zero; all of them are wrong usage to the shell.
const parsed = Number(shown.exitCode ?? 0);
process.exitCode = parsed < 0 ? EXIT.usage : parsed !== 0 ? parsed : (status ?? EXIT.done);
// A client of a broker that went away may hold on to a connection: whatever is still open, a server that ended is not there any more.
if (argv[0] === 'serve') {
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve));
  process.exit();
}
