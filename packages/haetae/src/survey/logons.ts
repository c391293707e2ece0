import type { Event } from '@haetae/event';

/** Logons of one account from one place onto one computer. Times are ms since 1970. */
export interface Logon {
  readonly computer: string;
  readonly user: string;
  /** Address, else workstation name; '' for a local logon. */
  readonly source: string;
  /** Windows logon type: 2 interactive, 3 network, 5 service, 10 remote interactive …; NaN when not told. */
  readonly type: number;
  readonly success: boolean;
  count: number;
  first: number;
  last: number;
}

/** Failed logons (4625) that follow each other closely. */
export interface FailureRun {
  readonly computer: string;
  readonly user: string;
  readonly source: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** When the same account then logged on from the same place, within the pause that ends a run; undefined if it did not. */
  readonly success: number | undefined;
}

export interface LogonSummary {
  readonly logons: readonly Logon[];
  readonly failureRuns: readonly FailureRun[];
  /** Logons not told apart because there were more kinds than are kept. */
  readonly dropped: number;
}

/** Failures this far apart belong to different runs. */
const RUN_PAUSE_MS = 10 * 60_000;
const RUN_LENGTH = 3;
/** Kinds of logon, and times of one kind, that are kept: bounds for hostile or very large logs. */
const MAX_LOGONS = 50_000;
const MAX_TIMES = 50_000;

interface Kind extends Logon {
  times: number[];
}

export class Logons {
  readonly #kinds = new Map<string, Kind>();
  #dropped = 0;

  /** Takes any event; looks at Security 4624 and 4625 only. */
  add(event: Event): void {
    const { eventId } = event;
    if ((eventId !== 4624 && eventId !== 4625) || event.channel.toLowerCase() !== 'security') return;
    const domain = event.get('TargetDomainName') ?? '';
    const name = event.get('TargetUserName') ?? '';
    const user = domain === '' || domain === '-' ? name : `${domain}\\${name}`;
    const source = told(event.get('IpAddress')) || told(event.get('WorkstationName'));
    const type = Number.parseInt(event.get('LogonType') ?? '', 10);
    const key = `${event.computer}\n${user.toLowerCase()}\n${source}\n${type}\n${eventId}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size >= MAX_LOGONS) {
        this.#dropped++;
        return;
      }
      const { computer, timeMs } = event;
      kind = {
        computer,
        user,
        source,
        type,
        success: eventId === 4624,
        count: 0,
        first: timeMs,
        last: timeMs,
        times: [],
      };
      this.#kinds.set(key, kind);
    }
    kind.count++;
    if (Number.isFinite(event.timeMs)) {
      kind.first = Number.isFinite(kind.first) ? Math.min(kind.first, event.timeMs) : event.timeMs;
      kind.last = Number.isFinite(kind.last) ? Math.max(kind.last, event.timeMs) : event.timeMs;
      if (kind.times.length < MAX_TIMES) kind.times.push(event.timeMs);
    }
  }

  result(): LogonSummary {
    const kinds = [...this.#kinds.values()];
    return {
      logons: kinds.map(({ times: _, ...logon }) => logon).sort((a, b) => b.count - a.count || order(a, b)),
      failureRuns: failureRuns(kinds).sort((a, b) => a.first - b.first || order(a, b)),
      dropped: this.#dropped,
    };
  }
}

function failureRuns(kinds: readonly Kind[]): FailureRun[] {
  const together = (k: Logon) => `${k.computer}\n${k.user.toLowerCase()}\n${k.source}`;
  const failures = new Map<string, { kind: Kind; times: number[] }>();
  const successes = new Map<string, number[]>();
  for (const kind of kinds) {
    const key = together(kind);
    if (kind.success) successes.set(key, [...(successes.get(key) ?? []), ...kind.times]);
    else {
      const known = failures.get(key);
      if (known === undefined) failures.set(key, { kind, times: [...kind.times] });
      else for (const time of kind.times) known.times.push(time);
    }
  }
  const runs: FailureRun[] = [];
  for (const [key, { kind, times }] of failures) {
    times.sort((a, b) => a - b);
    let start = 0;
    for (let i = 1; i <= times.length; i++) {
      if (i < times.length && times[i]! - times[i - 1]! <= RUN_PAUSE_MS) continue;
      if (i - start >= RUN_LENGTH) {
        const last = times[i - 1]!;
        const after = (successes.get(key) ?? []).filter((time) => time >= last && time - last <= RUN_PAUSE_MS);
        const { computer, user, source } = kind;
        const success = after.length === 0 ? undefined : after.reduce((a, b) => Math.min(a, b));
        runs.push({ computer, user, source, count: i - start, first: times[start]!, last, success });
      }
      start = i;
    }
  }
  return runs;
}

/** Windows writes `-`, and the loopback addresses, where a logon came from the machine itself. */
function told(text: string | undefined): string {
  return text === undefined || text === '-' || text === '::1' || text === '127.0.0.1' ? '' : text;
}

function order(a: { computer: string; user: string; source: string }, b: typeof a): number {
  const [x, y] = [`${a.computer}\n${a.user}\n${a.source}`, `${b.computer}\n${b.user}\n${b.source}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
