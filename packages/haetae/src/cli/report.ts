import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Incident } from '../incident/index.ts';
import type { Words } from '../locale/index.ts';
import type { StoredReportWanted } from '../pipeline/index.ts';
import { type EvidenceFile, ReportError, type ReportedIncident, type ReportOptions } from '../report/index.ts';
import type { Context, ReportFlags } from './flags.ts';
import { idOption, pickIncident } from './incident-pick.ts';
import { readIncidents } from './incident-read.ts';
import { assetsOption } from './incident-run.ts';
import { count } from './numbers.ts';
import { anythingRead, conclude } from './receipt.ts';
import { evidenceOf, reportedIn } from './report-input.ts';
import { type ReportSettings, reportSettings } from './report-settings.ts';
import { prepareScan } from './scan-run.ts';
import { session } from './session.ts';
import { askStored, timesOf } from './stored.ts';
import { EXIT, UsageError } from './usage.ts';
import { whyNothing } from './why-nothing.ts';

/** More is a log. */
const MOST_JSON = 512 * 1024 * 1024;

export async function reportCommand(this: Context, flags: ReportFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const settings = reportSettings(flags, words, console.now);
  try {
    const finished = paths.length === 1 ? finishedAt(paths[0]!, words) : undefined;
    if (finished !== undefined) console.exit(ofFinished(this, flags, settings, finished));
    else if (paths.length > 0) await ofLogs(this, flags, settings, paths);
    else console.exit(await ofServer(this, flags, settings));
  } catch (error) {
    throw error instanceof ReportError ? new UsageError(error.message) : error;
  }
}

interface Finished {
  readonly incidents: readonly Incident[];
  readonly file: EvidenceFile;
}

/** JSON of a run that is over; undefined where the path leads to anything else. */
function finishedAt(path: string, words: Words): Finished | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > MOST_JSON || !path.toLowerCase().endsWith('.json'))
    return undefined;
  const bytes = readFileSync(path);
  const read = readIncidents(bytes.toString('utf8'));
  if (read.kind === 'other') return undefined;
  if (read.kind === 'less') throw new UsageError(words.report.tellsLess(path));
  const times = read.incidents.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => ms !== null);
  return {
    incidents: read.incidents,
    file: {
      ...{ path, bytes: bytes.length, format: 'haetae incident', lost: 0 },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      events: read.incidents.reduce((sum, { counts }) => sum + counts.events, 0),
      firstMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
      lastMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
    },
  };
}

function ofFinished(
  { console }: Context,
  flags: ReportFlags,
  settings: ReportSettings,
  { incidents: all, file }: Finished,
): number {
  const { words, stderr, version } = console;
  const incidents = all.map((incident) => ({ incident, unusual: new Map() }));
  const told = chosen(incidents, idOption(flags.incident, words), settings.options, words);
  const written = settings.write({
    ...{ incidents: told, otherIncidents: incidents.length - told.length, looseFindings: 0 },
    ...{ source: { kind: 'logs' }, evidence: [file], packs: [], rulesInForce: undefined, version },
  });
  stderr.write(`haetae: ${words.report.written(written.join(', '))}\n`);
  return EXIT.done;
}

async function ofLogs(
  { console }: Context,
  flags: ReportFlags,
  settings: ReportSettings,
  paths: readonly string[],
): Promise<void> {
  const { words, stderr } = console;
  const id = idOption(flags.incident, words);
  const assets = assetsOption(flags.assets, words);
  // The language and the file are the report's, which writes more than one.
  const { lang: _, output: __, ...reading } = flags;
  const prepared = await prepareScan(reading, words, console);
  await session(console, reading, paths, async (s) => {
    const done = await prepared.run(s, true);
    try {
      const { incidents, loose } = await reportedIn(done, assets);
      s.clearProgress();
      const receipt = prepared.receipt(done);
      if (anythingRead(done.receipts)) {
        const told = chosen(incidents, id, settings.options, words);
        const written = settings.write({
          ...{ incidents: told, otherIncidents: incidents.length - told.length },
          looseFindings: id === undefined ? loose : 0,
          ...{ source: { kind: 'logs' }, evidence: evidenceOf(done.receipts), packs: receipt.packs },
          ...{ rulesInForce: receipt.rules?.inForce, version: console.version },
        });
        stderr.write(`haetae: ${words.report.written(written.join(', '))}\n`);
        if (done.findings.size === 0) stderr.write(whyNothing(done, words));
      }
      return conclude(s, 'report', done.receipts, flags.receipt, receipt);
    } finally {
      done.findings.dispose();
    }
  });
}

async function ofServer({ console }: Context, flags: ReportFlags, settings: ReportSettings): Promise<number> {
  const { words, stderr, version } = console;
  const id = idOption(flags.incident, words);
  const times = timesOf({ ...flags, timezone: flags.timezone ?? 'Asia/Seoul' }, words);
  if (id === undefined && flags.from === undefined && flags.to === undefined) throw new UsageError(words.report.what);
  const wanted: StoredReportWanted = id === undefined ? { kind: 'span', ...times } : { kind: 'one', id };
  return askStored(flags, words, async (stored) => {
    const { incidents, others, ...grounds } = await stored.reported(wanted);
    const told = settings.options.template === 'kisa' ? incidents.slice(0, 1) : incidents;
    if (told.length === 0) {
      stderr.write(`haetae: ${id === undefined ? words.report.noneThen : words.report.noSuch(id)}\n`);
      return id === undefined ? EXIT.done : EXIT.usage;
    }
    const written = settings.write({
      ...{ incidents: told, otherIncidents: others + incidents.length - told.length, looseFindings: 0 },
      ...{ source: { kind: 'server' }, version, ...grounds },
    });
    stderr.write(`haetae: ${words.report.written(written.join(', '))} (${count(told.length)})\n`);
    return EXIT.done;
  });
}

/** All incidents, the one that was asked for, or for the KISA form the gravest. */
function chosen(
  incidents: readonly ReportedIncident[],
  id: string | undefined,
  { template }: ReportOptions,
  words: Words,
): readonly ReportedIncident[] {
  if (id === undefined) return template === 'kisa' ? incidents.slice(0, 1) : incidents;
  const one = pickIncident(
    incidents.map(({ incident }) => incident),
    id,
    words,
  );
  return incidents.filter(({ incident }) => incident === one);
}
