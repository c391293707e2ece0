import { findEvent, logonType } from '@haetae/event';
import { formatLocal, formatUtc, printable, type Words, type Zone, zoneLabel } from '../locale/index.ts';
import { type SurveyRun, surveying } from '../pipeline/index.ts';
import type { LogContinuity, LogSummary } from '../survey/index.ts';
import { columns } from './columns.ts';
import type { Context, InfoFlags } from './flags.ts';
import { bytes, count, duration, percent } from './numbers.ts';
import { conclude } from './receipt.ts';
import { readSettings, session } from './session.ts';

export async function infoCommand(this: Context, flags: InfoFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const { surveyFiles } = await surveying();
  await session(console, flags, paths, async (s) => {
    const settings = readSettings(flags, s.zone, flags.receipt !== undefined);
    const run = await surveyFiles(s.found.files, settings, console.signal, s.advance, s.fileDone);
    s.clearProgress();
    s.write(flags.format === 'json' ? infoJson(run) : infoText(run, words, s.zone, s.out.color.bold));
    return conclude(s, 'info', run.receipts, flags.receipt);
  });
}

/** Times in UTC; null where there is none. */
function infoJson({ survey, receipts }: SurveyRun): string {
  const iso = (ms: number | undefined): string | null => formatUtc(ms ?? Number.NaN, 0) || null;
  const span = <T extends { first: number; last: number }>(thing: T) => ({
    ...thing,
    first: iso(thing.first),
    last: iso(thing.last),
  });
  const json = {
    events: survey.events,
    timeless: survey.timeless,
    first: iso(survey.first),
    last: iso(survey.last),
    files: receipts.map(({ path, kind, format, encoding, bytes, events, firstMs, lastMs, notices }) => ({
      path,
      kind,
      format: format ?? null,
      encoding: encoding ?? null,
      bytes,
      events,
      first: iso(firstMs),
      last: iso(lastMs),
      notices,
    })),
    logs: survey.logs.map((log) => ({
      ...span(log),
      ids: log.ids.map(span),
      continuity: {
        ...log.continuity,
        filtered: log.continuity.filtered ?? null,
        gaps: log.continuity.gaps.map((gap) => ({ ...gap, from: iso(gap.from), to: iso(gap.to) })),
        recreated: log.continuity.recreated.map((start) => ({ ...start, at: iso(start.at) })),
        clockJumps: log.continuity.clockJumps.map((jump) => ({ ...jump, at: iso(jump.at) })),
      },
    })),
    logons: survey.logons.logons.map(span),
    failureRuns: survey.logons.failureRuns.map((run) => ({
      ...span(run),
      success: run.success === undefined ? null : iso(run.success),
    })),
    logonsDropped: survey.logons.dropped,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

const MOST = { files: 40, ids: 12, logons: 20, gaps: 10 } as const;

function infoText({ survey, receipts }: SurveyRun, words: Words, zone: Zone, bold: (text: string) => string): string {
  const { info: w, table: t, summary } = words;
  const time = (ms: number): string => formatLocal(ms, zone).slice(0, 19);
  const out: string[] = [];
  const section = (title: string): number => out.push('', bold(title));
  const limit = <T>(all: readonly T[], most: number, print: (shown: readonly T[]) => void): void => {
    print(all.slice(0, most));
    if (all.length > most) out.push(`  ${w.more(count(all.length - most))}`);
  };

  out.push(
    `${bold(summary.events(count(survey.events)))}   ${time(survey.first)} – ${time(survey.last)}   ${zoneLabel(zone, survey.first)}`,
  );
  if (survey.timeless > 0) out.push(`  ${w.noTime(count(survey.timeless))}`);

  section(w.files);
  limit(
    receipts.filter(({ kind }) => kind !== 'archive'),
    MOST.files,
    (shown) =>
      out.push(
        ...columns(
          shown.map((input) => [
            printable(input.path),
            input.kind === 'log' ? (input.format ?? '') : input.kind === 'not-a-log' ? w.notALog : words.receipt.lost,
            input.encoding ?? '',
            bytes(input.bytes),
            input.kind === 'log' ? summary.events(count(input.events)) : '',
          ]),
          [3],
        ),
      ),
  );

  section(`${w.hosts} · ${w.channels}`);
  for (const log of survey.logs) {
    out.push(
      `  ${printable(log.computer) || t.unknownHost} · ${printable(log.channel) || '?'}: ${summary.events(count(log.count))}, ${time(log.first)} – ${time(log.last)}`,
    );
    limit(log.ids, MOST.ids, (shown) =>
      out.push(
        ...columns(
          shown.map((id) => ['', String(id.eventId), count(id.count), eventTitle(log, id.eventId, words)]),
          [1, 2],
        ),
      ),
    );
  }

  const { logons, failureRuns } = survey.logons;
  if (logons.length > 0) {
    section(w.logons);
    const head = [w.count, w.result, t.computer, w.user, w.source, w.type, w.first, w.last];
    limit(logons, MOST.logons, (shown) =>
      out.push(
        ...columns(
          [
            head,
            ...shown.map((logon) => [
              count(logon.count),
              logon.success ? w.success : w.failure,
              printable(logon.computer),
              printable(logon.user),
              printable(logon.source) || '-',
              logonTypeText(logon.type, words),
              time(logon.first),
              time(logon.last),
            ]),
          ],
          [0],
        ),
      ),
    );
  }
  if (failureRuns.length > 0) {
    section(w.failureRuns);
    limit(failureRuns, MOST.logons, (shown) =>
      out.push(
        ...columns(
          shown.map((run) => [
            count(run.count),
            `${time(run.first)} – ${time(run.last)}`,
            printable(run.computer),
            printable(run.user),
            printable(run.source) || '-',
            run.success === undefined ? '' : `${w.followed} ${time(run.success)}`,
          ]),
          [0],
        ),
      ),
    );
  }

  section(w.gaps);
  const broken = survey.logs.filter(({ continuity }) => !isWhole(continuity));
  if (broken.length === 0) out.push(`  ${w.noGaps}`);
  for (const { computer, channel, continuity } of broken) {
    out.push(`  ${printable(computer) || t.unknownHost} · ${printable(channel) || '?'}`);
    if (continuity.filtered !== undefined) out.push(`    ${w.filtered(percent(continuity.filtered))}`);
    if (continuity.repeated > 0) out.push(`    ${w.repeated(count(continuity.repeated))}`);
    if (continuity.truncated) out.push(`    ${w.scattered}`);
    for (const { firstId, at } of continuity.recreated) out.push(`    ${w.recreated(String(firstId))} (${time(at)})`);
    for (const { atId, back, at } of continuity.clockJumps.slice(0, MOST.gaps))
      out.push(`    ${w.clock(duration(back))} (${time(at)}, ${t.recordId} ${atId})`);
    const gaps = [...continuity.gaps].sort((a, b) => b.missing - a.missing);
    limit(gaps, MOST.gaps, (shown) =>
      out.push(
        ...shown.map(
          (gap) =>
            `    ${w.gap(count(gap.missing), String(gap.afterId), String(gap.beforeId))} (${time(gap.from)} – ${time(gap.to)})`,
        ),
      ),
    );
  }
  return `${out.join('\n')}\n`;
}

function isWhole(c: LogContinuity): boolean {
  return (
    c.gaps.length === 0 &&
    c.filtered === undefined &&
    c.recreated.length === 0 &&
    c.clockJumps.length === 0 &&
    c.repeated === 0 &&
    !c.truncated
  );
}

function eventTitle(log: LogSummary, eventId: number, { lang }: Words): string {
  // Titles are first lines of messages; what stands for an event's own values is left open.
  return (findEvent(log.channel, eventId)?.[lang] ?? '').replace(/%\d+/g, '…');
}

function logonTypeText(type: number, { lang }: Words): string {
  const name = logonType(type);
  return name === undefined ? String(type) : `${type} ${name[lang]}`;
}
