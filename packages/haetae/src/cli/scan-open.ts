import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Words } from '../locale/index.ts';
import { type ServeOptions, scanning, serving } from '../pipeline/index.ts';
import { baselineAt, learnFrom } from './anomaly-run.ts';
import type { ScanFlags } from './flags.ts';
import { count } from './numbers.ts';
import { levelOption } from './options.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage.ts';

const HOST = '127.0.0.1';
/** Everything is there from the start: nothing comes late. */
const LATENESS_S = 30;

/** What a scan can do and the pages cannot: said before anything is read. */
export function checkOpen(flags: ScanFlags, paths: readonly string[], words: Words): void {
  const { from, to, pipeline, detectors, profile } = flags;
  const refused = Object.entries({ from, to, pipeline, detectors, profile }).find(
    ([, given]) => given !== undefined && given !== 'default',
  );
  if (refused !== undefined) throw new UsageError(words.open.without(`--${refused[0]}`));
  if (paths.includes('-')) throw new UsageError(words.open.noStdin);
}

/**
 * The pages of the server over the logs of a scan: a folder that is thrown away, an address of this machine alone, a link that is
 * good once. Ends with Ctrl-C.
 */
export async function openPages({ console, found, zone }: Session, flags: ScanFlags): Promise<void> {
  const { words, stdout, stderr, signal } = console;
  if (signal.aborted) return;
  const directory = mkdtempSync(join(tmpdir(), 'haetae-scan-'));
  try {
    const { cacheFolder } = await scanning();
    const { jsonLog, startServing } = await serving();
    const write = jsonLog((line) => stderr.write(line), console.now);
    // What the scan held against its own data is held against it here too.
    const baseline =
      flags.baseline === undefined
        ? await learnFrom(found.files, zone.name, signal, flags)
        : baselineAt(flags.baseline, words).bytes;
    const { password, carve, checksums } = flags;
    const options: ServeOptions = {
      directory,
      language: words.lang,
      host: HOST,
      port: 0,
      syslog: [],
      syslogFrom: [],
      watch: [],
      topics: [],
      take: { files: found.files, carve, checksums, ...(password !== undefined && { password }) },
      rules: {
        builtin: flags.builtin,
        paths: flags.rules ?? [],
        minLevel: flags.minLevel === undefined ? 'informational' : levelOption('--min-level', flags.minLevel, words),
        strict: flags.strictSigma,
        cache: flags.cache ? cacheFolder(process.env, process.platform) : undefined,
      },
      exceptions: flags.exceptions ?? [],
      ...(baseline !== undefined && { baseline }),
      latenessMs: LATENESS_S * 1000,
      timeZone: zone.name,
      keep: true,
      retention: {},
      version: console.version,
      now: console.now,
      log: (line) => {
        if (line.level === 'error') write(line);
      },
      pages: fileURLToPath(new URL('../dashboard', import.meta.url)),
      shows: 'scan',
    };
    const server = await startServing(options);
    try {
      const url = server.setupUrl ?? server.url;
      stdout.write(`\n${words.open.at(url)}\n`);
      if (stdout.isTTY) openBrowser(url);
      server.taken.then(
        ({ events }) => signal.aborted || stderr.write(`${words.open.filled(count(events))}\n`),
        () => {},
      );
      const stopped = new Promise<undefined>((resolve) =>
        signal.aborted ? resolve(undefined) : signal.addEventListener('abort', () => resolve(undefined)),
      );
      const failure = await Promise.race([stopped, server.failed]);
      if (failure !== undefined) throw new UsageError(words.serve.failed(failure));
    } finally {
      await server.detecting.catch(() => {});
      await server.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Where there is no browser to be opened, the printed address does. */
function openBrowser(url: string): void {
  const [program, ...before] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program!, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
