import { storeProblem, type Words } from '../locale/index.ts';
import { type Stored, stored } from '../pipeline/index.ts';
import { dataFolder } from './data-folder.ts';
import type { StoredFlags } from './flags.ts';
import { rangeOption, zoneOption } from './options.ts';
import { EXIT, UsageError } from './usage.ts';

/** Asks what is stored in the data folder; what goes wrong there is told in the user's language. The result is the exit status. */
export async function askStored(
  flags: Pick<StoredFlags, 'data'>,
  words: Words,
  task: (stored: Stored) => Promise<number>,
): Promise<number> {
  const directory = flags.data ?? dataFolder(process.env, process.platform, process.getuid?.());
  const { StoreError, withStored } = await stored();
  try {
    return await withStored(directory, task);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { code, message } = error;
    if (code === 'cancelled') return EXIT.interrupted;
    if (code === 'missing' && message.startsWith(directory)) throw new UsageError(words.stored.noData(directory));
    if (code === 'locked') throw new UsageError(words.stored.noServer(directory));
    throw new UsageError(code === 'invalid' ? message : storeProblem(code, message, words.lang));
  }
}

/** The times of --from and --to for the store: the end exclusive, null where none was given. */
export function timesOf(
  flags: Omit<StoredFlags, 'format'>,
  words: Words,
): { fromMs: number | null; toMs: number | null } {
  const { from, to } = rangeOption(flags, zoneOption(flags.timezone, words), words);
  const bound = (time: number): number | null => (Number.isFinite(time) ? Math.max(0, Math.floor(time)) : null);
  return { fromMs: bound(from), toMs: bound(to + 1) };
}

/** As the user says, else by the ending of the file it goes to. */
export function formatOf({ format, output }: StoredFlags): 'table' | 'csv' | 'json' | 'jsonl' {
  const [, ending] = /\.(csv|json|jsonl)$/i.exec(output ?? '') ?? [];
  return format ?? (ending?.toLowerCase() as 'csv' | 'json' | 'jsonl' | undefined) ?? 'table';
}
