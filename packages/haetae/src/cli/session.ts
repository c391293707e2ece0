import type { Zone } from '../locale/index.ts';
import { Interrupted, type ReadSettings } from '../pipeline/index.ts';
import { discover, type Found } from '../source/index.ts';
import type { Console, Out } from './console.ts';
import { fileOut } from './console.ts';
import type { CommonFlags, EvtxFlags } from './flags.ts';
import { count } from './numbers.ts';
import { checkLanguage, pathsOption, zoneOption } from './options.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, UsageError } from './usage.ts';

/** Nobody reads the output any more: the run ends, and that is no error. */
class NobodyReads extends Error {}

/** What every command does the same way: find the files, show progress, write to the right place, stop cleanly. */
export interface Session {
  readonly console: Console;
  readonly zone: Zone;
  readonly found: Found;
  /** Where the result goes: stdout, or the file of --output. */
  readonly out: Out;
  /** Writes to `out`; ends the run when nobody reads it. */
  write(text: string | Uint8Array): void;
  /** Tells of a stretch that was read. */
  advance(bytes: number, events: number, path: string): void;
  /** Tells that an input is done with. */
  fileDone(): void;
  /** For commands that find: their number so far. */
  findings: number | undefined;
  /** Takes the progress line away. */
  clearProgress(): void;
  readonly startedAt: number;
}

/**
 * Runs a command's body. Its result is the exit status. A usage error is thrown on; an interruption becomes a message and
 * its status, with nothing left half written.
 */
export async function session(
  console: Console,
  flags: CommonFlags,
  paths: readonly string[],
  body: (session: Session) => Promise<number>,
): Promise<void> {
  const { words, stderr } = console;
  checkLanguage(flags.lang, words);
  const zone = zoneOption(flags.timezone, words);
  const startedAt = console.now();
  const found = await discover(pathsOption(paths, words));
  for (const { path, kind, detail } of found.missed) {
    if (kind === 'missing' || kind === 'no-match') throw new UsageError(words.errors.missing(path));
    stderr.write(`haetae: ${path}: ${detail}\n`);
  }
  const file = flags.output === undefined ? undefined : openOutput(flags.output, console);
  const out = file ?? console.stdout;
  const line = new ProgressLine(stderr, words, console.now);
  const totalBytes = found.files.some((f) => f.size === undefined)
    ? 0
    : found.files.reduce((sum, f) => sum + f.size!, 0);
  let [bytes, events, files] = [0, 0, 0];
  const self: Session = {
    console,
    zone,
    found,
    out,
    startedAt,
    findings: undefined,
    write(text) {
      out.write(text);
      if (out.gone) throw new NobodyReads();
    },
    advance(moreBytes, moreEvents, path) {
      bytes += moreBytes;
      events += moreEvents;
      const findings = self.findings === undefined ? {} : { findings: self.findings };
      line.show({
        bytes,
        totalBytes,
        files,
        totalFiles: Math.max(files, found.files.length),
        events,
        path,
        ...findings,
      });
    },
    fileDone: () => files++,
    clearProgress: () => line.clear(),
  };
  try {
    const status = await body(self);
    line.clear();
    if (status === EXIT.nothingReadable) file?.discard();
    else file?.commit();
    console.exit(status);
  } catch (error) {
    line.clear();
    file?.discard();
    if (error instanceof NobodyReads) console.exit(EXIT.done);
    else if (error instanceof Interrupted) {
      stderr.write(`haetae: ${words.errors.interrupted(count(files), count(Math.max(files, found.files.length)))}\n`);
      console.exit(EXIT.interrupted);
    } else throw error;
  }
}

/** How logs are read, from the flags that every reading command has. */
export function readSettings(flags: CommonFlags & EvtxFlags, zone: Zone, hash: boolean): ReadSettings {
  const { carve, checksums, password } = flags;
  return { timeZone: zone.name, carve, checksums, hash, ...(password === undefined ? {} : { password }) };
}

function openOutput(path: string, { words }: Console) {
  try {
    return fileOut(path);
  } catch (error) {
    throw new UsageError(words.errors.output(path, (error as Error).message));
  }
}
