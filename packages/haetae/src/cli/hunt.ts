import { readFileSync } from 'node:fs';
import { formatLocal, padEnd, printable, type Words, type Zone } from '../locale/index.ts';
import type { api, Located, Stored, StoredHuntStep } from '../pipeline/index.ts';
import type { Console } from './console.ts';
import { csvPrinter, detailOf, type FindingPrinter, jsonLinesPrinter, jsonPrinter, titleOf } from './findings.ts';
import type { Context, HuntFlags, RescanFlags, StoredFlags } from './flags.ts';
import { levelCells } from './level.ts';
import { count } from './numbers.ts';
import { zoneOption } from './options.ts';
import { rulePacks } from './rule-packs.ts';
import { toOutput } from './rules-run.ts';
import { askStored, formatOf, timesOf } from './stored.ts';
import { StoredProgress } from './stored-progress.ts';
import { EXIT, UsageError } from './usage.ts';

export async function huntCommand(this: Context, flags: HuntFlags): Promise<void> {
  const { console } = this;
  const { words, signal } = console;
  const times = timesOf(flags, words);
  const rule = { path: flags.rule, text: textOf(flags.rule, words) };
  await show(
    console,
    flags,
    (stored) => stored.hunt({ rule, ...times }, signal),
    ({ found, fresh, scanned }) => words.stored.hits(count(found), count(fresh), count(scanned)),
  );
}

export async function rescanCommand(this: Context, flags: RescanFlags): Promise<void> {
  const { console } = this;
  const { words, signal } = console;
  const times = timesOf(flags, words);
  const rules = () => rulePacks(flags, words).flatMap(({ files }) => files);
  await show(
    console,
    flags,
    (stored) => stored.rescan({ ids: flags.id, rules, ...times }, signal),
    ({ fresh, scanned }) => words.stored.missed(count(fresh), count(scanned)),
  );
}

function textOf(path: string, words: Words): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(words.stored.noRuleFile(path));
  }
}

/** Prints what is found as it is found, and the sum of it at the end. */
async function show(
  console: Console,
  flags: StoredFlags,
  steps: (stored: Stored) => AsyncIterable<StoredHuntStep>,
  sum: (last: StoredHuntStep) => string,
): Promise<void> {
  const { words, stderr } = console;
  await toOutput(console, flags, async (out) => {
    const zone = zoneOption(flags.timezone, words);
    const print = printerOf(flags, console, zone);
    const line = new StoredProgress(console);
    let shown = 0;
    let last: StoredHuntStep | undefined;
    try {
      const status = await askStored(flags, words, async (stored) => {
        out.write(print.head());
        for await (const step of steps(stored)) {
          last = step;
          if (step.hits.length > 0) line.clear();
          for (const hit of step.hits) out.write(print.finding(locatedOf(hit)));
          shown += step.hits.length;
          line.show(step.scanned, step.total, shown);
          if (out.gone) break;
        }
        out.write(print.foot());
        return shown > 0 ? EXIT.findings : EXIT.done;
      });
      line.clear();
      if (last !== undefined && status !== EXIT.interrupted) stderr.write(`haetae: ${sum(last)}\n`);
      const uncounted = last === undefined ? 0 : status === EXIT.interrupted ? 0 : last.kept - shown;
      if (uncounted > 0) stderr.write(`haetae: ${words.stored.notKept(count(uncounted))}\n`);
      return status;
    } finally {
      line.clear();
    }
  });
}

/** A hit as findings are printed: the file is the store, the record the id of its event there. */
function locatedOf({ statement, host, timeMs }: api.HuntHit): Located {
  const finding = statement as Located;
  const { event } = finding;
  return {
    ...finding,
    event: { ...event, timeMs: event.timeMs ?? timeMs, computer: event.computer || host },
    file: 'store',
  };
}

function printerOf(flags: StoredFlags, console: Console, zone: Zone): FindingPrinter {
  const { words, stdout, now } = console;
  switch (formatOf(flags)) {
    case 'json':
      return jsonPrinter();
    case 'jsonl':
      return jsonLinesPrinter();
    case 'csv':
      return csvPrinter(words, zone, now());
    default: {
      const cells = levelCells(words, stdout.color);
      return {
        head: () => '',
        finding(finding) {
          const at = padEnd(formatLocal(finding.event.timeMs ?? Number.NaN, zone), 23);
          const host = padEnd(printable(finding.event.computer), 20);
          return `${at}  ${host}  ${cells.cell(finding.level)}  ${printable(titleOf(finding, words))}  ${stdout.color.dim(printable(detailOf(finding)))}\n`;
        },
        foot: () => '',
      };
    }
  }
}
