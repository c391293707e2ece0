/**
 * Which record ids of one log (one computer, one channel) are there, and what their absence means.
 *
 * Ids are kept as intervals in the order of ids, so that rotated chunks and shuffled files look the same as an ordered log
 * and a whole log costs a few numbers. One id seen at two times means that the log was cleared or made anew: the later one
 * starts a generation of its own.
 */
export interface Gap {
  /** Ids missing between two ids that are there. */
  readonly missing: number;
  readonly afterId: number;
  readonly beforeId: number;
  /** Times of the events on both sides, ms since 1970; NaN when they tell none. */
  readonly from: number;
  readonly to: number;
}

export interface ClockJump {
  readonly atId: number;
  /** Milliseconds by which the clock went back. */
  readonly back: number;
  readonly at: number;
}

export interface LogContinuity {
  /** Every gap, in the order of ids; [] when they are evenly spread (see `filtered`). */
  readonly gaps: readonly Gap[];
  /** Share of ids missing, 0–1, when gaps are so many and even that the log must have been filtered; else undefined. */
  readonly filtered: number | undefined;
  /** First ids of further generations: the log was cleared or recreated there. */
  readonly recreated: readonly { readonly firstId: number; readonly at: number }[];
  readonly clockJumps: readonly ClockJump[];
  /** Records seen more than once with the same id and time (the same log given twice). */
  readonly repeated: number;
  /** True when the ids were too scattered to keep (see MAX_INTERVALS): gaps are then not complete. */
  readonly truncated: boolean;
}

/** Intervals kept for one log: a bound on memory (about 8 MB), and on the cost of inserting into their list. */
const MAX_INTERVALS = 100_000;
/** Events are written by several threads: neighbours may be out of order by this much without the clock having moved. */
const CLOCK_TOLERANCE_MS = 60_000;
/** Gaps at every tenth record or more are no loss of single stretches: something took out single events. */
const FILTERED_GAPS_PER_RECORD = 0.1;
const FILTERED_MIN_GAPS = 5;
const KEPT_JUMPS = 100;

/** Ids `first`…`last` without one missing. Times are ms since 1970, NaN where not told. */
export interface Interval {
  first: number;
  last: number;
  firstTime: number;
  lastTime: number;
  latest: number;
}

/** What one file tells of a log, to be added to what others tell. Plain data. */
export interface ContinuityPart {
  readonly generations: readonly (readonly Interval[])[];
  readonly jumps: readonly ClockJump[];
  readonly starts: readonly { readonly firstId: number; readonly at: number }[];
  readonly repeated: number;
  readonly records: number;
  readonly truncated: boolean;
  /** Gaps that are told no more ({@link Continuity.forget}), and the ids missing in them. */
  readonly forgotten?: { readonly gaps: number; readonly missing: number };
}

export class Continuity {
  readonly #generations: Interval[][] = [[]];
  readonly #jumps: ClockJump[] = [];
  readonly #starts: { firstId: number; at: number }[] = [];
  /** The generation in which the last event of each file went: a file holds one generation, save at a clearing. */
  readonly #ofFile = new Map<string, number>();
  #repeated = 0;
  #records = 0;
  #truncated = false;
  #forgotten = { gaps: 0, missing: 0 };
  #changes = 0;

  /** Rises whenever {@link result} may tell something else. */
  get changes(): number {
    return this.#changes;
  }

  add(id: number, timeMs: number, file: string): void {
    if (id <= 0) return;
    let g = this.#ofFile.get(file) ?? 0;
    for (let tried = 0; tried <= this.#generations.length; tried++) {
      const verdict = this.#place(this.#generations[g]!, id, timeMs);
      if (verdict === 'placed') this.#records++;
      if (verdict === 'repeated') this.#repeated++;
      if (verdict !== 'contradiction') {
        this.#ofFile.set(file, g);
        return;
      }
      g = (g + 1) % this.#generations.length;
    }
    this.#changes++;
    this.#starts.push({ firstId: id, at: timeMs });
    this.#generations.push([{ first: id, last: id, firstTime: timeMs, lastTime: timeMs, latest: timeMs }]);
    this.#ofFile.set(file, this.#generations.length - 1);
    this.#records++;
  }

  #place(intervals: Interval[], id: number, time: number): 'placed' | 'repeated' | 'contradiction' {
    let i = intervals.length - 1;
    if (i >= 0 && id < intervals[i]!.first) i = floor(intervals, id);
    const before = i >= 0 ? intervals[i] : undefined;
    if (before !== undefined && id <= before.last) return fits(before, time) ? 'repeated' : 'contradiction';
    const after = intervals[i + 1];
    if (before?.last === id - 1) {
      this.#compare(id, before.lastTime, time);
      before.last = id;
      before.lastTime = time;
      before.latest = Math.max(before.latest, time);
      if (after?.first === id + 1) {
        this.#compare(after.first, time, after.firstTime);
        before.last = after.last;
        before.lastTime = after.lastTime;
        before.latest = Math.max(before.latest, after.latest);
        intervals.splice(i + 1, 1);
        this.#changes++;
      }
    } else if (after?.first === id + 1) {
      this.#compare(after.first, time, after.firstTime);
      after.first = id;
      after.firstTime = time;
      this.#changes++;
    } else if (intervals.length < MAX_INTERVALS) {
      intervals.splice(i + 1, 0, { first: id, last: id, firstTime: time, lastTime: time, latest: time });
      this.#changes++;
    } else this.#truncated = true;
    return 'placed';
  }

  #compare(id: number, earlier: number, later: number): void {
    if (earlier - later > CLOCK_TOLERANCE_MS && this.#jumps.length < KEPT_JUMPS) {
      this.#changes++;
      this.#jumps.push({ atId: id, back: earlier - later, at: later });
    }
  }

  /** A copy of what is known, for {@link merge}. */
  part(): ContinuityPart {
    return {
      generations: this.#generations.map((intervals) => intervals.map((interval) => ({ ...interval }))),
      jumps: [...this.#jumps],
      starts: [...this.#starts],
      repeated: this.#repeated,
      records: this.#records,
      truncated: this.#truncated,
      ...(this.#forgotten.gaps > 0 && { forgotten: { ...this.#forgotten } }),
    };
  }

  /**
   * Bounds what is kept of a log that goes on for ever: of each generation the last `most` stretches without a gap, with those
   * before taken for one; of generations, clock jumps and starts the last `most`.
   */
  forget(most: number): void {
    for (const intervals of this.#generations) {
      const n = intervals.length - most;
      if (n <= 0) continue;
      const old = intervals.slice(0, n + 1);
      for (let i = 1; i <= n; i++) this.#forgotten.missing += old[i]!.first - old[i - 1]!.last - 1;
      this.#forgotten.gaps += n;
      const [first, last] = [old[0]!, old[n]!];
      const latest = old.reduce((time, one) => Math.max(time, one.latest), first.latest);
      intervals.splice(0, n + 1, { ...last, first: first.first, firstTime: first.firstTime, latest });
      this.#changes++;
    }
    const gone = this.#generations.length - most;
    if (gone > 0) {
      this.#generations.splice(0, gone);
      for (const [file, g] of this.#ofFile) this.#ofFile.set(file, Math.max(0, g - gone));
    }
    this.#jumps.splice(0, this.#jumps.length - most);
    this.#starts.splice(0, this.#starts.length - most);
  }

  /** Of the last event of a file: where the next is sought first. */
  generation(file: string): number {
    return this.#ofFile.get(file) ?? 0;
  }

  /** Makes an empty one go on where the one that gave the {@link part} stood; `generation` is that of `file`. */
  restore(part: ContinuityPart, file: string, generation: number): void {
    this.#generations.splice(
      0,
      1,
      ...part.generations.map((intervals) => intervals.map((interval) => ({ ...interval }))),
    );
    this.#jumps.push(...part.jumps);
    this.#starts.push(...part.starts);
    this.#repeated = part.repeated;
    this.#records = part.records;
    this.#truncated = part.truncated;
    this.#forgotten = { ...(part.forgotten ?? this.#forgotten) };
    this.#ofFile.set(file, generation);
  }

  /** Adds what another reader of the same log knows: of another file, or of another stretch of a file. */
  merge({ generations, jumps, starts, repeated, records, truncated, forgotten }: ContinuityPart, file: string): void {
    this.#forgotten.gaps += forgotten?.gaps ?? 0;
    this.#forgotten.missing += forgotten?.missing ?? 0;
    this.#repeated += repeated;
    this.#records += records;
    this.#truncated ||= truncated;
    this.#jumps.push(...jumps.slice(0, KEPT_JUMPS - this.#jumps.length));
    const used = new Set<number>();
    generations.forEach((intervals, i) => {
      if (intervals.length === 0) return;
      const preferred = i === 0 ? (this.#ofFile.get(file) ?? 0) : 0;
      const known = [preferred, ...this.#generations.keys()].filter((g) => !used.has(g));
      let g = known.find((n) => intervals.every((interval) => this.#takes(this.#generations[n]!, interval)));
      if (g === undefined) {
        g = this.#generations.push([]) - 1;
        this.#starts.push(i === 0 ? { firstId: intervals[0]!.first, at: intervals[0]!.firstTime } : starts[i - 1]!);
      }
      used.add(g);
      for (const interval of intervals) this.#insert(this.#generations[g]!, interval);
      this.#ofFile.set(file, g);
    });
  }

  /** Whether an interval of another reader can be of this generation: where both hold ids, their times agree. */
  #takes(intervals: readonly Interval[], { first, last, firstTime, latest }: Interval): boolean {
    for (let i = Math.max(0, floor(intervals, first)); i < intervals.length && intervals[i]!.first <= last; i++) {
      const other = intervals[i]!;
      if (other.last >= first && !fits(other, firstTime) && !fits(other, latest)) return false;
    }
    return true;
  }

  #insert(intervals: Interval[], added: Interval): void {
    let i = floor(intervals, added.first);
    const joined = { ...added };
    const before = intervals[i];
    let from = i + 1;
    if (before !== undefined && before.last >= joined.first - 1) {
      if (before.last === joined.first - 1) this.#compare(joined.first, before.lastTime, joined.firstTime);
      else this.#overlap(before.last, joined);
      joined.first = before.first;
      joined.firstTime = before.firstTime;
      if (before.last >= joined.last) {
        joined.last = before.last;
        joined.lastTime = before.lastTime;
      }
      joined.latest = Math.max(before.latest, joined.latest);
      from = i;
    }
    for (i = from === i ? i + 1 : from; i < intervals.length && intervals[i]!.first <= joined.last + 1; i++) {
      const after = intervals[i]!;
      if (after.first === joined.last + 1) this.#compare(after.first, joined.lastTime, after.firstTime);
      else this.#overlap(Math.min(joined.last, after.last), after);
      if (after.last > joined.last) {
        joined.last = after.last;
        joined.lastTime = after.lastTime;
      }
      joined.latest = Math.max(joined.latest, after.latest);
    }
    intervals.splice(from, i - from, joined);
    if (intervals.length > MAX_INTERVALS) {
      intervals.pop();
      this.#truncated = true;
    }
  }

  #overlap(last: number, { first }: Interval): void {
    const twice = Math.max(0, last - first + 1);
    this.#repeated += twice;
    this.#records -= twice;
  }

  result(): LogContinuity {
    const gaps: Gap[] = [];
    let { missing } = this.#forgotten;
    for (const intervals of this.#generations) {
      for (let i = 1; i < intervals.length; i++) {
        const [left, right] = [intervals[i - 1]!, intervals[i]!];
        const gap = {
          missing: right.first - left.last - 1,
          afterId: left.last,
          beforeId: right.first,
          from: left.lastTime,
          to: right.firstTime,
        };
        missing += gap.missing;
        gaps.push(gap);
      }
    }
    const all = gaps.length + this.#forgotten.gaps;
    const even = all >= FILTERED_MIN_GAPS && all >= this.#records * FILTERED_GAPS_PER_RECORD;
    return {
      gaps: even ? [] : gaps,
      filtered: even ? missing / (missing + this.#records) : undefined,
      recreated: this.#starts,
      clockJumps: [...this.#jumps].sort((a, b) => a.atId - b.atId),
      repeated: this.#repeated,
      truncated: this.#truncated,
    };
  }
}

/** Could the record be one that the interval already holds? Its time must lie within, give or take the tolerance. */
function fits(interval: Interval, time: number): boolean {
  if (!Number.isFinite(time) || !Number.isFinite(interval.firstTime)) return true;
  return time >= interval.firstTime - CLOCK_TOLERANCE_MS && time <= interval.latest + CLOCK_TOLERANCE_MS;
}

/** Index of the last interval that begins at or before `id`; -1 when none does. */
function floor(intervals: readonly Interval[], id: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (intervals[middle]!.first <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
