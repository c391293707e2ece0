import { utcOfLocal } from '../instant.ts';
import type { Ledger, Where } from '../ledger.ts';
import { type DateOrder, findDateOrder, type LocalTime, parseLocalTime } from './dates.ts';

/** What a row tells about its time. */
export interface Stamp {
  /** The date column; '' where it is empty. */
  readonly date: string;
  /** What the message states in UTC (Sysmon's UtcTime), milliseconds; NaN where it states nothing. */
  readonly utcMs: number;
  /** Physical line of the row. */
  readonly line: number;
}

export interface ClockOptions {
  /** IANA zone or offset for rows whose offset nothing tells. */
  readonly timeZone: string;
  /** The dates are in UTC, as the tool's documentation says. */
  readonly utc?: boolean;
}

/** An instant: milliseconds since 1970 (NaN when not known) and 100 ns ticks. */
export interface ClockTime {
  readonly ms: number;
  readonly ticks: number;
}

const QUARTER = 15 * 60_000;
/** A logger may be that late behind the time it states; beyond, the two times are of different things. */
const TOLERANCE = 120_000;
/** No clock on earth is further behind or before UTC. */
const WEST = -12 * 60;
const EAST = 14 * 60;
/** The offset is that of the majority of so many rows that vouch for one: a clock set wrong once is outvoted. */
const WINDOW = 9;
const UNKNOWN: ClockTime = { ms: Number.NaN, ticks: 0 };

/**
 * Turns the local times of one file into UTC. Offsets are concluded from rows that tell both: they may change within the
 * file (daylight saving, a machine that travelled). The first rows are shown to it before the first time is asked for.
 */
export class LocalClock {
  readonly #options: ClockOptions;
  readonly #ledger: Ledger;
  #order: DateOrder = 'month-first';
  #orderAssumed = false;
  #ambiguousRows = 0;
  readonly #votes: number[] = [];
  #stretch: { offset: number; line: number; rows: number; stated: number } | undefined;
  #stretches = 0;
  #zoneRows = 0;
  #firstZoneLine = 0;
  readonly #zoneCache = new Map<number, number>();

  constructor(options: ClockOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
  }

  /** The first rows of the file. True when they settle the order of day and month and vouch for an offset. */
  calibrate(samples: readonly Stamp[]): boolean {
    const found = findDateOrder(samples.map(({ date, utcMs }) => ({ text: date, utcMs })));
    this.#order = found.order;
    this.#orderAssumed = found.because === 'assumed';
    this.#votes.length = 0;
    for (const sample of samples) {
      const local = parseLocalTime(sample.date, this.#order);
      const offset = local === undefined ? Number.NaN : vouchedOffset(local, sample.utcMs);
      if (!Number.isNaN(offset)) this.#votes.push(offset);
      if (this.#votes.length === WINDOW) break;
    }
    return !this.#orderAssumed && this.#votes.length === WINDOW;
  }

  /** The instant of a row; rows in file order, each once. What cannot be read is entered into the ledger. */
  time(stamp: Stamp): ClockTime {
    const where: Where = { kind: 'line', line: stamp.line };
    const local = this.#read(stamp, where);
    if (local === undefined) {
      if (!Number.isNaN(stamp.utcMs)) return { ms: stamp.utcMs, ticks: 0 };
      if (stamp.date === '') this.#ledger.lost('time-missing', where, 'no date');
      return UNKNOWN;
    }
    if (local.offsetMinutes !== undefined || this.#options.utc === true)
      return { ms: local.wallMs - (local.offsetMinutes ?? 0) * 60_000, ticks: local.ticks };
    const vouched = vouchedOffset(local, stamp.utcMs);
    this.#vote(vouched, stamp.line);
    if (!Number.isNaN(vouched)) return { ms: stamp.utcMs, ticks: 0 };
    const offset = this.#stretch?.offset;
    if (offset !== undefined) return { ms: local.wallMs - offset * 60_000, ticks: local.ticks };
    if (!Number.isNaN(stamp.utcMs)) return { ms: stamp.utcMs, ticks: 0 };
    if (this.#zoneRows++ === 0) this.#firstZoneLine = stamp.line;
    return { ms: this.#inZone(local.wallMs), ticks: local.ticks };
  }

  /** Says what was concluded. Once, at the end of the file. */
  finish(): void {
    this.#close();
    if (this.#zoneRows > 0)
      this.#ledger.inferred(
        'time-zone-assumed',
        `${this.#options.timeZone}, ${this.#zoneRows} rows`,
        this.#stretches === 0 ? undefined : { kind: 'line', line: this.#firstZoneLine },
      );
    if (this.#orderAssumed && this.#ambiguousRows > 0)
      this.#ledger.inferred(
        'date-order',
        `${this.#order === 'month-first' ? 'month before day' : 'day before month'}, ${this.#ambiguousRows} rows`,
      );
  }

  #read(stamp: Stamp, where: Where): LocalTime | undefined {
    if (stamp.date === '') return undefined;
    const local = parseLocalTime(stamp.date, this.#order);
    if (this.#orderAssumed) this.#ambiguousRows++;
    if (local !== undefined) return local;
    const other = this.#order === 'month-first' ? 'day-first' : 'month-first';
    const turned = parseLocalTime(stamp.date, other);
    if (turned !== undefined && this.#orderAssumed) {
      // Too late for the rows handed out: they are counted as lost, and the rest is read rightly.
      const wrong = this.#ambiguousRows - 1;
      this.#ledger.lost('time-unreadable', where, `day and month of the ${wrong} rows before are exchanged`, wrong);
      this.#order = other;
      this.#orderAssumed = false;
      return turned;
    }
    if (Number.isNaN(stamp.utcMs)) this.#ledger.lost('time-unreadable', where, stamp.date.slice(0, 60));
    else this.#ledger.repaired('time-unreadable', where, `${stamp.date.slice(0, 60)} (UtcTime was taken)`);
    return undefined;
  }

  /** Counts a row's offset in; NaN when it vouches for none. */
  #vote(offset: number, line: number): void {
    if (this.#stretch === undefined && this.#votes.length > 0)
      this.#stretch = { offset: majority(this.#votes), line, rows: 0, stated: 0 };
    if (Number.isNaN(offset)) {
      if (this.#stretch !== undefined) this.#stretch.rows++;
      return;
    }
    this.#votes.push(offset);
    if (this.#votes.length > WINDOW) this.#votes.shift();
    const winner = majority(this.#votes);
    if (this.#stretch === undefined || winner !== this.#stretch.offset) {
      this.#close();
      this.#stretch = { offset: winner, line, rows: 0, stated: 0 };
    }
    this.#stretch.rows++;
    if (offset === this.#stretch.offset) this.#stretch.stated++;
  }

  #close(): void {
    if (this.#stretch === undefined) return;
    const { offset, line, rows, stated } = this.#stretch;
    this.#ledger.inferred(
      'time-offset',
      `${offsetText(offset)}, vouched for by ${stated} of ${rows} rows`,
      this.#stretches === 0 ? undefined : { kind: 'line', line },
    );
    this.#stretches++;
  }

  #inZone(wallMs: number): number {
    const quarter = Math.floor(wallMs / QUARTER);
    let shift = this.#zoneCache.get(quarter);
    if (shift === undefined) {
      if (this.#zoneCache.size > 10_000) this.#zoneCache.clear();
      shift = quarter * QUARTER - utcOfLocal(quarter * QUARTER, this.#options.timeZone);
      this.#zoneCache.set(quarter, shift);
    }
    return wallMs - shift;
  }
}

/** Minutes east of UTC that a row with both times vouches for; NaN when the two do not belong together. */
function vouchedOffset(local: LocalTime, utcMs: number): number {
  const difference = local.wallMs - utcMs;
  const offset = Math.round(difference / QUARTER) * 15;
  const late = Math.abs(difference - offset * 60_000);
  return late <= TOLERANCE && offset >= WEST && offset <= EAST ? offset : Number.NaN;
}

/** The most frequent value; of several the one seen last. */
function majority(votes: readonly number[]): number {
  let winner = Number.NaN;
  let most = 0;
  for (const vote of votes) {
    let count = 0;
    for (const other of votes) if (other === vote) count++;
    if (count > most || (count === most && vote !== winner)) [winner, most] = [vote, count];
  }
  return winner;
}

/** Minutes as `+09:00`. */
export function offsetText(minutes: number): string {
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(abs / 60)).padStart(2, '0')}:${String(abs % 60).padStart(2, '0')}`;
}
