import { TACTICS } from '../attack/index.ts';
import { incidentTitle } from '../incident/index.ts';
import type { Words } from '../locale/index.ts';
import type { Scan } from '../pipeline/index.ts';
import { csvPrinter, type FindingPrinter, jsonLinesPrinter, jsonPrinter } from './findings.ts';
import type { Context, ScanFlags } from './flags.ts';
import { incidentArray, incidentCsv, incidentLines } from './incident-json.ts';
import { assetsOption, budgetOption, budgetText, incidentsIn } from './incident-run.ts';
import { incidentTable } from './incident-table.ts';
import { count } from './numbers.ts';
import { LEVELS, type Level, levelOption } from './options.ts';
import { anythingRead, conclude } from './receipt.ts';
import { checkOpen, openPages } from './scan-open.ts';
import { prepareScan } from './scan-run.ts';
import { seeMore } from './see-more.ts';
import { type Session, session } from './session.ts';
import { timelinePrinter } from './timeline.ts';
import { EXIT } from './usage.ts';
import { whyNothing } from './why-nothing.ts';

export async function scanCommand(this: Context, flags: ScanFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  // Wrong files are told before anything is read.
  const assets = assetsOption(flags.assets, words);
  const failOn = flags.failOn === undefined ? undefined : levelOption('--fail-on', flags.failOn, words);
  const format = formatOf(flags);
  const by = flags.by ?? (format === 'table' ? 'incident' : 'finding');
  if (flags.open === true) checkOpen(flags, paths, words);
  const prepared = await prepareScan(flags, words, console);
  let read: Session | undefined;
  await session(console, flags, paths, async (s) => {
    const done = await prepared.run(s, by === 'incident');
    try {
      s.clearProgress();
      const worst =
        by === 'incident'
          ? await printIncidents(done, format, flags, paths, s, failOn, assets)
          : await print(done, printerOf(format, s), s, failOn);
      if (done.findings.size === 0 && anythingRead(done.receipts)) console.stderr.write(whyNothing(done, words));
      const status = conclude(s, 'scan', done.receipts, flags.receipt, prepared.receipt(done));
      if (status !== EXIT.done) return status;
      read = s;
      if (flags.output !== undefined) {
        console.stderr.write(`  ${words.receipt.findingsWritten(count(done.findings.size), flags.output)}\n`);
      }
      return worst ? EXIT.findings : EXIT.done;
    } finally {
      done.findings.dispose();
    }
  });
  if (flags.open === true && read !== undefined) await openPages(read, flags);
}

type Format = NonNullable<ScanFlags['format']>;

const BY_ENDING: readonly (readonly [RegExp, Format])[] = [
  [/\.csv$/i, 'csv'],
  [/\.json$/i, 'json'],
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
];

/** As asked; else by the ending of the file that is written. */
const formatOf = ({ format, output = '' }: ScanFlags): Format =>
  format ?? BY_ENDING.find(([ending]) => ending.test(output))?.[1] ?? 'table';

/** Prints the findings; true when one of them is at or above `failOn`. */
async function print(done: Scan, printer: FindingPrinter, s: Session, failOn: Level | undefined): Promise<boolean> {
  let failing = false;
  let text = printer.head();
  for await (const finding of done.findings.sorted()) {
    if (failOn !== undefined && LEVELS.indexOf(finding.level) >= LEVELS.indexOf(failOn)) failing = true;
    text += printer.finding(finding);
    if (text.length > 1 << 16) {
      s.write(text);
      text = '';
    }
  }
  s.write(text + printer.foot());
  return failing;
}

/** Prints incidents; true when a finding, in whichever of them, is at or above `failOn`. */
async function printIncidents(
  done: Scan,
  format: Format,
  flags: ScanFlags,
  paths: readonly string[],
  { write, zone, out, console }: Session,
  failOn: Level | undefined,
  assets: ReturnType<typeof assetsOption>,
): Promise<boolean> {
  const { words } = console;
  const budget = budgetOption(flags.budget, words);
  const { report, worst } = await incidentsIn(done, assets);
  const { incidents } = report;
  switch (format) {
    case 'table':
      write(incidentTable(report, seeMore(paths, flags), words, zone, out));
      if (budget !== undefined)
        write(budgetText(incidents, budget, (one) => incidentTitle(one, words.lang), words, out));
      break;
    case 'csv':
      write(incidentCsv(incidents, words, zone, console.now()));
      break;
    case 'json':
      write(incidentArray(incidents, words));
      break;
    case 'jsonl':
      write(incidentLines(incidents, words));
      break;
    default:
      format satisfies never;
  }
  return failOn !== undefined && worst !== undefined && LEVELS.indexOf(worst) >= LEVELS.indexOf(failOn);
}

function printerOf(format: Format, { zone, out, console }: Session): FindingPrinter {
  switch (format) {
    case 'table':
      return timelinePrinter(console.words, zone, out.columns, out.color, tacticsText(console.words));
    case 'csv':
      return csvPrinter(console.words, zone, console.now());
    case 'json':
      return jsonPrinter();
    case 'jsonl':
      return jsonLinesPrinter();
    default:
      return format satisfies never;
  }
}

/** Tactics by their names, in the order of the matrix. */
function tacticsText({ lang }: Words): (shortnames: ReadonlySet<string>) => string {
  return (shortnames) =>
    TACTICS.filter(({ shortname }) => shortnames.has(shortname))
      .map(({ name }) => (lang === 'ko' ? `${name.ko} ${name.en}` : name.en))
      .join(' → ');
}
