import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatLocal, printable, storeProblem, type Words } from '../locale/index.ts';
import { type StoreStatus, stored } from '../pipeline/index.ts';
import { columns } from './columns.ts';
import type { Context, StoreExportFlags, StoreFlags, StoreRestoreFlags, StoreStatusFlags } from './flags.ts';
import { bytes, count } from './numbers.ts';
import { checkLanguage, zoneOption } from './options.ts';
import { dataAt, storeUrlOf } from './serve-options.ts';
import { askStored, timesOf } from './stored.ts';
import { UsageError } from './usage.ts';

export async function statusCommand(this: Context, flags: StoreStatusFlags): Promise<void> {
  const { words, stdout } = this.console;
  checkLanguage(flags.lang, words);
  await askStored(flags, words, async ({ keeping }) => {
    const status = await keeping.status();
    stdout.write(flags.format === 'json' ? `${JSON.stringify(status)}\n` : `${linesOf(status, words).join('\n')}\n`);
    return 0;
  });
}

export async function backupCommand(this: Context, flags: StoreFlags, folder: string): Promise<void> {
  const { words, stderr, signal } = this.console;
  checkLanguage(flags.lang, words);
  const to = resolve(folder);
  await askStored(flags, words, async ({ keeping }) => {
    const { events, bytes: size } = await keeping.backup(to, signal);
    stderr.write(`${words.keeping.backedUp(printable(to), count(events), bytes(size))}\n`);
    return 0;
  });
}

export async function restoreCommand(this: Context, flags: StoreRestoreFlags, backup: string): Promise<void> {
  const { words, stderr } = this.console;
  checkLanguage(flags.lang, words);
  const directory = dataAt(flags.data);
  const given = flags.store ?? process.env.HAETAE_STORE;
  const url = given === undefined ? undefined : storeUrlOf(given, words);
  const { StoreError, restoreStore } = await stored();
  try {
    const { events } = await restoreStore(resolve(backup), join(directory, 'store'), url);
    stderr.write(`${words.keeping.restored(printable(directory), count(events))}\n`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new UsageError(storeProblem(error.code, error.message, words.lang));
  }
}

export async function exportCommand(this: Context, flags: StoreExportFlags, folder: string): Promise<void> {
  const { words, stderr, signal } = this.console;
  checkLanguage(flags.lang, words);
  const to = resolve(folder);
  const { fromMs, toMs } = timesOf(flags, words);
  const range = {
    ...(fromMs !== null && { fromMs }),
    ...(toMs !== null && { toMs }),
    ...(flags.host !== undefined && { host: flags.host }),
  };
  await askStored(flags, words, async ({ keeping }) => {
    const files = await keeping.exportParquet(to, range, signal);
    const events = files.reduce((sum, file) => sum + file.events, 0);
    stderr.write(`${words.keeping.exported(printable(to), count(events), count(files.length))}\n`);
    return 0;
  });
}

export async function importCommand(this: Context, flags: StoreFlags, path: string): Promise<void> {
  const { words, stderr } = this.console;
  checkLanguage(flags.lang, words);
  const from = resolve(path);
  if (!existsSync(from)) throw new UsageError(words.keeping.nothingAt(printable(from)));
  await askStored(flags, words, async ({ keeping }) => {
    const { events, known } = await keeping.importParquet(from);
    stderr.write(`${words.keeping.imported(count(events), count(known))}\n`);
    return 0;
  });
}

function linesOf(status: StoreStatus, words: Words): string[] {
  const { rows } = words.keeping;
  const zone = zoneOption(undefined, words);
  const at = (time: number | null): string => (time === null ? '–' : formatLocal(time, zone));
  const table: [string, string][] = [
    [rows.events, count(status.events)],
    [rows.findings, count(status.findings)],
    [rows.incidents, count(status.incidents)],
    [rows.oldest, at(status.oldestMs)],
    [rows.newest, at(status.newestMs)],
    [rows.bytes, bytes(status.bytes)],
    [rows.free, bytes(status.freeBytes)],
    [rows.schema, String(status.schema)],
  ];
  return columns(table, []);
}
