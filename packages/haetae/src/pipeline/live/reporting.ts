import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatLocal, fromWall, parseZone, UTC, type Zone } from '../../locale/index.ts';
import type { Log } from '../../server/index.ts';
import type { ReportDesk } from './report-thread.ts';

export const EVERY = ['daily', 'weekly', 'monthly'] as const;
export type Every = (typeof EVERY)[number];

export interface ReportSchedule {
  readonly every: Every;
  readonly language: 'ko' | 'en';
}

export interface Period {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** `2026-06-23`, `2026-06-15--2026-06-21`, `2026-06`. */
  readonly name: string;
}

const DAY = 86_400_000;

/** The last whole day, week (from Monday) or month that is over, by the clock of a zone. */
export function lastPeriod(every: Every, nowMs: number, zone: Zone): Period {
  const today = Date.parse(`${formatLocal(nowMs, zone).slice(0, 10)}T00:00:00Z`);
  const date = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
  const period = (from: number, to: number, name: string): Period => ({
    ...{ fromMs: fromWall(from, zone), toMs: fromWall(to, zone), name },
  });
  switch (every) {
    case 'daily':
      return period(today - DAY, today, date(today - DAY));
    case 'weekly': {
      const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY;
      return period(monday - 7 * DAY, monday, `${date(monday - 7 * DAY)}--${date(monday - DAY)}`);
    }
    case 'monthly': {
      const at = new Date(today);
      const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
      const before = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - 1, 1);
      return period(before, first, date(before).slice(0, 7));
    }
    default:
      return every satisfies never;
  }
}

const LOOK_MS = 10 * 60_000;
const FIRST_MS = 2 * 60_000;

/** Writes the report of each period into `reports/` of the data folder once it is over; one that lies there is not made again. */
export function reporting(
  desk: ReportDesk,
  { every, language }: ReportSchedule,
  where: { readonly directory: string; readonly timeZone: string },
  now: () => number,
  log: Log,
): () => void {
  const folder = join(where.directory, 'reports');
  const zone = parseZone(where.timeZone) ?? UTC;
  let busy = false;
  const look = async (): Promise<void> => {
    const { name, fromMs, toMs } = lastPeriod(every, now(), zone);
    const report = `haetae-${name}`;
    if (busy || existsSync(join(folder, `${report}.pdf`))) return;
    busy = true;
    try {
      const options = { template: 'executive' as const, format: 'pdf' as const, languages: [language] };
      const files = await desk.make({ kind: 'span', fromMs, toMs }, options, where.timeZone, report);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // The report itself last: it says that all of them are there.
      for (const { name: file, bytes } of [...(files ?? [])].reverse()) {
        const path = join(folder, file);
        await writeFile(`${path}.new`, bytes, { mode: 0o600 });
        await rename(`${path}.new`, path);
      }
      log({ level: 'info', message: 'a report was written', file: join(folder, `${report}.pdf`) });
    } catch (error) {
      log({ level: 'error', message: 'a report could not be written', error });
    } finally {
      busy = false;
    }
  };
  const first = setTimeout(look, FIRST_MS);
  const timer = setInterval(look, LOOK_MS);
  first.unref();
  timer.unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
