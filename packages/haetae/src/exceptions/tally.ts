import type { FiledFinding } from '../detect/index.ts';
import type { Exception } from './exception.ts';

/** What one exception hid in one week. */
export interface HiddenWeek {
  /** ISO 8601: `2026-W12`; '' for events without a time. */
  readonly week: string;
  readonly findings: number;
  /** By the rule's title (the detector's name where there is no rule), most first. */
  readonly rules: readonly { readonly title: string; readonly titleKo?: string; readonly findings: number }[];
  readonly hosts: readonly string[];
  /** The first finding of the week. */
  readonly example: FiledFinding;
}

export interface Hidden {
  readonly exception: Exception;
  readonly findings: number;
  /** Matches that rules over several events were not shown. */
  readonly withheld: number;
  readonly weeks: readonly HiddenWeek[];
}

interface Week {
  findings: number;
  readonly rules: Map<string, { title: string; titleKo?: string; findings: number }>;
  readonly hosts: Set<string>;
  example: FiledFinding;
}

const MOST_HOSTS = 50;

/** Counts what exceptions hide, in memory bounded by exceptions × weeks × rules. */
export class HiddenTally {
  readonly #seen = new Map<Exception, Map<string, Week>>();
  readonly #withheld = new Map<Exception, number>();

  withhold(exception: Exception): void {
    this.#withheld.set(exception, (this.#withheld.get(exception) ?? 0) + 1);
    if (!this.#seen.has(exception)) this.#seen.set(exception, new Map());
  }

  add(exception: Exception, finding: FiledFinding): void {
    const weeks = this.#seen.get(exception) ?? new Map<string, Week>();
    this.#seen.set(exception, weeks);
    const key = isoWeek(finding.event.timeMs ?? Number.NaN);
    const week: Week = weeks.get(key) ?? { findings: 0, rules: new Map(), hosts: new Set(), example: finding };
    weeks.set(key, week);
    week.findings++;
    const title = finding.rule?.title ?? finding.detector;
    const titleKo = finding.rule?.titleKo;
    const rule = week.rules.get(title) ?? { title, ...(titleKo !== undefined && { titleKo }), findings: 0 };
    rule.findings++;
    week.rules.set(title, rule);
    if (week.hosts.size < MOST_HOSTS) week.hosts.add(finding.event.computer);
    const [time, first] = [finding.event.timeMs, week.example.event.timeMs];
    if (time !== null && first !== null && time < first) week.example = finding;
  }

  get size(): number {
    let n = 0;
    for (const weeks of this.#seen.values()) for (const { findings } of weeks.values()) n += findings;
    return n;
  }

  /** Those that hid something, most first; weeks in their order. */
  list(): Hidden[] {
    const list = [...this.#seen].map(([exception, weeks]): Hidden => {
      const sorted = [...weeks].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        exception,
        findings: sorted.reduce((sum, [, { findings }]) => sum + findings, 0),
        withheld: this.#withheld.get(exception) ?? 0,
        weeks: sorted.map(([week, { findings, rules, hosts, example }]) => ({
          week,
          findings,
          rules: [...rules.values()].sort((a, b) => b.findings - a.findings || (a.title < b.title ? -1 : 1)),
          hosts: [...hosts].sort(),
          example,
        })),
      };
    });
    return list.sort((a, b) => b.findings - a.findings || (a.exception.id < b.exception.id ? -1 : 1));
  }
}

const DAY = 86_400_000;

/** The ISO 8601 week of an instant in UTC: the one that holds its Thursday. '' for none. */
export function isoWeek(ms: number): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return '';
  const day = Math.floor(ms / DAY);
  const weekday = (((day + 3) % 7) + 7) % 7; // Monday is 0
  const thursday = new Date((day - weekday + 3) * DAY);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY / 7);
  return `${year}-W${String(week).padStart(2, '0')}`;
}
