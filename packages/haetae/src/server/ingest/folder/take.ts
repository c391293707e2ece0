import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { UnixMs } from '@haetae/event';
import { type Notice, openInputs, readInput, wholeLine } from '../../../source/index.ts';
import type { Parts } from '../../context.ts';
import type { Accepted, Frame } from '../../intake.ts';

const FRAME_BYTES = 1024 * 1024;
const RETRY_MS = 1000;

export interface TakeOptions {
  /** As people know it. */
  readonly name: string;
  readonly file: string;
  readonly timeZone: string;
  readonly password?: string;
  /** EVTX: recover deleted records; leave out what a checksum does not bear out. */
  readonly carve?: boolean;
  readonly checksums?: boolean;
  readonly signal: AbortSignal;
  /** Events that are durable so far. */
  readonly told?: (events: number) => void;
}

export interface TakenFile {
  readonly sha256: string;
  readonly events: number;
  /** Logs that were in it. */
  readonly logs: number;
  readonly notices: readonly Notice[];
}

/**
 * Takes a file whole, as frames that bear its hash and the number of their first event: what is taken again after a crash, or
 * under another name, is known again. undefined when it changed meanwhile, or the signal ended it.
 */
export async function takeFile(options: TakeOptions, parts: Parts): Promise<TakenFile | undefined> {
  const { name, file, timeZone, carve = false, checksums = false, password, signal, told } = options;
  const sha256 = await hashOf(file).catch(() => undefined);
  if (sha256 === undefined) return undefined;
  const notices: Notice[] = [];
  let events = 0;
  let logs = 0;
  const opening = password === undefined || password === '' ? {} : { password };
  for await (const opened of openInputs([{ path: name, file, size: (await stat(file)).size }], opening)) {
    if (opened.kind !== 'input') {
      notices.push(...opened.ledger.notices());
      continue;
    }
    const reading = readInput(opened.input, { timeZone, carve, checksums }, opened.ledger);
    let lines: string[] = [];
    let length = 0;
    const send = async (): Promise<void> => {
      const bytes = Buffer.from(lines.join(''));
      const first = events;
      events += lines.length;
      lines = [];
      length = 0;
      if (events > first) await keep(bytes, `${sha256}:${first}`, events - first);
      told?.(events);
    };
    if (reading.kind === 'log') {
      logs++;
      for await (const batch of reading.batches) {
        for (const event of batch.events) {
          const line = `${wholeLine(event)}\n`;
          length += line.length;
          lines.push(line);
        }
        if (length > FRAME_BYTES) await send();
        if (signal.aborted) return undefined;
      }
    }
    await send();
    await opened.finish();
    if (signal.aborted) return undefined;
    notices.push(...opened.ledger.notices());
    if (reading.kind !== 'log')
      parts.log({ level: 'warn', message: 'a file that was handed over is no log', file: name });
  }
  if ((await hashOf(file).catch(() => undefined)) !== sha256) return undefined;
  return { sha256, events, logs, notices };

  async function keep(bytes: Buffer, position: string, items: number): Promise<void> {
    const frame: Frame = {
      format: 'ndjson',
      origin: 'import',
      token: '',
      hosts: [],
      address: '',
      receivedMs: parts.now() as UnixMs,
      position,
      items,
      bytes,
    };
    while (!signal.aborted) {
      const outcome: Accepted = await parts.ports.intake.accept(frame);
      if (outcome.kind === 'durable') {
        parts.counts.items.add({ protocol: 'folder' }, items);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, outcome.kind === 'busy' ? outcome.retryMs : RETRY_MS));
    }
  }
}

/** A file among several: `path` is how people know it. */
export interface FileToTake {
  readonly path: string;
  readonly file: string | undefined;
}

/** The same of several, one after the other, each told in the log. Ends early when the signal says so. */
export async function takeFiles(
  files: readonly FileToTake[],
  options: Omit<TakeOptions, 'name' | 'file' | 'told'>,
  parts: Parts,
): Promise<{ readonly events: number }> {
  let events = 0;
  for (const { path, file } of files) {
    if (options.signal.aborted) break;
    if (file === undefined) continue;
    const taken = await takeFile({ ...options, name: path, file }, parts).catch((error: Error) => error);
    if (taken instanceof Error || taken === undefined) {
      const reason = taken?.message ?? 'it was changed while it was read';
      if (!options.signal.aborted)
        parts.log({ level: 'error', message: 'a file was not taken in', file: path, reason });
      continue;
    }
    events += taken.events;
    logTaken(path, taken, parts);
  }
  return { events };
}

export function logTaken(file: string, { sha256, events, notices }: TakenFile, { log }: Parts): void {
  const lost = notices.filter(({ kind }) => kind === 'lost').length;
  log({ level: lost > 0 ? 'warn' : 'info', message: 'a file was taken in', file, events, lost, sha256 });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
