import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isLanguage, parseInstant, parseZone, systemLanguage, type Words, type Zone } from '../locale/index.ts';
import {
  appended,
  type CaseRecord,
  isRecorded,
  NO_FACTS,
  NO_RECORD,
  ReportError,
  type ReportedIncident,
  type ReportInput,
  type ReportOptions,
  readFacts,
  readRecord,
  renderReport,
  type Stage,
  saidOf,
} from '../report/index.ts';
import { fileOut } from './console.ts';
import type { ReportFlags } from './flags.ts';
import { wholeNumber, zoneOption } from './options.ts';
import { UsageError } from './usage.ts';

export interface Given extends Omit<ReportInput, 'zone' | 'facts' | 'record' | 'issuedMs'> {
  /** What a server keeps of declarations; those of --record come behind them. */
  readonly declared?: CaseRecord['entries'];
}

export interface ReportSettings {
  readonly options: ReportOptions;
  /** Makes the report and writes its files, whose names it gives; what was declared and reported goes into the record first. */
  write(input: Given): readonly string[];
}

/** Flags of a report, checked before anything is read. */
export function reportSettings(flags: ReportFlags, words: Words, now: () => number): ReportSettings {
  const { report: w } = words;
  const format = flags.format ?? ending(flags.output) ?? 'pdf';
  const languages = languagesOf(flags.lang, words);
  const stage: Stage | undefined = flags.stage ?? (flags.template === 'kisa' ? 'first' : undefined);
  if (flags.stage !== undefined && flags.template !== 'kisa') throw new UsageError(w.stageOfKisa);
  const full = wholeNumber('--full', flags.full, words);
  const options: ReportOptions = {
    ...{ template: flags.template, format, languages },
    ...(stage !== undefined && { stage }),
    ...(full !== undefined && { full }),
  };
  // A report is the same wherever it is made: the zone of this machine is no part of it.
  const zone = flags.timezone === undefined ? parseZone('Asia/Seoul')! : zoneOption(flags.timezone, words);
  const issuedMs = timeOf('--date', flags.date, zone, words);
  const facts =
    flags.case === undefined ? NO_FACTS : asked(() => readFacts(textOf(flags.case!, words), flags.case!, zone));
  const aware = awarenessOf(flags, zone, words);
  const output = flags.output ?? `haetae-report.${format}`;
  const name = basename(output).replace(/\.(pdf|html|md)$/i, '') || 'haetae-report';
  return {
    options,
    write({ declared = [], ...given }) {
      const [first] = given.incidents;
      const { entries } = withDeclaration(flags, first, aware, now, words);
      const record: CaseRecord = { entries: [...declared, ...entries] };
      const input: ReportInput = { ...given, zone, facts, record, issuedMs };
      const { report, beside } = renderReport(input, options, name);
      const folder = dirname(output);
      const files = [{ ...report, name: basename(output) }, ...beside];
      for (const { name: file, bytes } of files) writeWhole(join(folder, file), bytes, words);
      if (first !== undefined && stage !== undefined && flags.record !== undefined)
        keepReport(flags.record, first, input, stage, now);
      return files.map(({ name: file }) => join(folder, file));
    },
  };
}

const ending = (output: string | undefined): ReportOptions['format'] | undefined => {
  const [, found] = /\.(pdf|html|md)$/i.exec(output ?? '') ?? [];
  return found?.toLowerCase() as ReportOptions['format'] | undefined;
};

function languagesOf(flag: string | undefined, words: Words): ReportOptions['languages'] {
  if (flag === 'both') return ['ko', 'en'];
  if (flag === undefined) return [systemLanguage(process.env, new Intl.DateTimeFormat().resolvedOptions().locale)];
  if (!isLanguage(flag)) throw new UsageError(words.report.language(flag));
  return [flag];
}

function timeOf(flag: string, text: string | undefined, zone: Zone, words: Words): number | undefined {
  if (text === undefined) return undefined;
  const time = parseInstant(text, zone, 'start');
  if (time === undefined) throw new UsageError(words.errors.instant(flag, text));
  return time;
}

interface Declared {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string | null;
}

function awarenessOf(flags: ReportFlags, zone: Zone, words: Words): Declared | undefined {
  const { report: w } = words;
  const atMs = timeOf('--aware', flags.aware, zone, words);
  if (atMs === undefined) {
    if (flags.awareBy !== undefined || flags.awareReason !== undefined) throw new UsageError(w.awareWithout);
    return undefined;
  }
  if (flags.record === undefined) throw new UsageError(w.awareNeedsRecord);
  if (flags.awareBy === undefined || flags.awareBy.trim() === '') throw new UsageError(w.awareNeedsName);
  return { atMs, by: flags.awareBy.trim(), reason: flags.awareReason?.trim() ?? null };
}

function withDeclaration(
  { record: path }: ReportFlags,
  first: ReportedIncident | undefined,
  aware: Declared | undefined,
  now: () => number,
  words: Words,
): CaseRecord {
  if (path === undefined) return NO_RECORD;
  const before = existsSync(path) ? textOf(path, words) : '';
  if (aware === undefined || first === undefined) return asked(() => readRecord(before, path));
  const { id } = first.incident;
  const known = asked(() => readRecord(before, path)).entries.findLast(
    (entry) => entry.kind === 'awareness' && entry.incident === id,
  );
  // The same declaration again is no correction.
  if (known?.kind === 'awareness' && known.atMs === aware.atMs && known.by === aware.by)
    return asked(() => readRecord(before, path));
  const text = asked(() => appended(before, path, { kind: 'awareness', incident: id, ...aware, enteredMs: now() }));
  writeWhole(path, Buffer.from(text), words);
  return readRecord(text, path);
}

/** What was reported is kept, so that the next report can tell what changed. */
function keepReport(path: string, first: ReportedIncident, input: ReportInput, stage: Stage, now: () => number): void {
  const said = saidOf(first, input);
  if (isRecorded(input.record, first.incident, stage, said)) return;
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const text = appended(before, path, { kind: 'reported', incident: first.incident.id, stage, said, enteredMs: now() });
  const out = fileOut(path);
  out.write(text);
  out.commit();
}

export function asked<T>(task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw error instanceof ReportError ? new UsageError(error.message) : error;
  }
}

function textOf(path: string, words: Words): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(words.report.unreadable(path, (error as Error).message));
  }
}

function writeWhole(path: string, bytes: Uint8Array, words: Words): void {
  try {
    const out = fileOut(path);
    out.write(bytes);
    out.commit();
  } catch (error) {
    throw new UsageError(words.errors.output(path, (error as Error).message));
  }
}
