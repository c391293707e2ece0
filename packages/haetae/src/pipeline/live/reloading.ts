import type { HuntDesk } from '../../hunt/index.ts';
import type { Log } from '../../server/index.ts';
import type { RuleBook } from './rule-book.ts';
import { watchRules } from './rule-watch.ts';
import type { RulesLoaded } from './rules-load.ts';

export interface ReloadOptions {
  /** Files and folders that are watched. */
  readonly rules: readonly string[];
  readonly exceptions: readonly string[];
  readonly book: RuleBook;
  readonly desk: { rescan(wanted: Parameters<HuntDesk['rescan']>[0]): Promise<unknown> };
  readonly load: () => Promise<RulesLoaded>;
  /** Puts them in force. */
  readonly use: (loaded: RulesLoaded) => Promise<void>;
  /** Exceptions are to be read again. */
  readonly changed: () => Promise<void>;
  readonly now: () => number;
  readonly told: Log;
}

/** What a rule that is new would have found: over so much of what is stored. */
const RESCAN_MS = 30 * 86_400_000;

export interface Reloading {
  /** Reads the rules again without waiting to hear of a change; rejects when that fails. */
  now(): Promise<void>;
  close(): void;
}

/** Rules and exceptions are read again when their files change; what new rules missed is looked for, and only that is kept. */
export function reloading(options: ReloadOptions): Reloading {
  const { rules, exceptions, book, load, use, changed, told } = options;
  let running: Promise<void> = Promise.resolve();
  const inTurn = (what: () => Promise<void>): Promise<void> => {
    const turn = running.then(what);
    running = turn.catch((error: Error) => {
      const message = 'rules could not be read again; the old ones stay in force';
      told({ level: 'error', message, reason: error.message });
    });
    return turn;
  };
  const again = (): Promise<void> =>
    inTurn(async () => {
      const known = new Set(book.ids);
      const loaded = await load();
      await use(loaded);
      for (const reason of loaded.kept)
        told({ level: 'error', message: 'a rule file is broken; it stays in force as it was', reason });
      told({ level: 'info', message: 'rules were read again', rules: loaded.listed.length });
      await rescan(
        options,
        book.ids.filter((id) => !known.has(id)),
      );
    });
  const quietly = (what: () => Promise<void>) => () => void what().catch(() => {});
  const watches = [
    watchRules(rules, quietly(again)),
    watchRules(
      exceptions,
      quietly(() => inTurn(changed)),
    ),
  ];
  return {
    now: again,
    close() {
      for (const watch of watches) watch.close();
    },
  };
}

async function rescan({ desk, now, told }: ReloadOptions, ruleIds: readonly string[]): Promise<void> {
  if (ruleIds.length === 0) return;
  const name = `new rules: ${ruleIds.length}`;
  try {
    await desk.rescan({ name, fromMs: now() - RESCAN_MS, toMs: null, by: '', ruleIds });
  } catch (error) {
    told({
      level: 'warn',
      message: 'what is stored was not looked through for new rules',
      reason: (error as Error).message,
    });
  }
}
