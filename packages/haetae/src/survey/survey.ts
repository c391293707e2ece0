import type { Event } from '@haetae/event';
import { Continuity, type LogContinuity } from './gaps.ts';
import { type LogonSummary, Logons } from './logons.ts';

/** Events of one id in one channel on one computer. Times are ms since 1970, NaN when no event told one. */
export interface IdCount {
  readonly eventId: number;
  count: number;
  first: number;
  last: number;
}

export interface LogSummary {
  readonly computer: string;
  readonly channel: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** By count, the most frequent first. */
  readonly ids: readonly IdCount[];
  readonly continuity: LogContinuity;
}

export interface SurveyResult {
  readonly events: number;
  /** Events without a time: in no span below. */
  readonly timeless: number;
  readonly first: number;
  readonly last: number;
  /** By computer, then channel. */
  readonly logs: readonly LogSummary[];
  readonly logons: LogonSummary;
}

interface Log {
  readonly computer: string;
  readonly channel: string;
  readonly ids: Map<number, IdCount>;
  readonly continuity: Continuity;
}

/** What is in a pile of logs, told without any rule: counts, spans, logons, gaps. Memory grows with kinds, not events. */
export class Survey {
  readonly #logs = new Map<string, Map<string, Log>>();
  readonly #logons = new Logons();
  #last: Log | undefined;
  #events = 0;
  #timeless = 0;

  add(event: Event, file: string): void {
    this.#events++;
    const log = this.#logOf(event.computer, event.channel);
    const { timeMs, eventId } = event;
    let id = log.ids.get(eventId);
    if (id === undefined) {
      id = { eventId, count: 0, first: Number.NaN, last: Number.NaN };
      log.ids.set(eventId, id);
    }
    id.count++;
    if (Number.isFinite(timeMs)) {
      if (!(id.first <= timeMs)) id.first = timeMs;
      if (!(id.last >= timeMs)) id.last = timeMs;
    } else this.#timeless++;
    log.continuity.add(Number(event.eventRecordId), timeMs, file);
    this.#logons.add(event);
  }

  #logOf(computer: string, channel: string): Log {
    if (this.#last?.computer === computer && this.#last.channel === channel) return this.#last;
    const channels = this.#logs.get(computer) ?? new Map<string, Log>();
    this.#logs.set(computer, channels);
    const log = channels.get(channel) ?? { computer, channel, ids: new Map(), continuity: new Continuity() };
    channels.set(channel, log);
    this.#last = log;
    return log;
  }

  result(): SurveyResult {
    const logs = [...this.#logs.values()].flatMap((channels) => [...channels.values()].map(summarise));
    logs.sort((a, b) => compare(a.computer, b.computer) || compare(a.channel, b.channel));
    const span = (pick: (log: LogSummary) => number, better: (a: number, b: number) => number) =>
      logs
        .map(pick)
        .filter(Number.isFinite)
        .reduce((a, b) => (Number.isNaN(a) ? b : better(a, b)), Number.NaN);
    return {
      events: this.#events,
      timeless: this.#timeless,
      first: span((log) => log.first, Math.min),
      last: span((log) => log.last, Math.max),
      logs,
      logons: this.#logons.result(),
    };
  }
}

function summarise({ computer, channel, ids, continuity }: Log): LogSummary {
  const list = [...ids.values()].sort((a, b) => b.count - a.count || a.eventId - b.eventId);
  const firsts = list.map((id) => id.first).filter(Number.isFinite);
  const lasts = list.map((id) => id.last).filter(Number.isFinite);
  return {
    computer,
    channel,
    count: list.reduce((sum, id) => sum + id.count, 0),
    first: firsts.length === 0 ? Number.NaN : firsts.reduce((a, b) => Math.min(a, b)),
    last: lasts.length === 0 ? Number.NaN : lasts.reduce((a, b) => Math.max(a, b)),
    ids: list,
    continuity: continuity.result(),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
