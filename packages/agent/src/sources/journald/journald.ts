import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Chunk, Clock, EventSource } from '../source.ts';
import { syslogMessage } from '../syslog.ts';

export interface JournaldOptions {
  readonly host: string;
  /** A journal that was never read: everything that stands in it, or only what comes. */
  readonly from: 'beginning' | 'end';
  readonly clock: Clock;
  /** Of systemd; tests bring their own. */
  readonly program?: readonly string[];
}

/** So many entries at once. */
const MOST = 500;

/** What systemd's journal holds and gets, through `journalctl`: the only reader that every version of its files has. */
export function journald(options: JournaldOptions): EventSource {
  return { name: 'journald', read: (bookmark, signal) => follow(options, bookmark, signal) };
}

interface Mark {
  readonly cursor: string;
  readonly timeMs: number;
}

async function* follow(
  options: JournaldOptions,
  bookmark: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const mark = bookmark === undefined ? undefined : readMark(bookmark);
  let start: string[];
  if (mark === undefined) start = options.from === 'end' ? ['--lines=0'] : ['--no-tail'];
  else if (await isThere(options, mark, signal)) start = ['--no-tail', `--after-cursor=${mark.cursor}`];
  else {
    // journalctl would go on at whatever is nearest, and say nothing.
    start = ['--no-tail', `--since=@${(mark.timeMs / 1000).toFixed(6)}`];
    yield {
      kind: 'gap',
      gap: {
        reason: 'overwritten',
        count: null,
        fromRecord: null,
        toRecord: null,
        fromMs: mark.timeMs,
        toMs: options.clock.now(),
        detail: 'the journal no longer has the entry that was read last',
      },
      bookmark: JSON.stringify(mark),
    };
  }
  for await (const lines of linesFrom(options, ['--follow', ...start], signal)) {
    const chunk = chunkOf(lines, options.host);
    if (chunk !== undefined) yield chunk;
  }
  if (!signal.aborted) throw new Error('journalctl has ended');
}

/** The entries as syslog messages; undefined where none of the lines is one. */
export function chunkOf(lines: readonly string[], host: string): Chunk | undefined {
  const messages: Buffer[] = [];
  let mark: Mark | undefined;
  for (const line of lines) {
    const entry = entryOf(line);
    if (entry === undefined) continue;
    messages.push(entry.message(host));
    mark = entry.mark;
  }
  if (mark === undefined) return undefined;
  return {
    kind: 'items',
    format: 'syslog',
    items: messages.length,
    body: Buffer.concat(messages),
    bookmark: JSON.stringify(mark),
  };
}

function entryOf(line: string): { readonly mark: Mark; readonly message: (host: string) => Buffer } | undefined {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    // What journalctl says beside entries: `-- Reboot --`.
    return undefined;
  }
  const one = (name: string): string | undefined => {
    const value = entry[name];
    // A field that an entry has several times.
    const first = Array.isArray(value) && typeof value[0] !== 'number' ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  };
  const cursor = one('__CURSOR');
  if (cursor === undefined) return undefined;
  const timeMs = Number(one('_SOURCE_REALTIME_TIMESTAMP') ?? one('__REALTIME_TIMESTAMP')) / 1000;
  const written = Number(one('__REALTIME_TIMESTAMP')) / 1000;
  const severity = /^[0-7]$/.test(one('PRIORITY') ?? '') ? Number(one('PRIORITY')) : 6;
  const facility = /^\d{1,2}$/.test(one('SYSLOG_FACILITY') ?? '') ? Number(one('SYSLOG_FACILITY')) : 3;
  const raw = entry.MESSAGE;
  // Bytes that are no UTF-8 come as numbers; what is too long, as null.
  const text =
    Array.isArray(raw) && typeof raw[0] === 'number' ? Uint8Array.from(raw as number[]) : (one('MESSAGE') ?? '');
  return {
    mark: { cursor, timeMs: written },
    message: (host) =>
      syslogMessage({
        priority: Math.min(facility, 23) * 8 + severity,
        timeMs,
        host: one('_HOSTNAME') ?? host,
        program: one('SYSLOG_IDENTIFIER') ?? one('_COMM') ?? one('_TRANSPORT') ?? '-',
        processId: one('_PID') ?? one('SYSLOG_PID') ?? '',
        text,
      }),
  };
}

function readMark(bookmark: string): Mark | undefined {
  try {
    const mark = JSON.parse(bookmark) as Mark;
    return typeof mark.cursor === 'string' && Number.isFinite(mark.timeMs) ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the journal still has the entry itself. */
async function isThere(options: JournaldOptions, { cursor }: Mark, signal: AbortSignal): Promise<boolean> {
  for await (const lines of linesFrom(options, ['--lines=1', `--cursor=${cursor}`, '--no-tail'], signal)) {
    for (const line of lines) return line.includes(JSON.stringify(cursor));
  }
  return false;
}

/** What journalctl prints, as much at once as there is. Its own end is the end; a failure throws what it said. */
async function* linesFrom(
  { program = ['journalctl'] }: JournaldOptions,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const [command, ...first] = program;
  const child = spawn(command!, [...first, '--output=json', '--all', '--no-pager', '--quiet', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  let said = '';
  let failed: Error | undefined;
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-1000);
  });
  child.on('error', (error) => {
    failed = error;
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const queue: string[] = [];
  let wake: (() => void) | undefined;
  let isOver = false;
  const lines = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    queue.push(line);
    // Who asks for no more holds journalctl up, not our memory.
    if (queue.length >= MOST * 4) child.stdout.pause();
    wake?.();
  });
  lines.on('close', () => {
    isOver = true;
    wake?.();
  });
  try {
    for (;;) {
      if (queue.length === 0) {
        if (isOver) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
        continue;
      }
      yield queue.splice(0, MOST);
      if (queue.length < MOST && child.stdout.isPaused()) child.stdout.resume();
    }
    if (child.exitCode === null && child.signalCode === null && failed === undefined) await once(child, 'close');
    if (failed !== undefined) throw failed;
    if (child.exitCode !== 0 && !signal.aborted)
      throw new Error(`journalctl: ${said.trim() || `status ${child.exitCode}`}`);
  } finally {
    signal.removeEventListener('abort', stop);
    if (child.exitCode === null) child.kill('SIGTERM');
  }
}
