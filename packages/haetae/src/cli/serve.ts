import { storeProblem, type Words } from '../locale/index.ts';
import { type ServeOptions, type Serving, serving } from '../pipeline/index.ts';
import type { Console } from './console.ts';
import type { Context, ServeFlags } from './flags.ts';
import { count } from './numbers.ts';
import { checkLanguage } from './options.ts';
import { prepareServe } from './serve-options.ts';
import { EXIT, UsageError } from './usage.ts';

const FIRST_PROBLEMS = 5;

export async function serveCommand(this: Context, flags: ServeFlags): Promise<void> {
  const { console } = this;
  const { words, stdout, stderr, signal } = console;
  checkLanguage(flags.lang, words);
  const { options: asked, verbose, baselineVersion, remove } = await prepareServe(flags, console.now(), words);
  const { jsonLog, startServing } = await serving();
  const write = jsonLog((line) => stderr.write(line), console.now);
  const options: ServeOptions = {
    ...asked,
    version: console.version,
    now: console.now,
    log: (line) => {
      if (verbose || line.level === 'warn' || line.level === 'error') write(line);
    },
  };
  const server = await started(() => startServing(options), options, words).catch((error: unknown) => {
    remove();
    throw error;
  });
  stdout.write(`${opened(server, options, words)}\n`);
  // A second signal ends the process at once: main.ts.
  const stopped = new Promise<undefined>((resolve) =>
    signal.aborted ? resolve(undefined) : signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  server.detecting.then(
    (state) => {
      if (signal.aborted) return;
      const text = typeof state === 'string' ? words.serve[state] : detectingText(state, baselineVersion, words);
      stdout.write(`${text}\n`);
    },
    () => {},
  );
  const failure = await Promise.race([stopped, server.failed]);
  if (failure === undefined) stderr.write(`${words.serve.ending}\n`);
  else stderr.write(`${words.serve.failed(failure)}\n`);
  await server.detecting.catch(() => {});
  const how = await server.close();
  remove();
  if (how === 'left') stderr.write(`${words.serve.left}\n`);
  else if (failure === undefined) stderr.write(`${words.serve.ended}\n`);
  console.exit(failure === undefined ? EXIT.done : EXIT.internal, how === 'left' ? 'now' : undefined);
}

/** What keeps a server from starting, as one sentence that says what to do. */
async function started(start: () => Promise<Serving>, options: ServeOptions, words: Words): Promise<Serving> {
  const { directory, host, port } = options;
  const { serve: w } = words;
  try {
    return await start();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    switch (code) {
      case 'locked':
        throw new UsageError(w.locked(directory));
      case 'newer-schema':
        throw new UsageError(w.newer(directory));
      case 'damaged':
      case 'full':
        throw new UsageError(w.unwritable(directory, message));
      case 'EADDRINUSE':
        throw new UsageError(w.portTaken(host, String(port)));
      case 'EACCES':
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new UsageError(w.cannotListen(host, String(port), message));
      case 'missing':
      case 'invalid':
        throw new UsageError(w.cannotStart(message));
      case 'unreachable':
        throw new UsageError(w.cannotStart(storeProblem(code, message, words.lang)));
      default:
        throw error;
    }
  }
}

function opened(
  { url, setupUrl, inputs, channels }: Serving,
  { directory, tls, shows, notify, fleet, sink }: ServeOptions,
  words: Console['words'],
): string {
  const { serve: w } = words;
  if (shows === 'demo' && setupUrl !== undefined) return `${w.demo(setupUrl)}\n`;
  return [
    w.data(directory),
    ...(fleet === undefined ? [] : [w.roles([...fleet.roles].join(', '), fleet.bus.brokers.join(', '))]),
    w.url(url),
    ...inputs.map(w.input),
    ...(sink === undefined ? [] : [w.sink(sink.node, sink.prefix)]),
    ...(setupUrl === undefined ? [] : ['', w.setup(setupUrl)]),
    ...notifyLines(channels, notify, words),
    '',
    ...(fleet === undefined || fleet.roles.has('ingest') ? [w.feed(url, tls !== undefined), ''] : []),
  ].join('\n');
}

function notifyLines(channels: Serving['channels'], notify: ServeOptions['notify'], { notify: w }: Words): string[] {
  if (notify?.config === undefined) return [w.notServing];
  const told = channels.map(({ name, type, state, why }) => w.channelState(name, type, state === 'off' ? why : ''));
  return [w.serving(told.join(', '), notify.path)];
}

function detectingText(
  { status, rules, restored }: Exclude<Awaited<Serving['detecting']>, string>,
  baselineVersion: string | undefined,
  { serve: w }: Words,
): string {
  const packs = rules.packs.map(({ name }) => name).join(', ');
  const { problems } = status.rules;
  return [
    w.rules(count(status.rules.inForce), count(status.rules.refused), packs),
    ...(problems.length === 0 ? [] : [w.ruleProblems(count(problems.length))]),
    ...problems.slice(0, FIRST_PROBLEMS).map((problem) => `               ${problem}`),
    ...(status.exceptions.inForce === 0 ? [] : [w.exceptions(count(status.exceptions.inForce))]),
    baselineVersion === undefined ? w.anomalyOff : w.anomalyOn(baselineVersion),
    restored ? w.restored(count(status.counts.events)) : w.fresh,
  ].join('\n');
}
